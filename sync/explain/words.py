"""How people are told of times, reps and credit, and how lines are broken."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.model import LEAD, RepId
from router.rules import Rulebook
from sync.screen import visible

_NARROWEST = 24
_STEP = 4


class Told(NamedTuple):
    """A line for people: `text` is broken where the screen ends and goes on below its own beginning, behind `head`."""

    head: str
    text: str = ""


def broken(lines: Iterable[Told], width: int | None) -> Iterator[str]:
    """Break lines between words; without a width, each stays one."""
    for head, text in lines:
        shown = visible(text).replace("\n", " ")
        if width is None or len(head) + len(shown) <= width:
            yield f"{visible(head)}{shown}".rstrip()
            continue
        own = len(head) if width - len(head) >= _NARROWEST else len(head) - len(head.lstrip())
        indent = own if own > _STEP else own + _STEP
        yield from textwrap.wrap(
            shown,
            width,
            initial_indent=visible(head),
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
        )


def moment(at: datetime, zone: str) -> str:
    """Say a time on the clocks of a zone that is said elsewhere."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def clock(at: datetime, zone: str) -> str:
    """Say a time on the clocks of a zone, and in UTC."""
    told = f"{moment(at, zone)} {zone}"
    if zone == "UTC":
        return told
    local, utc = at.astimezone(ZoneInfo(zone)), at.astimezone(UTC)
    return f"{told} ({utc:%H:%M} UTC)" if utc.date() == local.date() else f"{told} ({utc:%a %H:%M} UTC)"


def named(rep: str, book: Rulebook | None) -> str:
    """Say who a rep is: the name, and the id beside it, by which rules and reasons know them."""
    known = book.reps.get(RepId(rep)) if book else None
    return f"{known.name} ({rep})" if known and known.name != rep else rep


def credit(units: int) -> str:
    """Say what a team owes a rep (+) or is owed (-), in leads."""
    return f"{units / LEAD:+.2f}"


def listed(texts: Iterable[str], last: str = "and") -> str:
    """Join texts as a sentence does."""
    *before, end = texts
    return f"{', '.join(before)} {last} {end}" if before else end
