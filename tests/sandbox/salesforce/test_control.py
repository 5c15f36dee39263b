"""The desk over HTTP, and the sample org."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.messages import Request
from sandbox.salesforce import Org
from sandbox.salesforce.control import Control
from sandbox.salesforce.sample import fill
from tests.sandbox.salesforce.caller import Caller, code


class Beside:
    """A program beside the sandbox."""

    def __init__(self, org: Org) -> None:
        self._control = Control(org)

    def __call__(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self._control.answer(Request(method, f"/_sandbox/{path}", {}, raw))
        assert answer.status == status, answer.body
        return answer.json()


@pytest.fixture
def beside(sf: Caller) -> Beside:
    return Beside(sf.org)


def test_a_program_beside_it_can_set_up_edit_and_look(sf: Caller, beside: Beside) -> None:
    queue = beside("POST", "queues", {"name": "Inbound", "default": True})["id"]
    ana = beside("POST", "users", {"name": "Ana Ruiz", "email": "ana@example.com"})["id"]
    beside("POST", "fields/Lead", {"line": "Plan__c picklist 40", "values": ["Free"]})
    keys = beside(
        "POST", "records/Lead", {"rows": [{"LastName": name, "Plan__c": "Free"} for name in "ABCD"]}
    )
    beside("POST", "records/Task", {"rows": [{"WhoId": keys[0], "Subject": "x"}]})
    beside("PATCH", f"records/{keys[0]}", {"fields": {"OwnerId": ana}, "by": ana})
    assert beside("GET", "owned") == {keys[0]: ana, keys[1]: queue, keys[2]: queue, keys[3]: queue}
    assert [row["NewValue"] for row in beside("GET", f"history/{keys[0]}")] == ["Ana Ruiz", ana]
    assert [task["Subject"] for task in beside("GET", "tasks")] == ["x"]
    beside("POST", "merge", {"survivor": keys[0], "losers": [keys[1]]})
    beside("DELETE", f"records/{keys[2]}")
    contact = beside("POST", f"convert/{keys[3]}")["contact"]
    assert beside("GET", f"records/{contact}")["LastName"] == "D"
    assert set(beside("GET", "owned")) == {keys[0], keys[3]}
    beside("DELETE", f"users/{ana}")
    assert sf.org.record(ana)["IsActive"] is False


def test_a_program_beside_it_can_break_and_mend_it(sf: Caller, beside: Beside) -> None:
    key = sf.org.add_lead(Country="DE")
    ana = sf.org.add_user("Ana Ruiz", "ana@example.com")
    beside("POST", "rules/assignment", {"entries": [{"when": {"Country": "DE"}, "owner": ana}]})
    beside("POST", "rules/duplicate", {"fields": ["Email"], "allow": False})
    beside("POST", "rules/validation", {"when": {"Title": "Boss"}, "message": "no bosses"})
    assert code(sf.update({"Id": key, "Title": "Boss"})[0]) == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    sf.update({"Id": key, "Title": "CEO"}, headers={})
    assert sf.org.owner_of(key) == ana
    beside("POST", "trips", {"code": "UNABLE_TO_LOCK_ROW", "ids": [key], "times": 1})
    assert code(sf.update({"Id": key, "Title": "x"})[0]) == "UNABLE_TO_LOCK_ROW"
    beside("POST", f"lock/{key}", {"seconds": 9})
    assert code(sf.update({"Id": key, "Title": "x"})[0]) == "UNABLE_TO_LOCK_ROW"
    beside("POST", "permit", {"transfer": False})
    beside("POST", "faults", {"calls": "limits", "fault": "error_before", "value": 503, "times": 1})
    assert sf.ask("GET", "limits").status == 503
    beside("DELETE", "faults")
    beside("POST", "settings", {"page": 20, "tracked": ["OwnerId"], "zombie": [1, 2]})
    beside("POST", "latency", {"seconds": 0.5})
    assert sf.ask("GET", "limits").wait == 0.5
    beside("POST", "usage", {"before": 100_000})
    assert sf.ask("GET", "limits").status == 403
    beside("DELETE", "sessions")
    assert sf.ask("GET", "limits").status == 401
    state = beside("GET", "state")
    assert state["statuses"] == {"200": 5, "503": 1, "403": 1, "401": 1}
    assert [one["headers"] for one in beside("GET", "seen")][:2] == [{"sforce-auto-assign": "FALSE"}, {}]
    beside("POST", "zero")
    assert beside("GET", "seen") == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("GET", "records/00Qak0000000000", None, 400),
        ("POST", "records/Lead", {"rows": [{"Email": "x"}]}, 400),
        ("POST", "faults", {"calls": "*", "fault": "explode"}, 400),
        ("POST", "rules/other", {}, 400),
        ("POST", "settings", {"no_such": 1}, 400),
    ],
)
def test_what_control_cannot_do_is_said(
    beside: Beside, method: str, path: str, body: object, status: int
) -> None:
    assert "error" in beside(method, path, body, status=status)


def test_a_sample_org_is_the_same_for_the_same_seed_and_its_leads_are_the_queues() -> None:
    orgs = [Org(clock=lambda: 1_790_000_000.0) for _ in range(2)]
    keys = [fill(org, 40, seed=4) for org in orgs]
    assert keys[0] == keys[1]
    assert [orgs[0].lead(key) for key in keys[0]] == [orgs[1].lead(key) for key in keys[1]]
    assert {orgs[0].record(orgs[0].owner_of(key))["Name"] for key in keys[0]} == {"Inbound"}
