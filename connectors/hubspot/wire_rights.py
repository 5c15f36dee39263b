"""The scopes of a token: which a connection needs, which it may use, and which it holds (pure)."""

from __future__ import annotations

from connectors.contract import Rights
from connectors.http import Answer
from connectors.hubspot.wire_errors import content
from connectors.hubspot.wire_words import listed

COMPANIES = "crm.objects.companies.read"
_HARMLESS = frozenset({"oauth", COMPANIES})  # leads may be asked to follow their companies' owners


def scopes_needed(object_type: str, *, companies: bool) -> frozenset[str]:
    """Return the scopes that a connection to these objects uses; those of notes are the objects' own."""
    kind = {"contact": "contacts", "company": "companies", "deal": "deals"}.get(object_type, object_type)
    own = (
        {"tickets"}
        if kind.startswith("ticket")
        else {f"crm.objects.{kind}.read", f"crm.objects.{kind}.write"}
    )
    also = {COMPANIES} if companies else set()
    return frozenset({"crm.objects.owners.read", *own, *also})


def rights(answer: Answer, needed: frozenset[str]) -> Rights:
    """Return the scopes that the token lacks or does not need; none where HubSpot does not list them."""
    held = frozenset(str(one) for one in listed(content(answer).get("scopes")))
    if not held:
        return Rights()
    return Rights(tuple(sorted(needed - held)), tuple(sorted(held - needed - _HARMLESS)))
