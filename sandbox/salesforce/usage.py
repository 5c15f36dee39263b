"""The day's calls, the header that tells of them somewhat wrongly, and `/limits`."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

from sandbox.salesforce.refusals import Problem
from sandbox.salesforce.store import Store

_DAY = 86_400


class Usage:
    """Counts calls in rolling 24 hours. `before` are calls that others made already."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._draw = random.Random(seed)  # noqa: S311 - chance of a test, nobody guesses it
        self._calls: deque[float] = deque()
        self._answers = 0
        self.before = 0
        self.concurrent = 0
        """How many of the next calls are refused because too many others run long."""

    @property
    def most(self) -> int:
        return self._store.settings.daily or 100_000

    @property
    def used(self) -> int:
        now = self._store.timeline.now
        while self._calls and self._calls[0] <= now - _DAY:
            self._calls.popleft()
        return self.before + len(self._calls)

    def count(self) -> None:
        self._calls.append(self._store.timeline.now)

    def take(self) -> None:
        """Count a call, or refuse it: 403 for the day and for too many at once alike, without Retry-After."""
        if self.concurrent > 0:
            self.concurrent -= 1
            raise Problem("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests", status=403)
        if self._store.settings.daily is not None and self.used >= self._store.settings.daily:
            raise Problem("REQUEST_LIMIT_EXCEEDED", "TotalRequests", status=403)
        self.count()

    def header(self) -> dict[str, str]:
        """Return `Sforce-Limit-Info`: it lags, goes back by one at times, and is missing at times."""
        settings = self._store.settings
        self._answers += 1
        if settings.limit_gap and self._answers % settings.limit_gap == 0:
            return {}
        told = self.used - (self._draw.randint(0, 2) if settings.limit_jitter else 0)
        return {"Sforce-Limit-Info": f"api-usage={max(0, told)}/{self.most}{settings.limit_parts}"}

    def limits(self) -> dict[str, Any]:
        found = {name: {"Max": most, "Remaining": most} for name, most in _OTHERS.items()}
        return {"DailyApiRequests": {"Max": self.most, "Remaining": max(0, self.most - self.used)}, **found}


_OTHERS = {
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyDeliveredPlatformEvents": 10_000,
    "HourlyPublishedPlatformEvents": 50_000,
    "DataStorageMB": 5,
}


def record_count(store: Store, names: str | None) -> dict[str, Any]:
    """Answer `/limits/recordCount`: how many rows objects have."""
    wanted = {name.strip().lower() for name in names.split(",")} if names else set(store.tables)
    counts = [
        {"count": sum(not row.deleted for row in table.rows.values()), "name": table.kind.name}
        for name, table in store.tables.items()
        if name in wanted
    ]
    return {"sObjects": counts}
