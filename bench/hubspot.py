"""The HubSpot account that benches measure against: its contacts, their fields, its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from bench import served
from bench.forms import forms, named, source

UNLIMITED = 1_000_000_000
DEFINED = ("landing_page", "product_interest", "segment")
TRACE = tuple(f"leadswitch_{name}" for name in ("rule", "team", "by", "why", "at", "key"))
"""Properties that an admin adds to an account: some of its own, and the trace where it goes into properties."""

FIELDS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "title": "jobtitle",
    "language": "hs_language",
    "company": "company",
    "domain": "website",
    "industry": "industry",
    "employees": "{from: numemployees, as: integer_band}",
    "revenue": "{from: annualrevenue, as: money_point}",
    "country": "country",
    "region": "state",
    "city": "city",
    "postcode": "zip",
    "source": "hs_analytics_source",
    "campaign": "utm_campaign",
    "page": "landing_page",
    "product": "product_interest",
    "custom.segment": "segment",
    "lifecycle_stage": "lifecyclestage",
    "status": "hs_lead_status",
    "created": "createdate",
}

WITH_COMPANY = FIELDS | {
    "industry": "company.industry",
    "employees": "{from: company.numberofemployees, as: integer_band}",
}

CRM = served.Crm(
    kind="hubspot", sdk="hubspot-api-client", package="hubspot", audit="note", fields=FIELDS, settings={}
)


@dataclass(frozen=True, slots=True)
class Account(served.Account):
    """Besides: calls in ten seconds, searches in one. With `at_once` all leads were created at one moment."""

    crm: ClassVar[served.Crm] = CRM

    burst: int = UNLIMITED
    searches: int = UNLIMITED
    companies: int = 0
    at_once: bool = False

    @classmethod
    def limited(cls, leads: int) -> Account:
        return cls(leads, burst=190, searches=5)


def contacts(count: int) -> Iterator[tuple[dict[str, str], float]]:
    """Yield each contact's properties and its age in seconds at `NOW`, the oldest first."""
    for form, age in forms(count):
        yield named(form, FIELDS) | {"hs_lead_status": "NEW"}, age


@cache
def properties() -> Sequence[str]:
    """Return the names of the contact's properties that a client reads."""
    return sorted({*map(source, FIELDS.values()), "hubspot_owner_id", "hs_object_id"})
