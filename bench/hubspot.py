"""The HubSpot account that benches measure against: its contacts, its fields, and a server in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from bench.leads import NOW, leads
from router.model import Band, Lead, Number

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
"""Field of a lead -> where it is read from, as a mapping file says it."""

WITH_COMPANY = FIELDS | {
    "industry": "company.industry",
    "employees": "{from: company.numberofemployees, as: integer_band}",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What the server is asked to be: seconds of latency a call, calls in ten seconds, searches in one.

    With `at_once` all leads were created at one moment.
    """

    leads: int
    latency: float = 0.0
    burst: int = UNLIMITED
    searches: int = UNLIMITED
    companies: int = 0
    at_once: bool = False

    @classmethod
    def limited(cls, leads: int) -> Account:
        return cls(leads, burst=190, searches=5)


# --- contacts ---------------------------------------------------------------------------------------------

FIRST, LAST = 86_400.0, 3_600.0
"""The age of the oldest and of the newest lead at `NOW`, in seconds."""

_PHONES = {"US": "(415) 555-{:04}", "GB": "020 7946 {:04}", "DE": "030 2345{:04}", "FR": "01 99 00 {:04}"}


def contacts(count: int) -> Iterator[tuple[dict[str, str], float]]:
    """Yield each contact's properties and its age in seconds at `NOW`, the oldest first."""
    random, step = Random(5), (FIRST - LAST) / count
    for number, lead in enumerate(leads(count)):
        yield _contact(number, lead, random), FIRST - step * number


def _contact(number: int, lead: Lead, random: Random) -> dict[str, str]:
    domain = lead.domain or f"house{number % 7000}.example"
    found = {
        "firstname": f"Person {number}",
        "lastname": f"Sample {number % 977}",
        "email": f"person{number}@{domain}",
        "phone": _PHONES.get(lead.country or "US", "+1 415 555 {:04}").format(random.randrange(10_000)),
        "jobtitle": lead.title,
        "hs_language": lead.language and lead.language.lower(),
        "company": f"House {domain.partition('.')[0]} Ltd",
        "website": f"https://www.{domain}/",
        "industry": lead.industry,
        "numemployees": _size(lead.employees),
        "annualrevenue": str(lead.revenue.amount) if lead.revenue else None,
        "country": lead.country,
        "state": lead.region and lead.region.removeprefix("US-"),
        "city": lead.city,
        "zip": lead.postcode,
        "hs_analytics_source": lead.source,
        "utm_campaign": lead.campaign,
        "landing_page": lead.page,
        "product_interest": lead.product,
        "segment": str(lead.custom["segment"]) if "segment" in lead.custom else None,
        "lifecyclestage": "lead",
        "hs_lead_status": "NEW",
    }
    return {name: value for name, value in found.items() if value is not None}


def _size(employees: Number | None) -> str | None:
    if isinstance(employees, Band):
        return f"{employees.low}-{employees.high}" if employees.high is not None else f"{employees.low}+"
    return None if employees is None else str(employees)


@cache
def properties() -> Sequence[str]:
    """Return the names of the contact's properties that a client reads."""
    named = (text.removeprefix("{from: ").partition(",")[0] for text in FIELDS.values())
    return sorted({*named, "hubspot_owner_id", "hs_object_id"})


# --- the server -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """What the server saw: calls by kind, answers by status, contacts with an owner, contacts by number of notes."""

    calls: dict[str, int]
    statuses: dict[str, int]
    owned: int
    noted: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.calls.values())

    @property
    def refused(self) -> int:
        """Calls answered with 429."""
        return self.statuses.get("429", 0)


@dataclass(frozen=True, slots=True)
class Served:
    """A running server of an account; `shift` is what its clock is ahead of this machine's: the reps are at work."""

    url: str
    token: str
    shift: float
    account: Account
    process: subprocess.Popen[str]

    def look(self) -> Looked:
        self._write("look")
        return Looked(**self._read())

    def all_assigned(self, *, notes: int = 1) -> Looked:
        """Look, and fail unless every lead has an owner and so many notes: else nothing was measured."""
        found, expected = self.look(), self.account.leads
        if found.owned != expected or found.noted != {str(notes): expected}:
            raise AssertionError(
                f"of {expected} leads {found.owned} have an owner, notes: {found.noted}: the measurement means nothing"
            )
        return found

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def serving(account: Account) -> Iterator[Served]:
    """Run an account's server until the block ends."""
    ahead = (NOW - datetime.now(UTC)).total_seconds()
    command = [sys.executable, "-m", "bench.hubspot_server", json.dumps(asdict(account)), str(ahead)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            where = json.loads(process.stdout.readline())
            yield Served(where["url"], where["token"], ahead, account, process)
        finally:
            process.terminate()
