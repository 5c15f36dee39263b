"""Says drawn leads as the leads of a Salesforce org: its own fields where it takes the value, the org's where not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.demo.as_contacts import ADDRESS

Row = Mapping[str, object]
Lead = dict[str, str | int | float]

NOT_GIVEN = "[not provided]"
"""What Salesforce itself writes where a lead must have a last name or a company and came without."""

TYPED = {"Email": "FormEmail__c", "NumberOfEmployees": "CompanySize__c", "AnnualRevenue": "Revenue__c"}
"""Fields that take addresses and numbers alone, and the field of the org that keeps what the form took."""


def leads(rows: Iterable[Row]) -> list[Lead]:
    """Return a lead a row. Salesforce allows one address on many leads, but refuses what is none."""
    return [_lead(row) for row in rows]


def _lead(row: Row) -> Lead:
    found: Lead = {"LastName": NOT_GIVEN, "Company": NOT_GIVEN}
    for name, value in row.items():
        if not isinstance(value, str | int | float):
            continue
        if (asked := TYPED.get(name)) is not None:
            found[asked] = str(value)
        if asked is None or isinstance(value, int) or (name == "Email" and ADDRESS.fullmatch(str(value))):
            found[name] = value
    return found


def fields(rows: Sequence[Lead]) -> list[str]:
    """Return the fields that an org needs before these leads, as its sandbox has them written."""
    names = sorted({name for row in rows for name in row if name.endswith("__c")})
    return [f"{name} {_kind(name, rows)}" for name in names]


def _kind(name: str, rows: Sequence[Lead]) -> str:
    values = [row[name] for row in rows if name in row]
    return "string 255" if any(isinstance(value, str) for value in values) else "double"
