"""The schema of a store: which one it has, and how it comes to the one that this version needs."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from sync.locks import AdvisoryLock, PassLock
from sync.schema import meta

HEAD = "0005"


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do."""


def revision_of(connection: sa.Connection) -> str | None:
    """Return the schema that the store has, None where there is none."""
    connection.execution_options(leadswitch_reads=True)
    with connection.begin():
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def bring_up_to_date(
    connection: sa.Connection, revision: str | None, where: str, *, create: bool, guard: PassLock | None
) -> None:
    """Migrate an older store, under `guard` or the database's own lock; without `create` it is a `StoreError`."""
    if revision is not None and revision > HEAD:
        raise StoreError(
            f"the store {where} was written by a newer Leadswitch (schema {revision}); install that one"
        )
    if not create:
        raise StoreError(
            f"the store {where} has schema {revision or 'none'}, this version needs {HEAD}: "
            "run `leadswitch store migrate`, or `leadswitch sync`"
        )
    lock = guard or AdvisoryLock(connection, "schema")
    try:
        lock.acquire(wait=True)
        connection.execution_options(leadswitch_reads=False)
        migrate(connection)
    finally:
        lock.release()


def migrate(connection: sa.Connection) -> None:
    """Bring the schema to `HEAD` and give the store its key. Alembic is imported here alone: it is slow to load."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", "sync:migrations")
    settings.attributes["connection"] = connection
    with connection.begin():
        command.upgrade(settings, "head")
        if connection.scalar(sa.select(meta.c.value).where(meta.c.name == "key")) is None:
            connection.execute(meta.insert().values(name="key", value=secrets.token_hex(32)))


def key_of(connection: sa.Connection) -> bytes:
    """Return the store's own secret."""
    connection.execution_options(leadswitch_reads=True)
    with connection.begin():
        return bytes.fromhex(
            connection.execute(sa.select(meta.c.value).where(meta.c.name == "key")).scalar_one()
        )
