"""What the servers' processes share: each line on stdin asks what the server has seen, the end ends it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict

from bench.served import Looked
from sandbox.messages import Answer, Request
from sandbox.serve import keep_garbage_rare
from sandbox.server import Server


class Clock:
    """A clock that is `shift` seconds ahead of this machine's."""

    def __init__(self, shift: float) -> None:
        self.shift = shift

    def __call__(self) -> float:
        return time.time() + self.shift


def serve(
    answer: Callable[[Request], Answer],
    access: Callable[[str], Mapping[str, str]],
    look: Callable[[], Looked],
) -> None:
    """Serve until the end of stdin; `access` says what is needed to be let in at an address."""
    keep_garbage_rare()
    with Server(answer) as server:
        _say(access(server.url))
        for _ in sys.stdin:
            _say(asdict(look()))


def _say(found: object) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
