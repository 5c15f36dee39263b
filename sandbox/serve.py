"""Starts a vendor's sandbox on loopback with a sample account."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sandbox.hubspot import Limits, Portal
from sandbox.hubspot.control import PREFIX, Control
from sandbox.hubspot.sample import fill
from sandbox.server import Server

LIMITS = {"enterprise": Limits(), "free": Limits.free(), "oauth": Limits.oauth(), "none": Limits.none()}
"""Names of what an account may call."""


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that runs until closed: its address, a token with every scope, where it is controlled."""

    portal: Portal
    server: Server
    contacts: int

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def token(self) -> str:
        return self.portal.token

    @property
    def control(self) -> str:
        return f"{self.server.url}{PREFIX}/state"

    def close(self) -> None:
        self.server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(
    *,
    port: int = 0,
    contacts: int = 200,
    seed: int = 0,
    latency: float = 0.0,
    limits: str = "enterprise",
) -> Running:
    """Start a HubSpot account; raises OSError where the port is taken, KeyError for unknown limits."""
    portal = Portal(seed=seed, latency=latency, limits=LIMITS[limits])
    fill(portal, contacts, seed=seed)
    return Running(portal, Server(Control(portal).answer, port=port), contacts)


def start_empty() -> Running:
    """Start a HubSpot account that has nobody and nothing yet, on a free port."""
    portal = Portal()
    return Running(portal, Server(Control(portal).answer), 0)


def keep_garbage_rare() -> None:
    """Let a process that only serves look for garbage rarely: looking through all records takes half its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
