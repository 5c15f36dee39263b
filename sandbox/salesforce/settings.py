"""What can be chosen of an org: how it pages, limits, expires and refuses. Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.timeline import Span


@dataclass(frozen=True, slots=True)
class Settings:
    """How the org behaves where orgs differ.

    `page` rows are the most of a query's page; half of them when a field longer than `long_text` is selected.
    `cursors` are open per user, each for `cursor_seconds`. `daily` calls in 24 hours, None where it does not
    matter; `concurrent` is how many of the next calls are refused as too many at once.

    `limit_info` are the ways of the header `Sforce-Limit-Info` (usage moves in steps, goes back by one, is left
    out of every `limit_gap`th answer); `limit_parts` is text behind its first part.

    `tracked` are the fields of Lead with a history. `language` is that of messages: en_US or es.
    `converted_updates` lets converted leads be changed, as some orgs do. `session_seconds` is how long a
    session lives since its last call. `late_cover` is how far behind `end` an open transaction holds
    `latestDateCovered`. `zombie` is when a write lands of which nobody was told.
    """

    page: int = 2000
    long_text: int = 4000
    cursors: int = 10
    cursor_seconds: float = 2 * 86_400
    daily: int | None = 100_000
    logins: int = 3600
    limit_gap: int = 0
    limit_jitter: bool = True
    limit_parts: str = ""
    uri: int = 16_384
    tracked: frozenset[str] = frozenset({"OwnerId", "Status"})
    language: str = "en_US"
    converted_updates: bool = False
    session_seconds: float = 7200.0
    zombie: Span = (11.0, 40.0)
    bulk_seconds: float = 2.0
    bulk_failures: float = 0.0
