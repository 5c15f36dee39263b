"""What can be chosen of an account: how it lags, reorders and limits. Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.timeline import Span

PRIVATE, OAUTH = "private", "oauth"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the account behaves where the real one varies.

    `lag` is the search index behind a write (0 of 194 records were found below 2 s, all at 6 s), `bump` when
    HubSpot itself moves the modified stamp of a new record, `association_lag` how long an association cannot
    be read. `reorder_*` is the share of answers to several inputs that come in another order.
    `partial_status` is the status of a batch with errors, `dated_partial_status` the same under date-based
    paths, where the specification knows no 207. `late_dates` writes dates of create answers as milliseconds,
    as answers since 2025 do. `history_batch` is the most inputs of a batch read with history, `association_page` the
    most associations of one record in one answer.
    """

    lag: Span = (2.0, 6.0)
    bump: Span = (2.0, 22.0)
    association_lag: Span = (0.0, 0.0)
    zombie: Span = (11.0, 40.0)
    reorder_created: float = 0.94
    reorder_updated: float = 0.33
    partial_status: int = 207
    dated_partial_status: int = 207
    late_dates: bool = True
    urls: bool = True
    history_batch: int = 50
    association_page: int = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls an account answers; None where it does not matter. The defaults are those of an Enterprise account.

    `burst` calls in any `burst_seconds`, `searches` in any second, `daily` since midnight of the account's zone.
    """

    burst: int | None = 190
    burst_seconds: float = 10.0
    searches: int | None = 5
    daily: int | None = 1_000_000

    @classmethod
    def none(cls) -> Limits:
        return cls(burst=None, searches=None, daily=None)

    @classmethod
    def free(cls) -> Limits:
        return cls(burst=100, daily=250_000)

    @classmethod
    def oauth(cls) -> Limits:
        return cls(burst=110, daily=None)
