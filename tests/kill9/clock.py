"""One clock for a CRM and the processes that work on it: the real time, and how far it was moved on by hand."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

_AHEAD = struct.Struct("d")


class SharedClock:
    """A clock that every process sees move which opened the same file; `Clock.in_file` makes one."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _AHEAD.size)

    @classmethod
    def in_file(cls, file: Path) -> SharedClock:
        """Make a file in which nothing was moved yet, and return its clock."""
        file.write_bytes(_AHEAD.pack(0.0))
        return cls(file)

    def seconds(self) -> float:
        """Return the time as seconds since 1970."""
        (ahead,) = _AHEAD.unpack(self._shared[: _AHEAD.size])
        return time.time() + float(ahead)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def move(self, seconds: float) -> None:
        """Move time on, or back where `seconds` is less than 0. One process moves, the others look."""
        (ahead,) = _AHEAD.unpack(self._shared[: _AHEAD.size])
        self._shared[: _AHEAD.size] = _AHEAD.pack(float(ahead) + seconds)
