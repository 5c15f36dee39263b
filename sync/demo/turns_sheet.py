"""The part of the story about fairness: each rep's turns beside the share their weight gives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.text import Text

from router.model import TeamName
from sync.demo.outcome import Outcome, Tally
from sync.demo.sheet import heading, sheet
from sync.screen import counted

_NAME, _TOOK, _SHARE, _OFF = 21, 2, 5, 4  # widths: two teams with two CRMs stand beside each other in 80


def turns(outcome: Outcome) -> Iterator[RenderableType]:
    """Tell the teams' turns by CRM, two teams beside each other, and who got leads without one."""
    tallies = [tally for team in outcome.teams.values() for tally in team]
    names = " and ".join(outcome.crms)
    yield heading(
        f"{counted(sum(tally.taken for tally in tallies), 'lead')} of {names} went in one set of turns"
    )
    columns: tuple[list[RenderableType], list[RenderableType]] = ([], [])
    heights = [0, 0]
    for team, members in outcome.teams.items():
        side = heights.index(min(heights))
        columns[side].append(_team(outcome, team, members))
        heights[side] += len(members) + 3
    # one below the other where the terminal is too narrow
    yield Columns((Group(*column) for column in columns), padding=(0, 2), width=sum(_widths(outcome)))
    widest = max(tallies, key=lambda tally: abs(tally.deviation))
    yield Text(
        f"share: what the weights give among those who could take each lead, of either CRM. Nobody is further "
        f"than {abs(widest.deviation):.2f} of a lead from it."
    )
    yield from _away(outcome)
    yield from _beside(outcome)


def _widths(outcome: Outcome) -> list[int]:
    """Return the widths of a team's columns, each with the space behind it but for the last."""
    columns = [_NAME, *(_TOOK for _ in outcome.crms), _SHARE, _OFF]
    return [*(width + 1 for width in columns[:-1]), columns[-1]]


def _team(outcome: Outcome, team: TeamName, members: Sequence[Tally]) -> RenderableType:
    took = counted(sum(tally.taken for tally in members), "turn")
    table = sheet(f"{team}, {took}", *(f">{crm}" for crm in outcome.crms), ">share", ">off")
    table.columns[0].header_style = "bold"
    table.padding = 0  # the box has a space between columns
    widths = [*(width - 1 for width in _widths(outcome)[:-1]), _OFF]
    for column, width in zip(table.columns, widths, strict=True):
        column.width, column.no_wrap = width, True
    for tally in members:
        name = Text(outcome.book.reps[tally.rep].name, no_wrap=True)
        if tally.weight not in (0, 1):
            name.append(f" x{tally.weight:g}", style="dim")
        took_of = (str(tally.by_crm.get(crm) or "-") for crm in outcome.crms)
        sums = (f"{tally.share:.1f}", f"{tally.deviation:+.1f}") if tally.taken else ("", "")
        table.add_row(name, *took_of, *sums, style="" if tally.taken else "dim")
    return Group(table, Text())


def _away(outcome: Outcome) -> Iterator[RenderableType]:
    whys = {tally.rep: tally.why_not for team in outcome.teams.values() for tally in team if tally.why_not}
    if whys:
        table = sheet("cannot take leads now", "because")
        for rep, why in whys.items():
            table.add_row(Text(outcome.book.reps[rep].name), Text("; ".join(dict.fromkeys(why.values()))))
        yield Group(Text(), table, Text())


def _beside(outcome: Outcome) -> Iterator[RenderableType]:
    found = [
        told.decision
        for told in outcome.leads
        if told.decision and told.decision.owner and told.decision.turn is None
    ]
    if found:
        reps = Counter(decision.owner for decision in found if decision.owner)
        rep, most = reps.most_common(1)[0]
        yield Text(
            f"Besides the turn, {counted(len(found), 'lead')} went to owners who were known or named; "
            f"most to {outcome.book.reps[rep].name}, {most}."
        )
