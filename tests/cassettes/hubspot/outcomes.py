"""What is to come of the scenarios of HubSpot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.cassettes.hubspot.scenarios import ANA, BO, CY
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

FIVE = {"101": CY, "102": BO, "103": ANA, "104": CY, "105": BO}
THREE = {"101": CY, "102": BO, "103": ANA}
TWO = {"101": CY, "102": BO}


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
        reasons={"102": "owned by 513, a person's choice"},
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
        reasons={"101": "511 was chosen by a person and put back"},
    ),
    "merged_between_read_and_write": Outcome(
        passes=[
            counts(seen=3, assigned=1, api_calls=7, unverified=1),
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
        reasons={"102": "merged into 153"},
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
        reasons={"101": "merged into 154", "104": "the record is missing"},
    ),
    "archived_owner": Outcome(
        passes=[counts(seen=2, assigned=1, api_calls=7, failed=1, unverified=1)],
        codes=[1],
        owners=[TWO, {"101": CY}],
        notes=["101"],
        ledger={"101": ("verify", CY), "102": ("failed", BO)},
        reasons={"102": "512"},
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
        reasons={"104": "Contacts in France are assigned by hand"},
    ),
    "one_of_a_batch_fails_alone": Outcome(
        passes=[counts(seen=4, assigned=3, api_calls=6, failed=1, unverified=3)],
        codes=[1],
        owners=[{**THREE, "104": CY}],
        notes=["101", "102", "103"],
        ledger={**verified(THREE), "104": ("failed", CY)},
        reasons={"104": "Contacts in France are assigned by hand"},
    ),
    "search_budget_429": Outcome(
        passes=[counts(seen=5, assigned=5, api_calls=9, unverified=5)],
        codes=[0],
        owners=[FIVE],
        notes=["101", "102", "103", "104", "105"],
        ledger=verified(FIVE),
        slept=[1.0],
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
        reasons={"101": "crm.objects.contacts.write"},
    ),
    "lost_answer_then_read_back": of_lost_owners(TWO),
    "lost_note_then_read_back": of_lost_notes(TWO),
    "proxy_answers_with_html": of_a_page_instead({"101": CY}),
}


def sent(requests: Sequence[Any]) -> Sent:
    """Read what was written to HubSpot."""
    return Sent(
        owners=[
            {one["id"]: one["properties"]["hubspot_owner_id"] for one in body["inputs"]}
            for body in bodies(requests, "/contacts/batch/update")
        ],
        notes=[
            (each["associations"][0]["to"]["id"], each["properties"]["hs_note_body"].partition("<br>")[0])
            for body in bodies(requests, "/notes/batch/create")
            for each in body["inputs"]
        ],
    )
