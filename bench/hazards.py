"""What goes wrong between a CRM and whoever reads and writes it: ours beside models of other programs' designs.

Ours is what `leadswitch sync` runs, over HTTP against an account of the sandbox; peers are the models of
`bench/hazards_peers.py` on accounts of the same make, each filled anew.

`late_visible`: of 20,000 contacts search finds 100 only after the first run; 40 of them share the newest stamp that it
saw, 60 lie up to 600 s behind it. Missed is what has no owner (a peer: what it never saw) after the second run, calls
are the second run's searches or lists. `one_stamp`: 20,000 contacts created in one moment. `duplicate_notes` and
`unknown_outcomes`: 2 % of the batches that write owners and notes (a peer: notes) are applied, then the connection is
cut; counted after the pass that follows the window in which a late write may still land. `answers_429`: calls refused
while the account allows 190 in ten seconds and 5 searches in one. How many are cut or late, and when, is assumed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import sqlalchemy as sa

from bench.forms import LAST
from bench.hazards_peers import Caller, Lister, Reader, note_all, offset_paging, windows_by_stamp
from bench.hubspot import CRM, DEFINED, contacts
from bench.hubspot_sdk import Sdk
from bench.leads import NOW, rulebook
from bench.ours import Ours, ready
from bench.rows import Row
from sandbox.faults import CUT_AFTER
from sandbox.hubspot import Limits, Portal
from sandbox.server import Server
from sync import schema
from sync.steps import DOUBTFUL

LEADS, LIMITED = 20_000, 10_000
LATE, IN_NEWEST, BEHIND = 100, 40, 600
CUTS = 0.02
_BEFORE, _HOUR = 7 * 86_400.0, 3600.0
_SEARCHES = ("contacts.search", "contacts.list")
_MISSED, _CALLS = "leads", "calls"


def run(*, leads: int = LEADS, limited: int = LIMITED, cuts: float = CUTS) -> Sequence[Row]:
    """Measure every case."""
    return [*_late(leads), *_one_stamp(leads), *_cut(leads, cuts), *_limited(limited)]


# --- the account ------------------------------------------------------------------------------------------


class _Clock:
    def __init__(self, ahead: float) -> None:
        self.ahead = ahead

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class _Account:
    """A served account whose clock can be moved."""

    portal: Portal
    clock: _Clock
    url: str = ""
    ids: list[str] = field(default_factory=list)

    def fill(self, count: int, *, at_once: bool = False) -> None:
        now = NOW.timestamp()
        for values, age in contacts(count):
            self.ids.append(self.portal.add("contacts", values, created=now - (LAST if at_once else age)))

    def fill_late(self, count: int, seen: int) -> None:
        """Add contacts that search finds in half an hour, created before or with the newest of `seen` others."""
        (_, newest), draw = list(contacts(seen))[-1], Random(1)
        for number in range(count):
            behind = 0 if number < IN_NEWEST * count // LATE else draw.randint(1, BEHIND)
            created = round(NOW.timestamp() - newest, 3) - behind
            values = {"email": f"late{number}@example.com"}
            self.ids.append(
                self.portal.add("contacts", values, created=created, visible_in=_BEFORE + _HOUR / 2)
            )

    def searched(self) -> int:
        return sum(self.portal.calls[kind] for kind in _SEARCHES)

    def ownerless(self) -> int:
        return sum(self.portal.owner_of(contact) is None for contact in self.ids)

    def doubled(self) -> int:
        return sum(max(len(self.portal.notes(contact)) - 1, 0) for contact in self.ids)

    def unnoted(self) -> int:
        return sum(not self.portal.notes(contact) for contact in self.ids)

    def caller(self) -> Caller:
        return Caller(self.url, self.portal.token)


@contextmanager
def _serving(fill: Callable[[_Account], object], *, limits: Limits | None = None) -> Iterator[_Account]:
    """Serve an account that was filled a week ago: its index has followed."""
    clock = _Clock((NOW.timestamp() - time.time()) - _BEFORE)
    account = _Account(Portal(clock=clock, seed=1, limits=limits or Limits.none()), clock)
    for rep in rulebook(60).reps:
        account.portal.owners.add(f"{rep}@reps.example", name=f"Rep {rep}")
    for name in DEFINED:
        account.portal.define("contacts", name)
    fill(account)
    clock.ahead += _BEFORE
    account.portal.ids()
    with Server(account.portal.answer) as server:
        account.url = server.url
        yield account


@contextmanager
def _ours(account: _Account, *, paced: bool = False) -> Iterator[Ours]:
    with tempfile.TemporaryDirectory(prefix="leadswitch-hazards-") as folder:
        access = {"base_url": account.url, "token": account.portal.token}
        with ready(Path(folder), CRM, access, shift=account.clock.ahead, paced=paced) as ours:
            yield ours


# --- late, and all at once --------------------------------------------------------------------------------


def _late(leads: int) -> Iterator[Row]:
    late = LATE * leads // LEADS

    def fill(account: _Account) -> None:
        account.fill(leads - late)
        account.fill_late(late, leads - late)

    with _serving(fill) as account, _ours(account) as ours:
        ours.complete()
        before = account.searched()
        account.clock.ahead += _HOUR
        ours.sync(later=_HOUR)
        yield Row("late_visible_missed", account.ownerless(), _MISSED, 0, better="less")
        yield Row("late_visible_calls", account.searched() - before, _CALLS, 3, better="less")
    for name, reader in _READERS.items():
        with _serving(fill) as account:
            missed, calls = _twice(account, reader(account.caller()))
        yield Row(f"late_visible_missed, {name}", missed, _MISSED, peer=name)
        yield Row(f"late_visible_calls, {name}", calls, _CALLS, peer=name)


_READERS: dict[str, Callable[[Caller], Reader | Lister]] = {
    "newest stamp, later only": partial(Reader, operator="GT"),
    "newest stamp, inclusive": Reader,
    "newest stamp, 120 s overlap": partial(Reader, overlap=120),
    "full list": Lister,
}


def _twice(account: _Account, reader: Reader | Lister) -> tuple[int, int]:
    found = reader.read()
    before = account.searched()
    account.clock.ahead += _HOUR
    found |= reader.read()
    return len(set(account.ids) - found), account.searched() - before


def _one_stamp(leads: int) -> Iterator[Row]:
    fill = partial(_Account.fill, count=leads, at_once=True)
    with _serving(fill) as account, _ours(account) as ours:
        ours.complete()
        yield Row("one_stamp_missed", account.ownerless(), _MISSED, 0, better="less")
        yield Row("one_stamp_calls", account.searched(), _CALLS, leads / 200 + 2, better="less")
    for name, read in (("offset paging", offset_paging), ("windows by stamp", windows_by_stamp)):
        with _serving(fill) as account:
            missed = len(set(account.ids) - read(account.caller()))
        yield Row(f"one_stamp_missed, {name}", missed, _MISSED, peer=name)


# --- cut connections, limits ------------------------------------------------------------------------------


def _cut(leads: int, cuts: float) -> Iterator[Row]:
    fill = partial(_Account.fill, count=leads)
    with _serving(fill) as account, _ours(account) as ours:
        for writes in ("notes.batch_create", "contacts.batch_update"):
            account.portal.faults.add(writes, CUT_AFTER, chance=cuts)
        ours.sync()
        cut = _cuts(account)
        account.portal.faults.clear()
        account.clock.ahead += _HOUR
        ours.sync(later=_HOUR)
        yield Row("duplicate_notes", account.doubled(), "notes", 0, better="less")
        yield Row("unknown_outcomes", _unknown(account, ours), _MISSED, 0, better="less")
        yield Row("calls_cut", cut, _CALLS)
    for name, again in (("sent again unread", True), ("not sent again", False)):
        with _serving(fill) as account:
            account.portal.faults.add("notes.batch_create", CUT_AFTER, chance=cuts)
            unknown = note_all(account.caller(), account.ids, again=again)
            _cuts(account)
            yield Row(f"duplicate_notes, {name}", account.doubled(), "notes", peer=name)
            yield Row(f"unknown_outcomes, {name}", unknown, _MISSED, peer=name)


def _cuts(account: _Account) -> int:
    """Return how many calls were cut; fail where none was, as nothing was measured."""
    cut = sum(seen.fault == CUT_AFTER.name for seen in account.portal.seen)
    if not cut:
        raise AssertionError("no connection was cut: the measurement means nothing")
    return cut


def _unknown(account: _Account, ours: Ours) -> int:
    """Count the leads that the ledger has doubts about, and those without owner or note whatever it says."""
    doubtful = sa.select(sa.func.count()).where(schema.leads.c.step.in_(DOUBTFUL))
    with ours.store.reading() as tx, tx.begin():
        unsure = int(tx.scalar(doubtful) or 0)
    return unsure + account.ownerless() + account.unnoted()


def _limited(leads: int) -> Iterator[Row]:
    fill = partial(_Account.fill, count=leads)
    with _serving(fill, limits=Limits()) as account, _ours(account, paced=True) as ours:
        ours.complete()
        yield Row("answers_429", account.portal.statuses[429], _CALLS, 0, better="less")
    with _serving(fill, limits=Limits()) as account:
        Sdk(account.url, account.portal.token).sync()
        name = "a loop over the SDK that waits when refused"
        yield Row(f"answers_429, {name}", account.portal.statuses[429], _CALLS, peer=name)
