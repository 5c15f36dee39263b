"""`leadswitch route FILE`: who would get the leads of a file, with the configuration as it is; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from router.model import Decision, Lead, RepId, State
from router.route import Router, Running
from router.rules import Rulebook
from sync.leadfile import leads_of, rules_for_files
from sync.screen import Screen, counted
from sync.trouble import OK, Refused
from sync.wiring import offline_configuration

if TYPE_CHECKING:
    from sync.following import Following

T = TypeVar("T")
_SHOWN = 200
_YEARS = (1900, 8000)
"""Where a hundred years more or less is a date too."""

_TOLD_EVERY = 500


def run(screen: Screen, *, file: Path, mapping: str | None, at: str | None) -> int:
    found = offline_configuration(screen.directory)
    now = _time(at)
    router = Router(rules_for_files(found.rulebook))
    leads = leads_of(screen, found, file, mapping)
    routed = _routed(router, leads, now, _busy(router.book, screen, now))
    if screen.json:
        for lead, decision in routed:
            screen.result(as_json(lead, decision))
        return OK
    with screen.bar("routing") as tell:
        _show(screen, _told(routed, tell))
    return OK


def _told(routed: Iterator[T], tell: Callable[[str], None]) -> Iterator[T]:
    """Say now and then how far it is."""
    for number, each in enumerate(routed, 1):
        if number % _TOLD_EVERY == 0:
            tell(f"{number:,} leads")
        yield each


def _time(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(at)
    except ValueError as error:
        raise Refused(f"--at: {at} is no time; write 2026-11-21T18:30+01:00") from error
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise Refused(f"--at: {at} is out of reach; write a time such as 2026-11-21T18:30+01:00")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _busy(book: Rulebook, screen: Screen, now: datetime) -> Mapping[RepId, Sequence[datetime]]:
    """Read the calendars that are files; of the others, and of what cannot be read, say so."""
    reps = [rep for rep in book.reps.values() if rep.calendar]
    if not reps:
        return {}
    from sync.calendars.reading import read_files

    known = read_files(reps, now)
    for line in (*known.unread, *known.left_out):
        screen.tell(f"{line}; counts as free time")
    for line in known.assumed:
        screen.tell(line)
    return known.busy


def _routed(
    router: Router, leads: Iterator[Lead], now: datetime, busy: Mapping[RepId, Sequence[datetime]]
) -> Iterator[tuple[Lead, Decision]]:
    running = Running({}, {}, {})
    following = _following(router)
    accounts = following.accounts if following else {}
    state = State(running.turns, running.persons, accounts=accounts, loads=running.loads, busy=busy)
    for lead in leads:
        rule = router.match(lead, now)
        if following:
            following.look(lead, rule)
        decision = router.choose(rule, lead, state, now)
        if following and decision.owner:
            following.remember(lead, decision.owner, ())
        running.take(decision, lead, now)
        yield lead, decision


def _following(router: Router) -> Following | None:
    """Return what finds accounts among the earlier leads of the file, None where no rule follows them."""
    if not router.follows_accounts:
        return None
    from sync.following import Following

    return Following(router.book)


def as_json(lead: Lead, decision: Decision) -> dict[str, object]:
    """Return the stable object of one lead."""
    parked = decision.parked
    return {
        "lead": lead.ref.record,
        "owner": decision.owner,
        "queue": decision.queue,
        "action": decision.action,
        "team": decision.team,
        "rule": decision.rule,
        "by": decision.by,
        "reasons": list(decision.reasons),
        "parked": parked and {"reason": parked.reason, "until": parked.until.isoformat()},
        "unread": [{"field": u.field, "raw": u.raw, "why": u.why} for u in lead.unread],
    }


def _show(screen: Screen, routed: Iterator[tuple[Lead, Decision]]) -> None:
    owners: Counter[str] = Counter()
    rows: list[tuple[str, ...]] = []
    for lead, decision in routed:
        to = decision.owner or decision.queue or decision.action
        owners[to] += 1
        if len(rows) < _SHOWN:
            why = decision.parked.reason if decision.parked else ""
            rows.append((lead.ref.record, to, decision.rule, decision.by, why))
    if not rows:
        screen.line("The file has no leads.")
        return
    screen.table("", ("lead", "goes to", "rule", "by", "it waits because"), rows)
    total = owners.total()
    if total > _SHOWN:
        screen.line(f"... and {total - _SHOWN:,} more; --json shows all")
    screen.table(
        counted(total, "lead"), ("goes to", ">leads"), ((name, f"{n:,}") for name, n in owners.most_common())
    )
