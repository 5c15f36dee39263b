"""The Salesforce org that benches measure against: its leads and their fields, what comes in by a queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from bench import served
from bench.forms import forms, named, source

QUEUE = "Inbound"
DEFINED = ("Language__c", "Campaign__c", "Landing_Page__c", "Product__c", "Segment__c")
"""Fields of text that an admin adds to an org."""

_NUMBERS = ("NumberOfEmployees", "AnnualRevenue")

FIELDS = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "Email",
    "phone": "Phone",
    "title": "Title",
    "language": "Language__c",
    "company": "Company",
    "domain": "Website",
    "industry": "Industry",
    "employees": "NumberOfEmployees",
    "revenue": "{from: AnnualRevenue, as: money_point}",
    "country": "Country",
    "region": "State",
    "city": "City",
    "postcode": "PostalCode",
    "source": "LeadSource",
    "campaign": "Campaign__c",
    "page": "Landing_Page__c",
    "product": "Product__c",
    "custom.segment": "Segment__c",
    "status": "Status",
    "created": "CreatedDate",
}

CRM = served.Crm(
    kind="salesforce",
    sdk="simple-salesforce",
    package="simple_salesforce",
    audit="task",
    fields=FIELDS,
    settings={"replaces": f"[{{queue: {QUEUE}}}]"},
)


@dataclass(frozen=True, slots=True)
class Account(served.Account):
    """An org without limits: there are none in a short time, and its calls of a day do not run out."""

    crm: ClassVar[served.Crm] = CRM


def rows(count: int) -> Iterator[tuple[dict[str, str | int], float]]:
    """Yield each lead's fields and its age in seconds at `NOW`, the oldest first."""
    for form, age in forms(count):
        yield {name: _value(name, text) for name, text in named(form, FIELDS).items()}, age


def _value(name: str, text: str) -> str | int:
    """Of a number of employees that is a band, such as 51-200, its lower end is entered."""
    return int(text.partition("-")[0].rstrip("+")) if name in _NUMBERS else text


@cache
def columns() -> Sequence[str]:
    """Return the names of the lead's fields that a client reads."""
    return sorted({*map(source, FIELDS.values()), "Id", "OwnerId"})
