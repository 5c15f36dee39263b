"""The traps of Salesforce's streams (20 to 25): there is no stream here yet, so there is nothing that they could catch.

The poll is the guarantee; whoever lets events speed it up finds here which traps need a test of their own then.
"""

from __future__ import annotations

import pytest

from connectors.salesforce import wire
from tests.salesforce.org_world import OrgWorld

TRAPS = {
    20: "an update's payload is empty where nothing changed, and its bitmaps count by a schema that may change",
    21: "one event may be of many records, of all, or of none that it names",
    22: "replay ids are bytes that expire; to fall back to the latest loses leads",
    23: "a stream that is not asked again ends, or dies without a word",
    24: "our own writes come back as events",
    25: "the reason of an error stands in a trailer and not in its status",
}


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"trap_{trap}")
def test_a_trap_of_streams_has_nothing_to_catch_in_a_connector_that_polls(trap: int, world: OrgWorld) -> None:
    assert not world.connector.features.subscribe, f"trap {trap} needs its test: {TRAPS[trap]}"
    assert not hasattr(wire, "hints")
