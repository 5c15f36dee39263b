"""The companies of a memory CRM: from a file's objects, back to them, and by domain or name (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from connectors.contract import Company
from router.model import OwnerId, RecordId

COLUMNS = ("id", "name", "domain", "owner", "changed")


def company_of(one: Mapping[str, object]) -> Company:
    """Read a company. Raises ValueError that says what is wrong with it."""
    strange = [name for name in one if name not in COLUMNS]
    if strange:
        raise ValueError(f"a company has no {strange[0]!r}, only {', '.join(COLUMNS)}")
    text = {name: "" if value is None else str(value).strip() for name, value in one.items()}
    if not text.get("id"):
        raise ValueError("a company needs an id")
    return Company(
        RecordId(text["id"]),
        text.get("name") or None,
        text.get("domain") or None,
        OwnerId(text["owner"]) if text.get("owner") else None,
        _moment(text["changed"]) if text.get("changed") else None,
    )


def company_object(company: Company) -> dict[str, object]:
    """Return it for JSON, without what is empty."""
    changed = company.changed.isoformat() if company.changed else None
    whole = {name: getattr(company, name) for name in COLUMNS} | {"changed": changed}
    return {name: value for name, value in whole.items() if value}


def known_as(companies: Iterable[Company], domains: Collection[str], names: Collection[str]) -> list[Company]:
    """Return those with one of the domains or names, whatever the case."""
    lower_domains, lower_names = (
        {value.lower() for value in values if value.strip()} for values in (domains, names)
    )
    return [
        one
        for one in companies
        if (one.domain or "").lower() in lower_domains or (one.name or "").lower() in lower_names
    ]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"changed is {text!r}, but must be a time such as 2026-03-01T12:00:00Z") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
