"""The scenarios of Salesforce: what the program does, and what the org and its people do meanwhile.

Each is a function of the stage; its name is the cassette's name, its first line says what is to be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from unittest.mock import patch

from connectors.contract import Account, Secret
from connectors.salesforce import Options, wire, wire_bulk
from connectors.salesforce.connector import SalesforceConnector
from sandbox.faults import error_after, error_before
from sandbox.salesforce import Org, Settings
from sandbox.salesforce.ids import make
from tests.cassettes.stage import START, Clock, Program, Scenario
from tests.cassettes.stage import Stage as AnyStage

Stage = AnyStage[Org]

HOST, MOVED = "salesforce.example", "moved.salesforce.example"
APP, SECRET = "an-app-of-nobody", "a-secret"  # they open the sandbox's org only
OPTIONS = Options(client_id=APP, client_secret=Secret(SECRET))
CONNECTION = """{name: sf, kind: salesforce, client_id: APP, client_secret: "${SALESFORCE_SECRET}",
     replaces: [{queue: Inbound}], take: all, audit: [AUDIT]}"""
CARRIER = ("Key__c string 20 x", "Lead__c reference Lead Lead__r", "Body__c textarea 32768")

ANA, BO, CY = (make("005", 0x3004 + number) for number in range(3))
LEADS = tuple(make("00Q", 0x3001 + number) for number in range(4))
NAMES = ("Ana Ruiz", "Bo Lind", "Cy Moor")
COUNTRIES = ("Germany", "Austria", "Switzerland", "France")
PLAIN = Settings(limit_jitter=False)
_AGE = 3600.0  # seconds between a lead's form and the first pass


def org(clock: Clock, *, leads: int, settings: Settings) -> Org:
    """Return an org as it is before anything happens: three reps, a queue, leads of an hour ago.

    Beside them it has the users that every org has, who are programs.
    """
    made = Org(clock=clock, settings=settings)
    made.access.client_id, made.access.client_secret = APP, SECRET
    for name in NAMES:
        made.add_user(name, f"{name.partition(' ')[0].lower()}@example.com")
    made.default_owner = made.add_queue("Inbound")
    for number in range(leads):
        add(made, number)
    return made


def add(made: Org, number: int, **values: str) -> None:
    """A form is filled in, an hour before the first pass."""
    key = made.add_lead(
        created=START.timestamp() - _AGE,
        Email=f"lead{number + 1}@example.com",
        Country=COUNTRIES[number],
        **values,  # type: ignore[arg-type]
    )
    assert key == LEADS[number]


def program(audit: str = "task") -> Program:
    def connect(account: Account, urls: Mapping[str, str]) -> SalesforceConnector:
        return SalesforceConnector(replace(OPTIONS, login_url=urls[HOST]), replace(account, carrier=audit))

    fields = {"email": "Email", "country": "Country"}
    return Program(CONNECTION.replace("AUDIT", audit), fields, connect)


def scenario(
    play: Callable[[Stage], object],
    *,
    leads: int = 3,
    settings: Settings = PLAIN,
    audit: str = "task",
    prepare: Callable[[Org], object] = lambda org: None,
) -> Scenario[Org]:
    def opened(clock: Clock) -> Org:
        made = org(clock, leads=leads, settings=settings)
        prepare(made)
        return made

    return Scenario("salesforce", play, opened, program(audit), [HOST, MOVED])


def choose(lead: str, owner: str) -> Callable[[Org], object]:
    """Return the deed of a person who takes a lead, or gives it to somebody."""
    return lambda org: org.edit(lead, by=BO, OwnerId=owner)


# --- all goes well ----------------------------------------------------------------------------------------


def first_sync_assigns_and_notes(stage: Stage) -> None:
    """Three leads of the queue are given an owner in turn, and a task each; a fourth one is a person's.

    Among the owners are queues, one of them not for leads, users who are programs, and one with Ana's address who left.
    """

    def populate(org: Org) -> None:
        org.deactivate(org.add_user("Ana Old", "ana@example.com"))
        org.add_queue("Cases", owns=("Case",))
        add(org, 3, OwnerId=BO)

    stage.behind(populate)
    stage.sync()


def second_sync_assigns_nothing(stage: Stage) -> None:
    """What a pass did is verified by the history a minute later, once; a third pass is one call."""
    stage.sync()
    stage.sync_after(minutes=2)
    stage.sync_after(minutes=2)


def pages_as_long_as_the_server_likes(stage: Stage) -> None:
    """Leads come in pages of two, and so do the users, along the server's cursors."""
    stage.sync()


def first_import_as_a_bulk_job(stage: Stage) -> None:
    """More leads than pages are read of come as a job, two a call; what is many here is thousands elsewhere."""
    with patch.object(wire, "MANY", 2), patch.object(wire_bulk, "ROWS", 2):
        stage.sync()


def session_ends_and_the_org_has_moved(stage: Stage) -> None:
    """A session ends right before the owners are written: the next one is at another address, and they go there."""

    def move(org: Org) -> None:
        org.access.revoke()
        org.access.instance_url = stage.urls[MOVED]

    stage.before("update", move)
    stage.sync()


# --- people and other programs are quicker ----------------------------------------------------------------


def human_took_it_first(stage: Stage) -> None:
    """A lead that somebody takes between walk and fresh look stays theirs."""
    stage.before("read", choose(LEADS[1], CY))
    stage.sync()


def choice_overrun_is_put_back(stage: Stage) -> None:
    """A choice made in the instant between look and write is found in the history, put back, and verified itself."""
    stage.before("update", choose(LEADS[0], ANA))
    stage.sync()
    for _ in range(2):
        stage.sync_after(minutes=2)


def _clean_up(org: Org) -> None:
    org.convert(LEADS[0])
    org.merge(LEADS[1], LEADS[2])
    org.delete(LEADS[3])


def gone_before_the_look(stage: Stage) -> None:
    """One lead is converted, one merged into another and one deleted: nothing is written on them."""
    stage.before("read", _clean_up)
    stage.sync()


def gone_before_the_write(stage: Stage) -> None:
    """The same right after the look: those rows are refused, the others are written."""
    stage.before("update", _clean_up)
    stage.sync()


def owner_deactivated_before_the_write(stage: Stage) -> None:
    """A rep who left after the look is refused as an owner; the other rows are written."""
    stage.before("update", lambda org: org.deactivate(BO))
    stage.sync()


# --- the org refuses --------------------------------------------------------------------------------------


def one_row_refused_by_a_validation_rule(stage: Stage) -> None:
    """A validation rule refuses one row of a collection, in the user's language: the others are written."""
    stage.sync()


def locked_row_is_written_again(stage: Stage) -> None:
    """A row that another transaction holds is looked at and written again."""
    stage.behind(lambda org: org.trip("UNABLE_TO_LOCK_ROW", ids=[LEADS[1]], times=1))
    stage.sync()


def calls_of_the_day_are_spent(stage: Stage) -> None:
    """A 403 for the calls of 24 hours ends the pass; when they have freed up the next one does the rest."""
    stage.sync()
    stage.pass_by(hours=25)
    stage.behind(lambda org: setattr(org.usage, "before", 0))
    stage.sync()


def too_many_calls_at_once(stage: Stage) -> None:
    """The same 403 for calls under way is waited out."""
    stage.before("read", lambda org: setattr(org.usage, "concurrent", 1))
    stage.sync()


def login_refused(stage: Stage) -> None:
    """A wrong secret ends the pass with what to do."""
    stage.sync()


# --- the network and what stands in it --------------------------------------------------------------------


def maintenance_page(stage: Stage) -> None:
    """Salesforce answers a question with a page of its edge: it is asked again, and the pass goes on."""
    stage.behind(lambda org: org.faults.add("query", error_before(503), times=2))
    stage.sync()


def lost_answer_then_read_back(stage: Stage) -> None:
    """Owners were written, then a page of maintenance: after the window of late writes they are found as ours."""
    stage.behind(lambda org: org.faults.add("composite.update", error_after(503), times=1))
    stage.sync()
    stage.sync_after(seconds=50)


def lost_task_then_read_back(stage: Stage) -> None:
    """Tasks were written, then the answer was lost: they are found by the keys in their subjects."""
    stage.behind(lambda org: org.faults.add("composite.create", error_after(502), times=1))
    stage.sync()
    stage.sync_after(seconds=60)


def record_notes_by_external_id(stage: Stage) -> None:
    """Notes are records of the org's own object, written by key: a lost answer leaves one of each."""
    stage.behind(lambda org: org.faults.add("composite.upsert", error_after(502), times=1))
    stage.sync()
    stage.sync_after(seconds=60)


_NO_FRANCE = "Los clientes potenciales de Francia se asignan a mano"


def _refuse_france(org: Org) -> None:
    org.validation_rule(_NO_FRANCE, lambda lead: lead["Country"] == "France")


SCENARIOS: Mapping[str, Scenario[Org]] = {
    each.name: each
    for each in (
        scenario(first_sync_assigns_and_notes),
        scenario(second_sync_assigns_nothing, leads=2),
        scenario(pages_as_long_as_the_server_likes, settings=replace(PLAIN, page=2)),
        scenario(first_import_as_a_bulk_job, settings=replace(PLAIN, page=2)),
        scenario(session_ends_and_the_org_has_moved, leads=2),
        scenario(human_took_it_first),
        scenario(choice_overrun_is_put_back, leads=2),
        scenario(gone_before_the_look, leads=4),
        scenario(gone_before_the_write, leads=4),
        scenario(owner_deactivated_before_the_write, leads=2),
        scenario(
            one_row_refused_by_a_validation_rule,
            leads=4,
            settings=replace(PLAIN, language="es"),
            prepare=_refuse_france,
        ),
        scenario(locked_row_is_written_again, leads=2),
        scenario(
            calls_of_the_day_are_spent, leads=2, prepare=lambda org: setattr(org.usage, "before", 99_997)
        ),
        scenario(too_many_calls_at_once, leads=1),
        scenario(login_refused, leads=0, prepare=lambda org: setattr(org.access, "client_secret", "another")),
        scenario(maintenance_page, leads=1),
        scenario(lost_answer_then_read_back, leads=2),
        scenario(lost_task_then_read_back, leads=2),
        scenario(
            record_notes_by_external_id,
            leads=2,
            audit="record",
            prepare=lambda org: org.define_object("Leadswitch_Note__c", CARRIER),
        ),
    )
}
