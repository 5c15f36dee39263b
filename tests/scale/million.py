"""A store on PostgreSQL with a million leads of two connections, and a year of passes; invented in the database."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

CONNECTIONS = ("crm", "other")
"""Half of the leads each."""

_STATEMENTS = (
    """
    INSERT INTO leads (key, record, connection, object, record_id, entry, step, reason, stamp, due, rep, owner_id,
                       decision, intent_at, attempts, values_id, config, run)
    SELECT c || '/leads/old' || n || '#1', c || '/leads/old' || n, c, 'leads', 'old' || n, 1,
           CASE WHEN mod(n, 20) = 0 THEN 'skipped' WHEN mod(n, 5000) = 1 THEN 'verify'
                WHEN mod(n, 5000) = 2 THEN 'parked' WHEN mod(n, 5000) = 3 THEN 'failed'
                WHEN mod(n, 5000) = 4 THEN 'doubtful' ELSE 'settled' END,
           'Everyone else: took the turn', NOW - n * 30000000, NOW + 86400000000, 'ana', 'u-ana', n,
           NOW - n * 30000000, 0, c || '/leads/old' || n || '#1.1', 'config-0', 'run' || mod(n, RUNS)
    FROM generate_series(1::bigint, ROWS) AS n,
         LATERAL (SELECT CASE WHEN mod(n / 7, 2) = 0 THEN 'crm' ELSE 'other' END AS c) AS of
    """,
    """
    INSERT INTO lead_values SELECT values_id, record,
           '{"email":"p' || decision || '@leads.example","country":"DE","custom":{"plan":"pro"}}' FROM leads
    """,
    "INSERT INTO claims SELECT key, decision, stamp FROM leads WHERE step <> 'skipped'",
    "INSERT INTO persons SELECT md5(key), 'ana', stamp, key FROM leads WHERE step <> 'skipped'",
    """
    INSERT INTO decisions SELECT decision, key, stamp, run, 'config-0', decision, values_id, NULL, '{}', 'assign',
           'Everyone else', 'round_robin', 'ana', NULL, 'smb', '["took the turn"]', decision, decision, '[]' FROM leads
    """,
    """
    INSERT INTO log SELECT decision, stamp, 'turn', 'team:smb', key, '{"taker":"ana","shares":{"ana":1000000000000},'
           || '"after":{"number":' || decision || ',"credits":{},"last":{}}}' FROM leads
    """,
    """
    INSERT INTO runs (id, connection, config, started, ended, counts)
    SELECT 'run' || n, CASE WHEN mod(n, 2) = 0 THEN 'crm' ELSE 'other' END, 'config-0', NOW - n * 60000000,
           CASE WHEN mod(n, 1000) = 0 THEN NULL ELSE NOW - n * 60000000 + 5000000 END, '{"api_calls": 1}'
    FROM generate_series(1::bigint, RUNS) AS n
    """,
)


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows each table has."""

    rows: dict[str, int]


def fill(url: str, *, rows: int, runs: int, now: int) -> Filled:
    """Fill an empty store with so many leads and passes, the newest of them at `now` (microseconds since 1970)."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    values = {"NOW": now, "ROWS": rows, "RUNS": runs}
    with engine.begin() as tx:
        tx.exec_driver_sql("SET LOCAL synchronous_commit = off")
        for statement in _STATEMENTS:
            tx.exec_driver_sql(re.sub("NOW|ROWS|RUNS", lambda name: str(values[name[0]]), statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
        names = ("leads", "lead_values", "claims", "persons", "decisions", "log", "runs")
        counted = {
            name: int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())  # noqa: S608
            for name in names
        }
    engine.dispose()
    return Filled(counted)
