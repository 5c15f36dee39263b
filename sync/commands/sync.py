"""`leadswitch sync`: one pass over each connection, or a loop of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields

from config.problems import Refusal
from config.scalars import duration
from config.settings import Configuration, Connection
from router.model import ConnectionName
from sync.gates import Gates
from sync.locks import Held
from sync.passes import Order, Summary, run_pass
from sync.preview import previewed
from sync.retention import Trim
from sync.rhythm import Rhythm, spacings
from sync.screen import Screen, counted
from sync.seams import CALLS_AT_ONCE, Seams, production
from sync.store import Store, StoreError, open_store
from sync.trouble import CONFIG_WRONG, CRM_REFUSED, HELD, LEADS_FAILED, OK, Refused, code_of
from sync.wiring import configuration, wire
from sync.work import Counts


def run(screen: Screen, *, every: str | None, connection: str | None, dry_run: bool) -> int:
    found = configuration(screen.directory)
    chosen = choose(found, connection)
    if dry_run:
        return _rehearse(screen, found, chosen)
    rhythm = None if every is None else Rhythm(interval(every), screen.warn)
    with stopping() as stop, ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        seams = production(pool, stop)
        store = open_store(found.store, create=True)
        try:
            if rhythm is None:
                return _round(screen, found, chosen, store, seams, gates=Gates()).exit_code
            return _loop(screen, found, chosen, store, seams, rhythm=rhythm, wait=stop.wait)
        finally:
            store.close()


def _loop(
    screen: Screen,
    found: Configuration,
    chosen: Sequence[Connection],
    store: Store,
    seams: Seams,
    *,
    rhythm: Rhythm,
    wait: Callable[[float], bool],
) -> int:
    """Make rounds until told to stop; `wait` says whether it was."""
    gates = Gates()
    while True:
        due = rhythm.due(chosen)
        done = _round(screen, found, due, store, seams, gates=gates)
        if _is_hopeless(done) and len(due) == len(chosen):
            return done.exit_code
        try:
            spaced = spacings(found, due, store, gates, every=rhythm.every, now=seams.clock())
        except StoreError:  # the next round says what is wrong with the store, if it still is
            spaced = {}
        rhythm.polled(due, spaced)
        if rhythm.rest(wait):
            return OK if done.stopped else _stopped(screen)


def _is_hopeless(done: Round) -> bool:
    """Whether going on needs another configuration, which only a new start reads."""
    return done.exit_code == CONFIG_WRONG and not done.summaries


def _stopped(screen: Screen) -> int:
    """Say that the end came between two passes."""
    if screen.json:
        screen.result(as_json(Round(), stopped=True))
    screen.tell("stopped as asked, between two passes")
    return OK


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


def interval(every: str) -> float:
    """Read `--every` as seconds, more than none."""
    try:
        seconds = duration(every)
    except Refusal as error:
        raise Refused(f"--every: {error}; write 60s, 5m or 1h") from error
    if not seconds:
        raise Refused("--every: polls must be some time apart; write 60s, 5m or 1h")
    return seconds


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
    done = Round([each.summary for each in shown])
    for summary in done.summaries:
        summary.counts.unverified = 0  # nothing was sent, so nothing is to be verified
    if screen.json:
        leads = [
            {"lead": lead, "step": step, "goes_to": to or None, "because": why}
            for each in shown
            for lead, step, to, why in each.leads
        ]
        screen.result({**as_json(done), "dry_run": True, "leads": leads})
        return done.exit_code
    for each in shown:
        screen.table(
            f"{each.summary.connection}: would do", ("lead", "step", "goes to", "rule or reason"), each.leads
        )
        _say_summary(screen, each.summary)
    screen.line("Nothing was written.")
    return done.exit_code


# --- one round --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Round:
    """How the passes of one round ended: connections done, held by another pass, or not to be synced, and why."""

    summaries: list[Summary] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    codes: set[int] = field(default_factory=set)

    @property
    def stopped(self) -> bool:
        return any(summary.stopped for summary in self.summaries)

    @property
    def exit_code(self) -> int:
        if self.stopped:
            return OK
        codes = self.codes | {summary.exit_code for summary in self.summaries}
        return next(
            code for code in (CONFIG_WRONG, CRM_REFUSED, HELD, LEADS_FAILED, OK) if code in {*codes, OK}
        )


def _round(
    screen: Screen,
    found: Configuration,
    chosen: Sequence[Connection],
    store: Store,
    seams: Seams,
    *,
    gates: Gates,
) -> Round:
    done = Round()
    for settings in chosen:
        with taking(done, settings.name), screen.progress(settings.name) as progress:
            order = Order(progress=progress, tell=screen.tell)
            done.summaries.append(one_pass(found, settings, store, seams, order, gates=gates))
    report(screen, done)
    return done


@contextmanager
def taking(done: Round, name: str) -> Iterator[None]:
    """Take down what keeps one connection from its pass: the others have theirs all the same."""
    try:
        yield
    except Held:
        done.held.append(name)
        done.codes.add(HELD)
    except Exception as error:  # the outermost place that knows whose pass it was
        code = code_of(error)
        if code is None:
            raise
        done.refused[name] = str(error)
        done.codes.add(code)


def one_pass(
    found: Configuration,
    settings: Connection,
    store: Store,
    seams: Seams,
    order: Order,
    *,
    gates: Gates | None = None,
) -> Summary:
    """Open the CRM of a connection and run one pass over it; `gates` are those of the passes before."""
    gates = gates or Gates()
    wired = wire(found, settings, seams, gates=gates)
    try:
        gates.recall(found, settings, store, seams.clock())
        summary = run_pass(wired, store, seams, order)
    finally:
        wired.connector.close()
    if not seams.stopping():
        try:
            _keep_short(found, settings, store, seams)
        except StoreError as error:  # the pass is done all the same, and the next one tries again
            order.tell(f"{settings.name}: {error}")
    return summary


def _keep_short(found: Configuration, settings: Connection, store: Store, seams: Seams) -> None:
    """Let some of what is over leave the store; where another pass began already, that one does it."""
    if found.retention.values is None:
        return
    with suppress(Held), store.session(settings.name) as session:
        trim = Trim(session, ConnectionName(settings.name), found.retention, seams.clock())
        trim.run(stopping=seams.stopping)


def report(screen: Screen, done: Round) -> None:
    """Say what the passes did and what stands open."""
    if screen.json:
        screen.result(as_json(done))
    for summary in done.summaries:
        _say_summary(screen, summary)
        _say_waiting(screen, summary)
    for name in done.held:
        screen.warn(f"{name}: another pass holds it; nothing was done")
    for name, why in done.refused.items():
        screen.warn(why if why.startswith((name, f"connection {name}")) else f"{name}: {why}")


_SHOWN = ("skipped", "parked", "held", "waiting", "conflicts", "failed", "doubtful", "unverified")


def in_words(counts: Counts) -> str:
    others = [f"{getattr(counts, name):,} {name}" for name in _SHOWN if getattr(counts, name)]
    return ", ".join([f"{counts.seen:,} seen", f"{counts.assigned:,} assigned", *others])


def _say_summary(screen: Screen, summary: Summary) -> None:
    name = summary.connection
    screen.line(f"{name}: {in_words(summary.counts)}")
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


def _say_waiting(screen: Screen, summary: Summary) -> None:
    counts, name = summary.counts, summary.connection
    listed = counts.parked + counts.held + counts.kept
    if listed:
        screen.tell(f"{name}: {counted(listed, 'lead')} waiting; see `leadswitch parked`")


def as_json(done: Round, *, stopped: bool = False) -> dict[str, object]:
    """Return the summary object: totals, then each connection's."""
    summaries = done.summaries
    totals = {each.name: sum(getattr(s.counts, each.name) for s in summaries) for each in fields(Counts)}
    return {
        **totals,
        "stopped": stopped or done.stopped,
        "excess": sum(s.excess for s in summaries),
        "held_by_another": done.held,
        "refused": done.refused,
        "connections": {
            s.connection: {**asdict(s.counts), "run": s.run, "unreachable": s.unreachable} for s in summaries
        },
    }
