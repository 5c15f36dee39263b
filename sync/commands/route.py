"""`leadswitch route FILE`: who would get the leads of a file, with the configuration as it is; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Configuration
from connectors.contract import Record
from connectors.normalise.mapping import compile_mapping
from connectors.normalise.standard import STANDARD
from router.model import Decision, Lead, State
from router.route import Router, advance
from sync.offline import records
from sync.screen import Screen, counted
from sync.trouble import OK, Refused
from sync.wiring import configuration, field_mapping

_SHOWN = 200


def run(screen: Screen, *, file: Path, mapping: str | None, at: str | None) -> int:
    found = configuration(screen.directory)
    now = _time(at)
    normalise = _normaliser(found, mapping)
    source = records(file, connection=mapping or _connection(found), object_type="leads")
    routed = _routed(Router(found.rulebook), (normalise(record) for record in source), now)
    if screen.json:
        for lead, decision in routed:
            screen.result(as_json(lead, decision))
        return OK
    _show(screen, routed)
    return OK


def _time(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(at)
    except ValueError as error:
        raise Refused(f"--at: {at} is no time; write 2026-11-21T18:30+01:00") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _connection(found: Configuration) -> str:
    """Leads of a file belong to the only connection there is: queues and rules of it then apply."""
    return found.connections[0].name if len(found.connections) == 1 else "file"


def _normaliser(found: Configuration, mapping: str | None) -> Callable[[Record], Lead]:
    if mapping is None:
        return compile_mapping(STANDARD["memory"], zone=found.timezone)
    settings = next((each for each in found.connections if each.name == mapping), None)
    if settings is None:
        known = ", ".join(each.name for each in found.connections)
        raise Refused(f"--mapping: there is no connection {mapping}; known: {known}")
    return compile_mapping(field_mapping(settings), zone=found.timezone)


def _routed(router: Router, leads: Iterator[Lead], now: datetime) -> Iterator[tuple[Lead, Decision]]:
    state = State()
    for lead in leads:
        decision = router.route(lead, state, now)
        state = advance(state, decision, lead, now)
        yield lead, decision


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
    rows, total = [], 0
    for lead, decision in routed:
        total += 1
        owners[str(decision.owner or decision.queue or decision.action)] += 1
        if total <= _SHOWN:
            rows.append(
                (
                    lead.ref.record,
                    decision.owner or decision.queue or decision.action,
                    decision.rule,
                    decision.by,
                )
            )
    if not total:
        screen.line("The file has no leads.")
        return
    screen.table("", ("lead", "goes to", "rule", "by"), rows)
    if total > _SHOWN:
        screen.line(f"... and {total - _SHOWN:,} more; --json shows all")
    screen.table(
        counted(total, "lead"), ("goes to", ">leads"), ((name, f"{n:,}") for name, n in owners.most_common())
    )
