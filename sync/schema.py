"""The tables of the store. `lead_values` is the only one with personal values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(time: datetime) -> int:
    """Return whole microseconds since 1970."""
    return (time - EPOCH) // _MICROSECOND


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC time as whole microseconds since 1970: exact and ordered alike on every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + value * _MICROSECOND


metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

configurations = sa.Table(
    "configurations",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("first_used", Instant, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("connection", sa.Text, nullable=False),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("started", Instant, nullable=False),
    sa.Column("ended", Instant),
    sa.Column("counts", sa.Text),
    sa.Column("undoes", sa.Text),  # the run whose owners this one put back
    sa.Index("runs_started", "connection", "started"),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("connection", sa.Text, primary_key=True),
    sa.Column("walk", sa.Text, primary_key=True),
    sa.Column("watermark", Instant),
    sa.Column("floor", Instant),
    sa.Column("position", sa.Text),
    sa.Column("since", Instant),
    sa.Column("newest", Instant),
    sa.Column("started", Instant),
)

lead_values = sa.Table(
    "lead_values",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("record", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text),
)

leads = sa.Table(
    "leads",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("connection", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("record_id", sa.Text, nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("stamp", Instant),
    sa.Column("due", Instant),
    sa.Column("rep", sa.Text),
    sa.Column("queue", sa.Text),
    sa.Column("owner_id", sa.Text),
    sa.Column("over", sa.Text),
    sa.Column("seen_owner", sa.Text),
    sa.Column("decision", sa.BigInteger),
    sa.Column("intent_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("held_since", Instant),
    sa.Column("values_id", sa.Text),
    sa.Column("config", sa.Text),
    sa.Column("run", sa.Text),
    sa.Column("undoes", sa.Text),  # the run that decided it, where that is taken back
    sa.Column("forgotten", Instant),  # the person asked for it: values are never stored again
    sa.Column("archived", sa.Text),  # the archive that has its decisions; empty: they were dropped
    sa.UniqueConstraint("record", "entry"),
    sa.Index("leads_work", "connection", "step", "key"),
    sa.Index(
        "leads_order",
        "connection",
        "stamp",
        "key",
        sqlite_where=sa.text("step = 'seen'"),
        postgresql_where=sa.text("step = 'seen'"),
    ),
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("lead", sa.Text, primary_key=True),
    sa.Column("decision", sa.BigInteger, nullable=False, unique=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("rep", sa.Text),
    sa.Column("closed", Instant),  # when its status was first seen to be one of `closed`, or it entered anew
    sa.Index("claims_given", "rep", "at"),
    sa.Index(
        "claims_open",
        "rep",
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    ),
)

persons = sa.Table(
    "persons",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("rep", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("lead", sa.Text, nullable=False, index=True),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("lead", sa.Text, nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("run", sa.Text, nullable=False, index=True),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("values_id", sa.Text, nullable=False),
    sa.Column("held_since", Instant),
    sa.Column("known", sa.Text, nullable=False),  # owners of the person, by index of keys, and account
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("rep", sa.Text),
    sa.Column("queue", sa.Text),
    sa.Column("team", sa.Text),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("turn", sa.BigInteger),  # its entry of the log
    sa.Column("turn_number", sa.BigInteger),
    sa.Column("unread", sa.Text, nullable=False),  # names of the lead's fields that could not be understood
)

log = sa.Table(
    "log",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # turn, returned, owners, holidays, away, calendar, loads
    sa.Column(
        "subject", sa.Text, nullable=False
    ),  # team:NAME, owners:CONNECTION, holidays:CODE, away:REP, calendar:REP, loads
    sa.Column("lead", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("log_subject", "subject", "seq"),
)
