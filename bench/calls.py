"""API calls for 1,000 leads, as the server counts them: refused ones, logins and those for the owners' list included.

Every lead is read, looked at again right before the write, given its owner, and noted: by a note in HubSpot, by a task
in Salesforce, where a composite is one call. `hubspot_properties` writes the trace with the owner instead of a note;
`_verified` adds the pass a minute later that reads the owners' history. `hubspot_companies` maps two fields of the
contact's company, ten contacts to each: its goal is that of `hubspot`, one call for the associations of 1,000 leads,
and one for 100 companies. `_idle_poll` is the pass after all that, the newest lead being older than the overlap; beside
it the same where the newest 1,000 came in one moment, as an import's do. The peers make no second look before they
write.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from bench import hubspot, salesforce
from bench.ours import Ours, ready
from bench.rows import Row
from bench.served import Account, Served, serving

LEADS = 10_000
IMPORTED = 1_000
_PER_COMPANY = 10
_UNIT = "calls/1,000 leads"
_VERIFY_AFTER, _IDLE_AFTER = 61.0, 120.0


def run(*, leads: int = LEADS) -> Sequence[Row]:
    """Measure every case."""
    return [*of_hubspot(leads=leads), *of_salesforce(leads=leads)]


def of_hubspot(*, leads: int = LEADS) -> Sequence[Row]:
    once, verified, idle = _noted(hubspot.Account(leads))
    companies = 36 + 1 + 1000 / _PER_COMPANY / 100
    return [
        Row("hubspot", once, _UNIT, 36, better="less"),
        Row("hubspot_properties", _properties(leads), _UNIT, 26, better="less"),
        Row("hubspot_verified", verified, _UNIT, 57, better="less"),
        Row("hubspot_companies", _companies(leads), _UNIT, companies, better="less"),
        Row("hubspot_idle_poll", idle, "calls", 1, better="less"),
        Row("hubspot_idle_poll_after_import", _after_import(min(leads, IMPORTED)), "calls"),
        _peer(hubspot.Account(leads)),
    ]


def of_salesforce(*, leads: int = LEADS) -> Sequence[Row]:
    once, verified, idle = _noted(salesforce.Account(leads))
    return [
        Row("salesforce", once, _UNIT, 5, better="less"),
        Row("salesforce_verified", verified, _UNIT, 7, better="less"),
        Row("salesforce_idle_poll", idle, "calls", 1, better="less"),
        _peer(salesforce.Account(leads)),
    ]


PARTS = {"hubspot": of_hubspot, "salesforce": of_salesforce}


def _noted(account: Account) -> tuple[float, float, float]:
    """Return the calls for 1,000 leads without and with the verify step, and those of the poll that follows."""
    with _both(account) as (served, ours):
        ours.complete()
        once = served.all_assigned().total
        ours.sync(later=_VERIFY_AFTER)
        verified = served.look().total
        ours.sync(later=_IDLE_AFTER)
        idle = served.look().total - verified
        return once * 1000 / account.leads, verified * 1000 / account.leads, idle


def _properties(leads: int) -> float:
    with _both(hubspot.Account(leads), audit="properties") as (served, ours):
        ours.complete()
        return served.all_assigned(notes=0).total * 1000 / leads


def _companies(leads: int) -> float:
    account = hubspot.Account(leads, companies=leads // _PER_COMPANY)
    with _both(account, mapping=hubspot.WITH_COMPANY) as (served, ours):
        ours.complete()
        return served.all_assigned().total * 1000 / leads


def _after_import(leads: int) -> float:
    with _both(hubspot.Account(leads, at_once=True)) as (served, ours):
        ours.complete()
        ours.sync(later=_VERIFY_AFTER)
        before = served.all_assigned().total
        ours.sync(later=_IDLE_AFTER)
        return served.look().total - before


def _peer(account: Account) -> Row:
    crm = account.crm
    with serving(account) as served:
        import_module(f"bench.{crm.kind}_sdk").Sdk(**served.access).sync()
        calls = served.all_assigned().total * 1000 / account.leads
        return Row(f"{crm.kind}, {crm.sdk}", calls, _UNIT, peer=crm.sdk)


@contextmanager
def _both(
    account: Account, *, audit: str | None = None, mapping: Mapping[str, str] | None = None
) -> Iterator[tuple[Served, Ours]]:
    """Yield a server and an engine that is wired to it and does not wait for limits: they would not change a count."""
    with tempfile.TemporaryDirectory(prefix="leadswitch-calls-") as folder, serving(account) as served:
        crm, access, shift = account.crm, served.access, served.shift
        with ready(Path(folder), crm, access, shift=shift, audit=audit, mapping=mapping, paced=False) as ours:
            yield served, ours
