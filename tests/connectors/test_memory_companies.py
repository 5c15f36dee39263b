"""Companies in the file of a memory CRM: found, kept where the file is saved, refused where they cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Company
from connectors.memory import Options
from connectors.memory.wire import Unloadable
from router.model import RecordId
from tests.connectors.memory_files import ANA, SAMPLE, give, start

ACME = {
    "id": "a1",
    "name": "Acme",
    "domain": "acme.example",
    "owner": "ana",
    "changed": "2026-02-01T13:00:00+01:00",
}


def written(folder: Path, companies: object) -> Path:
    file = folder / "crm.json"
    file.write_text(json.dumps({**SAMPLE, "companies": companies}))
    return file


def test_companies_of_the_file_are_found(tmp_path: Path) -> None:
    connector = start(Options(file=written(tmp_path, [ACME, {"id": 2, "name": "Bolt"}])))
    assert connector.features.accounts
    assert connector.accounts(["ACME.example"], ["bolt", "nobody"]) == [
        Company(RecordId("a1"), "Acme", "acme.example", ANA, datetime(2026, 2, 1, 12, tzinfo=UTC)),
        Company(RecordId("2"), "Bolt", None, None),
    ]


def test_a_file_without_companies_has_no_such_ability(csv_file: Path) -> None:
    connector = start(Options(file=csv_file))
    assert not connector.features.accounts
    with pytest.raises(NotImplementedError):
        connector.accounts(["acme.example"], [])


def test_companies_stay_in_a_file_that_is_saved_to_itself(tmp_path: Path) -> None:
    file = written(tmp_path, [ACME])
    connector = start(Options(file=file))
    give(connector, "7")
    connector.close()
    (kept,) = json.loads(file.read_text())["companies"]
    assert kept == {**ACME, "changed": "2026-02-01T12:00:00+00:00"}
    assert start(Options(file=file)).accounts([], ["Acme"])


@pytest.mark.parametrize(
    ("companies", "why"),
    [
        ({}, "companies must be a list of objects"),
        ([{"name": "Acme"}], "entry 1 of companies: a company needs an id"),
        ([ACME, {"id": "a1"}], "the company 'a1' stands twice"),
        ([{"id": "a", "website": "x"}], "entry 1 of companies: a company has no 'website', only id, name"),
        ([{"id": "a", "changed": "soon"}], "changed is 'soon', but must be a time"),
    ],
)
def test_companies_that_cannot_be_read_are_named(tmp_path: Path, companies: Any, why: str) -> None:
    with pytest.raises(Unloadable, match=why):
        start(Options(file=written(tmp_path, companies)))
