"""Whose CPU time it is: the engine's seams, wrapped so that each moment of a thread counts for one part."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import thread_time
from typing import Any
from unittest.mock import patch

from bench.ours import Ours
from router.note import note_body
from router.route import Running
from sync.store import Edge

CONNECTOR, NORMALISE, ROUTER, LEDGER, ENGINE = PARTS = "connector", "normalise", "router", "ledger", "engine"
"""`ledger` is what runs inside transactions and is not the router's; `engine` is all that stands in no other part."""

_CALLS = ("pages", "read", "look", "assign", "annotate", "owners")


class Parts:
    """CPU seconds by part. A part entered within another stops the other's time."""

    def __init__(self) -> None:
        self._here = threading.local()
        self._threads: list[Counter[str]] = []

    def wrap(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose time counts for `part`."""

        def measured(*given: Any, **named: Any) -> Any:
            before = self.enter(part)
            try:
                return function(*given, **named)
            finally:
                self.enter(before)

        return measured

    def enter(self, part: str) -> str:
        """Count this thread's time for `part` from now on; return the part before."""
        here, now = self._here, thread_time()
        if not hasattr(here, "part"):
            here.part, here.since, here.spent = ENGINE, now, Counter()
            self._threads.append(here.spent)
        before: str = here.part
        here.spent[before] += now - here.since
        here.part, here.since = part, now
        return before

    def spent(self, cpu: float) -> dict[str, float]:
        """Return the seconds of each part, the engine's being what the others leave of all, `cpu`."""
        total = sum(self._threads, Counter[str]())
        found = {part: float(total[part]) for part in PARTS if part != ENGINE}
        return found | {ENGINE: cpu - sum(found.values())}


@contextmanager
def measured(ours: Ours) -> Iterator[tuple[Ours, Parts]]:
    """Yield the same engine with its seams wrapped: connector, normaliser, router, the gate of transactions."""
    parts = Parts()
    wired, router = ours.wired, ours.wired.router
    for name in _CALLS:
        setattr(wired.connector, name, parts.wrap(CONNECTOR, getattr(wired.connector, name)))
    for name in ("match", "choose"):
        setattr(router, name, parts.wrap(ROUTER, getattr(router, name)))
    before: list[str] = []

    def gate(edge: Edge, _name: str) -> None:
        if edge == "begin":
            before.append(parts.enter(LEDGER))
        elif edge == "committed":
            parts.enter(before.pop())

    with (
        patch("sync.decide.Running.take", parts.wrap(ROUTER, Running.take)),
        patch("sync.notes.note_body", parts.wrap(ROUTER, note_body)),
    ):
        normalise = parts.wrap(NORMALISE, wired.normalise)
        yield (
            replace(ours, wired=replace(wired, normalise=normalise), store=replace(ours.store, gate=gate)),
            parts,
        )
