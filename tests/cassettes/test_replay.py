"""Every cassette is played once more, without a socket: what was sent, counted and written into the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]

from tests.cassettes.record import FOLDER
from tests.cassettes.replay import Played, replay
from tests.cassettes.scenarios import ANA, BO, CY, SCENARIOS
from tests.cassettes.stage import Stage

pytestmark = pytest.mark.disable_socket
Counted = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to come of a scenario: the counts of each pass that are not 0, its exit code, what was sent, and
    where each lead stands at the end."""

    passes: Sequence[Counted]
    codes: Sequence[int]
    owners: Sequence[Mapping[str, str]]
    notes: Sequence[str]
    ledger: Mapping[str, tuple[str, str | None]]


def counts(**numbers: int) -> Counted:
    return numbers


FIVE = {"101": CY, "102": BO, "103": ANA, "104": CY, "105": BO}
THREE = {"101": CY, "102": BO, "103": ANA}
TWO = {"101": CY, "102": BO}


def verified(owners: Mapping[str, str], step: str = "verify") -> dict[str, tuple[str, str | None]]:
    return {record: (step, owner) for record, owner in owners.items()}


OUTCOMES: Mapping[str, Outcome] = {
    "first_sync_assigns_and_notes": Outcome(
        passes=[counts(seen=4, assigned=3, skipped=1, api_calls=6, unverified=3)],
        codes=[0],
        owners=[THREE],
        notes=["101", "102", "103"],
        ledger={**verified(THREE), "104": ("skipped", None)},
    ),
    "second_sync_assigns_nothing": Outcome(
        passes=[
            counts(seen=2, assigned=2, api_calls=6, unverified=2),
            counts(seen=2, api_calls=2),
            counts(seen=2, api_calls=1),
        ],
        codes=[0, 0, 0],
        owners=[TWO],
        notes=["101", "102"],
        ledger=verified(TWO, "settled"),
    ),
    "paging_by_id": Outcome(
        passes=[counts(seen=5, assigned=5, api_calls=8, unverified=5)],
        codes=[0],
        owners=[FIVE],
        notes=["101", "102", "103", "104", "105"],
        ledger=verified(FIVE),
    ),
    "empty_portal": Outcome([counts(api_calls=1)], codes=[0], owners=[], notes=[], ledger={}),
    "found_late_by_the_overlap": Outcome(
        passes=[
            counts(seen=1, assigned=1, api_calls=6, unverified=1),
            counts(seen=2, assigned=1, api_calls=7, unverified=1),
        ],
        codes=[0, 0],
        owners=[{"101": CY}, {"100": BO}],
        notes=["101", "100"],
        ledger={"101": ("settled", CY), "100": ("verify", BO)},
    ),
    "oauth_token_is_refreshed": Outcome(
        passes=[counts(seen=1, assigned=1, api_calls=7, unverified=1), counts(seen=1, api_calls=3)],
        codes=[0, 0],
        owners=[{"101": CY}],
        notes=["101"],
        ledger={"101": ("settled", CY)},
    ),
    "human_took_it_first": Outcome(
        passes=[counts(seen=3, assigned=2, conflicts=1, api_calls=6, unverified=2)],
        codes=[0],
        owners=[{"101": CY, "103": ANA}],
        notes=["101", "103"],
        ledger={**verified(THREE), "102": ("conflict", BO)},
    ),
    "choice_overrun_is_put_back": Outcome(
        passes=[
            counts(seen=2, assigned=2, api_calls=6, unverified=2),
            counts(seen=2, conflicts=1, api_calls=6, unverified=1),
            counts(seen=2, api_calls=2),
        ],
        codes=[0, 0, 0],
        owners=[TWO, {"101": ANA}],
        notes=["101", "102"],
        ledger={"101": ("conflict", ANA), "102": ("settled", BO)},
    ),
    "merged_between_read_and_write": Outcome(
        passes=[
            counts(seen=3, assigned=1, api_calls=6, unverified=1),
            counts(seen=2, assigned=1, api_calls=7, unverified=1),
        ],
        codes=[0, 0],
        owners=[THREE, {"153": CY}],
        notes=["103", "153"],
        ledger={
            "101": ("gone", CY),
            "102": ("gone", BO),
            "103": ("settled", ANA),
            "153": ("verify", CY),
        },
    ),
    "gone_before_the_look": Outcome(
        passes=[counts(seen=4, assigned=1, api_calls=6, unverified=1)],
        codes=[0],
        owners=[{"103": ANA}],
        notes=["103"],
        ledger={
            "101": ("gone", CY),
            "102": ("gone", BO),
            "103": ("verify", ANA),
            "104": ("gone", CY),
        },
    ),
    "archived_owner": Outcome(
        passes=[counts(seen=2, assigned=1, api_calls=7, failed=1, unverified=1)],
        codes=[1],
        owners=[TWO, {"101": CY}],
        notes=["101"],
        ledger={"101": ("verify", CY), "102": ("failed", BO)},
    ),
    "one_of_a_batch_refused": Outcome(
        passes=[counts(seen=5, assigned=4, api_calls=12, failed=1, unverified=4)],
        codes=[1],
        owners=[
            FIVE,
            TWO,
            {"103": ANA, "104": CY, "105": BO},
            {"103": ANA},
            {"104": CY, "105": BO},
            {"104": CY},
            {"105": BO},
        ],
        notes=["101", "102", "103", "105"],
        ledger={**verified(FIVE), "104": ("failed", CY)},
    ),
    "one_of_a_batch_fails_alone": Outcome(
        passes=[counts(seen=4, assigned=3, api_calls=6, failed=1, unverified=3)],
        codes=[1],
        owners=[{**THREE, "104": CY}],
        notes=["101", "102", "103"],
        ledger={**verified(THREE), "104": ("failed", CY)},
    ),
    "search_budget_429": Outcome(
        passes=[counts(seen=5, assigned=5, api_calls=9, unverified=5)],
        codes=[0],
        owners=[FIVE],
        notes=["101", "102", "103", "104", "105"],
        ledger=verified(FIVE),
    ),
    "token_revoked": Outcome(
        passes=[
            counts(seen=2, api_calls=5, waiting=2),
            counts(seen=2, assigned=2, api_calls=6, unverified=2),
        ],
        codes=[3, 0],
        owners=[TWO, TWO],
        notes=["101", "102"],
        ledger=verified(TWO),
    ),
    "missing_scope": Outcome(
        passes=[counts(seen=1, api_calls=5, waiting=1)],
        codes=[3],
        owners=[{"101": CY}],
        notes=[],
        ledger={"101": ("claimed", CY)},
    ),
    "lost_answer_then_read_back": Outcome(
        passes=[
            counts(seen=2, api_calls=5, doubtful=2),
            counts(seen=2, assigned=2, api_calls=5, unverified=2),
        ],
        codes=[1, 0],
        owners=[TWO],
        notes=["101", "102"],
        ledger=verified(TWO),
    ),
    "lost_note_then_read_back": Outcome(
        passes=[
            counts(seen=2, assigned=2, api_calls=6, doubtful=2),
            counts(seen=2, api_calls=3, unverified=2),
        ],
        codes=[1, 0],
        owners=[TWO],
        notes=["101", "102"],
        ledger=verified(TWO),
    ),
    "proxy_answers_with_html": Outcome(
        passes=[counts(seen=1, assigned=1, api_calls=8, unverified=1)],
        codes=[0],
        owners=[{"101": CY}],
        notes=["101"],
        ledger={"101": ("verify", CY)},
    ),
}


@pytest.fixture
def played(request: pytest.FixtureRequest, sqlite_url: str) -> Played:
    return replay(SCENARIOS[request.param], sqlite_url)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_ends_as_it_did_when_it_was_recorded(name: str, sqlite_url: str) -> None:
    played, outcome = replay(SCENARIOS[name], sqlite_url), OUTCOMES[name]
    assert [_not_zero(each.counts) for each in played.stage.passes] == outcome.passes
    assert [each.exit_code for each in played.stage.passes] == outcome.codes
    assert played.owners_sent == outcome.owners
    assert [record for record, _ in played.notes_sent] == outcome.notes
    assert played.stage.ledger() == outcome.ledger
    assert played.left == 0


def _not_zero(found: object) -> Counted:
    return {name: number for name, number in asdict(found).items() if number}  # type: ignore[call-overload]


@pytest.mark.parametrize("played", ["first_sync_assigns_and_notes"], indirect=True)
def test_a_note_says_to_whom_the_lead_went(played: Played) -> None:
    assert dict(played.notes_sent) == {
        "101": "Leadswitch assigned this lead to Cy Moor.",
        "102": "Leadswitch assigned this lead to Bo Lind.",
        "103": "Leadswitch assigned this lead to Ana Ruiz.",
    }


@pytest.mark.parametrize("played", ["search_budget_429"], indirect=True)
def test_after_too_many_searches_the_pass_waits_a_second(played: Played) -> None:
    assert played.stage.slept == [1.0]


REASONS = {
    ("choice_overrun_is_put_back", "101"): "511 was chosen by a person and put back",
    ("gone_before_the_look", "101"): "merged into 154",
    ("gone_before_the_look", "104"): "the record is missing",
    ("human_took_it_first", "102"): "owned by 513, a person's choice",
    ("merged_between_read_and_write", "102"): "merged away or deleted",
    ("missing_scope", "101"): "crm.objects.contacts.write",
    ("one_of_a_batch_fails_alone", "104"): "Contacts in France are assigned by hand",
    ("one_of_a_batch_refused", "104"): "Contacts in France are assigned by hand",
}


@pytest.mark.parametrize(("name", "record"), REASONS)
def test_a_lead_that_got_no_owner_of_ours_says_why(name: str, record: str, sqlite_url: str) -> None:
    assert REASONS[name, record] in replay(SCENARIOS[name], sqlite_url).stage.reason(record)


def test_an_owner_archived_after_the_look_is_named(sqlite_url: str) -> None:
    played = replay(SCENARIOS["archived_owner"], sqlite_url)
    assert "512" in played.stage.reason("102")


# --- the player can fail ----------------------------------------------------------------------------------


def test_a_request_that_was_not_recorded_gets_no_answer(sqlite_url: str) -> None:
    other = replace(SCENARIOS["empty_portal"], page_size=7)
    with pytest.raises(CannotOverwriteExistingCassetteException, match='"limit"'):
        replay(other, sqlite_url)


def test_an_answer_that_nobody_asks_for_is_counted(sqlite_url: str) -> None:
    def second_sync_assigns_nothing(stage: Stage) -> None:
        stage.sync()

    cut = replace(SCENARIOS["second_sync_assigns_nothing"], play=second_sync_assigns_nothing)
    assert replay(cut, sqlite_url).left == 3


def test_every_scenario_has_a_cassette_and_every_cassette_a_scenario() -> None:
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted(f"{name}.yaml" for name in SCENARIOS)
    assert OUTCOMES.keys() == SCENARIOS.keys()


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: str(file.stem))
def test_a_cassette_is_small(file: Path) -> None:
    assert file.stat().st_size < 60_000
