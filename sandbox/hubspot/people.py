"""Owners: people and queues, with teams, some of them archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.timeline import iso


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    name: str
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Owner:
    """A user or a queue. Records are assigned by `id`; `user_id` is another number in older accounts."""

    id: str
    email: str
    first: str
    last: str
    user_id: int
    teams: tuple[Team, ...] = ()
    type: str = "PERSON"
    archived: bool = False
    seat: bool = True
    created: int = 1_523_279_816_625

    def shape(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "email": self.email,
            "type": self.type,
            "firstName": self.first,
            "lastName": self.last,
            "userId": None if self.archived else self.user_id,
            "userIdIncludingInactive": self.user_id,
            "createdAt": iso(self.created),
            "updatedAt": iso(self.created),
            "archived": self.archived,
        }
        if self.teams:
            teams = [{"id": team.id, "name": team.name, "primary": team.primary} for team in self.teams]
            body["teams"] = teams
        return body


class Owners:
    """The owners of an account, in the order in which they came."""

    def __init__(self) -> None:
        self._owners: dict[str, Owner] = {}

    def put(self, owner: Owner) -> Owner:
        """Add an owner or replace the one with its id."""
        self._owners[owner.id] = owner
        return owner

    def add(
        self,
        email: str,
        *,
        id: str | None = None,  # noqa: A002 - the API's own word
        user_id: int | None = None,
        name: str = "",
        teams: Sequence[str] = (),
        type: str = "PERSON",  # noqa: A002
    ) -> Owner:
        """Add an owner; its ids are made up unless given, and differ from each other as in older accounts."""
        number = 31_871_817 + 83 * len(self._owners)
        first, _, last = (name or email.partition("@")[0].replace(".", " ").title()).partition(" ")
        member = tuple(Team(str(900 + n), team, n == 0) for n, team in enumerate(teams))
        return self.put(
            Owner(id or str(number), email, first, last, user_id or 2_506_672 + number % 1000, member, type)
        )

    def archive(self, owner_id: str) -> None:
        """Deactivate an owner: still resolvable, no longer assignable."""
        owner = self._owners[owner_id]
        self.put(
            Owner(
                owner.id, owner.email, owner.first, owner.last, owner.user_id, (), owner.type, archived=True
            )
        )

    def get(self, owner_id: str) -> Owner | None:
        return self._owners.get(owner_id)

    def by_user(self, user_id: str) -> Owner | None:
        return next((owner for owner in self._owners.values() if str(owner.user_id) == user_id), None)

    def listed(self, *, archived: bool, email: str | None = None) -> list[Owner]:
        """Return the active ones or the archived ones, never both."""
        found = [owner for owner in self._owners.values() if owner.archived is archived]
        return [owner for owner in found if email is None or owner.email.casefold() == email.casefold()]

    def __len__(self) -> int:
        return len(self._owners)
