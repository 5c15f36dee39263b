"""The two kinds of locks: a file's, which a frozen process keeps, and a database session's, which it may lose."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.locks import Held


@dataclass(slots=True)
class Sessions:
    """Who holds which session lock: a lock's name and the number of the pass."""

    holders: dict[str, int] = field(default_factory=dict)

    def end(self, run: int) -> bool:
        """The database ends a session; say whether it held a lock."""
        held = [name for name, holder in self.holders.items() if holder == run]
        for name in held:
            del self.holders[name]
        return bool(held)


class SessionLock:
    """As an advisory lock of PostgreSQL: it is free as soon as its session is gone, whoever still believes in it."""

    def __init__(self, sessions: Sessions, name: str, run: int) -> None:
        self._sessions, self._name, self._run = sessions, name, run

    def acquire(self, *, wait: bool = False) -> None:
        if self._name in self._sessions.holders:
            raise Held(self._name)
        self._sessions.holders[self._name] = self._run

    def held(self) -> bool:
        return self._sessions.holders.get(self._name) == self._run

    def release(self) -> None:
        if self.held():
            del self._sessions.holders[self._name]
