"""A small valid configuration, of which each test changes what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from config.loader import load, parse
from config.problems import ConfigError
from config.settings import Configuration, Vocabulary
from router.model import Kind
from router.rules import Condition


class Hidden:
    """A secret of the tests: it can be looked at, and never shows itself."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "Hidden('***')"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    file: Path
    save: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudOptions:
    token: Hidden
    base_url: str = "https://api.example.com"
    page_size: int = 100
    region: Literal["eu", "us"] = "eu"
    sandbox: bool = False
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.base_url.startswith("https://"):
            raise ValueError(f"base_url must be https, not {self.base_url}")


VOCABULARY = Vocabulary(
    kinds={
        "memory": FileOptions,
        **dict.fromkeys(("cloud", "hubspot", "salesforce", "leadsquared"), CloudOptions),
    },
    secret=Hidden,
    transforms={
        "text": Kind.TEXT,
        "integer_band": Kind.NUMBER,
        "number": Kind.NUMBER,
        "boolean": Kind.BOOLEAN,
        "date": Kind.TIME,
    },
    always_owned=frozenset({"salesforce"}),
    objects={"memory": "leads", "cloud": "contacts", "hubspot": "contacts", "salesforce": "Lead"},
    enters={"salesforce": "CreatedDate"},
    carriers={"salesforce": ("task", "record")},
)

LEADSWITCH = "connections:\n  - {name: crm, kind: memory, file: leads.csv, mapping: map.yaml}\n"
TEAMS = """
queues: {backup: {crm: "512"}}
reps:
  - {id: ana, name: Ana Ruiz, email: ana@example.com, attributes: {language: es}}
  - {id: bo, name: Bo Lind, email: bo@example.com}
teams:
  - {name: smb, members: [ana, bo]}
"""
RULES = "rules:\n  - {name: Everyone, assign: {team: smb}}\n"
MAP = """fields:
  email: Email
  custom.plan: Plan
  custom.seats: {from: Seats, as: number}
  custom.vip: {from: VIP, as: boolean}
"""
FILES: Mapping[str, str] = {
    "leadswitch.yaml": LEADSWITCH,
    "teams.yaml": TEAMS,
    "rules.yaml": RULES,
    "map.yaml": MAP,
}


def with_files(**changed: str | None) -> dict[str, str]:
    """Return the files with some changed (`rules` is rules.yaml, `named_csv` named.csv) or left out (None)."""
    files = dict(FILES)
    for key, text in changed.items():
        name = key.replace("_csv", ".csv") if key.endswith("_csv") else f"{key}.yaml"
        files[name] = text or ""
        if text is None:
            del files[name]
    return files


def configured(**changed: str | None) -> Configuration:
    return parse(with_files(**changed), VOCABULARY, secrets=False)


def problems(**changed: str | None) -> list[str]:
    """Return all problems as they are printed; none where the configuration is in order."""
    try:
        configured(**changed)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def notices(**changed: str | None) -> list[str]:
    """Return all notices as they are printed; without the queue, which rules of tests seldom name."""
    changed.setdefault("teams", TEAMS.replace('queues: {backup: {crm: "512"}}', ""))
    return [str(notice) for notice in configured(**changed).notices]


def ruled(when: str) -> str:
    """Return a rules.yaml with one rule for `when`, at line 4 column 11."""
    return f"rules:\n  - name: One\n    assign: keep\n    when: {when}\n  - {{name: Everyone, assign: {{team: smb}}}}\n"


def condition(when: str) -> Condition:
    return configured(rules=ruled(when)).rulebook.rules[0].when


# --- with secrets, from a directory -----------------------------------------------------------------------

CANARY = "pat-na1-5ecre7"
ENVIRON = {
    "TOKEN": CANARY,
    "EMPTY": "",
    "DB_PASSWORD": CANARY,
    "ODD_PASSWORD": "p@ss/w:rd",
    "DATABASE_URL": "postgresql+psycopg://me:x@db/x",
    "OTHER_URL": f"mysql://me:{CANARY}@db/x",
}


def cloud(keys: str, *, kind: str = "cloud") -> str:
    """Return a leadswitch.yaml with one connection at line 2; between braces `${...}` needs its quotes."""
    quoted = re.sub(r"(?<= )(\$\{[^}]*\})", r"'\1'", keys)
    return f"connections:\n  - {{name: crm, kind: {kind}, mapping: map.yaml, {quoted}}}\n"


def loaded(directory: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> Configuration:
    for name, content in with_files(leadswitch=text).items():
        (directory / name).write_text(content)
    return load(directory, VOCABULARY, environ=environ)


def refused(directory: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> list[str]:
    with pytest.raises(ConfigError) as error:
        loaded(directory, text, environ)
    assert CANARY not in str(error.value) + repr(error.value) + repr(error.value.problems)
    return [str(problem) for problem in error.value.problems]
