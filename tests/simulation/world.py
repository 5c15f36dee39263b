"""One seeded world: its accounts, its time, its hazards, and everything that happened in it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from connectors.contract import Features
from connectors.memory.crm import MemoryCrm
from router.model import OwnerId, RecordId
from sync.store import Store
from tests.simulation.baton import Baton
from tests.simulation.hazards import Habits, Luck, Profile
from tests.simulation.history import Entry
from tests.simulation.locks import Sessions
from tests.simulation.org import Org
from tests.simulation.rules import ACCOUNTS, BACKUP, PEOPLE, USUAL

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OBJECT = "leads"
OVERLAP = 600.0


@dataclass(slots=True)
class World:
    """A world under way. `history` is all that the checker may read, besides the CRMs and the store at the end.

    `offsets` is how far each worker's clock is off. `runs` are the numbers of the workers' passes under way, `lost`
    and `unstored` those of passes that lost their session or the store. `refused` are records by the call that a
    validation rule refuses. `homes` says in which account a record is.
    """

    profile: Profile
    rng: random.Random
    luck: Luck
    quiet_from: datetime
    baton: Baton = field(init=False)
    store: Store = field(init=False)
    crms: dict[str, MemoryCrm] = field(default_factory=dict)
    history: list[Entry] = field(default_factory=list)
    arrived: dict[RecordId, datetime] = field(default_factory=dict)
    homes: dict[RecordId, str] = field(default_factory=dict)
    refused: dict[str, set[RecordId]] = field(default_factory=lambda: {"assign": set(), "annotate": set()})
    inactive: set[OwnerId] = field(default_factory=set)
    revoked_from: datetime | None = None
    spent_from: datetime | None = None
    config: str = USUAL
    offsets: dict[str, timedelta] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    sessions: Sessions = field(default_factory=Sessions)
    under_way: dict[str, list[Callable[[], object]]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    unstored: set[int] = field(default_factory=set)
    passes: int = 0
    crashes: int = 0
    freezes: int = 0

    @property
    def quiet(self) -> bool:
        """Whether the troubles are over: from here on every lead must come to its end."""
        return self.baton.now >= self.quiet_from

    def habits(self, account: str) -> Habits:
        other = self.profile.other or self.profile.crm
        return self.profile.crm if account == ACCOUNTS[0] else other

    @property
    def converted(self) -> Set[RecordId]:
        return {record for crm in self.crms.values() if isinstance(crm, Org) for record in crm.converted}

    def choices(self, account: str) -> Sequence[OwnerId]:
        """Return whom a person may choose: where there are queues to own a lead, one of those too."""
        return (*PEOPLE, BACKUP) if self.habits(account).org else PEOPLE

    def features(self, account: str) -> Features:
        return replace(self.habits(account).features, conditional_write=self.luck.has("conditional"))

    def has_history(self, record: RecordId) -> bool:
        """Say whether the CRM keeps the record's owners, so that what we overran can be put back."""
        return not (self.habits(self.homes[record]).org and self.luck.has("no_history"))

    def time(self) -> datetime:
        """The CRMs' time, which is the true one."""
        return self.baton.now

    def revoked(self) -> bool:
        return self._within(60, self.revoked_from)

    def spent(self) -> bool:
        return self._within(150, self.spent_from)

    def _within(self, seconds: float, since: datetime | None) -> bool:
        return since is not None and since <= self.baton.now < since + timedelta(seconds=seconds)

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Let somebody do something to a record, if it is still there then."""

        def happen() -> None:
            try:
                act()
            except KeyError:
                return  # it is gone already

        self.baton.after(seconds, happen)


def swept(world: World, hazard: str) -> bool:
    """Say whether the seed has a hazard that only a sweep makes good again, and sweeps."""
    return world.luck.has("sweeps") and world.luck.has(hazard)
