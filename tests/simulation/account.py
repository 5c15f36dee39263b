"""One simulated CRM account: memory, with an index that lags, habits of real CRMs, and bad days."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.contract import (
    Account,
    Assignment,
    Change,
    Entered,
    Look,
    Note,
    Outcome,
    Page,
    User,
    Verdict,
    Walk,
)
from connectors.errors import Doubt, Retry, Stop
from connectors.memory.connector import MemoryConnector
from connectors.memory.rows import Row, stamp_of
from router.model import ConnectionName, LeadRef, RecordId
from tests.simulation.history import Looked, Sent, Told
from tests.simulation.world import OBJECT, START, World

T = TypeVar("T")
ZOMBIE = (5.0, 40.0)
PAGE = 3
WRITES = ("assign", "annotate")


class SimulatedConnector(MemoryConnector):
    """The connector of one pass; `run` is the pass's number. What a call does when nobody runs is not a question."""

    def __init__(self, world: World, connection: str, run: int) -> None:
        account = Account(
            connection=ConnectionName(connection), object=OBJECT, clock=world.time, transport=self._transport
        )
        crm = world.crms[connection]
        super().__init__(crm, account, features=world.features(connection), page_size=PAGE)
        self._world, self._run, self._name = world, run, connection
        self._habits = world.habits(connection)
        self.hidden = self._habits.hidden
        self.calls = 0

    # --- reading ---

    def pages(self, walk: Walk, position: str | None) -> Page:
        if isinstance(walk, Entered) and self._habits.by_id:
            page = self._ask("pages", lambda: self._page_by_id(walk, position))
        else:
            page = super().pages(walk, position)
        self._note(Told(self._run, self._name, page.server_time))
        if not isinstance(walk, Entered):
            return page
        seen = [change for change in page.changes if self._indexed(change.record.ref.record, change.stamp)]
        return replace(page, changes=seen, newest=max((c.stamp for c in seen if c.stamp), default=None))

    def _page_by_id(self, walk: Entered, position: str | None) -> Page:
        """As HubSpot's search past 10,000: by id, so a page says nothing of later ones; and in parts."""
        after, _, before = (position or "").partition("<")
        rows = sorted(self._crm.rows(), key=lambda row: row.id)
        met = [(row, stamp_of(row, walk.field)) for row in rows if row.id > after]
        within = [(row, stamp) for row, stamp in met if not before or row.id < before]
        found = [(row, stamp) for row, stamp in within if stamp is not None and stamp >= walk.since]
        first, rest = found[:PAGE], found[PAGE:]
        more = first[-1][0].id if rest else None
        if more is None or before:
            return self._shown(first, more and f"{more}<{before}")
        middle = rest[len(rest) // 2]
        parts = (f"{more}<{middle[0].id}", middle[0].id)
        return replace(self._shown([*first, middle], more), parts=parts)

    def _shown(self, found: Sequence[tuple[Row, datetime | None]], then: str | None) -> Page:
        changes = [Change(self._record(row), stamp) for row, stamp in found]
        return Page(changes, then, max((s for _, s in found if s is not None), default=None), self._crm.now())

    def _indexed(self, record: RecordId, stamp: datetime | None) -> bool:
        world = self._world
        first = world.arrived[record]
        if stamp is None or first == START or not world.luck.has("lag"):
            return True
        lag = random.Random(f"lag {record} {stamp}").uniform(0, self._habits.lag)
        return world.baton.now >= max(stamp, first) + timedelta(seconds=lag)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        looks = super().read(refs)
        for ref, look in looks.items():
            if look.record is not None:
                self._note(Looked(self._run, self._name, ref.record, look.record.owner))
                self._somebody_is_quicker(ref.record)
        return looks

    def _somebody_is_quicker(self, record: RecordId) -> None:
        world = self._world
        if not world.quiet and world.luck.strikes("person_at_once"):
            owner = world.rng.choice(world.choices(self._name))
            world.later(world.rng.uniform(0, 2), lambda: self._crm.edit_owner(record, owner))

    def owners(self) -> Sequence[User]:
        return [replace(user, active=user.id not in self._world.inactive) for user in super().owners()]

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        since = self._world.baton.now - timedelta(seconds=self.hidden)
        found = super().noted(notes)
        rows = [row for row in self._crm.look([note.ref.record for note in notes]) if row]
        return found - {note.key for row in rows for note in row.notes if note.at > since}

    # --- writing ---

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        self._world.history.extend(Sent(self._run, one.record.ref.record, one.owner) for one in batch)
        refs = [one.record.ref for one in batch]
        return self._written(batch, refs, super().assign, self._world.refused["assign"])

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        refs = [note.ref for note in batch]
        return self._written(batch, refs, super().annotate, self._world.refused["annotate"])

    def _written(
        self,
        batch: Sequence[T],
        refs: Sequence[LeadRef],
        write: Callable[[Sequence[T]], Sequence[Outcome]],
        refused: set[RecordId],
    ) -> Sequence[Outcome]:
        """Write; the answers come in any order, refused records and half a batch as the day brings it."""
        world = self._world
        paired = list(zip(batch, refs, strict=True))
        barred = {} if world.quiet else self._barred(refs, refused)
        sound = [(one, ref) for one, ref in paired if ref not in barred]
        half = len(sound) > 1 and not world.quiet and world.luck.strikes("half_applied")
        done = list(write([one for one, _ in (sound[: len(sound) // 2] if half else sound)]))
        if half:
            done = [Outcome(ref, Verdict.DOUBTFUL, "500") for _, ref in sound]
        answers = [*done, *barred.values()]
        world.rng.shuffle(answers)
        return answers

    def _barred(self, refs: Sequence[LeadRef], refused: set[RecordId]) -> Mapping[LeadRef, Outcome]:
        """Return the rows that the CRM does not write, with its answers."""
        said = "a rule of the portal"
        return {ref: Outcome(ref, Verdict.REFUSED, said) for ref in refs if ref.record in refused}

    # --- the line ---

    def _note(self, entry: Looked | Told) -> None:
        if self._world.baton.worker:
            self._world.history.append(entry)

    def _transport(self, name: str, apply: Callable[[], T]) -> T:
        world = self._world
        if not world.baton.worker:
            return apply()  # it was under way when its process died, and lands
        self.calls += 1
        world.baton.step(f"before {name}")
        if world.quiet:
            return apply()
        self._bad_line(name, apply)
        result = apply()
        world.baton.step(f"after {name}")
        if world.luck.strikes("cut_after"):
            raise Doubt(f"{name}: cut after it was applied")
        return result

    def _bad_line(self, name: str, apply: Callable[[], object]) -> None:
        world, luck = self._world, self._world.luck
        if world.revoked():
            raise Stop(f"{name}: credentials refused")
        if luck.strikes("put_off"):
            raise Retry(f"{name}: not now", after=world.rng.uniform(1, 15))
        if luck.strikes("cut_before"):
            raise Doubt(f"{name}: cut before it arrived")
        if name in WRITES and luck.strikes("zombie"):
            world.baton.after(world.rng.uniform(*ZOMBIE), lambda: _quietly(apply))
            raise Doubt(f"{name}: no answer yet")


def _quietly(apply: Callable[[], object]) -> None:
    apply()
