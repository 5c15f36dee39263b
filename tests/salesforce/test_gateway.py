"""An org behind a gateway or proxy that lets only some paths through, or one that keeps something from us."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.contract import Secret
from sandbox.messages import Answer, Request
from tests.contract.world import DAY
from tests.contract.writing import give
from tests.salesforce.front import errors
from tests.salesforce.org_world import OrgWorld

Gateway = Callable[[Request], Answer | None]


def shut(path: str, answer: Answer, method: str = "") -> Gateway:
    """Return what answers so to a path that ends like this, and lets all others through."""

    def at(request: Request) -> Answer | None:
        return answer if request.path.endswith(path) and method in ("", request.method) else None

    return at


REFUSALS = [Answer(403, b"Bad_OAuth_Token"), Answer(404), errors(404, "NOT_FOUND"), errors(403, "FORBIDDEN")]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_where_nobody_tells_who_we_are_the_history_is_silent_and_verify_ends(
    world: OrgWorld, refusal: Answer
) -> None:
    ref = world.add(DAY)
    world.connector.assign([give(world, ref, world.people()[0])])
    session = world.another(token=Secret(world.org.token), instance_url=world.server.url)
    world.gateway = shut("/userinfo", refusal)
    assert session.history([ref]) == {ref: ()}
    assert [change.ours for change in world.connector.history([ref])[ref]] == [True], (
        "its login told who it is"
    )
    world.gateway = shut("/nothing", refusal)
    assert [change.ours for change in session.history([ref])[ref]] == [True], "it is asked again"
