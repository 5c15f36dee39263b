"""The simulated connector to an org of Salesforce: what its API and its bad days ask of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from connectors.contract import Absent, Look, Outcome, OwnerChange, Page, Verdict, Walk
from connectors.errors import Retry, Stop
from connectors.memory.rows import Row
from router.model import LeadRef, RecordId
from tests.simulation.account import PAGE, SimulatedConnector
from tests.simulation.org import Org
from tests.simulation.org_life import convert
from tests.simulation.people import merge
from tests.simulation.world import World

_HIDDEN = 10.0
_LOCKED_BY_A_PERSON = 0.5


class OrgConnector(SimulatedConnector):
    """The connector of one pass over an org. Every process of a user has the same session."""

    def __init__(self, world: World, connection: str, run: int) -> None:
        super().__init__(world, connection, run)
        crm = world.crms[connection]
        assert isinstance(crm, Org)
        self._org = crm
        self._session = crm.session
        self._renewed = False
        self._size = world.rng.choice((1, PAGE, 200))  # the server chooses
        self.hidden = _HIDDEN if world.luck.has("tasks_late") else 0.0

    # --- reading ---

    def pages(self, walk: Walk, position: str | None) -> Page:
        page = super().pages(walk, position)
        return replace(
            page, changes=[c for c in page.changes if c.record.ref.record not in self._org.converted]
        )

    def _look(self, ref: LeadRef, row: Row | None) -> Look:
        converted = row is not None and row.id in self._org.converted
        return Look(None, Absent.CONVERTED) if converted else super()._look(ref, row)

    def _somebody_is_quicker(self, record: RecordId) -> None:
        super()._somebody_is_quicker(record)
        world = self._world
        if not world.quiet and world.luck.strikes("gone_at_once"):
            ends = (
                partial(convert, world, self._org, record),
                partial(merge, world, self._name, record),
                partial(self._org.delete, record),
            )
            world.later(world.rng.uniform(0, 2), world.rng.choice(ends))

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        """Return what the org keeps; what its rules did in our transaction stands there in our name."""
        found = super().history(refs)
        if self._world.luck.has("no_history"):
            return dict.fromkeys(refs, ())
        return {ref: [self._named(ref, change) for change in changes] for ref, changes in found.items()}

    def _named(self, ref: LeadRef, change: OwnerChange) -> OwnerChange:
        return replace(change, ours=change.ours or (ref.record, change.at) in self._org.by_rule)

    # --- writing ---

    def _barred(self, refs: Sequence[LeadRef], refused: set[RecordId]) -> Mapping[LeadRef, Outcome]:
        locked = [ref for ref in refs if self._world.luck.strikes("locked")]
        for ref in locked:
            self._somebody_holds(ref.record)
        said = "UNABLE_TO_LOCK_ROW"
        rows = {ref: Outcome(ref, Verdict.CONFLICT, said) for ref in locked}
        return {**rows, **super()._barred(refs, refused)}

    def _somebody_holds(self, record: RecordId) -> None:
        """A row is locked since somebody writes it: a batch job, or a person who chooses an owner."""
        world = self._world
        if world.rng.random() < _LOCKED_BY_A_PERSON:
            owner = world.rng.choice(world.choices(self._name))
            world.later(world.rng.uniform(0, 3), partial(self._org.edit_owner, record, owner))

    # --- the line ---

    def _bad_line(self, name: str, apply: Callable[[], object]) -> None:
        if self._world.spent():
            raise Stop(f"{name}: the org's calls of 24 hours are spent")
        self._in_session(name)
        super()._bad_line(name, apply)

    def _in_session(self, name: str) -> None:
        """A session that was ended is told by a 401; the next call logs in, once, and a second 401 ends the pass."""
        if self._world.luck.strikes("logged_out"):
            self._org.session += 1
        if self._session == self._org.session:
            self._renewed = False
            return
        if self._renewed:
            raise Stop(f"{name}: the session that was given a moment ago is not accepted")
        self._session, self._renewed = self._org.session, True
        raise Retry(f"{name}: the session had ended", after=0.0)
