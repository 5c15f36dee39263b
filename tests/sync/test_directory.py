"""Who is who in a CRM: users who share an e-mail."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.contract import User
from router.model import ConnectionName, OwnerId, Rep, RepId
from router.rules import Rulebook
from sync.directory import directory
from tests.sync.office import book

SF = ConnectionName("sf")
ANA = RepId("ana")


def user(record: str, *, active: bool = True, queue: bool = False, integration: bool = False) -> User:
    return User(OwnerId(record), record.title(), "Ana@reps.example", active, queue, integration)


def _asking(*, owner: str | None = None) -> Rulebook:
    rep = Rep(id=ANA, name="Ana", email="ana@reps.example", owners={SF: OwnerId(owner)} if owner else {})
    return Rulebook(rules=book().rules, reps={ANA: rep})


@pytest.mark.parametrize(
    "users",
    [
        [user("u1"), user("u2")],
        [user("u2"), user("u1"), user("u3", active=False)],
        [user("u2"), user("u3", active=False), user("u1")],
        [user("u1"), user("u1"), user("u2")],
        [user("u1", integration=True), user("u2", integration=True)],
    ],
)
def test_of_two_active_users_with_one_e_mail_none_is_taken_for_the_rep(users: Sequence[User]) -> None:
    found = directory(_asking(), SF, (), users)
    assert found.owners == {}
    assert found.absent == {ANA: "two users with their e-mail in sf (u1, u2): say `owner: {sf: ID}`"}


def test_more_than_two_are_all_named() -> None:
    found = directory(_asking(), SF, (), [user("u3"), user("u1"), user("u2")])
    assert found.absent[ANA].startswith("3 users with their e-mail in sf (u1, u2, u3)")


@pytest.mark.parametrize(
    "users",
    [
        [user("u1"), user("u2", active=False)],
        [user("u2", active=False), user("u1")],
        [user("u1"), user("u2", integration=True)],
        [user("u2", integration=True), user("u1")],
        [user("u2", queue=True), user("u1")],
        [user("u1"), user("u1")],
    ],
)
def test_an_active_person_is_meant_rather_than_others_with_the_e_mail(users: Sequence[User]) -> None:
    found = directory(_asking(), SF, (), users)
    assert (found.owners, found.absent) == ({ANA: "u1"}, {})


def test_who_has_only_inactive_users_is_inactive() -> None:
    found = directory(_asking(), SF, (), [user("u1", active=False), user("u2", active=False)])
    assert found.absent == {ANA: "inactive in sf"}


def test_the_id_in_the_configuration_says_who_is_meant() -> None:
    found = directory(_asking(owner="u2"), SF, (), [user("u1"), user("u2")])
    assert (found.owners, found.absent) == ({ANA: "u2"}, {})


def test_where_there_is_no_list_of_users_one_e_mail_of_two_reps_is_one_owner() -> None:
    reps = {RepId(name): Rep(id=RepId(name), name=name, email="ana@reps.example") for name in ("ana", "bo")}
    found = directory(Rulebook(rules=book().rules, reps=reps), SF, (), [], any_owner=True)
    assert (set(found.owners.values()), found.absent) == ({"ana@reps.example"}, {})
