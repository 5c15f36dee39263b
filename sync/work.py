"""What every part of a pass works with: its session, its CRM, its router, its counts; and the way calls are made."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from config.settings import Connection, Nobody
from connectors.contract import Connector, Record
from connectors.errors import Retry
from router.model import Lead, RepId, TeamName, TeamTurns
from router.route import Router
from sync.directory import Directory
from sync.ledger import Ledger
from sync.notes import Made
from sync.plan import Intake
from sync.seams import Pending, Seams
from sync.steps import Row

if TYPE_CHECKING:
    from sync.following import Companies
    from sync.store import Session

T = TypeVar("T")
Call = Callable[[], Any]
Steps = Generator[Call | Pending[Any], Any, T]
Task = Steps[None]
"""A piece of a pass: yields calls to the CRM, which run beside it, or such as were begun already, and gets their
results; the rest runs alone.

A question is asked again by `Pass.asking`; a write never is: before each sending stands a fresh look.
"""

Begin = Callable[["Pass", Sequence[Row]], Task]
"""What makes the task of some rows."""

Gone = tuple[Mapping[RepId, datetime | None], Mapping[RepId, Sequence[datetime]]]
"""Who is marked away, and the busy times of calendars, as a `State` has them."""

ATTEMPTS = 6
_LONGEST_WAIT = 60.0
_FLIGHT, _FEWEST = 16, 2
"""How many tasks are under way: more than calls are made at once, so that no call's place is empty for long."""
_ABREAST = 1600
FRESH = 2000
"""How many leads are kept at hand."""


@dataclass(slots=True)
class Counts:
    """What a pass did, and (from `parked` on) what stands open when it ends. The names are the ones of `--json`."""

    seen: int = 0
    assigned: int = 0
    skipped: int = 0
    conflicts: int = 0
    duplicates: int = 0
    api_calls: int = 0
    parked: int = 0
    held: int = 0
    failed: int = 0
    doubtful: int = 0
    unverified: int = 0
    kept: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Wired:
    """One connection, ready: its settings, connector and normaliser, and the router for all."""

    settings: Connection
    connector: Connector
    normalise: Callable[[Record], Lead]
    router: Router
    when: Callable[[Lead, datetime], bool | None]
    config: str
    files: Mapping[str, str]
    zone: str
    calls: Callable[[], int]
    allow_hosts: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Pass:
    """One run over one connection, while its lock is held.

    `people` asks the CRM for its users once, and only if a lead needs them: an idle poll is one call. `allowance`
    is how many more leads the pass may claim. `fresh` are leads as this pass wrote them, so that they need not be read
    again to be decided; never more than `FRESH`. `over` are rows that are done with, to be written with the next
    transaction: should it never come, their notes are looked for. `made` are decisions by number whose notes are not
    written yet, `turns` how each team's turns stood at a position of the log, `gone` who was not there:
    right while nobody else wrote into it. `clocks` are ours and the CRM's when its last page came.
    """

    id: str
    wired: Wired
    session: Session
    ledger: Ledger
    people: Callable[[], Directory]
    seams: Seams
    store_key: bytes
    allowance: int
    counts: Counts = field(default_factory=Counts)
    progress: Callable[[Counts], None] = lambda _: None
    fresh: dict[str, tuple[Row, Lead]] = field(default_factory=dict)
    over: list[Row] = field(default_factory=list)
    made: dict[int, Made] = field(default_factory=dict)
    turns: tuple[int, Mapping[TeamName, TeamTurns]] = field(default=(-1, {}))
    gone: Gone = ({}, {})
    companies: Companies | None = None
    clocks: tuple[datetime, datetime] | None = None

    @property
    def connector(self) -> Connector:
        return self.wired.connector

    @property
    def batch(self) -> int:
        """How many leads go through the CRM together: as many as one call takes, whatever it does."""
        features = self.connector.features
        return min(features.read_batch, features.write_batch, features.note_batch)

    @property
    def width(self) -> int:
        """How many calls may be under way: fewer where each is about many leads."""
        return max(_FEWEST, min(_FLIGHT, _ABREAST // self.batch))

    def intake(self, watermark: datetime | None = None) -> Intake:
        settings = self.wired.settings
        only_nobody = all(isinstance(replaced, Nobody) for replaced in settings.replaces)
        replaces = frozenset({None}) if only_nobody else self.people().replaces
        return Intake(self.wired.when, replaces, watermark)

    def asking(self, question: Callable[[], T]) -> Callable[[], T]:
        """Return a question as a call that is made again while the CRM asks for it."""
        return partial(calling, self.seams, question)

    def now(self) -> datetime:
        return self.seams.clock()

    def with_those_over(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the rows to write now: these, and those that waited for a transaction."""
        over, self.over = self.over, []
        return [*over, *rows]


def calling(seams: Seams, question: Callable[[], T]) -> T:
    """Ask a CRM, again while it says so; `Retry` when it says so too often."""
    return Retrying(
        sleep=seams.sleep,
        retry=retry_if_exception_type(Retry),
        stop=lambda state: seams.stopping() or state.attempt_number >= ATTEMPTS,
        wait=_wait,
        reraise=True,
    )(question)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return pause(error if isinstance(error, Retry) else None, state.attempt_number)


def pause(error: Retry | None, attempt: int) -> float:
    """How many seconds to wait before attempt number `attempt` + 1: what the CRM asked for, else longer each time."""
    if error is not None and error.after is not None:
        return error.after
    return min(2.0 ** (attempt - 1), _LONGEST_WAIT)


def carry_out(work: Pass, tasks: Iterator[Task | None], *, width: int | None = None) -> None:
    """Drive the tasks of a pass, and write what waited for a transaction that did not come."""
    try:
        drive(tasks, work.seams, width=width or work.width)
    finally:
        if work.over:
            with work.session.transaction("over") as tx:
                work.ledger.move(tx, work.with_those_over(()))


def one_task_each(work: Pass, batches: Iterable[tuple[Begin, Sequence[Row]]]) -> Iterator[Task]:
    """Yield a task for each batch of rows, without those that an earlier one is still about.

    A task moves its rows on in the ledger, to where the next batch may find them before it has ended.
    """
    taken: set[str] = set()
    for begin, rows in batches:
        if free := [row for row in rows if row.key not in taken]:
            yield _taking(taken, {row.key for row in free}, begin(work, free))


def _taking(taken: set[str], keys: Set[str], task: Task) -> Task:
    taken |= keys
    try:
        yield from task
    finally:
        taken -= keys


def drive(tasks: Iterator[Task | None], seams: Seams, *, width: int = _FLIGHT) -> None:
    """Run tasks with up to `width` calls under way; only the calls leave this thread.

    Tasks are advanced in the order in which they began, so a run is the same whatever the calls' speed. A task None
    is none yet: one under way is advanced first. When one raises, no other is begun, those under way are ended, then
    it is raised.
    """
    flight = _Flight(seams)
    while True:
        while flight.failed is None and len(flight.under_way) < width and not seams.stopping():
            task = flight.next_of(tasks)
            if task is None:
                break
            flight.advance(task, partial(next, task))
        if not flight.under_way:
            break
        flight.land()
    if flight.failed is not None:
        raise flight.failed


class _Flight:
    """The tasks whose calls are under way, oldest first."""

    def __init__(self, seams: Seams) -> None:
        self._seams = seams
        self.under_way: deque[tuple[Task, Pending[Any]]] = deque()
        self.failed: Exception | None = None

    def next_of(self, tasks: Iterator[Task | None]) -> Task | None:
        try:
            return next(tasks, None)
        except Exception as error:  # as below
            self.failed = self.failed or error
            return None

    def advance(self, task: Task, step: Callable[[], Call | Pending[Any]]) -> None:
        try:
            call = step()
        except StopIteration:
            return
        except Exception as error:  # kept, and raised by `drive` when the others have ended
            self.failed = self.failed or error
            return
        pending = call if isinstance(call, Pending) else self._seams.spawn(call)
        self.under_way.append((task, pending))

    def land(self) -> None:
        """Wait for the oldest call and hand its result, or what it raised, to its task."""
        task, pending = self.under_way.popleft()
        try:
            result = pending.result()
        except Exception as error:  # the task knows what it means
            self.advance(task, partial(task.throw, error))
        else:
            self.advance(task, partial(task.send, result))
