"""One call of the data API as its endpoints see it, alone or as part of a composite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.automation import Automation, Orders
from sandbox.salesforce.cursors import Cursors
from sandbox.salesforce.refusals import wrong_json
from sandbox.salesforce.store import Store
from sandbox.salesforce.writing import Rights, Writing


@dataclass(frozen=True, slots=True)
class Ask:
    """A call: `parts` is the path behind the version, `body` is decoded, names of headers are lower case."""

    method: str
    parts: Sequence[str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    version: str
    access: Rights

    @property
    def orders(self) -> Orders:
        return Orders.of(self.headers)

    @property
    def root(self) -> str:
        return f"/services/data/v{self.version}"

    def record(self) -> dict[str, Any]:
        """Return the body, which must be an object."""
        if not isinstance(self.body, dict):
            raise wrong_json("Unexpected character or missing content at [line:1, column:0]")
        return self.body


@dataclass(frozen=True, slots=True)
class Told:
    """What an endpoint answers; a body of None is an empty one."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Account:
    """What endpoints work with."""

    store: Store
    automation: Automation
    writing: Writing
    cursors: Cursors

    @property
    def language(self) -> str:
        return self.store.settings.language
