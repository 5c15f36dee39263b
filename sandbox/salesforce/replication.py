"""`/updated` and `/deleted`: which rows changed in a span of time, seconds set aside."""

from __future__ import annotations

from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.stamps import seconds_of, stamp
from sandbox.salesforce.tables import Table

_DAYS = {"updated": 30, "deleted": 15}
_MOST = 600_000


def replicated(account: Account, ask: Ask, table: Table, which: str) -> Told:
    """Answer ids alone; `latestDateCovered` stops at the start of the oldest transaction that is not committed."""
    start, end = _moment(ask, "start"), _moment(ask, "end")
    now = account.store.timeline.now
    if end - start < 60:
        raise _wrong("startDate must be at least one minute before endDate")
    if start < now - _DAYS[which] * 86_400:
        raise _wrong(f"startDate cannot be more than {_DAYS[which]} days ago")
    covered = stamp(int(min(end, now, *account.store.transactions)))
    first, last = stamp(start), stamp(end)
    rows = [row for row in table.ordered("SystemModstamp", first) if str(row.get("SystemModstamp")) < last]
    if len(rows) > _MOST:
        raise Problem("EXCEEDED_ID_LIMIT")
    if which == "updated":
        ids = [row.id for row in rows if not row.deleted]
        return Told(200, {"ids": ids, "latestDateCovered": covered})
    gone = [{"deletedDate": row.get("SystemModstamp"), "id": row.id} for row in rows if row.deleted]
    oldest = stamp(int(now) - _DAYS[which] * 86_400)
    return Told(200, {"deletedRecords": gone, "earliestDateAvailable": oldest, "latestDateCovered": covered})


def _moment(ask: Ask, name: str) -> int:
    """Return a time of the query as seconds; those of its minute are dropped."""
    text = ask.query.get(name, "")
    try:
        seconds = seconds_of(text.replace(" ", "+"))
    except ValueError:
        raise _wrong(f"{name}: {text!r} is no date with time and zone") from None
    return seconds - seconds % 60


def _wrong(reason: str) -> Problem:
    return Problem("INVALID_REPLICATION_DATE", reason=reason)
