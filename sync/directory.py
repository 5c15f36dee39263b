"""Who is who in one CRM: which user is a rep, which id a queue has, whose leads may be taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.settings import Nobody, QueueNamed, Replace, UserNamed
from connectors.contract import User
from router.model import ConnectionName, OwnerId, QueueName, RepId
from router.rules import Rulebook


class Unknown(Exception):
    """The configuration names users or queues that the CRM does not have; one line each in `problems`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Directory:
    """`absent` says of each rep without an active user why; `replaces` holds None for nobody."""

    owners: Mapping[RepId, OwnerId]
    absent: Mapping[RepId, str]
    queues: Mapping[QueueName, OwnerId]
    replaces: frozenset[OwnerId | None]


def directory(
    book: Rulebook,
    connection: ConnectionName,
    replaces: Iterable[Replace],
    users: Sequence[User],
    *,
    any_owner: bool = False,
) -> Directory:
    """Find reps, queues and `replaces` among the CRM's `users`; `Unknown` lists what `replaces` cannot find.

    With `any_owner` (a CRM without a list of users) a rep's own id there, e-mail or id is taken as it is.
    """
    if any_owner:
        users = [*users, *_stand_ins(book, connection, users)]
    owners, absent = _reps(book, connection, users)
    return Directory(owners, absent, _queues(book, connection, users), _replaced(connection, replaces, users))


def _stand_ins(book: Rulebook, connection: ConnectionName, users: Sequence[User]) -> list[User]:
    known = {user.id for user in users}
    reps = [(rep.owners.get(connection) or rep.email or rep.id, rep) for rep in book.reps.values()]
    queues = [target for queue in book.queues.values() if (target := queue.targets.get(connection))]
    people = [User(OwnerId(i), rep.name, rep.email or rep.id) for i, rep in reps if i not in known]
    return [*people, *(User(OwnerId(i), i, queue=True) for i in queues if i not in known)]


def _reps(
    book: Rulebook, connection: ConnectionName, users: Sequence[User]
) -> tuple[dict[RepId, OwnerId], dict[RepId, str]]:
    by_id = {spelling: [user] for user in users for spelling in (user.id, *user.aliases)}
    by_email = _by_email(users)
    owners: dict[RepId, OwnerId] = {}
    absent: dict[RepId, str] = {}
    for rep in book.reps.values():
        given = rep.owners.get(connection)
        found = by_id.get(given) if given else by_email.get((rep.email or rep.id).casefold())
        if not found:
            absent[rep.id] = (
                f"no user {given} in {connection}" if given else f"no user with their e-mail in {connection}"
            )
        elif len(found) > 1:
            absent[rep.id] = _several(connection, found)
        elif not found[0].active:
            absent[rep.id] = f"inactive in {connection}"
        else:
            owners[rep.id] = found[0].id
    return owners, absent


def _by_email(users: Sequence[User]) -> dict[str, list[User]]:
    """Return who may be meant by an e-mail: who is active rather than who is not, a person rather than a program."""
    sharing: defaultdict[str, dict[OwnerId, User]] = defaultdict(dict)
    for user in users:
        if user.email and not user.queue:
            sharing[user.email.casefold()][user.id] = user
    return {email: _meant(list(those.values())) for email, those in sharing.items()}


def _meant(users: list[User]) -> list[User]:
    active = [user for user in users if user.active]
    return [user for user in active if not user.integration] or active or users[:1]


def _several(connection: ConnectionName, users: Sequence[User]) -> str:
    count = "two" if len(users) == 2 else len(users)
    ids = ", ".join(sorted(user.id for user in users))
    return f"{count} users with their e-mail in {connection} ({ids}): say `owner: {{{connection}: ID}}`"


def _queues(book: Rulebook, connection: ConnectionName, users: Sequence[User]) -> dict[QueueName, OwnerId]:
    """Find queues by id or name; an id may be a user's, since HubSpot has accounts where one stands for a queue."""
    ids = {spelling: user.id for user in users for spelling in (user.id, *user.aliases)}
    found = {}
    for queue in book.queues.values():
        target = queue.targets.get(connection)
        match = _find(users, target, queue=True) or ids.get(OwnerId(target)) if target else None
        if match:
            found[queue.name] = match
    return found


def _replaced(
    connection: ConnectionName, replaces: Iterable[Replace], users: Sequence[User]
) -> frozenset[OwnerId | None]:
    unknown = [one for one in replaces if not isinstance(one, Nobody) and _named(one, users) is None]
    if unknown:
        raise Unknown([_not_there(connection, one) for one in unknown])
    return taken(replaces, users)


def taken(replaces: Iterable[Replace], users: Sequence[User]) -> frozenset[OwnerId | None]:
    """Return whose leads may be taken, as far as the CRM has them."""
    found = {_named(one, users) for one in replaces if not isinstance(one, Nobody)} - {None}
    return frozenset(found | {None for one in replaces if isinstance(one, Nobody)})


def _named(one: QueueNamed | UserNamed, users: Sequence[User]) -> OwnerId | None:
    if isinstance(one, QueueNamed):
        return _find(users, one.name, queue=True)
    return _find(users, one.name_or_id, queue=False)


def _not_there(connection: ConnectionName, one: QueueNamed | UserNamed) -> str:
    what = f"queue {one.name}" if isinstance(one, QueueNamed) else f"user {one.name_or_id}"
    return (
        f"connection {connection}: `replaces` names the {what}, "
        "which the CRM does not have; write its id or its name as the CRM shows it"
    )


def _find(users: Sequence[User], wanted: str, *, queue: bool) -> OwnerId | None:
    folded = wanted.casefold()
    for user in users:
        spellings = (user.id, *user.aliases)  # of Salesforce's short ids several differ by case alone
        if user.queue is queue and (
            wanted in spellings
            or folded in (user.id.casefold(), user.name.casefold(), (user.email or "").casefold())
        ):
            return user.id
    return None
