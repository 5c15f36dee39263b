"""`leadswitch report`: who got how many leads, what went wrong, and what stands open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta

from sync.commands.away import until_when
from sync.figures import QUEUE, SUMMED, WAYS, Figures, absences, figures
from sync.screen import Screen
from sync.seams import system_clock
from sync.since import start_of
from sync.store import open_store
from sync.trouble import OK
from sync.wiring import offline_configuration, store_url


def run(screen: Screen, *, since: str) -> int:
    now = system_clock()
    start = start_of(since, now)
    book = offline_configuration(screen.directory).rulebook
    reps = [str(rep) for rep in book.reps]
    with closing(open_store(store_url(screen.directory), create=False)) as store:
        found, away = figures(store, start), absences(store, book.reps, now)
    if screen.json:
        told = {name: _as_json(one, reps) for name, one in found.items()}
        marked = {rep: until and until.isoformat() for rep, until in away.items()}
        screen.result(
            {"since": start.isoformat(), "until": now.isoformat(), "connections": told, "away": marked}
        )
        return OK
    for name, one in found.items():
        _say(screen, name, one, now)
    if found:
        _say_reps(screen, _by_rep(found.values(), reps), start)
    else:
        screen.line("No pass was made yet.")
    for rep, until in away.items():
        screen.line(f"{rep} is away {until_when(until)}.")
    return OK


def _by_rep(found: Iterable[Figures], reps: Iterable[str]) -> dict[str, Counter[str]]:
    """Add up what each rep got; those who got nothing are there, too."""
    total: dict[str, Counter[str]] = {rep: Counter() for rep in reps}
    for one in found:
        for rep, ways in one.reps.items():
            total.setdefault(rep, Counter()).update(ways)
    return total


# --- for people -------------------------------------------------------------------------------------------


def _say(screen: Screen, name: str, one: Figures, now: datetime) -> None:
    ways = ", ".join(f"{one.assigned[way]:,} {_WORDS[way]}" for way in WAYS if one.assigned[way])
    screen.line(f"{name}: {one.assigned.total():,} assigned" + (f" ({ways})" if ways else ""))
    done = [f"{one.summed[each]:,} {_WORDS[each]}" for each in ("skipped", "conflicts", "duplicates")]
    done += [f"{one.undone:,} undone", f"{one.summed['api_calls']:,} calls"]
    screen.line(f"  {', '.join(done)}")
    open_now = [f"{count:,} {state}" for state, count in one.open.items() if count]
    if one.oldest_parked:
        open_now.append(f"the oldest parked for {_age(now - one.oldest_parked)}")
    screen.line(f"  now open: {', '.join(open_now) or 'nothing'}")
    if one.not_understood:
        fields = ", ".join(f"{field} {count:,}" for field, count in one.not_understood.most_common())
        screen.line(f"  not understood: {fields}")
    last = f"the last ended {_age(now - one.last_pass)} ago" if one.last_pass else "none ended"
    cut = f", {one.cut:,} under way or cut" if one.cut else ""
    screen.line(f"  {one.passes:,} {'pass' if one.passes == 1 else 'passes'}, {last}{cut}")


_WORDS = {
    "turn": "in turn",
    "sticky": "to the owner the person had",
    "named": "named by the rule",
    "queue": "into a queue",
    "skipped": "skipped",
    "conflicts": "taken by a person first",
    "duplicates": "second records of a person",
}


def _say_reps(screen: Screen, reps: dict[str, Counter[str]], start: datetime) -> None:
    ways = [way for way in WAYS if way != QUEUE]
    screen.table(
        f"Leads by rep since {start:%Y-%m-%d %H:%M} UTC",
        ("rep", *(f">{way}" for way in ways), ">all"),
        ((rep, *(f"{got[way]:,}" for way in ways), f"{got.total():,}") for rep, got in sorted(reps.items())),
    )


def _age(passed: timedelta) -> str:
    minutes = max(int(passed.total_seconds()) // 60, 0)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


# --- for scripts ------------------------------------------------------------------------------------------


def _as_json(one: Figures, reps: Iterable[str]) -> dict[str, object]:
    return {
        "assigned": one.assigned.total(),
        "by_way": {way: one.assigned[way] for way in WAYS},
        "reps": {
            rep: {**{way: got[way] for way in WAYS if way != QUEUE}, "all": got.total()}
            for rep, got in sorted(_by_rep([one], reps).items())
        },
        **{name: one.summed[name] for name in SUMMED},
        "undone": one.undone,
        **one.open,
        "oldest_parked": one.oldest_parked and one.oldest_parked.isoformat(),
        "not_understood": dict(sorted(one.not_understood.items())),
        "passes": one.passes,
        "cut": one.cut,
        "last_pass": one.last_pass and one.last_pass.isoformat(),
    }
