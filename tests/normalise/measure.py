"""The share of each data set that is understood: right, wrong, unread. The docs show what this measures.

`python -m tests.normalise.measure` prints the table and the list of transforms for `docs/normalising.md`.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from connectors.normalise.country import country
from connectors.normalise.mapping import TRANSFORMS
from connectors.normalise.phone import phone
from connectors.normalise.reading import Unreadable
from connectors.normalise.region import region
from tests.normalise.build_tables import names, table


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one form of one data set was understood; `strays` are the texts that were not read right."""

    form: str
    right: int
    wrong: int
    unread: int
    strays: tuple[str, ...]

    def row(self) -> str:
        every = self.right + self.wrong + self.unread
        return f"| {self.form} | {every:,} | {self.right / every:.2%} | {self.wrong} | {self.unread} |"


Case = tuple[str, Callable[[], str], str]
"""The text, how it is read, and what is right."""


def share(form: str, cases: Iterable[Case]) -> Share:
    counts: Counter[str] = Counter()
    strays = []
    for text, read, right in cases:
        verdict = _verdict(read, right)
        counts[verdict] += 1
        if verdict != "right":
            strays.append(f"{verdict}: {text}")
    return Share(form, counts["right"], counts["wrong"], counts["unread"], tuple(strays))


def _verdict(read: Callable[[], str], right: str) -> str:
    try:
        return "right" if read() == right else "wrong"
    except Unreadable:
        return "unread"


@cache
def shares() -> tuple[Share, ...]:
    """Measure every data set."""
    return (*_countries(), *_regions(), *_phones())


def _countries() -> Iterator[Share]:
    sets = (
        ("country names in 78 languages", [(row["name"], row["iso2"]) for row in names()]),
        ("the same in capitals", [(row["name"].upper(), row["iso2"]) for row in names()]),
        ("the same without accents", [(_unaccented(row["name"]), row["iso2"]) for row in names()]),
        (
            "Salesforce's standard countries",
            [(row["label"], row["iso2"]) for row in _countries_of_salesforce()],
        ),
    )
    for form, rows in sets:
        yield share(form, ((text, lambda text=text: country(text), code) for text, code in rows))  # type: ignore[misc]


def _unaccented(text: str) -> str:
    marks = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in marks if not 0x300 <= ord(char) < 0x370))


def _countries_of_salesforce() -> list[dict[str, str]]:
    return table("crm_vocab/salesforce_countries.csv")


def _regions() -> Iterator[Share]:
    rows = table("crm_vocab/salesforce_states.csv")
    for form, column in (
        ("Salesforce's standard states, by name", "label"),
        ("the same, by code", "state_code"),
    ):
        yield share(form, (_region_case(row, row[column]) for row in rows))


def _region_case(row: dict[str, str], text: str) -> Case:
    place = row["country_iso2"]
    return text, lambda: region(text, place), iso_3166_2(place, row["state_code"])


def _phones() -> Iterator[Share]:
    rows = table("phones/phone_surface_forms.csv")
    for form in dict.fromkeys(row["form"] for row in rows):
        yield share(f"telephone numbers: {form}", (_phone_case(row) for row in rows if row["form"] == form))


def _phone_case(row: dict[str, str]) -> Case:
    return row["input"], lambda: phone(row["input"], row["region"]), row["e164"]


# Salesforce ships its own or outdated codes for these countries; the right answers are ISO 3166-2 of 2024.
_MEXICO = (
    "AG AGU BC BCN BS BCS CH CHH CL COL CM CAM CO COA CS CHP DF CMX DG DUR GR GRO GT GUA HG HID JA JAL ME MEX MI MIC "
    "MO MOR NA NAY NL NLE OA OAX PB PUE QE QUE QR ROO SI SIN SL SLP SO SON TB TAB TL TLA TM TAM VE VER YU YUC ZA ZAC"
)
_CHINA = (
    "11 BJ 12 TJ 13 HE 14 SX 15 NM 21 LN 22 JL 23 HL 31 SH 32 JS 33 ZJ 34 AH 35 FJ 36 JX 37 SD 41 HA 42 HB 43 HN 44 GD "
    "45 GX 46 HI 50 CQ 51 SC 52 GZ 53 YN 54 XZ 61 SN 62 GS 63 QH 64 NX 65 XJ 71 TW 91 HK 92 MO"
)
_INDIA = "CT CG DD DH DN DH OR OD UT UK"


def iso_3166_2(place: str, code: str) -> str:
    """Return the ISO 3166-2 code of a state of Salesforce's list."""
    pairs = {"MX": _MEXICO, "CN": _CHINA, "IN": _INDIA}.get(place, "").split()
    return f"{place}-{dict(zip(pairs[::2], pairs[1::2], strict=True)).get(code, code)}"


def table_of_shares() -> str:
    head = ["| data set and form | values | right | wrong | unread |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(each.row() for each in shares())])


def table_of_transforms() -> str:
    head = ["| transform | yields | reads |", "|---|---|---|"]
    return "\n".join(
        [*head, *(f"| `{name}` | {each.kind} | {each.about} |" for name, each in TRANSFORMS.items())]
    )


if __name__ == "__main__":
    print(table_of_shares(), table_of_transforms(), sep="\n\n")
