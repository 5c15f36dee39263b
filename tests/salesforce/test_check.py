"""What `check --live` says of an org: fields, rights, audit records, and whose the newest leads are."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.contract import Rights, Secret
from connectors.salesforce import wire_describe
from connectors.salesforce.wire import Rows
from connectors.salesforce.wire_describe import Described
from sandbox.salesforce import Settings
from sync.trouble import CONFIG_WRONG, OK
from tests.cli.program import Office, Said
from tests.contract.world import DAY
from tests.salesforce.conftest import Open
from tests.salesforce.front import errors
from tests.salesforce.org_world import FIELDS, OrgWorld

TEAMS = "reps:\n  - {{id: ana, name: Ana Ruiz, owner: {{sf: {ana}}}}}\nteams:\n  - {{name: smb, members: [ana]}}\n"
RULES = "rules:\n  - {name: All, assign: {team: smb}}\n"
MAPPING = "fields: {email: emial, company: Company, custom.type: RecordType.DeveloperName}\n"

Check = Callable[..., Said]


@pytest.fixture
def check(opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return a function that checks an org with these lines of its connection."""

    def checked(world: OrgWorld, *lines: str) -> Said:
        monkeypatch.setenv("SECRET", world.org.client_secret)
        given = ("kind: salesforce", f"login_url: {world.server.url}", f"client_id: {world.org.client_id}")
        every = "".join(f"    {line}\n" for line in (*given, "client_secret: ${SECRET}", *lines))
        (tmp_path / "leadswitch.yaml").write_text(f"connections:\n  - name: sf\n{every}")
        (tmp_path / "teams.yaml").write_text(TEAMS.format(ana=world.people()[0][:15]))
        (tmp_path / "rules.yaml").write_text(RULES)
        (tmp_path / "mapping.yaml").write_text(MAPPING)
        return Office(tmp_path).run("check", "--live")

    return checked


REPLACES = "replaces: [{queue: Inbound}]"


def at_work(opened: Open) -> OrgWorld:
    """Return an org whose clock is the machine's, as the program's is."""
    world = opened(settings=Settings())
    world.org.clock = time.time
    for number in range(3):
        world.org.add_lead(OwnerId=world.queue if number else world.people()[1])
    return world


def test_an_org_that_has_all_that_is_asked_for_is_good(opened: Open, check: Check) -> None:
    told = check(at_work(opened), REPLACES)
    assert told.code == OK, told.err
    assert "who owns the newest 3 leads: the queue Inbound 2 (taken), Bo Lind 1" in told.out + told.err


def test_without_replaces_it_is_refused_and_says_whose_the_newest_leads_are(
    opened: Open, check: Check
) -> None:
    told = check(at_work(opened))
    assert told.code == CONFIG_WRONG
    assert "'replaces' is missing" in told.err
    assert "the queue Inbound 2, Bo Lind 1; say in `replaces` whose leads may be taken" in told.out + told.err


def test_fields_that_are_not_there_are_named_with_the_nearest(opened: Open, check: Check) -> None:
    told = check(at_work(opened), REPLACES, "mapping: mapping.yaml")
    assert told.code == CONFIG_WRONG
    assert "sf: Lead has no field emial, or the user may not see it; did you mean Email?" in told.err
    assert "sf: Lead has no field RecordType.DeveloperName" in told.err


def test_trace_fields_that_are_missing_short_or_locked_are_named(opened: Open, check: Check) -> None:
    world = at_work(opened)
    for name, length in {"rule": 80, "team": 80, "by": 20, "at": 25, "why": 255}.items():
        world.org.define("Lead", f"leadswitch_{name}__c string {length}")
    world.org.restrict("Lead", "leadswitch_by__c")
    told = check(world, REPLACES, "audit: [task, properties]")
    assert told.code == CONFIG_WRONG
    assert [line for line in told.err.splitlines() if "leadswitch_" in line and "Lead" in line] == [
        "sf: the user may not edit Lead.leadswitch_by__c",
        "sf: Lead has no field leadswitch_key__c, or the user may not see it: make it, and let the user edit it",
        "sf: Lead.leadswitch_why__c holds 255 characters, and up to 1000 are written",
    ]


def test_an_object_for_audit_records_must_be_there_and_have_its_key(opened: Open) -> None:
    world = opened(carrier="record")
    assert world.connector.problems() == []
    world.org.restrict("Leadswitch_Note__c", "Body__c")
    assert list(world.connector.problems()) == ["the user may not edit Leadswitch_Note__c.Body__c"]
    del world.org.store.tables["leadswitch_note__c"]
    (problem,) = world.connector.problems()
    assert problem.startswith("there is no object Leadswitch_Note__c")


def test_the_owner_must_be_one_that_the_user_may_write(opened: Open) -> None:
    world = opened(fields=FIELDS)
    assert world.connector.rights() == Rights()
    world.org.restrict("Lead", "OwnerId")
    assert world.connector.rights() == Rights(missing=("Edit on the field Lead.OwnerId",))


ALL = {"PermissionsModifyAllData": True, "PermissionsViewAllData": True}


@pytest.mark.parametrize(
    ("held", "rights"),
    [
        ([], Rights()),
        ([{"PermissionsTransferAnyLead": True}], Rights()),
        ([{"PermissionsTransferAnyLead": False}], Rights(missing=("Transfer Leads",))),
        (
            [{"PermissionsTransferAnyLead": False, **ALL}],
            Rights(needless=("Modify All Data", "View All Data")),
        ),
    ],
)
def test_the_right_to_transfer_is_told_where_the_org_tells_of_it(held: Rows, rights: Rights) -> None:
    lead = Described("Lead", createable=True, updateable=True, fields={}, related=())
    assert wire_describe.rights(lead, held, tasks=lead) == rights


def test_a_user_who_may_not_edit_leads_or_make_tasks_is_told() -> None:
    locked = Described("Lead", createable=False, updateable=False, fields={}, related=())
    assert wire_describe.rights(locked, [], tasks=locked).missing == ("Edit on Lead", "Create on Task")


def test_few_leads_of_the_last_hour_are_not_all_that_is_looked_at(opened: Open, check: Check) -> None:
    world = at_work(opened)
    for days in range(2, 40):
        made = world.org.clock() - timedelta(days=days).total_seconds()
        world.org.add_lead(created=made, OwnerId=world.people()[0])
    told = check(world, REPLACES)
    assert (
        "who owns the newest 41 leads: Ana Ruiz 38, the queue Inbound 2 (taken), Bo Lind 1"
        in told.out + told.err
    )


NOT_FOUND = "a person's choice made in the instant of a write is not found"
SWITCH_ON = "switch on Field History Tracking for the owner of Lead"


def test_an_org_whose_history_tells_of_owners_gets_no_notice(world: OrgWorld) -> None:
    world.edit_owner(world.add(DAY), world.people()[0])
    assert world.connector.notices() == []


def test_an_org_without_owner_changes_in_its_history_is_told_what_that_may_mean(
    opened: Open, check: Check
) -> None:
    told = check(at_work(opened), REPLACES)
    assert told.code == OK, told.err
    said = f"sf: no owner change is in LeadHistory: if the org does not keep them, {NOT_FOUND}; {SWITCH_ON}"
    assert said in told.out + told.err


@pytest.mark.parametrize(
    ("status", "code"), [(400, "INVALID_TYPE"), (403, "INSUFFICIENT_ACCESS"), (404, "NOT_FOUND")]
)
def test_a_history_that_is_not_there_or_hidden_is_told(world: OrgWorld, status: int, code: str) -> None:
    world.gateway = lambda request: errors(status, code) if "LeadHistory" in request.target else None
    (notice,) = world.connector.notices()
    assert notice == (
        f"the org keeps no LeadHistory, or hides it from this user: {NOT_FOUND}; {SWITCH_ON}, and let the user see it"
    )


def test_a_session_that_does_not_tell_whose_it_is_is_told(world: OrgWorld) -> None:
    world.edit_owner(world.add(DAY), world.people()[0])
    session = world.another(token=Secret(world.org.token), instance_url=world.server.url)
    assert session.notices() == []
    session = world.another(token=Secret(world.org.token), instance_url=world.server.url)
    world.gateway = lambda request: errors(403, "FORBIDDEN") if "userinfo" in request.target else None
    (notice,) = session.notices()
    assert notice.startswith("the id of the user cannot be read (/services/oauth2/userinfo)")
    assert "scope `openid` or `id`" in notice
