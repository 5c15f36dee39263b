"""What must be true of the ledger when everything has settled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.memory.events import Owned
from router.model import RecordId
from sync import schema
from sync.steps import ENDED, WAITING
from sync.store import Store
from tests.simulation.rules import UNOWNED

_LEADS = sa.select(schema.leads)
_LOG = sa.select(schema.log).where(schema.log.c.kind.in_(("turn", "returned"))).order_by(schema.log.c.seq)
_CLAIMS = sa.select(schema.claims.c.lead, schema.decisions.c.turn).join(
    schema.decisions, schema.decisions.c.id == schema.claims.c.decision
)
_CURSORS = sa.select(schema.cursors)
_LEAD = 10**12
_MOST = 2 * _LEAD
_FIRST: Mapping[str, Any] = {"number": 0, "credits": {}}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the ledger stands: the records that wait with a reason, the reps of those with a claim, the watermarks."""

    leads: tuple[sa.RowMapping, ...]
    log: tuple[sa.RowMapping, ...]
    claims: Mapping[str, int | None]
    waiting: frozenset[RecordId]
    reps: Mapping[RecordId, str]
    watermarks: Mapping[str, datetime | None]


def standing(store: Store) -> Standing:
    with store.reading() as tx, tx.begin():
        leads = tuple(tx.execute(_LEADS).mappings())
        log = tuple(tx.execute(_LOG).mappings())
        claims = {row.lead: row.turn for row in tx.execute(_CLAIMS)}
        cursors = tx.execute(_CURSORS).mappings().all()
    waiting = {row["record_id"] for row in leads if row["step"] in WAITING and row["reason"]}
    reps = {row["record_id"]: row["rep"] for row in leads if row["key"] in claims and row["rep"]}
    marks = {row["connection"]: row["watermark"] for row in cursors if row["walk"] == "created"}
    return Standing(leads, log, claims, frozenset(waiting), reps, marks)


def violations(found: Standing, written: Mapping[RecordId, Sequence[Owned]]) -> Iterator[str]:
    """`written` is every owner written to each record."""
    for row in found.leads:
        record, owners = row["record_id"], [write.owner for write in written.get(row["record_id"], ())]
        if row["step"] not in ENDED and row["step"] not in WAITING:
            yield f"record {record}: still at the step {row['step']} ({row['reason']})"
        if row["key"] in found.claims and row["owner_id"] not in owners:
            yield f"record {record}: {row['owner_id']} has the claim and never was its owner"
    yield from _entries(found, written)
    yield from _turns(found)


def _entries(found: Standing, written: Mapping[RecordId, Sequence[Owned]]) -> Iterator[str]:
    """A record is ours once, and once more each time that its owner is taken away."""
    for record, times in Counter(row["record_id"] for row in found.leads).items():
        let_go = sum(not write.ours and write.owner in UNOWNED for write in written.get(record, ()))
        if times > 1 + let_go:
            yield f"record {record}: {times} entries"


def _turns(found: Standing) -> Iterator[str]:
    """Each turn follows on the one before it, credits sum to 0, and the turns that stand are those of the claims."""
    before: dict[str, Mapping[str, Any]] = {}
    stand: Counter[str] = Counter()
    for row in found.log:
        team, turn = row["subject"], json.loads(row["body"])
        after = turn["after"]
        if sum(after["credits"].values()):
            yield f"{team}: credits sum to {sum(after['credits'].values())}"
        if not _follows(before.get(team, _FIRST), turn, returned=row["kind"] == "returned"):
            yield f"{team}: turn {after['number']} ({row['kind']}) does not follow on what stood before it"
        before[team] = after
        stand[row["lead"]] += 1 if row["kind"] == "turn" else -1
    took = {lead for lead, turn in found.claims.items() if turn is not None}
    for lead in {*took, *(lead for lead, count in stand.items() if count)}:
        if stand[lead] != (lead in took):
            yield f"lead {lead}: {stand[lead]} turns stand for {int(lead in took)} claims that took one"


def _follows(before: Mapping[str, Any], turn: Mapping[str, Any], *, returned: bool) -> bool:
    """Say whether a turn is what its shares and its taker make of the credits before it, where none was spread."""
    after, sign = turn["after"], -1 if returned else 1
    expected = Counter(before["credits"])
    expected.update({rep: sign * share for rep, share in turn["shares"].items()})
    expected[turn["taker"]] -= sign * _LEAD
    spread = max(expected.values()) > _MOST or not expected.keys() <= after["credits"].keys()
    same = all(after["credits"].get(rep, 0) == owed for rep, owed in expected.items())
    return after["number"] == before["number"] + (not returned) and (same or spread)
