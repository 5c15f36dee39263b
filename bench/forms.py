"""What people enter into the CRMs that benches measure against: fields of a lead, as text, the same on every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from bench.leads import leads
from router.model import Band, Lead, Number

FIRST, LAST = 86_400.0, 3_600.0
"""The age of the oldest and of the newest lead at `NOW`, in seconds."""

_PHONES = {"US": "(415) 555-{:04}", "GB": "020 7946 {:04}", "DE": "030 2345{:04}", "FR": "01 99 00 {:04}"}


def forms(count: int) -> Iterator[tuple[dict[str, str], float]]:
    """Yield each lead's fields and its age in seconds at `NOW`, the oldest first."""
    random, step = Random(5), (FIRST - LAST) / count
    for number, lead in enumerate(leads(count)):
        yield _form(number, lead, random), FIRST - step * number


def source(text: str) -> str:
    """Return where a mapping's entry reads from: `phone`, or `{from: phone, as: ...}`."""
    return text.removeprefix("{from: ").partition(",")[0]


def named(form: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was entered under the CRM's own names, those of a mapping."""
    return {source(fields[field]): value for field, value in form.items() if field in fields}


def _form(number: int, lead: Lead, random: Random) -> dict[str, str]:
    domain = lead.domain or f"house{number % 7000}.example"
    found = {
        "first_name": f"Person {number}",
        "last_name": f"Sample {number % 977}",
        "email": f"person{number}@{domain}",
        "phone": _PHONES.get(lead.country or "US", "+1 415 555 {:04}").format(random.randrange(10_000)),
        "title": lead.title,
        "language": lead.language and lead.language.lower(),
        "company": f"House {domain.partition('.')[0]} Ltd",
        "domain": f"https://www.{domain}/",
        "industry": lead.industry,
        "employees": _size(lead.employees),
        "revenue": str(lead.revenue.amount) if lead.revenue else None,
        "country": lead.country,
        "region": lead.region and lead.region.removeprefix("US-"),
        "city": lead.city,
        "postcode": lead.postcode,
        "source": lead.source,
        "campaign": lead.campaign,
        "page": lead.page,
        "product": lead.product,
        "custom.segment": str(lead.custom["segment"]) if "segment" in lead.custom else None,
        "lifecycle_stage": "lead",
    }
    return {name: value for name, value in found.items() if value is not None}


def _size(employees: Number | None) -> str | None:
    if isinstance(employees, Band):
        return f"{employees.low}-{employees.high}" if employees.high is not None else f"{employees.low}+"
    return None if employees is None else str(employees)
