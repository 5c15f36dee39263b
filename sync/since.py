"""How far back a report or a simulation looks, as people write it: a duration, or a day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from config.problems import Refusal
from config.scalars import DURATION, day, duration
from sync.trouble import Refused


def start_of(since: str, now: datetime) -> datetime:
    """Read a duration back from now, or a day."""
    length = since == "0" or DURATION.fullmatch(since.strip())
    try:
        if length:
            return now - timedelta(seconds=duration(since))
        return datetime.combine(day(since), time.min, UTC)
    except Refusal as error:
        why = error.message if length else f"'{since}' is neither a duration nor a day"
        raise Refused(f"--since: {why}; write 7d or 2026-01-31") from error
