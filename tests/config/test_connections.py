"""leadswitch.yaml: connections with their defaults, the options of their kinds, and secrets that stay secret."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from config.loader import parse
from config.settings import (
    All_,
    Connection,
    FieldMap,
    New,
    Nobody,
    QueueNamed,
    Since,
    UserNamed,
)
from router.rules import Comparison, Op
from tests.config.world import (
    VOCABULARY,
    CloudOptions,
    FileOptions,
    cloud,
    configured,
    loaded,
    notices,
    problems,
    with_files,
)


def first(text: str) -> Connection:
    return configured(leadswitch=text).connections[0]


# --- keys of every connection -----------------------------------------------------------------------------


def test_a_connection_has_defaults_for_all_but_name_and_kind() -> None:
    assert first("connections: [{name: crm, kind: memory, file: x.csv}]") == Connection(
        name="crm",
        kind="memory",
        object="leads",
        enters=("createdate",),
        replaces=(Nobody(),),
        take=New(),
        mapping=None,
        audit=("note",),
        overlap=600.0,
        daily_share=Decimal("0.5"),
        max_per_pass=500,
        options=FileOptions(file=Path("x.csv")),
    )


def test_every_key_of_a_connection_is_read() -> None:
    read = first(
        cloud(
            "token: ${T}, object: deals, enters: [became_lead, createdate], when: {lifecycle_stage: lead},"
            " replaces: [nobody, {queue: Inbound}, {user: 005x}], take: since 2026-01-31,"
            " closed: [WON, LOST], audit: note, overlap: 20m, daily_share: 25%, max_per_pass: 1_000"
        )
    )
    assert (read.object, read.enters) == ("deals", ("became_lead", "createdate"))
    assert read.when == Comparison("lifecycle_stage", Op.IS, ("lead",))
    assert read.replaces == (Nobody(), QueueNamed("Inbound"), UserNamed("005x"))
    assert (read.take, read.closed, read.audit) == (Since(date(2026, 1, 31)), ("WON", "LOST"), ("note",))
    assert (read.overlap, read.daily_share, read.max_per_pass) == (1200.0, Decimal("0.25"), 1000)
    assert read.mapping is not None
    assert read.mapping[:2] == (FieldMap("email", "Email"), FieldMap("custom.plan", "Plan"))


@pytest.mark.parametrize(
    ("kind", "audit", "written", "said"),
    [
        ("cloud", "note", ("note",), ""),
        ("cloud", "[task, properties]", ("note", "properties"), "cloud has no 'task'"),
        ("salesforce", "[]", ("task",), ""),
        ("salesforce", "record", ("record",), ""),
        ("salesforce", "note", ("task",), "salesforce has no 'note' to hold the reason (a task is written)"),
        ("salesforce", "properties", ("properties",), ""),
    ],
)
def test_a_note_is_what_the_kind_can_hold(kind: str, audit: str, written: tuple[str, ...], said: str) -> None:
    found = configured(
        leadswitch=cloud(f"token: ${{T}}, replaces: [{{queue: In}}], audit: {audit}", kind=kind)
    )
    assert found.connections[0].audit == written
    assert found.connections[0].carrier == (None if written == ("properties",) else written[0])
    assert bool(said) == any(said in str(notice) and "to hold" in str(notice) for notice in found.notices)


def test_a_note_is_written_once() -> None:
    text = cloud("token: ${T}, replaces: [{queue: In}], audit: [task, record]", kind="salesforce")
    [problem] = problems(leadswitch=text)
    assert "'audit' names task and record: a note is written once (choose one)" in problem


@pytest.mark.parametrize(("written", "take"), [("new", New()), ("all", All_())])
def test_take_means(written: str, take: object) -> None:
    assert first(cloud(f"token: ${{T}}, take: {written}")).take == take


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("take: yesterday", "says which leads the first pass takes (write new, all or since 2026-01-31)"),
        ("take: since monday", "'monday' is no date"),
        (
            "replaces: [everybody]",
            "says whose leads may be taken (write nobody, {queue: NAME} or {user: NAME})",
        ),
        ("replaces: [{team: smb}]", "says whose leads may be taken"),
        ("audit: [email]", "'email' is none of the words known here"),
        ("overlap: 600", "'600' is no duration (write 600s"),
        ("daily_share: 150%", "'150%' is no share"),
        ("daily_share: 50 percent", "'50 percent' is no number"),
        ("max_per_pass: 0", "must be at least 1"),
        ("max_per_pass: -5", "'-5' is no whole number"),
        ("max_per_pass: 10000000000000", "'10000000000000' is too large (write at most 12 digits)"),
        ("replaces: [{queue: }]", "a value is missing here (write one, or remove the key)"),
        ("when: {contry: US}", "unknown field 'contry'"),
        ("max_per_pas: 5", "unknown key 'max_per_pas' (did you mean 'max_per_pass'?)"),
    ],
)
def test_a_wrong_key_is_refused(keys: str, problem: str) -> None:
    found = problems(leadswitch=cloud(f"token: ${{T}}, {keys}"))
    assert len(found) == 1
    assert problem in found[0]
    assert found[0].startswith("leadswitch.yaml:2:")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("connections: [{kind: memory, file: x}]", "1:15: 'name' is missing"),
        ("connections: [{name: crm, file: x}]", "1:15: 'kind' is missing"),
        (
            "connections: [{name: crm, kind: memry, file: x}]",
            "1:33: unknown kind of connection 'memry' (did you mean",
        ),
        ("connections: [{name: a/b, kind: memory, file: x}]", "1:22: a connection's name is letters"),
        (
            "connections: [{name: a, kind: memory, file: x}, {name: a, kind: memory, file: x}]",
            "1:56: connection 'a' is there twice (first on line 1)",
        ),
        ("timezone: London\nconnections: []", "1:11: unknown time zone 'London'"),
        ("store: mysql://x\nconnections: []", "1:8: 'store': not a store"),
        ("store: postgresql+psycopg://me:hunter2@db/x", "1:8: 'store': a password must not be written into"),
        ("conections: []", "1:1: unknown key 'conections' (did you mean 'connections'?)"),
        (cloud("replaces: nobody", kind="salesforce"), "2:12: 'token' is missing"),
    ],
)
def test_a_wrong_file_is_refused_at_its_place(text: str, problem: str) -> None:
    found = problems(
        leadswitch=text,
        teams="reps: [{id: ana, email: ana@example.com}]\nteams: [{name: smb, members: [ana]}]",
    )
    assert len(found) == 1
    assert found[0].startswith(f"leadswitch.yaml:{problem}")
    assert "hunter2" not in found[0]


def test_replaces_has_no_default_where_every_record_has_an_owner() -> None:
    found = problems(leadswitch=cloud("token: ${T}", kind="salesforce"))
    assert found[0].startswith(
        "leadswitch.yaml:2:12: 'replaces' is missing: in salesforce every record has an owner"
    )
    assert problems(leadswitch=cloud("token: ${T}, replaces: [{queue: Inbound}]", kind="salesforce")) == []


def test_who_replaces_nobody_where_every_record_has_an_owner_is_told_that_no_lead_is_taken() -> None:
    for written, count in (("nobody", 1), ("[nobody, {queue: In}]", 0)):
        said = notices(leadswitch=cloud(f"token: ${{T}}, replaces: {written}", kind="salesforce"))
        assert "".join(said).count("no lead is ever taken: in salesforce every record has an owner") == count
    assert "no lead is ever" not in "".join(notices(leadswitch=cloud("token: ${T}, replaces: nobody")))


def test_no_connection_at_all_is_enough_to_route_a_file() -> None:
    text = "timezone: UTC"
    bare = with_files(
        leadswitch=text, teams="reps: [{id: a, email: a@x.com}]\nteams: [{name: smb, members: [a]}]"
    )
    assert [str(notice) for notice in parse(bare, VOCABULARY, secrets=True).notices] == [
        "leadswitch.yaml:1:1: no connections: there is nothing to sync"
    ]


# --- options of a kind ------------------------------------------------------------------------------------


def test_options_are_typed_by_their_kind() -> None:
    keys = "token: ${T}, page_size: 50, region: us, sandbox: true, scopes: [a, b]"
    options = first(cloud(keys)).options
    assert type(options) is CloudOptions
    assert (options.page_size, options.region, options.sandbox, options.scopes) == (
        50,
        "us",
        True,
        ("a", "b"),
    )


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("page_size: many", "'page_size': Input should be a valid integer"),
        ("region: mars", "'region': Input should be 'eu' or 'us'"),
        ("page_size: ${SIZE}", "'page_size': takes no ${...} (write the value itself)"),
        ("pagesize: 5", "unknown key 'pagesize' (did you mean 'page_size'?)"),
        ("base_url: http://x", "base_url must be https, not http://x"),
    ],
)
def test_a_wrong_option_is_refused(keys: str, problem: str) -> None:
    found = problems(leadswitch=cloud(f"token: ${{T}}, {keys}"))
    assert len(found) == 1
    assert problem in found[0]


def test_paths_are_meant_from_the_directory_of_the_configuration(tmp_path: Path) -> None:
    text = "connections: [{name: crm, kind: memory, file: data/leads.csv, save: /else/x.json, mapping: map.yaml}]"
    config = loaded(tmp_path, text)
    assert config.connections[0].options == FileOptions(
        file=tmp_path / "data/leads.csv", save=Path("/else/x.json")
    )
    assert config.store == f"sqlite:///{tmp_path}/leadswitch.db"


def test_kinds_without_a_connector_are_noticed() -> None:
    found = notices(leadswitch=cloud("token: ${T}, object: leads", kind="leadsquared"))
    assert found[0].startswith("leadswitch.yaml:2:23: 'kind: leadsquared' is understood but not in force yet")
