"""The scenarios of the cassettes: what the program does, and what the portal and its people do meanwhile.

Each is a function of the stage; its name is the cassette's name, its first line says what is to be seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, MutableSequence
from dataclasses import replace
from functools import partial
from typing import Any

from connectors.contract import Account, Secret
from connectors.hubspot import Options
from connectors.hubspot.connector import HubSpotConnector
from sandbox.faults import PROXY, error_after
from sandbox.hubspot import Limits, Portal
from sandbox.hubspot.access import ALL_SCOPES
from sandbox.hubspot.desk import person
from tests.cassettes.stage import START, Clock, Program, Scenario
from tests.cassettes.stage import Stage as AnyStage

Stage = AnyStage[Portal]

HOST = "hubspot.example"
TOKEN = "of-nobody"
OPTIONS = Options(token=Secret(TOKEN))
CONNECTION = '{name: hs, kind: hubspot, token: "${HUBSPOT_TOKEN}", take: all}'

ANA, BO, CY = "511", "512", "513"
OWNERS = ((ANA, "Ana Ruiz", 2511), (BO, "Bo Lind", 2512), (CY, "Cy Moor", 2513))
COUNTRIES = ("DE", "AT", "CH", "FR", "IT")
UNLIMITED = Limits.none()
_AGE = 3600.0  # seconds between a contact's form and the first pass


def portal(clock: Clock, *, leads: int = 3, limits: Limits = UNLIMITED) -> Portal:
    """Return an account as it is before anything happens: three reps, and leads 101, 102, ... of an hour ago."""
    made = Portal(clock=clock, limits=limits)
    made.account.draw = Loaded()
    made.access.private(TOKEN)
    for owner, name, user in OWNERS:
        mail = f"{name.partition(' ')[0].lower()}@example.com"
        made.owners.add(mail, id=owner, name=name, user_id=user)
    for number in range(leads):
        add(made, str(101 + number), country=COUNTRIES[number])
    return made


def program(*, options: Options = OPTIONS, page_size: int = 200) -> Program:
    def connect(account: Account, urls: Mapping[str, str]) -> HubSpotConnector:
        return HubSpotConnector(replace(options, base_url=urls[HOST]), account, page_size=page_size)

    return Program(CONNECTION, {"email": "email", "country": "country"}, connect)


def scenario(
    play: Callable[[Stage], object],
    *,
    leads: int = 3,
    limits: Limits = UNLIMITED,
    runs: Program | None = None,
    prepare: Callable[[Portal], object] = lambda portal: None,
) -> Scenario[Portal]:
    def opened(clock: Clock) -> Portal:
        made = portal(clock, leads=leads, limits=limits)
        prepare(made)
        return made

    return Scenario("hubspot", play, opened, runs or program(), [HOST])


class Loaded(random.Random):
    """Dice that fall in one way: what may be reordered comes backwards, a span of time is its middle.

    A number more or less that the sandbox draws elsewhere changes no cassette.
    """

    def random(self) -> float:
        return 0.0

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2

    def shuffle(self, x: MutableSequence[Any]) -> None:
        x.reverse()


def add(portal: Portal, record: str, *, visible_in: float | None = None, **values: str) -> None:
    """A form is filled in, an hour before the first pass."""
    known = {"email": f"lead{record}@example.com", **values}
    created = START.timestamp() - _AGE
    portal.add("contacts", known, id=record, created=created, visible_in=visible_in)


def choose(record: str, owner: str) -> Callable[[Portal], object]:
    """Return the deed of a person who takes a lead, or gives it to somebody."""
    return lambda portal: portal.edit("contacts", record, {"hubspot_owner_id": owner}, by=person(2599))


# --- all goes well ----------------------------------------------------------------------------------------


def first_sync_assigns_and_notes(stage: Stage) -> None:
    """Three leads without an owner are given one in turn, and a note each; a fourth one has an owner."""
    stage.behind(lambda portal: add(portal, "104", hubspot_owner_id=BO))
    stage.sync_after(seconds=10)


def second_sync_assigns_nothing(stage: Stage) -> None:
    """What a pass did is verified a minute later, once; a third pass is one call."""
    stage.sync()
    stage.sync_after(minutes=2)
    stage.sync_after(minutes=2)


def paging_by_id(stage: Stage) -> None:
    """Five leads of one instant come in pages of two, each behind the last id."""
    stage.sync()


def empty_portal(stage: Stage) -> None:
    """Nothing to do is one call."""
    stage.sync()


def found_late_by_the_overlap(stage: Stage) -> None:
    """A lead that the search index shows minutes late is found by the pass after, behind newer ones."""
    stage.behind(lambda portal: add(portal, "100", visible_in=120.0, country="FR"))
    stage.sync()
    stage.sync_after(minutes=5)


def oauth_token_is_refreshed(stage: Stage) -> None:
    """A token of half an hour is fetched once, and another one for the pass an hour later."""
    stage.sync()
    stage.sync_after(minutes=60)


# --- people and other programs are quicker ----------------------------------------------------------------


def human_took_it_first(stage: Stage) -> None:
    """A lead that somebody takes between search and fresh look stays theirs."""
    stage.before("read", choose("102", CY))
    stage.sync()


def choice_overrun_is_put_back(stage: Stage) -> None:
    """A choice made in the instant between look and write is found in the history, put back, and verified itself."""
    stage.before("update", choose("101", ANA))
    stage.sync()
    for _ in range(2):
        stage.sync_after(minutes=2)


def merged_between_read_and_write(stage: Stage) -> None:
    """Two leads merged after the look vanish from the answer: they are looked for, and gone into a third id."""
    stage.before("update", lambda portal: portal.merge("contacts", "101", "102"))
    stage.sync()
    stage.sync_after(minutes=2)


def gone_before_the_look(stage: Stage) -> None:
    """One lead is deleted and two are merged between search and look: nothing is written on them."""

    def clean_up(portal: Portal) -> None:
        portal.archive("contacts", "104")
        portal.merge("contacts", "101", "102")

    stage.before("read", clean_up)
    stage.sync()


def archived_owner(stage: Stage) -> None:
    """A rep archived in the CRM gets no leads; one archived after the look is refused, the others are written."""
    stage.behind(lambda portal: portal.owners.archive(ANA))
    stage.before("update", lambda portal: portal.owners.archive(BO))
    stage.sync()


# --- the account refuses ----------------------------------------------------------------------------------


def one_of_a_batch_refused(stage: Stage) -> None:
    """A validation rule refuses a batch without naming the record: it is narrowed down, the others are written."""
    stage.sync()


def one_of_a_batch_fails_alone(stage: Stage) -> None:
    """A validation rule refuses one record, and HubSpot says which: the others are written in the same call."""
    stage.sync()


def search_budget_429(stage: Stage) -> None:
    """The third page in one second is too many: the program waits a second and goes on there."""
    stage.sync()


def token_revoked(stage: Stage) -> None:
    """A token revoked in the middle of a pass ends it; with it restored the next pass does the rest."""
    stage.before("update", lambda portal: portal.access.revoke(TOKEN))
    stage.sync()
    stage.behind(lambda portal: portal.access.private(TOKEN))
    stage.sync_after(minutes=2)


def missing_scope(stage: Stage) -> None:
    """A token that may read but not write ends the pass with the scope's name."""
    stage.sync()


# --- the network and what stands in it --------------------------------------------------------------------


def lost_answer_then_read_back(stage: Stage) -> None:
    """Owners were written, then a 502: after the window in which a late write may land they are found as ours."""
    stage.behind(lambda portal: portal.faults.add("contacts.batch_update", error_after(502), times=1))
    stage.sync()
    stage.sync_after(seconds=50)


def lost_note_then_read_back(stage: Stage) -> None:
    """Notes were written, then a 502: they are found by their keys and not written twice."""
    stage.behind(lambda portal: portal.faults.add("notes.batch_create", error_after(502), times=1))
    stage.sync()
    stage.sync_after(seconds=60)


def proxy_answers_with_html(stage: Stage) -> None:
    """A proxy answers a search with a page: it is asked again, and the pass goes on."""
    stage.behind(lambda portal: portal.faults.add("contacts.search", PROXY, times=2))
    stage.sync()


_READS = frozenset(scope for scope in ALL_SCOPES if not scope.endswith(".write"))
_NO_FRANCE = "Contacts in France are assigned by hand"
_DATED = replace(OPTIONS, api="2026-09")
_OAUTH = Options(
    client_id="an-app",
    client_secret=Secret("a-secret"),
    refresh_token=Secret("refresh-1"),
)


def _refuse_france(portal: Portal, *, whole: bool) -> None:
    portal.rule("contacts", _NO_FRANCE, lambda values: values.get("country") == "FR", whole=whole)


SCENARIOS: Mapping[str, Scenario[Portal]] = {
    each.name: each
    for each in (
        scenario(first_sync_assigns_and_notes),
        scenario(second_sync_assigns_nothing, leads=2),
        scenario(paging_by_id, leads=5, runs=program(page_size=2)),
        scenario(empty_portal, leads=0),
        scenario(found_late_by_the_overlap, leads=1),
        scenario(
            oauth_token_is_refreshed,
            leads=1,
            runs=program(options=_OAUTH),
            prepare=lambda portal: portal.access.oauth("an-app", "a-secret"),
        ),
        scenario(human_took_it_first),
        scenario(choice_overrun_is_put_back, leads=2),
        scenario(merged_between_read_and_write),
        scenario(gone_before_the_look, leads=4),
        scenario(archived_owner, leads=2),
        scenario(
            one_of_a_batch_refused,
            leads=5,
            runs=program(options=_DATED),
            prepare=partial(_refuse_france, whole=True),
        ),
        scenario(
            one_of_a_batch_fails_alone,
            leads=4,
            runs=program(options=_DATED),
            prepare=partial(_refuse_france, whole=False),
        ),
        scenario(
            search_budget_429,
            leads=5,
            runs=program(page_size=2),
            limits=Limits(burst=None, searches=2, daily=None),
        ),
        scenario(token_revoked, leads=2),
        scenario(missing_scope, leads=1, prepare=lambda portal: portal.access.limit_to(TOKEN, _READS)),
        scenario(lost_answer_then_read_back, leads=2),
        scenario(lost_note_then_read_back, leads=2),
        scenario(proxy_answers_with_html, leads=1),
    )
}
