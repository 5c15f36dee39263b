"""The sandbox as a package and as a program: what it imports, how it starts, how much it serves."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import sandbox.serve
from sandbox.hubspot import Behaviour, Limits, Portal
from sandbox.hubspot.sample import fill
from sandbox.messages import Request
from sandbox.serve import LIMITS, start
from sync.commands.sandbox import run
from sync.screen import Screen
from sync.trouble import Refused

ROOT = Path(__file__).parents[2]


def test_it_imports_the_standard_library_and_itself_only_and_makes_keys_in_one_place() -> None:
    files = sorted((ROOT / "sandbox").rglob("*.py"))
    beyond = {
        (path.name, name.partition(".")[0])
        for path in files
        for node in ast.walk(ast.parse(path.read_bytes()))
        for name in _imported(node)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "sandbox"}
    }
    assert len(files) > 20
    assert beyond == {("certificates.py", "cryptography")}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for folder in ("sandbox", "tests/sandbox")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 300
    }
    assert long == {}


# --- the sample account -----------------------------------------------------------------------------------


def test_a_sample_account_is_the_same_for_the_same_seed_and_owned_by_nobody() -> None:
    first, second = (Portal(clock=lambda: 1_790_000_000.0) for _ in range(2))
    keys = fill(first, 50, seed=4)
    assert fill(second, 50, seed=4) == keys
    assert [first.values("contacts", key) for key in keys] == [second.values("contacts", key) for key in keys]
    assert {first.owner_of(key) for key in keys} == {None}
    assert [owner.type for owner in first.owners.listed(archived=False)].count("QUEUE") == 1


def test_a_started_sandbox_tells_where_it_is() -> None:
    with start(contacts=5) as running, urllib.request.urlopen(running.control, timeout=10) as answer:  # noqa: S310
        state = json.load(answer)
    assert (state["token"], state["records"]["contacts"]) == (running.token, 5)


# --- the programs -----------------------------------------------------------------------------------------


def load() -> object:
    return sandbox.serve


def _until_stopped(command: list[str], number: int) -> dict[str, object]:
    """Start a program, read its first line, stop it with a signal; returns the line."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        assert process.stdout is not None
        line: dict[str, object] = json.loads(process.stdout.readline())
        process.send_signal(number)
        assert process.wait(20) == 0
    return line


def test_python_m_sandbox_prints_address_and_token_and_ends_when_interrupted() -> None:
    line = _until_stopped([sys.executable, "-m", "sandbox", "--contacts", "3"], signal.SIGINT)
    assert str(line["url"]).startswith("http://127.0.0.1:")
    assert line["token"]


def test_the_command_serves_a_salesforce_org_over_tls_with_the_authority_to_trust() -> None:
    more = ["--kind", "salesforce", "--contacts", "3"]
    line = _until_stopped([sys.executable, "-m", "sync.cli", "--json", "sandbox", *more], signal.SIGTERM)
    assert set(line) == {"url", "client_id", "client_secret", "ca_file", "control", "leads"}
    assert (line["leads"], str(line["url"])[:18]) == (3, "https://127.0.0.1:")
    assert not Path(str(line["ca_file"])).exists(), "gone with the process"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_a_signal(number: int) -> None:
    command = [sys.executable, "-m", "sync.cli", "--json", "sandbox", "--contacts", "3", "--limits", "none"]
    line = _until_stopped(command, number)
    assert (line["contacts"], set(line)) == (3, {"url", "token", "control", "contacts"})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"limits": "huge"}, "use one of enterprise, free, none, oauth"),
        ({"limits": "free", "kind": "salesforce"}, "use one of developer, enterprise, none"),
        ({"kind": "excel"}, "use one of hubspot, salesforce"),
        ({"port": 70_000}, "0 .any free one. to 65535"),
        ({"contacts": -1}, "not negative"),
        ({"latency": -1.0}, "not negative"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(asked: dict[str, object], words: str) -> None:
    usual = {
        "load": load,
        "kind": "hubspot",
        "port": 0,
        "contacts": 1,
        "seed": 0,
        "latency": 0.0,
        "limits": "none",
    }
    with pytest.raises(Refused, match=words):
        run(Screen(ROOT), **{**usual, **asked})  # type: ignore[arg-type]


def test_a_port_that_is_taken_is_told() -> None:
    with start(contacts=0) as running, pytest.raises(Refused, match="cannot be used"):
        run(
            Screen(ROOT),
            load=load,
            kind="salesforce",
            port=running.server.port,
            contacts=0,
            seed=0,
            latency=0.0,
            limits="none",
        )


def test_limits_have_names() -> None:
    assert LIMITS["free"].burst == 100
    assert LIMITS["enterprise"].searches == 5
    assert LIMITS["oauth"].daily is None


# --- size -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_twenty_thousand_contacts_are_searched_listed_and_updated_in_seconds() -> None:
    """A bound far above what is usual (under 2 s), so that only a change of order fails."""
    portal = Portal(limits=Limits.none(), behaviour=Behaviour(lag=(0.0, 0.0)))
    owner = portal.owners.add("ana@example.com").id
    began = time.monotonic()
    keys = portal.add_contacts(
        ({"email": f"u{n}@example.com"} for n in range(20_000)), created=time.time() - 3600
    )

    def ask(method: str, path: str, body: object = None) -> dict[str, list[dict[str, object]]]:
        raw = b"" if body is None else json.dumps(body).encode()
        answer = portal.answer(Request(method, path, {"authorization": f"Bearer {portal.token}"}, raw))
        assert answer.status == 200
        found: dict[str, list[dict[str, object]]] = answer.json()
        return found

    path = "/crm/v3/objects/contacts"
    last, seen = "0", 0
    while len(page := _after(ask, f"{path}/search", last)) == 200:
        last, seen = str(page[-1]["id"]), seen + len(page)
    for start_at in range(0, 20_000, 100):
        some = keys[start_at : start_at + 100]
        ask("GET", f"{path}?limit=100&after={some[0]}")
        inputs = [{"id": key, "properties": {"hubspot_owner_id": owner}} for key in some]
        ask("POST", f"{path}/batch/update", {"inputs": inputs})
    assert seen + len(page) == 20_000
    assert time.monotonic() - began < 20


def _after(ask: object, path: str, last: str) -> list[dict[str, object]]:
    floor = {"propertyName": "hs_object_id", "operator": "GT", "value": last}
    free = {"propertyName": "hubspot_owner_id", "operator": "NOT_HAS_PROPERTY"}
    assert callable(ask)
    body = {"filterGroups": [{"filters": [free, floor]}], "limit": 200, "sorts": ["hs_object_id"]}
    results: list[dict[str, object]] = ask("POST", path, body)["results"]
    return results
