"""The owners in the demo's CRMs: sales agents and their managers, an integration's user, queues."""

from __future__ import annotations

import re

from tests.demo.sets import Sets

FIRST = 31_001
INTEGRATION, INBOUND, NURTURE = "31091", "31101", "31102"
INACTIVE = "Carl Lin"
OTHERWISE_KNOWN = {"Mei-Mei Johns": "mei.mei@crm-demo.example"}
"""Who has another address in Salesforce than in HubSpot."""


def people(sets: Sets) -> list[dict[str, str]]:
    """Return the sales agents and their managers as owners."""
    names = [row["sales_agent"] for row in sets.agents] + sorted({row["manager"] for row in sets.agents})
    return [owner(str(number), name) for number, name in enumerate(names, FIRST)]


def users(sets: Sets) -> list[dict[str, str]]:
    """Return the same people as users of the Salesforce org."""
    return [
        {"name": one["name"], "email": OTHERWISE_KNOWN.get(one["name"], one["email"])} for one in people(sets)
    ]


def others() -> list[dict[str, str]]:
    """Return the owners that are nobody: the web forms' integration, and the queues."""
    queues = ((INBOUND, "Inbound"), (NURTURE, "Nurture"))
    return [
        owner(INTEGRATION, "Web Forms"),
        *({**owner(key, name), "type": "QUEUE"} for key, name in queues),
    ]


def owner(key: str, name: str) -> dict[str, str]:
    return {"id": key, "name": name, "email": mail(name)}


def mail(name: str) -> str:
    return f"{'.'.join(map(slug, name.split()))}@crm-demo.example"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9-]", "", text.lower())
