"""The program with a wrong design planted in it: what a dead pass may have sent is sent again, unread and at once."""

from __future__ import annotations

from unittest.mock import patch

import sqlalchemy as sa

from sync.ledger import Ledger
from sync.steps import Step
from tests.kill9.program import main

_AGAIN = {
    Step.WRITING: Step.CLAIMED,
    Step.DOUBTFUL: Step.CLAIMED,
    Step.NOTING: Step.OWNED,
    Step.NOTE_DOUBTFUL: Step.OWNED,
}


def _recover(ledger: Ledger, tx: sa.Connection, *_: object) -> int:
    left = ledger.at_steps(tx, _AGAIN, limit=1_000_000)
    ledger.save(tx, [row._replace(step=_AGAIN[row.step], due=None) for row in left])
    return len(left)


if __name__ == "__main__":
    with patch.object(Ledger, "recover", _recover):
        main()
