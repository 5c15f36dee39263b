"""A store moves to another database without loss, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from sync import schema, transfer
from sync.locks import Held
from sync.replay import decisions_of, replayed
from sync.report import entries_of
from sync.store import Store, StoreError, open_store
from sync.transfer import copy
from sync.wiring import stored_configuration
from tests.sync.office import Office
from tests.sync.test_replay import FILES, _sync

STRANGE = "Zoë \N{SNOWMAN} \\u0000 'quoted' \U0001f600"


@pytest.fixture(params=["to postgresql", "to sqlite"])
def move(
    request: pytest.FixtureRequest, sqlite_url: str, postgresql_url: str
) -> Iterator[tuple[Office, Store]]:
    """An office after some passes on one database, and an empty store on the other."""
    from_, to = (sqlite_url, postgresql_url) if "post" in request.param else (postgresql_url, sqlite_url)
    office, target = Office(from_), open_store(to, create=False)
    office.rulebook = stored_configuration(FILES).rulebook
    for n in range(60):
        office.lead(email=f"p{n % 50}@leads.example", company=STRANGE, country=("DE", "US")[n % 2])
    _sync(office)
    yield office, target
    office.store.close()
    target.close()


def everything(store: Store) -> dict[str, Any]:
    with store.reading() as connection, connection.begin():
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table)).all()))
            for table in schema.metadata.sorted_tables
        }


def test_every_table_arrives_and_the_key_with_it(move: tuple[Office, Store]) -> None:
    office, target = move
    copied = copy(office.store, target)
    assert everything(target) == everything(office.store)
    assert {one.table: one.rows for one in copied}["leads"] == 60
    assert {one.table for one in copied} == set(schema.metadata.tables)


def test_the_program_goes_on_where_it_was(move: tuple[Office, Store]) -> None:
    office, target = move
    copy(office.store, target)
    office.store.close()
    office.store = open_store(target.engine.url.render_as_string(hide_password=False), create=False)
    owner = office.owner(next(i for i, row in office.ledger().items() if row["rep"]))
    assert owner is not None
    office.lead(email="p2@leads.example", country="DE")
    assert office.sync().counts.duplicates == 1, "the hash of a person is the same"
    for row in list(office.ledger().values())[:5]:
        ref = entries_of(office.store, row["key"])[0].ref
        assert all(
            replayed(office.store, number, ref).same for number in decisions_of(office.store, row["key"])
        )


def test_a_store_with_something_in_it_is_not_copied_into(move: tuple[Office, Store]) -> None:
    office, target = move
    copy(office.store, target)
    before = everything(target)
    with pytest.raises(StoreError, match="is not empty: it has "):
        copy(office.store, target)
    assert everything(target) == before


def test_while_a_pass_runs_nothing_is_copied(move: tuple[Office, Store]) -> None:
    office, target = move
    with office.store.session("crm"), pytest.raises(Held):
        copy(office.store, target)


def test_no_pass_begins_while_a_store_is_copied(move: tuple[Office, Store]) -> None:
    office, target = move

    def try_a_pass(*_: object) -> None:
        with pytest.raises(Held), office.store.session("crm"):
            pass

    copy(office.store, target, try_a_pass)


def test_a_copy_that_is_cut_leaves_nothing(move: tuple[Office, Store]) -> None:
    office, target = move
    empty = everything(target)

    def cut(table: str, *_: int) -> None:
        if table == "leads":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(office.store, target, cut)
    assert everything(target) == empty
    copy(office.store, target)


def test_a_copy_that_comes_out_otherwise_is_taken_back(
    move: tuple[Office, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, target = move
    empty = everything(target)
    with (
        _one_value_changed(monkeypatch),
        pytest.raises(StoreError, match="the table claims came out otherwise"),
    ):
        copy(office.store, target)
    assert everything(target) == empty


@contextmanager
def _one_value_changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    compare: Callable[..., None] = transfer._compare

    def meddled(one: transfer.Copied, to: sa.Connection) -> None:
        if one.table == "claims":
            lead = to.scalar(sa.select(schema.claims.c.lead).limit(1))
            to.execute(schema.claims.update().where(schema.claims.c.lead == lead).values(lead="x"))
        compare(one, to)

    with monkeypatch.context() as patched:
        patched.setattr(transfer, "_compare", meddled)
        yield


def test_a_store_is_not_copied_into_itself(office: Office) -> None:
    with pytest.raises(StoreError, match="into itself"):
        copy(office.store, office.store)
