"""Playing a cassette: the scenario once more, with the recorded answers and no portal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.store import open_store
from tests.cassettes.record import FOLDER
from tests.cassettes.scenarios import Scenario
from tests.cassettes.scrub import vcr
from tests.cassettes.stage import Stage


@dataclass(frozen=True, slots=True)
class Played:
    """How a scenario ended: its stage, and the requests that were sent, in their order."""

    stage: Stage
    requests: tuple[Any, ...]
    left: int  # answers of the cassette that nobody asked for

    @property
    def owners_sent(self) -> list[Mapping[str, str]]:
        """The owner written on each record, call by call."""
        return [
            {one["id"]: one["properties"]["hubspot_owner_id"] for one in body["inputs"]}
            for body in self._bodies("/contacts/batch/update")
        ]

    @property
    def notes_sent(self) -> list[tuple[str, str]]:
        """The record and the first line of each note, in the order of sending."""
        return [
            (each["associations"][0]["to"]["id"], each["properties"]["hs_note_body"].partition("<br>")[0])
            for body in self._bodies("/notes/batch/create")
            for each in body["inputs"]
        ]

    def _bodies(self, end: str) -> Iterator[Any]:
        for request in self.requests:
            if request.path.endswith(end):
                yield json.loads(request.body)


def replay(scenario: Scenario, store_url: str, folder: Path = FOLDER) -> Played:
    """Play a scenario from its cassette; a request that is not in it ends the pass with vcrpy's own error."""
    store = open_store(store_url, create=False)
    stage = Stage(store, None, scenario.options, scenario.page_size)
    with vcr(mode="none").use_cassette(folder / f"{scenario.name}.yaml") as cassette:
        scenario.play(stage)
    return Played(stage, tuple(cassette.requests), len(cassette) - cassette.play_count)
