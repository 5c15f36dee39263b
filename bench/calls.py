"""API calls for 1,000 leads, as the server counts them: refused ones and those for the list of owners included.

Every lead is read, looked at again right before the write, given its owner, and noted. `hubspot_properties` writes the
trace with the owner instead of a note, `hubspot_verified` adds the pass a minute later that reads the owners' history.
`hubspot_companies` maps two fields of the contact's company, ten contacts to each: its goal is that of `hubspot`, one
call for the associations of 1,000 leads, and one for 100 companies. `hubspot_idle_poll` is the pass after all that, the
newest lead being older than the overlap; beside it the same where the newest 1,000 came in one moment, as an import's
do. The peer makes no second look before it writes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.hubspot import FIELDS, WITH_COMPANY, Account, Served, serving
from bench.hubspot_ours import Ours, ready
from bench.hubspot_run import SDK
from bench.hubspot_sdk import Sdk
from bench.rows import Row

LEADS = 10_000
IMPORTED = 1_000
_PER_COMPANY = 10
_UNIT = "calls/1,000 leads"
_VERIFY_AFTER, _IDLE_AFTER = 61.0, 120.0


def run(*, leads: int = LEADS) -> Sequence[Row]:
    """Measure every case."""
    once, verified, idle = _noted(leads)
    companies = 36 + 1 + 1000 / _PER_COMPANY / 100
    return [
        Row("hubspot", once, _UNIT, 36, better="less"),
        Row("hubspot_properties", _properties(leads), _UNIT, 26, better="less"),
        Row("hubspot_verified", verified, _UNIT, 57, better="less"),
        Row("hubspot_companies", _companies(leads), _UNIT, companies, better="less"),
        Row("hubspot_idle_poll", idle, "calls", 1, better="less"),
        Row("hubspot_idle_poll_after_import", _after_import(min(leads, IMPORTED)), "calls"),
        Row(f"hubspot, {SDK}", _peer(leads), _UNIT, peer=SDK),
    ]


def _noted(leads: int) -> tuple[float, float, float]:
    """Return the calls for 1,000 leads without and with the verify step, and those of the poll that follows."""
    with _both(Account(leads)) as (served, ours):
        ours.complete()
        once = served.all_assigned().total
        ours.sync(later=_VERIFY_AFTER)
        verified = served.look().total
        ours.sync(later=_IDLE_AFTER)
        return once * 1000 / leads, verified * 1000 / leads, served.look().total - verified


def _properties(leads: int) -> float:
    with _both(Account(leads), audit="properties") as (served, ours):
        ours.complete()
        return served.all_assigned(notes=0).total * 1000 / leads


def _companies(leads: int) -> float:
    account = Account(leads, companies=leads // _PER_COMPANY)
    with _both(account, mapping=WITH_COMPANY) as (served, ours):
        ours.complete()
        return served.all_assigned().total * 1000 / leads


def _after_import(leads: int) -> float:
    with _both(Account(leads, at_once=True)) as (served, ours):
        ours.complete()
        ours.sync(later=_VERIFY_AFTER)
        before = served.all_assigned().total
        ours.sync(later=_IDLE_AFTER)
        return served.look().total - before


def _peer(leads: int) -> float:
    with serving(Account(leads)) as served:
        Sdk(served.url, served.token).sync()
        return served.all_assigned().total * 1000 / leads


@contextmanager
def _both(
    account: Account, *, audit: str = "note", mapping: Mapping[str, str] = FIELDS
) -> Iterator[tuple[Served, Ours]]:
    """Yield a server and an engine that is wired to it and does not wait for limits: they would not change a count."""
    with tempfile.TemporaryDirectory(prefix="leadswitch-calls-") as folder, serving(account) as served:
        where = (served.url, served.token)
        with ready(
            Path(folder), where, shift=served.shift, audit=audit, mapping=mapping, paced=False
        ) as ours:
            yield served, ours
