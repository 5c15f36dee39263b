"""The part of the story about persons with two records: in both CRMs, and in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from sync.demo.outcome import Outcome, Told
from sync.demo.sheet import cut, heading, sheet
from sync.screen import counted

_WIDTH = 34


def both(outcome: Outcome) -> Iterator[RenderableType]:
    """Tell of persons in both CRMs."""
    pairs = outcome.twins(across=True)
    if pairs:
        yield heading(f"{counted(len(pairs), 'person')} stand in both CRMs: each has one owner")
        yield from _pair(outcome, pairs[0], [told.crm for told in pairs[0]])


def twice(outcome: Outcome) -> Iterator[RenderableType]:
    """Tell of persons with two records in one CRM."""
    pairs = outcome.twins(across=False)
    if pairs:
        yield heading(
            f"{counted(len(pairs), 'person')} twice in one CRM: the second went to the owner they have"
        )
        yield from _pair(outcome, pairs[0], [f"first record, {pairs[0][0].crm}", "second record"])


def _pair(outcome: Outcome, pair: Sequence[Told], titles: Sequence[str]) -> Iterator[RenderableType]:
    table = sheet("", *titles)
    shown: tuple[tuple[str, list[str | None]], ...] = (
        ("lead", [told.row.ref.record for told in pair]),
        ("name", [told.lead.name for told in pair]),
        ("e-mail", [told.lead.email for told in pair]),
        ("city", [told.lead.city for told in pair]),
        ("owner", [outcome.owner(told.record.owner) for told in pair]),
    )
    for title, values in shown:
        table.add_row(title, *(cut(value or "-", _WIDTH) for value in values))
    yield table
