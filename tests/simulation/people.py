"""What others do in the CRMs: forms that are filled in, people who choose owners, merges, deletions, automation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from connectors.contract import RawValue
from connectors.memory.crm import MemoryCrm
from connectors.memory.events import Event, Owned
from connectors.memory.rows import Row, stamp_of
from router.model import OwnerId, RecordId
from tests.simulation import org_life
from tests.simulation.org import Org
from tests.simulation.rules import ACCOUNTS, INBOUND, ROBOT, UNOWNED, users
from tests.simulation.world import OVERLAP, World, swept

TOUCHED = "touched"
_FLIPS = 3
_BACKLOG = 3 * 3600.0
_MERGED_WITHIN = 150.0


def open_accounts(world: World) -> None:
    """Make the CRMs of a world, each telling the history what happens in it."""
    for name in ACCOUNTS if world.luck.has("two_accounts") else ACCOUNTS[:1]:
        crm = Org if world.habits(name).org else MemoryCrm
        world.crms[name] = crm(world.time, users=users(), record=partial(_happened, world, name))


def plan_leads(world: World) -> None:
    """Plan every lead of the world, and what people do with it."""
    rng, profile = world.rng, world.profile
    for number in range(rng.randint(*profile.leads)):
        account = rng.choice(list(world.crms))
        record = _new_id(world, account, number)
        backlog = world.luck.strikes("backlog")
        wait = 0.0 if backlog else rng.uniform(0, profile.arrivals)
        fields = _fields(world, number)
        late = world.habits(account).late
        if backlog or (late and world.luck.strikes("late_commit")):
            age = rng.uniform(60, _BACKLOG) if backlog else rng.uniform(1, late)
            fields["created"] = (world.baton.now + timedelta(seconds=wait - age)).isoformat()
        if isinstance(crm := world.crms[account], Org):
            wait = org_life.stamped(world, crm, fields, wait)
        for hazard, call in (("refused", "assign"), ("note_refused", "annotate")):
            if world.luck.strikes(hazard):
                world.refused[call].add(record)
        world.later(wait, partial(_arrive, world, account, record, fields))
        _plan_people(world, account, record, wait)


def _new_id(world: World, account: str, number: int) -> RecordId:
    crm = world.crms[account]
    if isinstance(crm, Org):
        return crm.new_id(world.rng, twin=world.luck.strikes("twins"))
    return RecordId(f"{account}{number}{world.rng.choice('xyz')}")


def _fields(world: World, number: int) -> dict[str, RawValue]:
    """Some fill in two forms: they have the same e-mail address."""
    person = world.rng.randrange(3) if world.luck.strikes("same_person") else 100 + number
    return {"email": f"p{person}@leads.example", "country": world.rng.choice(("US", "DE", ""))}


def _arrive(world: World, account: str, record: RecordId, fields: dict[str, RawValue]) -> None:
    world.arrived[record] = world.baton.now
    world.homes[record] = account
    world.crms[account].add(fields, record=record, owner=_unowned(world, account))


def _unowned(world: World, account: str) -> OwnerId | None:
    return INBOUND if world.habits(account).org else None


def _plan_people(world: World, account: str, record: RecordId, wait: float) -> None:
    rng, luck, crm = world.rng, world.luck, world.crms[account]
    while luck.strikes("person"):
        world.later(
            wait + rng.uniform(0, 90), partial(crm.edit_owner, record, rng.choice(world.choices(account)))
        )
    if luck.strikes("edited"):
        changed = {"country": rng.choice(("US", "DE", "FR"))}
        world.later(wait + rng.uniform(0, 90), partial(crm.edit, record, changed))
    if luck.strikes("deleted"):
        world.later(wait + rng.uniform(0, _MERGED_WITHIN), partial(crm.delete, record))
    if luck.strikes("merged"):
        world.later(wait + rng.uniform(0, _MERGED_WITHIN), partial(merge, world, account, record))
    if isinstance(crm, Org):
        org_life.plan(world, crm, record, wait)


def merge(world: World, account: str, record: RecordId) -> None:
    """Merge a record with any other one; as in HubSpot, what is left may have a third id and the older date."""
    crm = world.crms[account]
    others = sorted(row.id for row in crm.rows() if row.id != record)
    if isinstance(crm, Org):
        others = [] if record in crm.converted else [other for other in others if other not in crm.converted]
    merged = [row for row in crm.look([record, world.rng.choice(others)]) if row] if others else []
    if len(merged) < 2:
        return
    owner = next((row.owner for row in reversed(merged) if row.owner not in UNOWNED), None)
    survivor = merged[1].id
    third = not world.habits(account).org and world.luck.strikes("third")
    if third and (created := _seen_by_date(world, account, merged)):
        survivor = RecordId("+".join(row.id for row in merged))
        _arrive(world, account, survivor, {**merged[0].fields, "created": created.isoformat()})
        crm.merge(merged[1].id, survivor)
    crm.merge(record, survivor)
    left = crm.look([survivor])[0]
    if owner and left and left.owner != owner:
        crm.edit_owner(survivor, owner)


def _seen_by_date(world: World, account: str, merged: Sequence[Row]) -> datetime | None:
    """Return the date of a third record, unless only a sweep would ever meet it, and the world is not for sweeps."""
    created = min(stamp_of(row, "created") or row.arrived for row in merged)
    age = (world.baton.now - created).total_seconds()
    return created if age + world.habits(account).lag < OVERLAP - 10 or swept(world, "old_third") else None


# --- automation -------------------------------------------------------------------------------------------


def _happened(world: World, account: str, events: Sequence[Event]) -> None:
    world.history.extend(events)
    for event in events:
        if isinstance(event, Owned):
            if event.ours:
                _answered(world, account, event)
            if isinstance(crm := world.crms[account], Org):
                org_life.owner_changed(world, crm, event)


def _answered(world: World, account: str, written: Owned) -> None:
    """What others do when we write an owner."""
    crm = world.crms[account]
    if not world.quiet and _flips(world, written.record) < _FLIPS:
        if world.luck.strikes("robot"):
            world.later(world.rng.uniform(0.5, 30), partial(crm.edit_owner, written.record, ROBOT))
        elif swept(world, "let_go") and world.luck.strikes("let_go"):
            nobody = _unowned(world, account)
            world.later(world.rng.uniform(0.5, 90), partial(crm.edit_owner, written.record, nobody))
    if world.luck.strikes("echo"):
        at = (world.baton.now + timedelta(seconds=1)).isoformat()
        world.later(1, partial(crm.edit, written.record, {TOUCHED: at}))


def _flips(world: World, record: RecordId) -> int:
    given_back = (*UNOWNED, ROBOT)
    return sum(isinstance(e, Owned) and e.record == record and e.owner in given_back for e in world.history)
