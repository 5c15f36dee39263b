"""An invented org: users, a queue that leads enter by, accounts, and leads that came over the last hours."""

from __future__ import annotations

import random
from typing import Any

from sandbox.invented import FAMILY, GIVEN, OWNERS, address, company
from sandbox.salesforce.org import Org

_PLACES = [
    ("USA", "CA"),
    ("USA", "NY"),
    ("Germany", "Bavaria"),
    ("Austria", None),
    ("France", None),
    ("Spain", "Madrid"),
    ("Japan", None),
    ("Brazil", "São Paulo"),
    (None, None),
]
_SIZES = [1, 12, 120, 240, 1000, 5200, None]
_INDUSTRIES = ["Technology", "Healthcare", "Retail", "Construction", None]
_SOURCES = ["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"]


def fill(org: Org, leads: int, *, seed: int = 0, hours: float = 2.0) -> list[str]:
    """Add users, a queue, accounts and leads; the same seed gives the same org. Returns the leads' ids.

    Leads enter by the queue Inbound. The newest is some seconds old, the oldest `hours`.
    """
    draw = random.Random(seed)  # noqa: S311 - invented people, nobody guesses them
    users = [org.add_user(name, address(name)) for name in OWNERS]
    org.default_owner = org.add_queue("Inbound")
    for number in range(leads // 20):
        org.add_account(
            Name=company(draw), Website=f"https://company{number}.example", OwnerId=draw.choice(users)
        )
    now, step = org.store.timeline.now, hours * 3600 / max(1, leads)
    rows = (_lead(number, max(1, leads // 5), draw) for number in range(leads))
    return [org.add_lead(created=now - (leads - place) * step, **row) for place, row in enumerate(rows)]


def _lead(number: int, companies: int, draw: random.Random) -> dict[str, Any]:
    country, state = draw.choice(_PLACES)
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    number_of_company = draw.randrange(companies)
    row: dict[str, Any] = {
        "FirstName": given,
        "LastName": family,
        "Email": f"{given}.{family}.{number}@company{number_of_company}.example".lower(),
        "Phone": f"+1 202 555 {number % 10_000:04d}" if draw.random() < 0.6 else None,
        "Company": f"{draw.choice(FAMILY)} {number_of_company}",
        "Country": country,
        "State": state,
        "NumberOfEmployees": draw.choice(_SIZES),
        "Industry": draw.choice(_INDUSTRIES),
        "LeadSource": draw.choice(_SOURCES),
    }
    return {name: value for name, value in row.items() if value is not None}
