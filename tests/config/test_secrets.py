"""Secrets and the store: looked up where they are meant to be, refused where they are written, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader import parse
from config.settings import Configuration
from tests.config.world import (
    CANARY,
    VOCABULARY,
    CloudOptions,
    cloud,
    configured,
    loaded,
    refused,
    with_files,
)


@pytest.mark.parametrize(
    ("written", "store"),
    [
        ("sqlite:///a/b.db", "sqlite:///{}/a/b.db"),
        ("sqlite:////a/b.db", "sqlite:////a/b.db"),
        ("'sqlite:///:memory:'", "sqlite:///:memory:"),
        ("postgresql+psycopg://me@db/x", "postgresql+psycopg://me@db/x"),
        ("postgresql+psycopg://me:${DB_PASSWORD}@db/x", f"postgresql+psycopg://me:{CANARY}@db/x"),
        ("postgresql+psycopg://me:${ODD_PASSWORD}@db/x", "postgresql+psycopg://me:p%40ss%2Fw%3Ard@db/x"),
        ("${DATABASE_URL}", "postgresql+psycopg://me:x@db/x"),
    ],
)
def test_a_relative_store_lies_beside_the_configuration(tmp_path: Path, written: str, store: str) -> None:
    assert loaded(tmp_path, f"store: {written}\n{cloud('token: ${TOKEN}')}").store == store.format(tmp_path)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("${OTHER_URL}", "'store': not a store"),
        ("${NO_URL}", "'store': the environment variable NO_URL is not set"),
        (f"postgresql+psycopg://me:{CANARY}@db/x", "'store': a password must not be written"),
        (f"postgresql+psycopg://me:${{TOKEN}}{CANARY}@db/x", "'store': a password must not be written"),
        (f"postgresql+psycopg://db/x?password={CANARY}", "'store': a password must not be written"),
    ],
)
def test_a_wrong_store_is_refused_without_showing_it(tmp_path: Path, written: str, problem: str) -> None:
    found = refused(tmp_path, f"store: {written}\n{cloud('token: ${TOKEN}')}")
    assert len(found) == 1
    assert found[0].startswith(f"leadswitch.yaml:1:8: {problem}")


# --- secrets ----------------------------------------------------------------------------------------------


def token(config: Configuration) -> str:
    options = config.connections[0].options
    assert isinstance(options, CloudOptions)
    return options.token.value


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    assert token(loaded(tmp_path, cloud("token: ${TOKEN}"))) == CANARY


def test_a_secret_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    (mounted / "crm_token").write_text(f"{CANARY}\n")
    text = cloud("token: '${file:crm_token}'")
    assert token(loaded(tmp_path, text, {"LEADSWITCH_SECRETS": str(mounted)})) == CANARY
    assert token(loaded(tmp_path, cloud(f"token: '${{file:{mounted}/crm_token}}'"))) == CANARY
    (tmp_path / "crm_token").write_text(CANARY)
    assert token(loaded(tmp_path, text, {})) == CANARY


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (CANARY, "'token': a secret must not be written into the configuration (write ${NAME} and set"),
        (f"'{CANARY}${{TOKEN}}'", "'token': a secret must not be written into the configuration"),
        (f"[{CANARY}]", "'token': a secret is one value"),
        (
            "${NO_TOKEN}",
            "'token': the environment variable NO_TOKEN is not set, or empty (export NO_TOKEN=...)",
        ),
        ("${EMPTY}", "'token': the environment variable EMPTY is not set, or empty"),
        (f"'${{{CANARY}}}'", "'token': '${...}' does not hold the name of an environment variable"),
        ("'${file:no_such}'", "'token': there is no secret file no_such, or it is empty"),
        ("'${file:../up}'", "'token': '${file:...}' does not hold the name of a file"),
        ("'${TOKEN'", "'token': a secret must not be written"),
    ],
)
def test_a_secret_that_cannot_be_used_is_named_and_not_shown(
    tmp_path: Path, written: str, problem: str
) -> None:
    found = refused(tmp_path, cloud(f"token: {written}"))
    assert len(found) == 1
    assert problem in found[0]


def test_a_check_of_the_kinds_own_cannot_give_a_secret_away(tmp_path: Path) -> None:
    found = refused(tmp_path, cloud("token: ${TOKEN}, base_url: 'ftp://${TOKEN}'"))
    assert found == ["leadswitch.yaml:2:12: base_url must be https, not ftp://***"]


def test_a_secret_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bin").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read as text" in refused(tmp_path, cloud("token: '${file:bin}'"))[0]


def test_no_secret_is_in_the_repr_or_the_files_of_a_configuration(tmp_path: Path) -> None:
    text = f"store: postgresql+psycopg://me:${{DB_PASSWORD}}@db/x\n{cloud('token: ${TOKEN}')}"
    config = loaded(tmp_path, text)
    assert CANARY in config.store
    assert CANARY not in repr(config) + repr(config.files)
    assert config.files["leadswitch.yaml"] == text


def test_an_old_configuration_is_read_without_its_secrets(tmp_path: Path) -> None:
    config = loaded(tmp_path, cloud("token: ${TOKEN}"))
    again = parse(config.files, VOCABULARY, secrets=False)
    assert (again.hash, again.rulebook, again.files) == (config.hash, config.rulebook, config.files)
    assert token(again) == "${TOKEN}"


def test_with_secrets_texts_are_resolved_from_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", CANARY)
    assert token(parse(with_files(leadswitch=cloud("token: ${TOKEN}")), VOCABULARY, secrets=True)) == CANARY
    assert isinstance(configured(leadswitch=cloud("token: ${TOKEN}")).connections[0].options, CloudOptions)
