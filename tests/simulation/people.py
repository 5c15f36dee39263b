"""What others do in the CRMs: forms that are filled in, people who choose owners, merges, deletions, automation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from connectors.contract import RawValue
from connectors.memory.crm import MemoryCrm
from connectors.memory.events import Event, Owned
from connectors.memory.rows import Row, stamp_of
from router.model import RecordId
from tests.simulation.rules import ACCOUNTS, FORMS, PEOPLE, ROBOT, users
from tests.simulation.world import OVERLAP, World

TOUCHED = "touched"
_FLIPS = 3
_BACKLOG = 3 * 3600.0
_MERGED_WITHIN = 150.0


def open_accounts(world: World) -> None:
    """Make the CRMs of a world, each telling the history what happens in it."""
    for name in ACCOUNTS if world.luck.has("two_accounts") else ACCOUNTS[:1]:
        world.crms[name] = MemoryCrm(world.time, users=users(), record=partial(_happened, world, name))


def plan_leads(world: World) -> None:
    """Plan every lead of the world, and what people do with it."""
    rng, profile = world.rng, world.profile
    for number in range(rng.randint(*profile.leads)):
        account = rng.choice(list(world.crms))
        record = RecordId(f"{account}{number}{rng.choice('xyz')}")
        backlog = world.luck.strikes("backlog")
        wait = 0.0 if backlog else rng.uniform(0, profile.arrivals)
        fields = _fields(world, number)
        if backlog or world.luck.strikes("late_commit"):
            age = rng.uniform(60, _BACKLOG) if backlog else rng.uniform(1, profile.late)
            fields["created"] = (world.baton.now + timedelta(seconds=wait - age)).isoformat()
        for hazard, call in (("refused", "assign"), ("note_refused", "annotate")):
            if world.luck.strikes(hazard):
                world.refused[call].add(record)
        world.later(wait, partial(_arrive, world, world.crms[account], record, fields))
        _plan_people(world, world.crms[account], record, wait)


def _fields(world: World, number: int) -> dict[str, RawValue]:
    """Some fill in two forms: they have the same e-mail address."""
    person = world.rng.randrange(3) if world.luck.strikes("same_person") else 100 + number
    return {"email": f"p{person}@leads.example", "country": world.rng.choice(("US", "DE", ""))}


def _arrive(world: World, crm: MemoryCrm, record: RecordId, fields: dict[str, RawValue]) -> None:
    world.arrived[record] = world.baton.now
    crm.add(fields, record=record, owner=FORMS if world.profile.owned else None)


def _plan_people(world: World, crm: MemoryCrm, record: RecordId, wait: float) -> None:
    rng, luck = world.rng, world.luck
    while luck.strikes("person"):
        world.later(wait + rng.uniform(0, 90), partial(crm.edit_owner, record, rng.choice(PEOPLE)))
    if luck.strikes("edited"):
        changed = {"country": rng.choice(("US", "DE", "FR"))}
        world.later(wait + rng.uniform(0, 90), partial(crm.edit, record, changed))
    if luck.strikes("deleted"):
        world.later(wait + rng.uniform(0, _MERGED_WITHIN), partial(crm.delete, record))
    if luck.strikes("merged"):
        world.later(wait + rng.uniform(0, _MERGED_WITHIN), partial(_merge, world, crm, record))


def _merge(world: World, crm: MemoryCrm, record: RecordId) -> None:
    """Merge a record with any other one; as in HubSpot, what is left may have a third id and the older date."""
    others = sorted(row.id for row in crm.rows() if row.id != record)
    merged = [row for row in crm.look([record, world.rng.choice(others)]) if row] if others else []
    if len(merged) < 2:
        return
    owner = next((row.owner for row in reversed(merged) if row.owner not in (None, FORMS)), None)
    survivor = merged[1].id
    if world.luck.strikes("third") and (created := _seen_by_date(world, merged)):
        survivor = RecordId("+".join(row.id for row in merged))
        _arrive(world, crm, survivor, {**merged[0].fields, "created": created.isoformat()})
        crm.merge(merged[1].id, survivor)
    crm.merge(record, survivor)
    left = crm.look([survivor])[0]
    if owner and left and left.owner != owner:
        crm.edit_owner(survivor, owner)


def _seen_by_date(world: World, merged: Sequence[Row]) -> datetime | None:
    """Return the date of a third record, unless only a sweep would ever meet it, and the world is not for sweeps."""
    created = min(stamp_of(row, "created") or row.arrived for row in merged)
    age = (world.baton.now - created).total_seconds()
    return created if age + world.profile.lag < OVERLAP - 10 or _swept(world, "old_third") else None


# --- automation -------------------------------------------------------------------------------------------


def _happened(world: World, account: str, events: Sequence[Event]) -> None:
    world.history.extend(events)
    for event in events:
        if isinstance(event, Owned) and event.ours:
            _answered(world, world.crms[account], event)


def _answered(world: World, crm: MemoryCrm, written: Owned) -> None:
    """What others do when we write an owner."""
    if not world.quiet and _flips(world, written.record) < _FLIPS:
        if world.luck.strikes("robot"):
            world.later(world.rng.uniform(0.5, 30), partial(crm.edit_owner, written.record, ROBOT))
        elif _swept(world, "let_go") and world.luck.strikes("let_go"):
            nobody = FORMS if world.profile.owned else None
            world.later(world.rng.uniform(0.5, 90), partial(crm.edit_owner, written.record, nobody))
    if world.luck.strikes("echo"):
        at = (world.baton.now + timedelta(seconds=1)).isoformat()
        world.later(1, partial(crm.edit, written.record, {TOUCHED: at}))


def _swept(world: World, hazard: str) -> bool:
    """Say whether the seed has a hazard that only a sweep makes good again, and sweeps."""
    return world.luck.has("sweeps") and world.luck.has(hazard)


def _flips(world: World, record: RecordId) -> int:
    given_back = (None, FORMS, ROBOT)
    return sum(isinstance(e, Owned) and e.record == record and e.owner in given_back for e in world.history)
