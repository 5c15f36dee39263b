"""The table of kinds: what is there, what it says, and that it imports nothing by itself."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Account, Secret
from connectors.memory.connector import MemoryConnector
from connectors.registry import Kind
from router.model import ConnectionName

ACCOUNT = Account(
    connection=ConnectionName("c"), object="leads", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)
)
SECRETS = {
    "hubspot": {"token", "client_secret", "refresh_token"},
    "salesforce": {"client_secret", "password", "security_token", "token"},
    "leadsquared": {"access_key", "secret_key"},
    "memory": set(),
}
TOGETHER = {
    "hubspot": {"client_id", "client_secret", "refresh_token"},
    "salesforce": {"client_id", "client_secret", "username", "password", "security_token"},
}
"""Credentials of a kind whose options refuse all of them at once."""

ACME = Kind(name="acme", options="connectors.memory:Options", object="people")


@pytest.mark.parametrize("name", registry.names())
def test_every_kind_has_frozen_options_whose_secrets_do_not_show(name: str) -> None:
    options = registry.find(name).options_type()
    secret = {one.name for one in dataclasses.fields(options) if "Secret" in str(one.type)}
    assert secret == SECRETS[name]
    given = TOGETHER.get(name, {one.name for one in dataclasses.fields(options)})
    values = {one: Secret("canary") if one in secret else "x" for one in given}
    assert "canary" not in repr(options(**values))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(options(**values), next(iter(values)), None)


def test_only_kinds_that_can_be_synced_open(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    memory = registry.find("memory")
    assert isinstance(memory.open(memory.options_type()(file=tmp_path / "a.csv"), ACCOUNT), MemoryConnector)
    with pytest.raises(ValueError, match="does not sync them"):
        registry.find("leadsquared").open(None, ACCOUNT)


def test_salesforce_alone_owns_every_record() -> None:
    assert [name for name in registry.names() if registry.find(name).every_record_owned] == ["salesforce"]


@pytest.mark.parametrize(("name", "hint"), [("hubsopt", "did you mean 'hubspot'"), ("xyz", "one of hubspot")])
def test_an_unknown_kind_is_refused_with_a_suggestion(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        registry.find(name)


def test_third_parties_add_kinds_and_cannot_replace_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {
        name: EntryPoint(name, f"{__name__}:{value}", registry.GROUP)
        for name, value in (("acme", "ACME"), ("memory", "ACME"), ("bad", "SECRETS"))
    }
    monkeypatch.setattr(registry, "_others", lambda: entries)
    assert registry.names() == (*registry.BUILT_IN, "acme", "bad")
    assert registry.find("acme") is ACME
    assert registry.find("memory").name == "memory"
    with pytest.raises(TypeError, match="bad"):
        registry.find("bad")


def test_importing_the_registry_imports_no_connector() -> None:
    code = "import sys, connectors.registry; print([m for m in sys.modules if m.startswith('connectors.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert sorted(eval(done.stdout)) == [  # noqa: S307
        f"connectors.{name}" for name in ("account", "contract", "limits", "registry", "secret")
    ]
