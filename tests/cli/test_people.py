"""What the program says of reps whom a CRM does not know, or knows twice."""

from __future__ import annotations

import pytest

from tests.cli.program import Office

USERS = "id,name,email,active\nu1,Ana,ana@example.com,1\nu2,Bo,bo@example.com,1\nu3,Cy,cy@example.com,1\n"


@pytest.fixture
def peopled(office: Office) -> Office:
    """The starter configuration on a CRM with a list of users."""
    office.change("leadswitch.yaml", "    file: leads.csv", "    file: leads.csv\n    users: users.csv")
    office.write("users.csv", USERS)
    return office


def test_two_users_with_the_e_mail_of_a_rep_are_a_problem_with_its_way_out(peopled: Office) -> None:
    assert peopled.run("check", "--live").code == 0
    peopled.write("users.csv", f"{USERS}u4,Ana again,ANA@example.com,1\n")
    told = peopled.run("check", "--live")
    two = "sample: rep ana: two users with their e-mail in sample (u1, u4): say `owner: {sample: ID}`"
    assert (told.code, two in told.err.splitlines()) == (2, True), told.err
    peopled.change("teams.yaml", "name: Ana Ruiz", "name: Ana Ruiz\n    owner: {sample: u4}")
    assert peopled.run("check", "--live").code == 0
