"""An org of Salesforce: a CRM in memory with the ids, stamps, conversions, rules and the session of one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from string import ascii_letters
from typing import Any

from connectors.contract import Verdict
from connectors.memory.crm import Answer, MemoryCrm, NoteWrite, OwnerWrite
from connectors.salesforce.wire_ids import full
from router.model import OwnerId, RecordId

_BEGINS, _LETTERS = "00Q5g00000", 5
_GONE: Answer = (Verdict.GONE, "CANNOT_UPDATE_CONVERTED_LEAD")


class Org(MemoryCrm):
    """An org.

    `converted` are records that are leads no more. `rules` says to whom a rule of the org moves a lead whenever we
    write its owner; `by_rule` are those moves, which the history tells in our name. `session` is the number of the
    session in force, the same for all processes of a user. `last` is the newest lead's stamp, and when it shows.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.converted: set[RecordId] = set()
        self.rules: dict[RecordId, OwnerId] = {}
        self.by_rule: set[tuple[RecordId, datetime]] = set()
        self.session = 1
        self.last: tuple[datetime, datetime] | None = None
        self._ids: list[str] = []

    def new_id(self, rng: random.Random, *, twin: bool) -> RecordId:
        """Return a new id of 18 characters; a twin differs from another one in nothing but capitals."""
        short = rng.choice(self._ids).swapcase() if twin and self._ids else ""
        if not short or short in self._ids:
            short = "".join(rng.choices(ascii_letters, k=_LETTERS))
        self._ids.append(short)
        return RecordId(full(_BEGINS + short))

    def convert(self, record: RecordId) -> None:
        """Make more of a lead."""
        self._lead(record)
        self.converted.add(record)

    def _lead(self, record: RecordId) -> None:
        """Raise KeyError unless there is such a lead: nothing is done to a converted one."""
        if record in self.converted or not any(self.look([record])):
            raise KeyError(record)

    # --- as the CRM, with what an org does besides ---

    def now(self) -> datetime:
        """Return its time as answers tell it: in whole seconds."""
        return super().now().replace(microsecond=0)

    def edit_owner(self, record: RecordId, owner: OwnerId | None) -> None:
        self._lead(record)
        super().edit_owner(record, owner)

    def write_owners(self, writes: Sequence[OwnerWrite]) -> list[Answer]:
        answers = super().write_owners(writes)
        for write, (verdict, _) in zip(writes, answers, strict=True):
            if verdict is Verdict.DONE and (mover := self.rules.get(write.record)):
                self._moved(write.record, mover)
        return answers

    def _judge(self, write: OwnerWrite, named: set[RecordId]) -> Answer:
        return _GONE if write.record in self.converted else super()._judge(write, named)

    def _moved(self, record: RecordId, owner: OwnerId) -> None:
        """In the transaction of our write, and under our name, a rule has the last word."""
        self.edit_owner(record, owner)
        last = next(row.history[-1] for row in self.look([record]) if row)
        self.by_rule.add((record, last.at))

    def write_notes(self, writes: Sequence[NoteWrite]) -> list[Answer]:
        open_still = [write for write in writes if write.record not in self.converted]
        answers = iter(super().write_notes(open_still))
        return [_GONE if write.record in self.converted else next(answers) for write in writes]
