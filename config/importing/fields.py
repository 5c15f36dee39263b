"""Fields of Salesforce's Lead: which field of ours a criterion asks, and how the mapping file reads it.

A criterion compares what is stored, so text is read verbatim: `California` and `CA` are two values. The exception is
`CountryCode`, which holds an ISO code and nothing else, as ours does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from router.model import FIELDS, Kind

TEXTS: Mapping[str, str] = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Name": "name",
    "Title": "title",
    "Email": "email",
    "Company": "company",
    "Industry": "industry",
    "City": "city",
    "PostalCode": "postcode",
    "LeadSource": "source",
    "Status": "status",
}
"""Text fields that are ours under another name. Others, such as Phone, are normalised: rules ask a custom field."""

NUMBERS: Mapping[str, str] = {"NumberOfEmployees": "employees", "AnnualRevenue": "revenue"}
TIMES: Mapping[str, str] = {"CreatedDate": "created", "LastModifiedDate": "modified"}
OTHER_TIMES = frozenset(("LastActivityDate", "ConvertedDate", "EmailBouncedDate", "LastTransferDate"))
FLAGS = frozenset(
    (
        "IsConverted",
        "IsUnreadByOwner",
        "HasOptedOutOfEmail",
        "HasOptedOutOfFax",
        "DoNotCall",
        "IsPriorityRecord",
    )
)
NAMED = frozenset(("OwnerId", "CreatedById", "LastModifiedById", "RecordTypeId"))
"""Fields that hold an id, which criteria compare by the name of what it stands for."""

ID = re.compile(r"(?:005|00G|012)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
"""An id of a user, a queue or a record type, with or without the three signs that check it."""

_ALWAYS = {"phone": ("Phone", None), "domain": ("Website", None)}
_READ = {
    Kind.TEXT: "verbatim",
    Kind.NUMBER: "number_point",
    Kind.MONEY: "money_point",
    Kind.BOOLEAN: "boolean",
}
_SUFFIX = {Kind.TEXT: "text", Kind.NUMBER: "number", Kind.BOOLEAN: "flag", Kind.TIME: "time"}


@dataclass(slots=True)
class Fields:
    """The fields that a translation has asked for so far; `lines` is then the mapping file."""

    numbers: frozenset[str] = frozenset()  # custom fields that hold numbers, as far as the criteria show it
    flags: frozenset[str] = frozenset()  # and those that are checkboxes
    names: dict[str, set[str]] = field(default_factory=dict)  # of fields that hold an id, the names asked for
    _taken: dict[tuple[str, Kind], str] = field(default_factory=dict)

    def text(self, source: str) -> str:
        """Return our field that holds a field's text as it is stored."""
        return TEXTS.get(source) or self._custom(source, Kind.TEXT)

    def named(self, source: str, names: Iterable[str]) -> str:
        """Return our field for one that holds an id; the mapping file has to say which ids the names are."""
        self.names.setdefault(source, set()).update(names)
        return self._custom(source, Kind.TEXT)

    def number(self, source: str) -> str:
        return NUMBERS.get(source) or self._custom(source, Kind.NUMBER)

    def flag(self, source: str) -> str:
        return self._custom(source, Kind.BOOLEAN)

    def time(self, source: str) -> str:
        return TIMES.get(source) or self._custom(source, Kind.TIME)

    def country(self) -> str:
        """Return `country`, which is then read from the country code."""
        self._taken["CountryCode", Kind.COUNTRY] = "country"
        return "country"

    def kind(self, source: str) -> Kind:
        """Return what a field holds: known of standard fields, of custom ones told by their criteria."""
        if source in NUMBERS or source in self.numbers:
            return Kind.NUMBER
        if source in TIMES or source in OTHER_TIMES:
            return Kind.TIME
        return Kind.BOOLEAN if source in FLAGS or source in self.flags else Kind.TEXT

    def _custom(self, source: str, kind: Kind) -> str:
        key = source, kind
        if key not in self._taken:
            name = f"custom.{snake(source)}"
            tries = (name, f"{name}_{_SUFFIX[kind]}", f"{name}_c", f"{name}_c_{_SUFFIX[kind]}")
            self._taken[key] = next(each for each in tries if each not in self._taken.values())
        return self._taken[key]

    def mapping(self) -> dict[str, tuple[str, str | None]]:
        """Return each of our fields with the CRM's field and the transform that reads it."""
        country = "CountryCode" if ("CountryCode", Kind.COUNTRY) in self._taken else "Country"
        found: dict[str, tuple[str, str | None]] = {
            **{ours: (source, _READ[Kind.TEXT]) for source, ours in TEXTS.items()},
            **_ALWAYS,
            **{ours: (source, _READ[FIELDS[ours]]) for source, ours in NUMBERS.items()},
            "country": (country, None),
            **{ours: (source, None) for source, ours in TIMES.items()},
        }
        for (source, kind), ours in self._taken.items():
            found.setdefault(ours, (source, "datetime" if kind is Kind.TIME else _READ.get(kind)))
        return found


def snake(source: str) -> str:
    """Return the name of a custom field of ours: `Lead_Score__c` is lead_score, `CountryCode` country_code."""
    bare = re.sub(r"__c$", "", source)
    bare = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare)
    bare = re.sub(r"_+", "_", re.sub(r"\W+", "_", bare)).strip("_").lower()
    return re.sub(r"(?<=.)_id$", "", bare) or "field"
