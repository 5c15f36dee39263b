"""What happens to leads in an org of Salesforce besides what happens in every CRM."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from connectors.contract import RawValue
from connectors.memory.events import Owned
from router.model import RecordId
from tests.simulation.history import Converted
from tests.simulation.org import Org
from tests.simulation.rules import BOSS, INBOUND, PEOPLE, ROBOT, UNOWNED
from tests.simulation.world import World, swept

_TUGS = 5
_TIED_WITHIN = 60.0
_CONVERTED_WITHIN = 150.0


def stamped(world: World, org: Org, fields: dict[str, RawValue], wait: float) -> float:
    """Stamp a lead to the second, as its transaction may have stamped others; return when it shows."""
    given = fields.get("created")
    comes = world.baton.now + timedelta(seconds=wait)
    stamp = datetime.fromisoformat(str(given)) if given else comes
    if org.last and world.luck.strikes("tied"):
        other, shows = org.last[0], org.last[1] + timedelta(seconds=world.rng.uniform(0, _TIED_WITHIN))
        if (shows - other).total_seconds() < world.profile.crm.late:
            stamp, comes = other, shows
    org.last = stamp.replace(microsecond=0), comes
    fields["created"] = org.last[0].isoformat()
    return (comes - world.baton.now).total_seconds()


def plan(world: World, org: Org, record: RecordId, wait: float) -> None:
    """Plan what people and the org's own rules do with a lead."""
    if world.luck.strikes("converted"):
        world.later(wait + world.rng.uniform(0, _CONVERTED_WITHIN), partial(convert, world, org, record))
    if world.luck.strikes("org_rule"):
        others = (INBOUND,) if swept(world, "org_rule") else (ROBOT, *PEOPLE)
        org.rules[record] = world.rng.choice(others)


def convert(world: World, org: Org, record: RecordId) -> None:
    org.convert(record)
    world.history.append(Converted(record))


def owner_changed(world: World, org: Org, change: Owned) -> None:
    """Answer a new owner as others do."""
    if world.quiet:
        return
    if change.ours and world.luck.strikes("tug"):
        for turn in range(_TUGS):
            rival = (BOSS, ROBOT)[turn % 2]
            world.later(3 + 9 * turn + world.rng.uniform(0, 5), partial(org.edit_owner, change.record, rival))
    chosen = not change.ours and change.owner not in (*UNOWNED, ROBOT)
    if chosen and swept(world, "put_back") and world.luck.strikes("put_back"):
        world.later(world.rng.uniform(1, 120), partial(org.edit_owner, change.record, INBOUND))
