"""The state of one account: tables, owners, associations, and the moments at which things become visible."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from sandbox.hubspot.access import Token
from sandbox.hubspot.fields import standard
from sandbox.hubspot.hooks import Hooks
from sandbox.hubspot.kinds import STANDARD, Kind, names_of
from sandbox.hubspot.links import Links
from sandbox.hubspot.people import Owners
from sandbox.hubspot.records import Record, Source, Table
from sandbox.hubspot.refusals import unknown_type
from sandbox.hubspot.settings import Behaviour
from sandbox.messages import Request
from sandbox.timeline import Span, Timeline, iso

HUBSPOT = Source("CALCULATED", "CalculatedPropertyComputer")


@dataclass(frozen=True, slots=True)
class PortalRule:
    """A validation rule that an admin made. It holds for writes under date-based paths from 2026-09 on.

    `refuses` sees the record's values as they would be. A `whole` one refuses the batch, another its record.
    """

    kind: str
    message: str
    refuses: Callable[[Mapping[str, str]], bool]
    whole: bool = True


@dataclass(slots=True)
class Account:
    """Everything that is stored. `draw` is the one source of chance."""

    timeline: Timeline
    behaviour: Behaviour
    draw: random.Random
    id: int
    owners: Owners = field(default_factory=Owners)
    links: Links = field(default_factory=Links)
    rules: list[PortalRule] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)
    hooks: Hooks = field(init=False)
    names: dict[str, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hooks = Hooks(self.id, random.Random(self.draw.random()))  # noqa: S311 - chance of a test
        for kind in STANDARD:
            self.open(kind)

    def open(self, kind: Kind) -> Table:
        """Add a table for a kind."""
        table = Table(kind, standard(kind.name))
        self.tables[kind.name] = table
        self.names.update(dict.fromkeys(names_of(kind), table))
        return table

    def table(self, name: str) -> Table:
        """Return a table by what a path calls it: any case, singular, plural or type id."""
        table = self.names.get(name.lower())
        if table is None:
            raise unknown_type(name)
        return table

    def span(self, span: Span) -> float:
        return self.draw.uniform(*span)

    def reveal(
        self, table: Table, record: Record, names: Iterable[str] = (), *, since: float | None = None
    ) -> None:
        """Let search see the record's present state when the index's lag since now, or `since`, is over."""
        start = self.timeline.now if since is None else since
        due = max(start + self.span(self.behaviour.lag), record.hidden)
        if due != float("inf"):
            table.index.push(due, record, names)

    def bump_later(self, table: Table, record: Record, *, since: float) -> None:
        """Move the stamp of a new record after a while, as HubSpot does by itself."""
        self.timeline.at(since + self.span(self.behaviour.bump), partial(self._bump, table, record))

    def _bump(self, table: Table, record: Record) -> None:
        if not record.archived:
            table.write(record, {}, at=self.timeline.millis, source=HUBSPOT)
            self.reveal(table, record, (table.kind.modified,))

    def log_activity(self, contact: str) -> None:
        """Count a note or task on a contact; its stamps move a moment later."""
        self.timeline.later(self.span((0.2, 3.0)), partial(self._log, contact))

    def _log(self, contact: str) -> None:
        table = self.tables["contacts"]
        record = table.find(contact)
        if record is None:
            return
        now = self.timeline.millis
        changes = {
            "num_notes": str(int(record.values.get("num_notes") or 0) + 1),
            "notes_last_updated": iso(now),
        }
        table.write(record, changes, at=now, source=HUBSPOT)
        self.reveal(table, record, changes)

    def where(self, kind: Kind) -> str:
        """Return the end of recorded messages about values."""
        return f"Portal {self.id}, object type {kind.type_id}"


@cache
def _app(app: str, user: int | None) -> Source:
    return Source("INTEGRATION", app, user=user)


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through the account. `version` is v3, v4 or a date such as 2026-09."""

    account: Account
    request: Request
    token: Token
    version: str

    @property
    def source(self) -> Source:
        return _app(self.token.app, self.token.user)

    @property
    def dated(self) -> bool:
        return "-" in self.version

    @property
    def ruled(self) -> bool:
        """Whether rules that admins made hold for this call."""
        return self.dated and self.version >= "2026-09"

    @property
    def partial_status(self) -> int:
        behaviour = self.account.behaviour
        return behaviour.dated_partial_status if self.dated else behaviour.partial_status
