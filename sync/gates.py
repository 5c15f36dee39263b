"""The gates of the accounts that a process sends to: one each, however many connections and passes there are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from config.settings import Configuration, Connection
from connectors.contract import Limits, Secret
from sync.transport import Gate

if TYPE_CHECKING:  # the store is slow to load, and `check` does without it
    from sync.store import Store

_DAY = timedelta(days=1)


class Gates:
    """Connections with the same credentials reach the same account and share its limits."""

    def __init__(self) -> None:
        self._gates: dict[Hashable, Gate] = {}
        self._kept: dict[Hashable, dict[Hashable, object]] = {}

    def open(self, found: Configuration, settings: Connection, limits: Limits | None) -> Gate | None:
        """Return the gate of a connection's account, None where its CRM has no limits.

        Of several connections the smallest `daily_share` holds for all of them together.
        """
        if limits is None:
            return None
        if _account(settings) not in self._gates:
            from connectors.pace import Pacer

            share = min(each.daily_share for each in sharing(found, settings))
            self._gates[_account(settings)] = Gate(Pacer(limits, float(share)))
        return self._gates[_account(settings)]

    def kept(self, settings: Connection) -> dict[Hashable, object]:
        """Return what connectors keep from one pass to the next for a connection's account."""
        return self._kept.setdefault(_account(settings), {})

    def known(self, settings: Connection) -> Gate | None:
        """Return the gate of a connection's account, if it was opened."""
        return self._gates.get(_account(settings))

    def recall(self, found: Configuration, settings: Connection, store: Store, now: datetime) -> None:
        """Let the gate know which calls were made in the last 24 hours, by other processes too."""
        from sync.report import calls_made

        gate = self.known(settings)
        if gate is None:
            return
        names = [each.name for each in sharing(found, settings)]
        ages = [((now - at).total_seconds(), calls) for at, calls in calls_made(store, names, now - _DAY)]
        gate.ask(
            lambda pacer, ticks: pacer.spent([(ticks - max(age, 0), calls) for age, calls in ages], ticks)
        )


def sharing(found: Configuration, settings: Connection) -> Sequence[Connection]:
    """Return the connections to the same account, this one too."""
    return [each for each in found.connections if _account(each) == _account(settings)] or [settings]


def _account(settings: Connection) -> Hashable:
    """Return what tells an account from others: its secrets, or the options where a file holds the secret."""
    options = settings.options
    held = [getattr(options, each.name) for each in fields(options)] if is_dataclass(options) else []
    secrets = frozenset(value for value in held if isinstance(value, Secret))
    return settings.kind, secrets or (settings.name if options is None else repr(options))
