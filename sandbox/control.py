"""`/_sandbox/...`: a CRM's desk over HTTP, for programs beside a sandbox that runs as its own process.

It asks for no token: the server is on loopback and holds invented people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar

from sandbox.messages import Answer, Request, packed

PREFIX = "/_sandbox"

Json = dict[str, Any]


class Crm(Protocol):
    """What is controlled."""

    @property
    def lock(self) -> AbstractContextManager[object]: ...

    def answer(self, request: Request) -> Answer: ...


C = TypeVar("C", bound=Crm)


class Control(Generic[C]):
    """Answers what is asked of the sandbox itself, and gives the rest to the CRM.

    `known` leads from method and first word of the path ("POST records") to what does it: it gets the other words
    and the decoded body. KeyError, TypeError and ValueError are answered as 400.
    """

    def __init__(self, crm: C, known: Mapping[str, Callable[[C, Sequence[str], Json], object]]) -> None:
        self._crm = crm
        self._known = known

    def answer(self, request: Request) -> Answer:
        if not request.path.startswith(PREFIX + "/"):
            return self._crm.answer(request)
        try:
            body = request.json() if request.body.strip() else {}
            with self._crm.lock:
                found = self._do(request.method, request.segments[1:], body)
        except (KeyError, TypeError, ValueError) as wrong:
            return _answer(400, {"error": f"{type(wrong).__name__}: {wrong}"})
        if found is None:
            return _answer(
                404, {"error": f"no {request.method} {request.path}", "known": sorted(self._known)}
            )
        return _answer(200, found)

    def _do(self, method: str, parts: Sequence[str], body: Json) -> object:
        name, *rest = parts or [""]
        run = self._known.get(f"{method} {name}")
        return None if run is None else run(self._crm, rest, body)


def _answer(status: int, body: object) -> Answer:
    return Answer(status, packed(body), {"content-type": "application/json"})
