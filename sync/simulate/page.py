"""What a simulation found as one page: no script, nothing from elsewhere, for light and dark, for paper and phones.

Its own policy allows the one style sheet and nothing else, so that a value that looks like markup could do nothing.
Leads appear by their ids, as examples.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files

from sync.screen import counted
from sync.simulate.charts import Both, Flow, bars, columns, curves, deviations, flows, text
from sync.simulate.record import Kind, Where
from sync.simulate.tally import Side
from sync.simulate.told import Told, hours, leads, teams, waiting

_ENDS = 12
_OTHERS = "all others"
_ROWS = 25
"""So many rows of a chart are shown at once."""


def _key(**kinds: str) -> str:
    """Return what the colours mean, by the class that has them."""
    mark = '<svg aria-hidden="true" width="12" height="10"><rect class="{}" width="12" height="10" rx="2"/></svg>'
    items = (f"<li>{mark.format(kind)}{means}</li>" for kind, means in kinds.items())
    return f'<ul class="key">{"".join(items)}</ul>'


_KEY = _key(before="before", after="after")


def page(told: Told) -> str:
    """Return the page."""
    style = _style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    body = "".join(_sections(told))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>Leadswitch: a simulation</title><style>{style}</style></head><body>{body}</body></html>\n"
    )


@cache
def _style() -> str:
    return files("sync.simulate").joinpath("page.css").read_text(encoding="utf-8")


def _sections(told: Told) -> Iterator[str]:
    yield _head(told)
    yield "<main>"
    yield _figures(told)
    yield _section("Who would have had the leads", *_flow(told), _flow_table(told))
    yield _section("Leads by rep", _KEY, *_reps(told), _reps_table(told))
    yield _section("How far from a fair share", *_fairness(told))
    yield _section("Over time", *_over_time(told))
    yield _section("What waits", _table(("", ">before", ">after"), waiting(told)))
    yield _section("By rule", _KEY, _rows(bars(_rules(told)), "rule"))
    yield _assumed(told)
    yield "</main>"
    yield "<footer>Made by <code>leadswitch simulate</code>. Nothing was written to the store or to a CRM.</footer>"


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{text(title)}</h2>{''.join(parts)}</section>"


def _head(told: Told) -> str:
    tally = told.tally
    if tally.differences:
        part = _percent(tally.differences, tally.leads)
        title = f"{counted(tally.differences, 'lead')} of {tally.leads:,} would be elsewhere ({part})"
    else:
        title = f"All {tally.leads:,} leads would be where they are"
    return (
        f"<header><h1>{text(title)}</h1>"
        f'<p class="soft">{told.since:%Y-%m-%d} to {told.until:%Y-%m-%d}<br>'
        f"Before: {text(told.before)}<br>After: {text(told.after)}</p></header>"
    )


def _percent(some: int, of_all: int) -> str:
    """Return a part of a whole: of none there is 0 %, and 100 % is all."""
    part = 100 * some / of_all
    return "under 1 %" if part < 1 else "over 99 %" if 99 < part < 100 else f"{part:.0f} %"


def _figures(told: Told) -> str:
    sides = (told.tally.before, told.tally.after)
    shown = (
        ("With reps", [f"{sum(side.reps.values()):,}" for side in sides], ""),
        ("In queues", [f"{sum(side.queues.values()):,}" for side in sides], ""),
        ("Waiting at the end", [f"{_open(side):,}" for side in sides], "held or parked"),
        ("Hours until it went out", [_said(hours(side), 1) for side in sides], "of a lead that waited"),
        ("Furthest from a share", [_said(_furthest(side), 2) for side in sides], "in leads"),
    )
    return f'<dl class="figures">{"".join(_figure(*each) for each in shown)}</dl>'


def _figure(name: str, both: Sequence[str], small: str) -> str:
    return f"<div><dt>{text(name)}</dt><dd>{' → '.join(both)}<small>{text(small)}</small></dd></div>"


def _said(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _open(side: Side) -> int:
    return side.waiting[Kind.HELD] + side.waiting[Kind.PARKED]


def _furthest(side: Side) -> float | None:
    return max((leads(one.worst) for one in side.teams.values()), default=None)


# --- who would have had the leads -------------------------------------------------------------------------


def _flow(told: Told) -> Iterator[str]:
    yield _key(stays="stays", flow="goes to another")
    yield flows("Leads by who had them and who would have them", *_moves(told))


def _moves(told: Told) -> tuple[list[Flow], list[str]]:
    """Return the flows by name, and the names of the right side.

    The largest ends come first; those beyond a dozen are one.
    """
    ends: Sequence[Counter[Where]] = (Counter(), Counter())
    for flow, count in told.tally.flows.items():
        for end, side in zip(flow, ends, strict=True):
            side[end] += count
    known = [dict(side.most_common(_ENDS)) for side in ends]
    added: Counter[tuple[str, str]] = Counter()
    for (before, after), count in told.tally.flows.items():
        names = (
            told.named(end) if end in side else _OTHERS
            for end, side in zip((before, after), known, strict=True)
        )
        added[(next(names), next(names))] += count
    left, right = ([*dict.fromkeys(map(told.named, side)), _OTHERS] for side in known)
    pairs = sorted(added, key=lambda pair: (left.index(pair[0]), right.index(pair[1])))
    return [Flow(before, after, added[(before, after)]) for before, after in pairs], right


def _flow_table(told: Told) -> str:
    rows = [
        (
            told.named(before),
            told.named(after),
            f"{count:,}",
            ", ".join(each.lead for each in told.tally.examples[(before, after)]),
        )
        for (before, after), count in told.tally.flows.most_common()
        if before != after
    ]
    if not rows:
        return ""
    return _more("Who from whom, with examples", _table(("before", "after", ">leads", "such as"), rows))


# --- loads and fairness -----------------------------------------------------------------------------------


def _reps(told: Told) -> Iterator[str]:
    before, after = told.tally.before.reps, told.tally.after.reps
    both = [Both(told.named(Where(Kind.REP, rep)), before[rep], after[rep]) for rep in told.rep_ids()]
    some = [row for row in both if row.before or row.after]
    yield _rows(bars(sorted(some, key=lambda row: -max(row.before, row.after))), "rep")
    if without := len(both) - len(some):
        yield f'<p class="soft">{counted(without, "rep")} without leads, before and after</p>'


def _reps_table(told: Told) -> str:
    before, after = told.tally.before, told.tally.after
    rows = [
        (
            told.named(Where(Kind.REP, rep)),
            *(f"{count[rep]:,}" for count in (before.reps, before.in_turn, after.reps, after.in_turn)),
        )
        for rep in told.rep_ids()
    ]
    return _more("In turn and otherwise", _table(("rep", ">before", ">in turn", ">after", ">in turn"), rows))


def _fairness(told: Told) -> Iterator[str]:
    before, after = told.tally.before.teams, told.tally.after.teams
    if not (before or after):
        yield '<p class="soft">No lead went out in turn.</p>'
        return
    yield (
        '<p class="soft">Each lead that goes out in turn is divided among those who may take it, by weight. '
        "To the right: so many leads more than the sum of the shares; to the left: fewer. A whole lead is the edge, "
        "unless somebody was further off.</p>"
    )
    yield _KEY
    for team in teams(told.tally):
        both = (before[team], after[team])
        rows = [
            Both(
                told.named(Where(Kind.REP, rep)),
                *(leads(one.got[rep] - one.due[rep]) for one in both),
            )
            for rep in sorted({rep for one in both for rep in one.due})
        ]
        rows.sort(key=lambda row: -max(abs(row.before), abs(row.after)))
        furthest = " → ".join(f"{leads(one.worst):.2f}" for one in both)
        yield f'<h3>{text(team)} <span class="soft">furthest ever: {furthest}</span></h3>'
        yield _rows(deviations(rows), "rep")


# --- time -------------------------------------------------------------------------------------------------


def _over_time(told: Told) -> Iterator[str]:
    before, after = told.tally.before, told.tally.after
    zone = told.tally.zone.key
    yield _KEY
    days = _days([*before.days, *after.days])
    if len(days) > 1:
        yield f'<h3>Leads given by day <span class="soft">{text(zone)}</span></h3>'
        yield curves("Leads given by day", [Both(day, before.days[day], after.days[day]) for day in days])
    yield f'<h3>By hour of the day <span class="soft">{text(zone)}</span></h3>'
    hourly = [Both(f"{hour:02}:00", before.hours[hour], after.hours[hour]) for hour in range(24)]
    yield columns("Leads given by hour of the day", hourly)


def _days(given: Iterable[str]) -> list[str]:
    """Return every day from the first to the last."""
    known = sorted(map(date.fromisoformat, given))
    if not known:
        return []
    length = (known[-1] - known[0]).days + 1
    return [(known[0] + timedelta(days=at)).isoformat() for at in range(length)]


def _rules(told: Told) -> list[Both]:
    before, after = told.tally.before.rules, told.tally.after.rules
    rows = [Both(rule, before[rule], after[rule]) for rule in before.keys() | after.keys()]
    return sorted((row for row in rows if row.before or row.after), key=lambda row: (-row.before, row.name))


# --- pieces -----------------------------------------------------------------------------------------------


def _assumed(told: Told) -> str:
    if not told.assumed:
        return ""
    return _section(
        "What was assumed", f"<ul>{''.join(f'<li>{text(each)}</li>' for each in told.assumed)}</ul>"
    )


def _more(summary: str, inside: str) -> str:
    return f"<details><summary>{text(summary)}</summary>{inside}</details>"


def _rows(rows: Sequence[str], of: str) -> str:
    """Return the rows of a chart, those beyond the first ones to be unfolded."""
    more, shown = rows[_ROWS:], "".join(rows[:_ROWS])
    return shown + (_more(counted(len(more), f"more {of}"), "".join(more)) if more else "")


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; columns that begin with ">" are numbers."""
    kinds = [' class="number"' if column.startswith(">") else "" for column in columns]
    head = "".join(
        f'<th scope="col"{kind}>{text(name.lstrip(">"))}</th>'
        for name, kind in zip(columns, kinds, strict=True)
    )
    lines = (
        "".join(f"<td{kind}>{text(cell)}</td>" for cell, kind in zip(row, kinds, strict=True)) for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
