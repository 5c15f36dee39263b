"""`leadswitch sync`: one pass over each connection, or a loop of them."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, fields

from config.problems import Refusal
from config.scalars import duration
from config.settings import Configuration, Connection
from sync.locks import Held
from sync.passes import Order, Summary, run_pass
from sync.preview import previewed
from sync.screen import Screen, counted
from sync.seams import Seams, production
from sync.store import Store, open_store
from sync.trouble import CRM_REFUSED, HELD, LEADS_FAILED, OK, Refused
from sync.wiring import configuration, wire
from sync.work import Counts

_JITTER = 0.1
_CALLS_AT_ONCE = 8


def run(screen: Screen, *, every: str | None, connection: str | None, dry_run: bool) -> int:
    found = configuration(screen.directory)
    chosen = choose(found, connection)
    if dry_run:
        return _rehearse(screen, found, chosen)
    pause = _pause(every)
    with stopping() as stop, ThreadPoolExecutor(_CALLS_AT_ONCE) as pool:
        seams = production(pool, stopping=stop.is_set)
        store = open_store(found.store, create=True)
        try:
            while True:
                code = _round(screen, found, chosen, store, seams)
                if pause is None or stop.wait(pause * random.uniform(1 - _JITTER, 1 + _JITTER)):  # noqa: S311
                    return OK if stop.is_set() else code
        finally:
            store.close()


def choose(found: Configuration, name: str | None) -> Sequence[Connection]:
    """Return the connection of this name, or all; `Refused` where there is none."""
    known = {settings.name: settings for settings in found.connections}
    if not known:
        raise Refused("there is no connection in leadswitch.yaml: nothing to sync")
    if name is None:
        return found.connections
    if name not in known:
        raise Refused(f"there is no connection {name}; known: {', '.join(known)}")
    return (known[name],)


def _pause(every: str | None) -> float | None:
    try:
        return None if every is None else duration(every)
    except Refusal as error:
        raise Refused(f"--every: {error}; write 60s, 5m or 1h") from error


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Set the event at SIGTERM or SIGINT: the step under way is finished, then the pass ends."""
    stop = threading.Event()
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {
            number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)
        }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _rehearse(screen: Screen, found: Configuration, chosen: Sequence[Connection]) -> int:
    shown = previewed(found, chosen, Order(tell=screen.tell))
    if screen.json:
        leads = [
            {"lead": lead, "step": step, "goes_to": to or None, "because": why}
            for each in shown
            for lead, step, to, why in each.leads
        ]
        screen.result({**as_json([each.summary for each in shown], ()), "dry_run": True, "leads": leads})
        return exit_code([each.summary for each in shown], ())
    for each in shown:
        screen.table(
            f"{each.summary.connection}: would do", ("lead", "step", "goes to", "rule or reason"), each.leads
        )
    report(screen, [each.summary for each in shown], ())
    screen.line("Nothing was written.")
    return exit_code([each.summary for each in shown], ())


# --- one round --------------------------------------------------------------------------------------------


def _round(
    screen: Screen, found: Configuration, chosen: Sequence[Connection], store: Store, seams: Seams
) -> int:
    wired = [wire(found, settings, seams) for settings in chosen]
    summaries: list[Summary] = []
    held: list[str] = []
    try:
        for each in wired:
            with screen.progress(each.settings.name) as progress:
                try:
                    summaries.append(run_pass(each, store, seams, Order(progress=progress, tell=screen.tell)))
                except Held:
                    held.append(each.settings.name)
    finally:
        for each in wired:
            each.connector.close()
    report(screen, summaries, held)
    return exit_code(summaries, held)


def exit_code(summaries: Sequence[Summary], held: Sequence[str]) -> int:
    if any(summary.stopped for summary in summaries):
        return OK
    codes = {summary.exit_code for summary in summaries}
    if CRM_REFUSED in codes:
        return CRM_REFUSED
    if held:
        return HELD
    return LEADS_FAILED if LEADS_FAILED in codes else OK


def report(screen: Screen, summaries: Sequence[Summary], held: Sequence[str]) -> None:
    """Say what the passes did and what stands open."""
    if screen.json:
        screen.result(as_json(summaries, held))
    else:
        for summary in summaries:
            screen.line(f"{summary.connection}: {in_words(summary.counts)}")
    for summary in summaries:
        _say_open(screen, summary)
    for name in held:
        screen.warn(f"{name}: another pass holds it; nothing was done")


_SHOWN = ("skipped", "parked", "held", "waiting", "conflicts", "failed", "doubtful", "unverified")


def in_words(counts: Counts) -> str:
    others = [f"{getattr(counts, name):,} {name}" for name in _SHOWN if getattr(counts, name)]
    return ", ".join([f"{counts.seen:,} seen", f"{counts.assigned:,} assigned", *others])


def _say_open(screen: Screen, summary: Summary) -> None:
    counts, name = summary.counts, summary.connection
    if summary.unreachable:
        screen.warn(f"{name}: the CRM ended the pass: {summary.unreachable}; the next pass goes on from here")
    if summary.excess:
        screen.warn(
            f"{name}: {counted(summary.excess, 'more lead')} would be assigned, beyond `max_per_pass`; "
            "if that many are right, raise it for this connection"
        )
    for key, reason in summary.failures:
        screen.warn(f"{name}: {key}: {reason}; will be retried")
    if summary.stopped:
        screen.warn(f"{name}: stopped as asked; the next pass goes on from here")
    if counts.parked or counts.held:
        screen.tell(
            f"{name}: {counted(counts.parked + counts.held, 'lead')} waiting; see `leadswitch parked`"
        )


def as_json(summaries: Sequence[Summary], held: Sequence[str]) -> dict[str, object]:
    """Return the summary object: totals, then each connection's."""
    totals = {each.name: sum(getattr(s.counts, each.name) for s in summaries) for each in fields(Counts)}
    return {
        **totals,
        "stopped": any(s.stopped for s in summaries),
        "excess": sum(s.excess for s in summaries),
        "held_by_another": list(held),
        "connections": {
            s.connection: {**asdict(s.counts), "run": s.run, "unreachable": s.unreachable} for s in summaries
        },
    }
