"""Playing a cassette: the scenario once more, with the recorded answers and no CRM."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.store import open_store
from tests.cassettes.record import FOLDER
from tests.cassettes.scrub import vcr
from tests.cassettes.stage import Scenario, Stage


@dataclass(frozen=True, slots=True)
class Played:
    """How a scenario ended: its stage, and the requests that were sent, in their order."""

    stage: Stage[Any]
    requests: tuple[Any, ...]
    left: int  # answers of the cassette that nobody asked for


def replay(scenario: Scenario[Any], store_url: str, folder: Path = FOLDER) -> Played:
    """Play a scenario from its cassette; a request that is not in it ends the pass with vcrpy's own error."""
    store = open_store(store_url, create=False)
    stage: Stage[Any] = Stage(store, scenario.program, {name: f"https://{name}" for name in scenario.hosts})
    with vcr(mode="none", names={}).use_cassette(folder / scenario.cassette) as cassette:
        scenario.play(stage)
    return Played(stage, tuple(cassette.requests), len(cassette) - cassette.play_count)
