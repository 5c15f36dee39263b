"""One gate for each account, whatever the connections and passes that send to it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from config.settings import Configuration, Connection
from connectors import salesforce
from connectors.contract import Budget, Limits, Secret
from connectors.hubspot import Options
from router.rules import Rulebook
from sync.gates import Gates, sharing

LIMITS = Limits((Budget(calls=2, seconds=1.0),), day=1000)


def connection(name: str, token: str, share: str = "0.5", **options: str) -> Connection:
    return Connection(
        name=name,
        kind="hubspot",
        object="contacts",
        enters=("createdate",),
        daily_share=Decimal(share),
        options=Options(token=Secret(token), **options),  # type: ignore[arg-type]
    )


CONTACTS, DEALS, OTHER = (
    connection("hs", "one"),
    connection("deals", "one", "0.2", api="2026-09"),
    connection("other", "two"),
)


def configured(*connections: Connection) -> Configuration:
    return Configuration(
        rulebook=Rulebook(rules=(), teams={}, reps={}),
        connections=connections,
        store="",
        timezone="UTC",
        files={},
        hash="",
    )


FOUND = configured(CONTACTS, DEALS, OTHER)


def test_connections_with_the_same_credentials_share_a_gate_and_the_smallest_share() -> None:
    gates = Gates()
    gate = gates.open(FOUND, CONTACTS, LIMITS)
    assert gate is not None
    assert gate is gates.open(FOUND, DEALS, LIMITS) is gates.known(DEALS)
    assert gate.ask(lambda pacer, _: pacer.share()) == 200
    assert gates.open(FOUND, OTHER, LIMITS) is not gate
    assert sharing(FOUND, CONTACTS) == [CONTACTS, DEALS]


def test_what_one_pass_sent_counts_for_the_next_over_another_connection() -> None:
    gates, slept = Gates(), list[float]()
    for settings in (CONTACTS, CONTACTS, DEALS):
        gate = gates.open(FOUND, settings, LIMITS)
        assert gate is not None
        gate.take("read", slept.append, lambda: False)
        gate.over("read")
    assert len(slept) == 1


def test_connections_whose_secret_is_in_the_same_file_share_a_gate() -> None:
    by_key = salesforce.Options(client_id="app", username="u@example.com", private_key_file=Path("key.pem"))
    leads, contacts, other = (
        replace(CONTACTS, name=name, kind="salesforce", options=options)
        for name, options in (("l", by_key), ("c", by_key), ("o", replace(by_key, username="o@example.com")))
    )
    assert sharing(configured(leads, contacts, other), leads) == [leads, contacts]


def test_what_a_connector_keeps_is_there_for_the_next_one_with_the_same_credentials() -> None:
    gates = Gates()
    gates.kept(CONTACTS)["token"] = "the one in use"
    assert gates.kept(DEALS) == {"token": "the one in use"}
    assert gates.kept(OTHER) == Gates().kept(CONTACTS) == {}


def test_a_crm_without_limits_has_no_gate() -> None:
    gates = Gates()
    assert gates.open(FOUND, CONTACTS, None) is None
    assert gates.known(CONTACTS) is None


def test_connections_without_credentials_are_each_for_themselves() -> None:
    one, other = (replace(CONTACTS, name=name, kind="memory", options=None) for name in ("one", "other"))
    assert sharing(configured(one, other), one) == [one]
