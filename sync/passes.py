"""One pass over one connection: recover, walk, take up what waits, decide, deliver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from itertools import islice

import sqlalchemy as sa

from connectors.errors import Retry, Stop
from router.model import ConnectionName, RepId
from sync import schema
from sync.calendars.reading import read_calendars
from sync.clocks import heed_jump
from sync.codec import dumps
from sync.deliver import deliver, look_for_notes, note
from sync.directory import Directory, directory
from sync.ledger import Ledger
from sync.log import announce
from sync.seams import Seams
from sync.steps import DOUBTFUL, WAITING, Row, Step
from sync.store import Session, Store
from sync.verify import verify
from sync.waiting import Line, look_again
from sync.walks import Walk, first_walk, sweep_due
from sync.work import Begin, Counts, Pass, Task, Wired, calling, carry_out, one_task_each

_LISTED = 20
_NAMED = 5

Progress = Callable[[Counts], None]
Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """How a pass ended.

    `unreachable` is the reason why the CRM ended it, `excess` what `max_per_pass` left, `failures` the first leads
    that failed or are doubtful, each with its reason.
    """

    connection: str
    run: str
    counts: Counts
    stopped: bool = False
    unreachable: str | None = None
    excess: int = 0
    failures: tuple[tuple[str, str], ...] = ()

    @property
    def exit_code(self) -> int:
        if self.unreachable:
            return 3
        return 1 if self.counts.failed or self.counts.doubtful or self.excess else 0


@dataclass(frozen=True, slots=True)
class Order:
    """What a pass is asked to do besides its connection's settings. `walks` False: only what waits already.

    `instead` is done in the place of all else.
    """

    walks: bool = True
    instead: Callable[[Pass], None] | None = None
    progress: Progress = lambda _: None
    tell: Announce = lambda _: None


def run_pass(wired: Wired, store: Store, seams: Seams, order: Order) -> Summary:
    """Run one pass. Raises `Held` when another has the connection, `directory.Unknown`, `StoreError`."""
    with store.session(wired.settings.name) as session:
        return pass_in(session, wired, store.key, seams, order)


def pass_in(session: Session, wired: Wired, store_key: bytes, seams: Seams, order: Order) -> Summary:
    """Run one pass in a session that holds the connection's lock."""
    started, calls = seams.clock(), wired.calls()
    run = f"{started:%Y%m%dT%H%M%S%f}-{wired.settings.name}"
    unreachable, excess = None, 0
    ledger = Ledger(ConnectionName(wired.settings.name), run)
    _begin(session, ledger, wired, started)
    work = _open(wired, store_key, session, ledger, seams, order)
    try:
        if order.instead:
            order.instead(work)
        else:
            excess = _work(work, order)
    except (Stop, Retry) as error:
        unreachable = str(error) or type(error).__name__
    work.counts.api_calls = wired.calls() - calls
    failures = _close(work)
    return Summary(wired.settings.name, run, work.counts, seams.stopping(), unreachable, excess, failures)


def _begin(session: Session, ledger: Ledger, wired: Wired, started: datetime) -> None:
    """Write the run and its configuration, and make intents that a dead pass left doubtful."""
    with session.routing("begin") as tx:  # passes over other connections may write the same configuration
        known = sa.select(schema.configurations.c.hash).where(schema.configurations.c.hash == wired.config)
        if tx.scalar(known) is None:
            files = dumps(dict(wired.files))
            tx.execute(
                schema.configurations.insert().values(hash=wired.config, files=files, first_used=started)
            )
        tx.execute(
            schema.runs.insert().values(
                id=ledger.run, connection=ledger.connection, config=wired.config, started=started
            )
        )
        ledger.recover(tx)


def _open(
    wired: Wired, store_key: bytes, session: Session, ledger: Ledger, seams: Seams, order: Order
) -> Pass:
    @cache
    def people() -> Directory:
        users = calling(seams, wired.connector.owners)
        any_owner = wired.connector.features.any_owner
        found = directory(
            wired.router.book, ledger.connection, wired.settings.replaces, users, any_owner=any_owner
        )
        calendars = read_calendars(wired.router.book.reps.values(), seams, allowed=wired.allow_hosts)
        for line in calendars.unread:
            order.tell(f"{ledger.connection}: {line}; what was known of it before stays in force")
        for line in calendars.left_out:
            order.tell(f"{ledger.connection}: {line}; that part is left out")
        for line in calendars.assumed:
            order.tell(f"{ledger.connection}: {line}")
        before = announce(session, ledger, wired.router.book, found, seams.clock(), busy=calendars.busy)
        if lost := {rep: why for rep, why in found.absent.items() if rep not in before}:
            order.tell(f"{ledger.connection}: {_without_leads(lost)}")
        return found

    return Pass(
        id=ledger.run,
        wired=wired,
        session=session,
        ledger=ledger,
        people=people,
        seams=seams,
        store_key=store_key,
        allowance=wired.settings.max_per_pass,
        progress=order.progress,
    )


def _without_leads(absent: Mapping[RepId, str]) -> str:
    named = ", ".join(f"{rep} ({why})" for rep, why in islice(sorted(absent.items()), _NAMED))
    more = len(absent) - _NAMED
    return f"no leads go to {named}" + (
        f" and {more:,} more: see `leadswitch check --live`" if more > 0 else ""
    )


def _work(work: Pass, order: Order) -> int:
    """Do the pass; return how many leads `max_per_pass` left waiting."""
    fields = work.wired.settings.enters if order.walks else ()
    first = [field for field in fields if first_walk(work, field)]
    carry_out(work, _walking([Walk(work, field) for field in first]), width=1)
    standing = _standing(work)
    if any(standing[step] for step in WAITING):
        look_again(work)
        standing = _standing(work)
    waiting = standing[Step.SEEN]
    if waiting:
        taken = min(waiting, work.allowance)
        order.tell(f"{work.ledger.connection}: {waiting:,} to assign, {taken:,} in this pass")
    walks = [Walk(work, field) for field in fields if field not in first]
    sweep = sweep_due(work) if order.walks else None
    carry_out(work, _tasks(work, [*walks, sweep] if sweep else walks))
    left = _standing(work)[Step.SEEN]
    if left and work.allowance > 0:  # given back while the last ones were on their way
        carry_out(work, _tasks(work, []))
        left = _standing(work)[Step.SEEN]
    return 0 if work.seams.stopping() else left


def _standing(work: Pass) -> Counter[Step]:
    with work.session.transaction("standing") as tx:
        return work.ledger.standing(tx)


# --- tasks ------------------------------------------------------------------------------------------------


def _walking(walks: Sequence[Walk]) -> Iterator[Task | None]:
    """Yield the asking for each next page, and take in what came; None is "nothing yet"."""
    while any(walk.under_way for walk in walks):
        yield from _asking(walks)
        if not _took_in(walks) and any(walk.under_way for walk in walks):
            yield None


def _asking(walks: Sequence[Walk]) -> Iterator[Task]:
    for walk in walks:
        while (task := walk.asking()) is not None:
            yield task


def _took_in(walks: Sequence[Walk]) -> bool:
    return any(walk.take_in() for walk in walks)


def _tasks(work: Pass, walks: Sequence[Walk]) -> Iterator[Task | None]:
    """Yield the walks, what earlier passes left, and the leads without a decision, in the order they entered.

    While a walk goes on leads are decided as they come in, a whole batch at a time; before the next page is taken in.
    """
    yield from _asking(walks)
    while work.clocks is None and any(walk.under_way for walk in walks):
        yield None
    line = Line(work)
    yield from one_task_each(work, _left(work, heed_jump(work)))
    while True:
        yield from _asking(walks)
        under_way = any(walk.under_way for walk in walks)
        rows = [] if under_way and len(work.fresh) < work.batch else line.decided()
        if rows:
            yield deliver(work, [row for row in rows if row.step is Step.CLAIMED])
        elif not _took_in(walks):
            if not under_way:
                return
            yield None


LEFT: Sequence[tuple[tuple[Step, ...], Begin]] = (
    ((Step.VERIFY,), verify),
    ((Step.NOTE_DOUBTFUL,), look_for_notes),
    ((Step.OWNED, Step.NOTE_FAILED), note),
    ((Step.DOUBTFUL, Step.FAILED, Step.CLAIMED), deliver),
)
"""What earlier passes may have left to do, and who does it."""


def _left(work: Pass, by: datetime) -> Iterator[tuple[Begin, Sequence[Row]]]:
    standing = _standing(work)
    for steps, begin in LEFT:
        if any(standing[step] for step in steps):
            yield from ((begin, rows) for rows in _due_at(work, steps, by))


def _due_at(work: Pass, steps: Sequence[Step], by: datetime) -> Iterator[Sequence[Row]]:
    after = ""
    while True:
        with work.session.transaction("left") as tx:
            rows = work.ledger.at_steps(tx, steps, limit=work.batch, due=by, after=after)
        if not rows:
            return
        after = rows[-1].key
        yield rows


def _close(work: Pass) -> tuple[tuple[str, str], ...]:
    """Count what stands open, write the end of the run, and return the first failures."""
    counts, ledger = work.counts, work.ledger
    with work.session.transaction("end") as tx:
        standing = ledger.standing(tx)
        counts.parked, counts.held = standing[Step.PARKED], standing[Step.HELD]
        counts.kept = standing[Step.KEPT]
        counts.failed = standing[Step.FAILED] + standing[Step.NOTE_FAILED]
        counts.doubtful = sum(standing[step] for step in DOUBTFUL)
        counts.unverified = standing[Step.VERIFY]
        counts.waiting = standing[Step.SEEN] + standing[Step.CLAIMED] + standing[Step.OWNED]
        tx.execute(
            schema.runs.update()
            .where(schema.runs.c.id == ledger.run)
            .values(ended=work.now(), counts=dumps(asdict(counts)))
        )
        failed = ledger.at_steps(tx, (Step.FAILED, Step.NOTE_FAILED, *DOUBTFUL), limit=_LISTED)
    return tuple((str(row.ref), row.reason) for row in failed)
