"""Wrong parts of the engine, each made from the right one: its docstring says what it gets wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sync.ledger import Ledger
from sync.locks import Held
from sync.plan import NEW_ENTRY, Act, Plan
from sync.steps import DOUBTFUL, ENDED, Step
from sync.walks import Walk
from sync.work import Pass
from tests.simulation.rules import BACKUP, INBOUND

Made = Callable[[Any], Any]
"""Makes the wrong part from the right one."""

# --- what is written into the ledger ----------------------------------------------------------------------


def intents_later(real: Any) -> Any:
    """The intent is not in the ledger before the call."""

    def move(ledger: Ledger, tx: Any, rows: Any) -> None:
        real(ledger, tx, [row for row in rows if row.step not in (Step.WRITING, Step.NOTING)])

    return move


def due_at_once(real: Any) -> Any:
    """A doubtful write is looked at at once, not after the window in which it may land."""

    def write(ledger: Ledger, tx: Any, rows: Any) -> None:
        real(ledger, tx, [row._replace(due=None) if row.step in DOUBTFUL else row for row in rows])

    return write


def not_recovered(_: Any) -> Any:
    """What a dead pass had under way is not looked for."""
    return _nothing


def floor_after_each_page(real: Any) -> Any:
    """The floor moves with each page, and no position is kept."""

    def save(ledger: Ledger, tx: Any, cursor: Any) -> None:
        reached = max((t for t in (cursor.floor, cursor.newest) if t is not None), default=None)
        real(ledger, tx, replace(cursor, position=None, since=None, floor=reached))

    return save


def cursor_before_its_page(real: Any) -> Any:
    """The position is stored before the page's leads."""

    def ingest(work: Pass, changes: Any, cursor: Any, *, sweep: bool = False) -> Any:
        if cursor:
            with work.session.transaction("cursor first") as tx:
                work.ledger.save_cursor(tx, cursor)
        return real(work, changes, cursor, sweep=sweep)

    return ingest


def parts_as_they_came(real: Any) -> Any:
    """The cursor tells of each part of a walk what came of it, not what is in the ledger."""

    def landed(walk: Walk, came: Any) -> None:
        real(walk, came)
        walk._standing |= {part: part.position for part in walk._parts}

    return landed


def first_part_alone(_: Any) -> Any:
    """The cursor tells where the first part of a walk stands, and of no other."""
    return lambda parts: next((part for part in parts if part is not None), None)


def echoes_are_leads(real: Any) -> Any:
    """Our own writes that come back as changes are new leads."""

    def planned(lead: Any, stamp: Any, row: Any, intake: Any, now: Any) -> Plan:
        found: Plan = real(lead, stamp, row, intake, now)
        return Plan(Act.TAKE) if row is not None and row.step in ENDED else found

    return planned


def never_ours_again(real: Any) -> Any:
    """A lead that somebody had is never taken again, also when it is put back."""

    def planned(lead: Any, stamp: Any, row: Any, intake: Any, now: Any) -> Plan:
        found: Plan = real(lead, stamp, row, intake, now)
        return Plan(Act.IGNORE) if row is not None and found.act in (Act.TAKE, *NEW_ENTRY) else found

    return planned


def never_parked(real: Any) -> Any:
    """A lead that somebody moves each time is taken again for ever."""

    def planned(*args: Any) -> Plan:
        found: Plan = real(*args)
        return Plan(Act.AGAIN) if found.act is Act.PARK else found

    return planned


def ids_without_case(real: Any) -> Any:
    """Ids are compared in 15 characters by a store that does not tell capitals apart."""
    return lambda ref: real(ref)[:-3].lower()


# --- looks, locks, turns, persons -------------------------------------------------------------------------


def anybody_is_replaced(_: Any) -> Any:
    """Whoever owns the lead at the fresh look is written over."""
    return _yes


def queues_are_nobody(real: Any) -> Any:
    """Whatever a queue owns may be taken."""
    return lambda intake, owner: owner in (INBOUND, BACKUP) or real(intake, owner)


def on_another_session(_: Any) -> Any:
    """The ledger is written through a session that does not hold the lock."""
    return _nothing


def nobody_is_kept_out(real: Any) -> Any:
    """Two passes at once over one connection."""

    def acquire(lock: Any, *, wait: bool = False) -> None:
        try:
            real(lock, wait=wait)
        except Held:
            return

    return acquire


def always_held(_: Any) -> Any:
    """The lock is believed to be held."""
    return _yes


def tugs_not_seen(_: Any) -> Any:
    """Two who take a lead from each other are let be."""
    return lambda *args: ()


def by_our_clock(_: Any) -> Any:
    """Our clock alone says when a write that is in doubt has landed or never will."""
    return lambda work: work.now()


def not_given_back(_: Any) -> Any:
    """A claim that comes to nothing keeps its turn."""
    return _nothing


def turns_at_hand(real: Any) -> Any:
    """The turns at hand are used though another pass, or a claim that was released, changed them."""

    def turns(entries: Any) -> Any:
        _, known = entries._work.turns
        return known or real(entries)

    return turns


def no_effect(_: Any) -> Any:
    """Leads of one transaction do not see each other's turns."""
    return lambda *args: None


def nobody_is_known(_: Any) -> Any:
    """Each lead of a person is somebody new."""
    return lambda *args: {}


def known_in_one_crm(real: Any) -> Any:
    """A person is known only in the CRM in which they came."""

    def hashes(key: bytes, lead: Any) -> dict[str, str]:
        found = real(key, lead)
        return {person: f"{lead.ref.connection} {sealed}" for person, sealed in found.items()}

    return hashes


def _nothing(*_: Any) -> None:
    return


def _yes(*_: Any) -> bool:
    return True
