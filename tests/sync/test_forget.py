"""A person is forgotten on every connection and at every step, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.errors import Doubt, Stop
from sync import schema
from sync.forget import Address, Removed, find, remove
from sync.locks import Held
from sync.purge import purge
from tests.sync.office import START, Office
from tests.sync.test_writing import honest, meddle, raising

MINA = "mina@ochse.example"


def forget(office: Office, email: str = MINA) -> Removed:
    with office.store.alone() as session, session.routing("forget") as tx:
        removed = remove(tx, find(tx, Address(email), office.store.key), START)
    purge(office.store)
    return removed


def everything(office: Office) -> str:
    return "\n".join(str(office.table(table)) for table in schema.metadata.sorted_tables)


def test_no_table_has_anything_of_the_person(office: Office) -> None:
    office.lead(email=MINA, last_name="Ochsenknecht", company="Ochse KG")
    other = office.lead(email="rufus@ochse.example", last_name="Bleibtreu")
    office.sync()
    forget(office)
    held = everything(office)
    assert [word for word in (MINA, "Ochsenknecht", "Ochse KG") if word in held] == []
    assert "Bleibtreu" in held
    assert [row["lead"] for row in office.table(schema.persons)] == [office.ledger()[other]["key"]]


@pytest.mark.parametrize("written", ["as_it_is", "escaped"])
def test_an_address_beyond_ascii_is_found_however_it_was_written(office: Office, written: str) -> None:
    office.lead(email="jos\u00e9@ochse.example", last_name="Ochsenknecht")
    office.sync()
    if written == "escaped":  # as stores of earlier versions have it
        values = schema.lead_values
        with office.store.session("crm") as session, session.transaction("rewrite") as tx:
            body = json.loads(tx.scalar(sa.select(values.c.body)) or "")
            tx.execute(values.update().values(body=json.dumps(body)))
    assert forget(office, "jos\u00e9@ochse.example").leads == ("crm/leads/1",)
    assert "Ochsenknecht" not in everything(office)


def test_the_person_is_found_on_every_connection(office: Office) -> None:
    office.lead(email=MINA)
    office.sync()
    office.change(name="other")
    office.sync()
    assert forget(office).leads == ("crm/leads/1", "other/leads/1")


def test_while_a_pass_holds_a_connection_nothing_is_removed(office: Office) -> None:
    office.lead(email=MINA)
    office.sync()
    with office.store.session("crm"), pytest.raises(Held):
        forget(office)
    assert MINA in everything(office)


def test_a_lead_in_doubt_is_finished_without_its_values(office: Office) -> None:
    lead = office.lead(email=MINA)
    meddle(office, assign=raising(Doubt("cut")))
    office.sync()
    forget(office)
    assert office.step(lead) == "doubtful"
    honest(office)
    office.clock.pass_by(seconds=50)
    office.sync()
    office.clock.pass_by(seconds=100)
    assert office.sync().exit_code == 0
    assert office.owner(lead) is not None
    assert len(office.row(lead).notes) == 1
    assert MINA not in everything(office)


def test_the_same_person_on_a_new_record_is_a_new_lead(office: Office) -> None:
    office.lead(email=MINA)
    office.sync()
    forget(office)
    again = office.lead(email=MINA)
    assert office.sync().counts.duplicates == 0
    assert office.owner(again) is not None


def test_a_forgotten_lead_that_changes_in_the_crm_stays_forgotten(office: Office) -> None:
    lead = office.lead(email=MINA, owner="u-boss")
    office.sync()
    assert office.step(lead) == "skipped"
    forget(office)
    office.crm.edit_owner(lead, None)
    office.sync()
    assert (office.step(lead), office.owner(lead)) == ("skipped", None)
    assert MINA not in everything(office)


def test_the_files_of_a_large_store_have_nothing_of_the_person_left(sqlite_url: str) -> None:
    office = Office(sqlite_url)
    for n in range(300):
        office.lead(email=MINA if n % 100 == 7 else f"lead{n}@firm{n}.example", company=f"Company {n}" * 20)
    office.sync()
    assert len(forget(office).leads) == 3
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    held = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert MINA.encode() not in held
    assert b"lead8@firm8.example" in held
    office.store.close()


def test_a_forgotten_lead_whose_rep_left_is_not_decided_again(office: Office) -> None:
    lead = office.lead(email=MINA)
    meddle(office, assign=raising(Stop("revoked")))
    office.sync()
    forget(office)
    honest(office)
    rep = office.rulebook.reps[office.ledger()[lead]["rep"]]
    left = replace(rep, email="archived@reps.example")
    office.rulebook = replace(office.rulebook, reps={**office.rulebook.reps, rep.id: left})
    assert office.sync().exit_code == 0
    assert (office.step(lead), office.table(schema.claims)) == ("skipped", [])
