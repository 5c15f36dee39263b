"""The leads that wait: for people or their time, and for a decision."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import Look
from router.model import Lead
from sync.decide import decide
from sync.deliver import gone_because
from sync.ingest import ingest
from sync.ledger import values_of
from sync.plan import is_due
from sync.steps import WAITING, Row, Step
from sync.work import FRESH, Pass, calling


def look_again(work: Pass) -> None:
    """Read held leads, and parked ones whose time has come or whose configuration changed, as they are now."""
    after = ""
    while work.allowance > 0 and not work.seams.stopping():
        with work.session.transaction("waiting") as tx:
            limit = min(work.batch, work.allowance)
            rows = work.ledger.at_steps(tx, WAITING, limit=limit, after=after)
        if not rows:
            return
        after = rows[-1].key
        due = [row for row in rows if is_due(row, work.wired.config, work.now())]
        if due:
            _read_again(work, due)


def _read_again(work: Pass, rows: Sequence[Row]) -> None:
    looks = calling(work.seams, lambda: work.connector.read([row.ref for row in rows]))
    found = [work.wired.normalise(look.record) for look in looks.values() if look.record is not None]
    ingest(work, [(lead, None) for lead in found], None)
    there = {lead.ref for lead in found}
    with work.session.transaction("read again") as tx:
        work.ledger.save(tx, [_gone(row, looks.get(row.ref)) for row in rows if row.ref not in there])
        waiting = [row for row in work.ledger.newest(tx, there).values() if row.step in WAITING]
        known = values_of(tx, [row.values_id for row in waiting if row.values_id])
    decide(work, [(row, known[row.values_id]) for row in waiting if row.values_id in known])


def _gone(row: Row, look: Look | None) -> Row:
    return row._replace(step=Step.GONE, reason=gone_because(look), due=None)


class Line:
    """The leads that wait for a decision, those that entered first coming first."""

    def __init__(self, work: Pass) -> None:
        self._work = work
        self._keys: list[str] = []  # asked for in advance: most of them are at hand, in `fresh`

    def decided(self) -> list[Row]:
        """Decide the next leads, as many as the pass may still claim."""
        limit = min(self._work.batch, self._work.allowance)
        return decide(self._work, self._next(limit)) if limit > 0 else []

    def _next(self, limit: int) -> list[tuple[Row, Lead]]:
        work = self._work
        if len(self._keys) < limit:
            with work.session.transaction("line") as tx:
                self._keys = work.ledger.waiting(tx, limit=FRESH)
        keys, self._keys = self._keys[:limit], self._keys[limit:]
        found = self._read([key for key in keys if key not in work.fresh])
        found |= {key: work.fresh.pop(key) for key in keys if key in work.fresh}
        return [found[key] for key in keys if key in found]

    def _read(self, keys: Sequence[str]) -> dict[str, tuple[Row, Lead]]:
        if not keys:
            return {}
        with self._work.session.transaction("next") as tx:
            rows = [row for row in self._work.ledger.rows(tx, keys) if row.step is Step.SEEN]
            known = values_of(tx, [row.values_id for row in rows if row.values_id])
        return {row.key: (row, known[row.values_id]) for row in rows if row.values_id in known}
