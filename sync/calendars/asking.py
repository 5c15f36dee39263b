"""Asking for a calendar, and not again at once: the passes of a loop may follow each other closely."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Container


class Unread(Exception):
    """A calendar, or something in it, that cannot be read: the text says where and why."""


FRESH = 300.0
"""Seconds for which an answer counts."""

Fetch = Callable[[str, Container[str]], str]
"""Returns the text behind a URL; of hosts that are named, private addresses are asked too. Raises `Unread`."""


def nobody(_url: str, _allowed: Container[str]) -> str:
    """Ask nobody."""
    raise Unread("it is not asked from here")


class Remembered:
    """Asks once, and gives the same answer, or the same reason, for some minutes. Several threads may ask at once."""

    def __init__(self, fetch: Fetch, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._ticks = fetch, ticks
        self._lock = threading.Lock()
        self._answers: dict[str, tuple[float, bytes | Unread]] = {}  # compressed: a feed is a megabyte or so

    def __call__(self, url: str, allowed: Container[str]) -> str:
        with self._lock:
            at, answer = self._answers.get(url, (-FRESH, b""))
        if self._ticks() - at >= FRESH:
            answer = self._ask(url, allowed)
            with self._lock:
                self._answers[url] = self._ticks(), answer
        if isinstance(answer, Unread):
            raise answer
        return zlib.decompress(answer).decode()

    def _ask(self, url: str, allowed: Container[str]) -> bytes | Unread:
        try:
            return zlib.compress(self._fetch(url, allowed).encode())
        except Unread as error:
            return error
