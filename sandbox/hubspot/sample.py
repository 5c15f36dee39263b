"""An invented account: owners of two teams, a queue, companies, and contacts that came over the last hours."""

from __future__ import annotations

import random
from typing import Any

from sandbox.hubspot.portal import Portal
from sandbox.invented import FAMILY, GIVEN, OWNERS, address, company

_PLACES = [
    ("United States", "California"),
    ("United States", "New York"),
    ("Germany", "Bavaria"),
    ("Austria", ""),
    ("France", ""),
    ("Spain", "Madrid"),
    ("Japan", ""),
    ("Brazil", "São Paulo"),
    ("", ""),
]
_SIZES = ["1", "12", "51-200", "240", "1000", "5,000+", ""]
_INDUSTRIES = ["COMPUTER_SOFTWARE", "HOSPITAL_HEALTH_CARE", "RETAIL", "CONSTRUCTION", ""]
_SOURCES = ["ORGANIC_SEARCH", "PAID_SEARCH", "REFERRALS", "DIRECT_TRAFFIC", "OFFLINE"]
_TEAMS = ("West", "West", "East", "East")


def fill(portal: Portal, contacts: int, *, seed: int = 0, hours: float = 2.0) -> list[str]:
    """Add owners, companies and contacts; the same seed gives the same account. Returns the contacts' ids.

    The newest contact is some seconds old, the oldest `hours`; none has an owner.
    """
    draw = random.Random(seed)  # noqa: S311 - invented people, nobody guesses them
    if not portal.owners:
        _owners(portal)
    companies = [_company(portal, number, draw) for number in range(max(1, contacts // 5))]
    now, step = portal.timeline.now, hours * 3600 / max(1, contacts)
    ids = []
    for number in range(contacts):
        company = draw.choice(companies)
        row = _contact(portal, number, company, draw)
        key = portal.add("contacts", row, created=now - (contacts - number) * step)
        portal.associate(("contacts", key), ("companies", company), [279, 1])
        ids.append(key)
    return ids


def _owners(portal: Portal) -> None:
    for name, team in zip(OWNERS, _TEAMS, strict=True):
        portal.owners.add(address(name), name=name, teams=[team])
    portal.owners.add("inbound@example.com", name="Inbound", type="QUEUE")


def _company(portal: Portal, number: int, draw: random.Random) -> str:
    country, state = draw.choice(_PLACES)
    row: dict[str, Any] = {
        "name": company(draw),
        "domain": f"company{number}.example",
        "country": country,
        "state": state,
        "industry": draw.choice(_INDUSTRIES),
        "numberofemployees": str(draw.choice([3, 40, 180, 900, 12_000])),
    }
    return portal.add("companies", {name: value for name, value in row.items() if value})


def _contact(portal: Portal, number: int, company: str, draw: random.Random) -> dict[str, object]:
    country, state = draw.choice(_PLACES)
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    domain = portal.values("companies", company)["domain"]
    row = {
        "email": f"{given}.{family}.{number}@{domain}".lower(),
        "firstname": given,
        "lastname": family,
        "phone": f"+1 202 555 {number % 10_000:04d}" if draw.random() < 0.6 else "",
        "company": portal.values("companies", company)["name"],
        "country": country,
        "state": state,
        "numemployees": draw.choice(_SIZES),
        "industry": draw.choice(_INDUSTRIES),
        "hs_analytics_source": draw.choice(_SOURCES),
        "lifecyclestage": "lead",
    }
    return {name: value for name, value in row.items() if value}
