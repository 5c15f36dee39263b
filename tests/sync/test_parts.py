"""Walks in parts: asked for beside each other, each taken up where it stood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from connectors.contract import Connector, Page, Walk
from connectors.errors import Stop
from sync import schema
from tests.sync.office import Office

PAGES = 10


@dataclass
class InParts:
    """Gives a walk in two parts behind its first page: four pages, and five. Positions begin with how many are left."""

    asked: list[str] = field(default_factory=list)
    fails_at: int | None = None

    def __call__(self, connector: Connector) -> Connector:
        whole = connector.pages

        def pages(walk: Walk, position: str | None) -> Page:
            left, _, at = (position or "").partition("|")
            page = whole(walk, at or None)
            self.asked.append(left)
            if self.fails_at == len(self.asked):
                raise Stop("the CRM is gone")
            if position is not None:
                more = page.next if left != "1" else None
                return replace(page, next=more and f"{int(left) - 1}|{more}")
            on = [page.next]
            while on[-1]:
                on.append(whole(walk, on[-1]).next)
            return replace(page, parts=(f"4|{on[0]}", f"5|{on[4]}"))

        connector.pages = pages  # type: ignore[method-assign]
        return connector


@pytest.fixture
def parts(office: Office) -> InParts:
    for _ in range(50 * PAGES):
        office.lead()
    made = InParts()
    office.wrapped = made
    return made


def test_parts_of_a_walk_are_asked_for_beside_each_other(office: Office, parts: InParts) -> None:
    assert office.sync().counts.assigned == 50 * PAGES
    first, second = parts.asked.index("1"), parts.asked.index("5")
    assert sorted(parts.asked) == sorted(["", *"4321", *"54321"])
    assert second < first, "the second one is begun before the first one is through"


@pytest.mark.parametrize("at", range(2, PAGES + 1))
def test_each_part_goes_on_where_it_stood(office: Office, parts: InParts, at: int) -> None:
    parts.fails_at = at
    assert office.sync().unreachable
    done = len(office.ledger())
    parts.asked, parts.fails_at = [], None
    assert office.sync().exit_code == 0
    assert sum(row["step"] == "verify" for row in office.ledger().values()) == 50 * PAGES
    assert len(parts.asked) == PAGES - done // 50, "what is in the ledger is not asked for again"
    (walk,) = (cursor for cursor in office.table(schema.cursors) if cursor["walk"] == "created")
    assert walk["position"] is None, "the walk is over when each of its parts is"


def test_a_stopped_pass_keeps_what_came_of_each_part(office: Office, parts: InParts) -> None:
    office.stopping = lambda: len(parts.asked) >= 4
    assert office.sync().stopped
    kept = len(parts.asked)
    assert len(office.ledger()) == 50 * kept
    office.stopping, parts.asked = lambda: False, []
    assert office.sync().counts.waiting == 0
    assert len(parts.asked) == PAGES - kept
    assert sum(row["step"] == "verify" for row in office.ledger().values()) == 50 * PAGES
