"""One of the demo's CRMs, which the sandbox serves: filled before the runs, read back after them, past its API.

The sandbox is handed in as it is: nothing here, and nothing that the sync runs, shares code with it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from connectors.contract import User
from router.model import ConnectionName, OwnerId, RecordId

SHIPPED = Path(__file__).with_name("files")


@dataclass(frozen=True, slots=True)
class Record:
    """A lead as it stands in its CRM, owner apart; `notes` as a person reads them, without the markup."""

    values: Mapping[str, Any]
    owner: OwnerId | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crm:
    """A CRM as it was when it was looked at."""

    records: Mapping[RecordId, Record]
    users: Sequence[User]


class Served(ABC):
    """A CRM that is served until it is closed; `connection` is its name in leadswitch.yaml."""

    connection: ClassVar[ConnectionName]
    vendor: ClassVar[str]

    def __init__(self, running: Any) -> None:
        self.running = running

    @classmethod
    def sample_file(cls) -> str:
        """Return the name of the sample, and of the file that keeps what the CRM held at the end."""
        return f"{cls.vendor.lower()}.json"

    def fill(self) -> None:
        """Put the sample into the CRM, which is empty."""
        self._fill(json.loads((SHIPPED / self.sample_file()).read_bytes()))

    @abstractmethod
    def _fill(self, sample: Any) -> None: ...

    @abstractmethod
    def look(self) -> Crm:
        """Read leads and owners back."""

    @property
    @abstractmethod
    def calls(self) -> Counter[str]:
        """How many calls the CRM counted, by kind."""

    @abstractmethod
    def words(self) -> Mapping[str, str]:
        """Return what the configuration says of this CRM and is known only now, by its place: `<NAME>`."""

    @abstractmethod
    def files(self) -> Mapping[str, bytes]:
        """Return the files beside the configuration that it refers to: secrets, certificates."""


def save(crm: Crm, file: Path) -> None:
    """Write what a CRM holds, a lead a line, for somebody to look at when it is gone."""
    names = {user.id: user.name for user in crm.users}
    rows = [
        {"id": key, "owner": names.get(one.owner) if one.owner else None, "notes": one.notes, **one.values}
        for key, one in crm.records.items()
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text(f"[\n{lines}\n]\n", "utf-8")
