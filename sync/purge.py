"""The files of a database rid of what was emptied or deleted: until then it may stand in pages that are free."""

from __future__ import annotations

from contextlib import closing

import sqlalchemy as sa

from sync import schema
from sync.store import Store, StoreError


def purge(store: Store) -> None:
    """Write the store's files anew without what is gone from its tables.

    Needs room for a second copy for a moment, and nobody else reading. On PostgreSQL the tables are written anew; its
    write-ahead log and every backup are its keeper's.
    """
    try:
        if store.engine.dialect.name == "postgresql":
            _postgresql(store.engine)
        else:
            _sqlite(store.engine)
    except sa.exc.DBAPIError as error:
        raise StoreError(_UNFINISHED.format(str(error.orig).strip().partition("\n")[0])) from error


_UNFINISHED = (
    "the values are gone from the tables, but the store's files still hold them: {}. "
    "Run the command again when nothing else uses the store."
)


def _sqlite(engine: sa.Engine) -> None:
    with closing(engine.raw_connection()) as database, closing(database.cursor()) as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        answer = cursor.fetchone()
    if answer and answer[0]:
        raise StoreError(_UNFINISHED.format("somebody is reading it"))


def _postgresql(engine: sa.Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"VACUUM FULL {schema.lead_values.name}")
        connection.exec_driver_sql(
            f"VACUUM {schema.leads.name}, {schema.decisions.name}, {schema.persons.name}"
        )
