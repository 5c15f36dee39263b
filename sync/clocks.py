"""Our clock beside the CRM's: what is in doubt waits by ours, which may jump ahead between two passes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sync.ledger import Cursor
from sync.work import Pass

CLOCKS = "clocks@"
"""Among the cursors, where both clocks stood when a page came: `since` is ours, `floor` the CRM's. No field has it."""

_UNSURE = timedelta(seconds=3)
"""By how much they may move apart without a jump: a CRM tells whole seconds, and an answer takes its time."""


def heed_jump(work: Pass) -> datetime:
    """Let what is in doubt wait again where our clock went ahead of the CRM's since the last pass.

    Returns the moment by which anything is due: of our clock, when it was seen beside the CRM's.
    """
    if work.clocks is None:
        return work.now()
    ours, crms = work.clocks
    with work.session.transaction("clocks") as tx:
        before = work.ledger.cursor(tx, CLOCKS)
        if before.since and before.floor and (ours - before.since) - (crms - before.floor) > _UNSURE:
            work.ledger.wait_again(tx, ours)
        work.ledger.save_cursor(tx, Cursor(CLOCKS, since=ours, floor=crms))
    return ours
