"""What is to come of the scenarios of Salesforce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.cassettes.outcome import (
    Outcome,
    Sent,
    bodies,
    counts,
    of_a_page_instead,
    of_lost_notes,
    of_lost_owners,
    verified,
)
from tests.cassettes.salesforce.scenarios import ANA, BO, CY, LEADS

A, B, C, D = LEADS
ONE = {A: CY}
TWO = {A: CY, B: BO}
THREE = {A: CY, B: BO, C: ANA}
FOUR = {**THREE, D: CY}

OUTCOMES: Mapping[str, Outcome] = {
    "first_sync_assigns_and_notes": Outcome(
        passes=[counts(seen=4, assigned=3, skipped=1, api_calls=6, unverified=3)],
        codes=[0],
        owners=[THREE],
        notes=[A, B, C],
        ledger={**verified(THREE), D: ("skipped", None)},
        reasons={D: f"owned by {BO}"},
    ),
    "second_sync_assigns_nothing": Outcome(
        passes=[
            counts(seen=2, assigned=2, api_calls=6, unverified=2),
            counts(seen=2, api_calls=3),
            counts(seen=2, api_calls=2),
        ],
        codes=[0, 0, 0],
        owners=[TWO],
        notes=[A, B],
        ledger=verified(TWO, "settled"),
    ),
    "pages_as_long_as_the_server_likes": Outcome(
        passes=[counts(seen=3, assigned=3, api_calls=10, unverified=3)],
        codes=[0],
        owners=[THREE],
        notes=[A, B, C],
        ledger=verified(THREE),
    ),
    "first_import_as_a_bulk_job": Outcome(
        passes=[counts(seen=5, assigned=3, api_calls=14, unverified=3)],
        codes=[0],
        owners=[THREE],
        notes=[A, B, C],
        ledger=verified(THREE),
        slept=[5.0],
    ),
    "session_ends_and_the_org_has_moved": Outcome(
        passes=[counts(seen=2, assigned=2, api_calls=9, unverified=2)],
        codes=[0],
        owners=[TWO, TWO],
        notes=[A, B],
        ledger=verified(TWO),
        slept=[0.0],
    ),
    "human_took_it_first": Outcome(
        passes=[counts(seen=3, assigned=2, conflicts=1, api_calls=6, unverified=2)],
        codes=[0],
        owners=[{A: CY, C: ANA}],
        notes=[A, C],
        ledger={**verified(THREE), B: ("conflict", BO)},
        reasons={B: f"owned by {CY}, a person's choice"},
    ),
    "choice_overrun_is_put_back": Outcome(
        passes=[
            counts(seen=2, assigned=2, api_calls=6, unverified=2),
            counts(seen=2, conflicts=1, api_calls=6, unverified=1),
            counts(seen=2, api_calls=3),
        ],
        codes=[0, 0, 0],
        owners=[TWO, {A: ANA}],
        notes=[A, B],
        ledger={A: ("conflict", ANA), B: ("settled", BO)},
        reasons={A: f"{ANA} was chosen by a person and put back"},
    ),
    "gone_before_the_look": Outcome(
        passes=[counts(seen=4, assigned=1, api_calls=6, unverified=1)],
        codes=[0],
        owners=[{B: BO}],
        notes=[B],
        ledger={**verified(FOUR, "gone"), B: ("verify", BO)},
        reasons={A: "the record is converted", C: f"merged into {B}", D: "the record is deleted"},
    ),
    "gone_before_the_write": Outcome(
        passes=[counts(seen=4, assigned=1, api_calls=6, unverified=1)],
        codes=[0],
        owners=[FOUR],
        notes=[B],
        ledger={**verified(FOUR, "gone"), B: ("verify", BO)},
        reasons={A: "CANNOT_UPDATE_CONVERTED_LEAD", C: "ENTITY_IS_DELETED", D: "ENTITY_IS_DELETED"},
    ),
    "owner_deactivated_before_the_write": Outcome(
        passes=[counts(seen=2, assigned=1, api_calls=6, failed=1, unverified=1)],
        codes=[1],
        owners=[TWO],
        notes=[A],
        ledger={A: ("verify", CY), B: ("failed", BO)},
        reasons={B: "INACTIVE_OWNER_OR_USER"},
    ),
    "one_row_refused_by_a_validation_rule": Outcome(
        passes=[counts(seen=4, assigned=3, api_calls=6, failed=1, unverified=3)],
        codes=[1],
        owners=[FOUR],
        notes=[A, B, C],
        ledger={**verified(THREE), D: ("failed", CY)},
        reasons={D: "Los clientes potenciales de Francia se asignan a mano"},
    ),
    "locked_row_is_written_again": Outcome(
        passes=[counts(seen=2, assigned=2, api_calls=9, unverified=2)],
        codes=[0],
        owners=[TWO, {B: BO}],
        notes=[A, B],
        ledger=verified(TWO),
    ),
    "calls_of_the_day_are_spent": Outcome(
        passes=[
            counts(seen=2, api_calls=5, waiting=2),
            counts(seen=2, assigned=2, api_calls=7, unverified=2),
        ],
        codes=[3, 0],
        owners=[TWO, TWO],
        notes=[A, B],
        ledger=verified(TWO),
    ),
    "too_many_calls_at_once": Outcome(
        passes=[counts(seen=1, assigned=1, api_calls=7, unverified=1)],
        codes=[0],
        owners=[ONE],
        notes=[A],
        ledger=verified(ONE),
        slept=[5.0],
    ),
    "login_refused": Outcome([counts(api_calls=1)], codes=[3], owners=[], notes=[], ledger={}),
    "maintenance_page": of_a_page_instead(ONE),
    "lost_answer_then_read_back": of_lost_owners(TWO),
    "lost_task_then_read_back": of_lost_notes(TWO),
    "record_notes_by_external_id": of_lost_notes(TWO),
}


def sent(requests: Sequence[Any]) -> Sent:
    """Read what was written to Salesforce: owners of leads, tasks and records about them."""
    written = [list(_rows(body)) for body in bodies(requests, "/composite")]
    return Sent(
        owners=[
            {row["id"]: row["OwnerId"] for row in rows} for rows in written if rows and "OwnerId" in rows[0]
        ],
        notes=[
            (row.get("WhoId") or row["Lead__c"], (row.get("Description") or row["Body__c"]).splitlines()[0])
            for rows in written
            for row in rows
            if "OwnerId" not in row
        ],
    )


def _rows(composite: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in composite["compositeRequest"]:
        yield from part.get("body", {}).get("records", ())
