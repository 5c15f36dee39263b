"""Any order of leads, people, deaths, lost answers, configurations and time, against a plain model.

At every moment: seen = assigned + skipped + parked + pending. Each lead stands at one step and each step is one of the
four; what is assigned has its claim and our write in the CRM, what is not has neither claim nor turn; a person's choice
stands. In the end, when nothing goes wrong any more, nothing is pending.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connectors.contract import Assignment, Connector, Outcome, Verdict
from connectors.errors import Doubt, Retry, Stop
from router.model import OwnerId, QueueName, RecordId
from router.rules import Alert, Comparison, Keep, Op, Require, Rule, Step, ToQueue, ToTeam
from sync import schema
from sync.passes import Summary
from sync.seams import Seams
from sync.store import open_store
from tests.sync.office import SMB, Office, book
from tests.sync.test_writing import Meddled

T = TypeVar("T")

ASSIGNED = {"owned", "noting", "note_doubtful", "note_failed", "verify", "settled"}
SKIPPED = {"skipped", "kept", "conflict", "gone"}
PARKED = {"held", "parked"}
PENDING = {"seen", "claimed", "writing", "doubtful", "failed"}
CLAIMS = ASSIGNED | PENDING - {"seen"}
"""The steps with a claim, but for a person's choice that is being put back."""

_FINNISH = Comparison("country", Op.IS, ("FI",))
_RULES = (
    Rule("partner", Comparison("source", Op.IS, ("partner",)), Keep()),
    Rule("swiss", Comparison("country", Op.IS, ("CH",)), ToQueue(QueueName("backup"))),
)
_NOBODY = Rule(
    "finnish", _FINNISH, ToTeam(SMB, require={"language": Require(("fi",))}), otherwise=(Step(Alert()),)
)
BOOKS = {"config-1": book(*_RULES, _NOBODY), "config-2": book(*_RULES)}
"""The first has nobody for Finnish leads, in the second they are everybody's."""

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - no disk is needed


class Crash(BaseException):
    """The process ends here."""


class Shaky(Office):
    """An office whose process ends at a chosen edge of a transaction or call, with a clock that may be off."""

    off = timedelta()
    ends_in: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.store = replace(self.store, gate=lambda _edge, _name: self._edge())

    def seams(self) -> Seams:
        return replace(super().seams(), clock=lambda: self.clock() + self.off)

    def _transport(self, name: str, apply: Callable[[], T]) -> T:
        self._edge()
        result = super()._transport(name, apply)
        self._edge()
        return result

    def _edge(self) -> None:
        if self.ends_in is not None:
            self.ends_in -= 1
            if self.ends_in < 0:
                raise Crash

    def lives_through(self, edges: int | None) -> Summary | None:
        """Run a pass that ends after so many edges, None: when it is done. Returns None if it died."""
        self.ends_in = edges
        try:
            return self.sync()
        except Crash:
            return None
        finally:
            self.ends_in = None


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.db"
        open_store(f"sqlite:///{file}", create=True).close()
        return file.read_bytes()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger, as far as the model speaks of it."""

    key: str
    record: RecordId
    step: str
    owner: str | None
    decision: int | None
    put_back: bool


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger as it stands: its entries, the decision of each claim, the turns and who took one."""

    entries: Sequence[Entry]
    claims: Mapping[str, int]
    turns: Sequence[tuple[str, str]]
    took_a_turn: int

    @classmethod
    def of(cls, office: Office) -> Books:
        leads, claims, log, decisions = schema.leads.c, schema.claims.c, schema.log.c, schema.decisions.c
        columns = (leads.key, leads.record_id, leads.step, leads.owner_id, leads.decision, leads.over)
        turn = sa.select(sa.func.count()).where(decisions.id == claims.decision, decisions.turn.is_not(None))
        with office.store.reading() as tx, tx.begin():
            rows = tx.execute(sa.select(*columns).order_by(leads.entry)).all()
            claimed = tx.execute(sa.select(claims.lead, claims.decision)).all()
            logged = tx.execute(
                sa.select(log.kind, log.body).where(log.kind != "owners").order_by(log.seq)
            ).all()
            took = tx.scalar(turn)
        entries = [Entry(row[0], RecordId(row[1]), *row[2:5], put_back=row[5] is not None) for row in rows]
        return cls(
            entries,
            {lead: int(decision) for lead, decision in claimed},
            [(kind, body) for kind, body in logged],
            int(took or 0),
        )

    def what_is_claimed_has_one_claim_and_nothing_else_has(self) -> None:
        claimed = {
            entry.key: entry.decision for entry in self.entries if entry.step in CLAIMS and not entry.put_back
        }
        assert self.claims == claimed

    def credits_sum_to_nothing_and_each_turn_stands_for_a_claim(self) -> None:
        if self.turns:
            assert sum(json.loads(self.turns[-1][1])["after"]["credits"].values()) == 0
        assert sum(1 if kind == "turn" else -1 for kind, _ in self.turns) == self.took_a_turn


EDGES = st.integers(0, 70)
"""After how many edges a pass dies; one with a few new leads has about sixty."""

Form = tuple[str, str, int, str | None]
FORMS: st.SearchStrategy[Form] = st.tuples(
    st.sampled_from(["DE", "DE", "DE", "CH", "FI"]),
    st.sampled_from(["web", "web", "web", "partner"]),
    st.integers(0, 5),
    st.sampled_from([None, None, None, "u-boss"]),
)
"""Country, source, person, owner."""
NEW = st.lists(FORMS, min_size=1, max_size=4)


class Engine(RuleBasedStateMachine):
    """`added` is every lead there ever was, `met` those that were there when a pass ended well, `chosen` what people
    made of the owner, `raced` the leads that a person took while we wrote."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lsw-machine-", dir=_MEMORY))
        (self.folder / "store.db").write_bytes(_empty())
        self.office = Shaky(f"sqlite:///{self.folder}/store.db", rulebook=BOOKS["config-1"])
        self.added: list[RecordId] = []
        self.met: set[RecordId] = set()
        self.chosen: dict[RecordId, OwnerId | None] = {}
        self.raced: set[RecordId] = set()

    # --- the world ----------------------------------------------------------------------------------------

    @rule(forms=NEW)
    def leads_come_in(self, forms: Sequence[Form]) -> None:
        for country, source, person, owner in forms:
            email = f"p{person}@leads.example"
            record = self.office.lead(owner=owner, country=country, source=source, email=email)
            self.added.append(record)
            if owner:
                self.chosen[record] = OwnerId(owner)

    @precondition(lambda self: self.there())
    @rule(data=st.data(), owner=st.sampled_from(["u-boss", "u-ana", None]))
    def a_person_changes_the_owner(self, data: st.DataObject, owner: str | None) -> None:
        record = data.draw(st.sampled_from(self.there()[-6:]))  # what just came in is what is under way
        self.office.crm.edit_owner(record, OwnerId(owner) if owner else None)
        self.chosen[record] = OwnerId(owner) if owner else None
        self.raced.discard(record)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def a_lead_is_deleted(self, data: st.DataObject) -> None:
        self.office.crm.delete(data.draw(st.sampled_from(self.there())))

    @rule(seconds=st.sampled_from([1, 20, 61, 1200, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.office.clock.pass_by(seconds=seconds)

    @rule(hours=st.sampled_from([-24, 0, 24]))
    def our_clock_is_set(self, hours: int) -> None:
        self.office.off = timedelta(hours=hours)

    @rule(name=st.sampled_from(sorted(BOOKS)))
    def the_configuration_is(self, name: str) -> None:
        self.office.config, self.office.rulebook = name, BOOKS[name]

    # --- the program --------------------------------------------------------------------------------------

    @rule(forms=NEW)
    def a_pass(self, forms: Sequence[Form]) -> None:
        self.leads_come_in(forms)
        there = self.there()
        summary = self.office.lives_through(None)
        assert summary is not None
        assert summary.unreachable is None
        self.met |= set(there)

    @rule(forms=NEW, edges=EDGES)
    def a_pass_that_dies(self, forms: Sequence[Form], edges: int) -> None:
        self.leads_come_in(forms)
        there = self.there()
        if self.office.lives_through(edges) is not None:
            self.met |= set(there)

    @rule(
        forms=NEW,
        call=st.sampled_from(["pages", "read", "assign", "annotate", "history", "noted"]),
        error=st.sampled_from([Retry("busy"), Stop("revoked"), Doubt("cut"), OSError("gone")]),
        edges=st.none() | EDGES,
    )
    def a_pass_whose_crm_fails(
        self, forms: Sequence[Form], call: str, error: Exception, edges: int | None
    ) -> None:
        if call in ("pages", "read", "history", "noted") and not isinstance(error, Retry | Stop):
            error = Retry("busy")  # a question is never doubtful

        def fails(*_: object) -> Any:
            raise error

        self._meddled(forms, edges, **{call: fails})

    @rule(forms=NEW, call=st.sampled_from(["assign", "annotate"]), edges=st.none() | EDGES)
    def a_pass_whose_answers_are_lost(self, forms: Sequence[Form], call: str, edges: int | None) -> None:
        def lost(inner: Connector, batch: Any) -> Any:
            getattr(inner, call)(batch)
            raise Doubt("cut")

        self._meddled(forms, edges, **{call: lost})

    @rule(forms=NEW)
    def a_pass_whose_owners_are_refused(self, forms: Sequence[Form]) -> None:
        def refused(_: Connector, batch: Sequence[Assignment]) -> list[Outcome]:
            return [Outcome(one.record.ref, Verdict.REFUSED, "a rule of the account") for one in batch]

        self._meddled(forms, None, assign=refused)

    @rule(forms=NEW, edges=st.none() | EDGES)
    def a_pass_in_which_a_person_is_quicker(self, forms: Sequence[Form], edges: int | None) -> None:
        """Somebody takes a lead in the instant between our look and our write."""

        def raced(inner: Connector, batch: Sequence[Assignment]) -> Sequence[Outcome]:
            record = batch[0].record.ref.record
            self.office.crm.edit_owner(record, OwnerId("u-boss"))
            self.chosen[record] = OwnerId("u-boss")
            self.raced.add(record)
            return inner.assign(batch)

        self._meddled(forms, edges, assign=raced)

    def _meddled(self, forms: Sequence[Form], edges: int | None, **calls: Callable[..., Any]) -> None:
        self.leads_come_in(forms)

        def wrapped(inner: Connector) -> Connector:
            return Meddled(inner, **{name: lambda *given, f=f: f(inner, *given) for name, f in calls.items()})

        self.office.wrapped = wrapped
        self.office.lives_through(edges)
        self.office.wrapped = lambda inner: inner

    # --- what is always true ------------------------------------------------------------------------------

    @invariant()
    def the_books_are_right(self) -> None:
        books = Books.of(self.office)
        self.every_lead_stands_at_one_step_and_none_is_lost(books)
        books.what_is_claimed_has_one_claim_and_nothing_else_has()
        books.credits_sum_to_nothing_and_each_turn_stands_for_a_claim()
        self.what_is_assigned_was_written_once(books)
        self.a_persons_choice_stands()

    def every_lead_stands_at_one_step_and_none_is_lost(self, books: Books) -> None:
        steps = Counter(entry.step for entry in books.entries)
        parts = [sum(steps[step] for step in part) for part in (ASSIGNED, SKIPPED, PARKED, PENDING)]
        assert sum(parts) == len(books.entries), steps
        assert self.met <= {entry.record for entry in books.entries} <= set(self.added)
        assert len({entry.key for entry in books.entries}) == len(books.entries)

    def what_is_assigned_was_written_once(self, books: Books) -> None:
        rows = {row.id: row for row in self.office.crm.rows()}
        for entry in books.entries:
            row = rows.get(entry.record)
            if row is not None and entry.step in ASSIGNED:
                assert any(change.owner == entry.owner for change in row.history), row.history
        times = Counter(entry.record for entry in books.entries)
        for row in rows.values():
            automatic = {change.owner for change in row.history if change.ours} - {OwnerId("u-boss")}
            assert len(automatic) <= times[row.id], row.history
            assert len(row.notes) <= times[row.id]

    def a_persons_choice_stands(self) -> None:
        for record in set(self.there()) - self.raced:
            if self.chosen.get(record):
                assert self.office.owner(record) == self.chosen[record]

    def teardown(self) -> None:
        if hasattr(self, "office"):
            try:
                self.all_ends_well()
            finally:
                self.office.store.close()
                shutil.rmtree(self.folder)

    def all_ends_well(self) -> None:
        """Nothing goes wrong any more: after some passes nothing is pending, and nobody was forgotten."""
        self.office.off = timedelta()
        for _ in range(6):
            self.office.clock.pass_by(hours=25)
            self.a_pass(())
        for _ in range(2):  # verified, whatever the last sweep began anew
            self.office.clock.pass_by(seconds=61)
            self.a_pass(())
        self.raced.clear()
        self.the_books_are_right()
        self.nothing_is_pending(Books.of(self.office))

    def nothing_is_pending(self, books: Books) -> None:
        newest = {entry.record: entry for entry in books.entries}
        for record in self.there():
            step, row = newest[record].step, self.office.row(record)
            assert step in {"settled", *SKIPPED, *PARKED}, step
            if step == "settled":
                assert row.notes
            elif step == "skipped":
                assert row.owner is not None or self.chosen.get(record, row.owner) is None

    def there(self) -> list[RecordId]:
        if not hasattr(self, "office"):
            return []
        return [row.id for row in self.office.crm.rows()]


TestTheEngine = Engine.TestCase
TestTheEngine.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    report_multiple_bugs=False,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
