"""Starts a vendor's sandbox on loopback with a sample account."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.certificates import Authority
from sandbox.control import PREFIX
from sandbox.hubspot import Limits, Portal
from sandbox.hubspot.control import Control
from sandbox.hubspot.sample import fill
from sandbox.salesforce import Org, Settings
from sandbox.salesforce.control import Control as OrgControl
from sandbox.salesforce.sample import fill as fill_org
from sandbox.server import Closing, Server

LIMITS = {"enterprise": Limits(), "free": Limits.free(), "oauth": Limits.oauth(), "none": Limits.none()}
"""Names of what a HubSpot account may call."""

DAYS = {"enterprise": Settings(), "developer": Settings(daily=15_000), "none": Settings(daily=None)}
"""Names of what a Salesforce org may call."""

KINDS: Mapping[str, Mapping[str, object]] = {"hubspot": LIMITS, "salesforce": DAYS}
"""The CRMs that can be served, with the names of their limits."""


class Served(Closing):
    """A sandbox that runs until closed."""

    server: Server

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def control(self) -> str:
        """Where its counters are."""
        return f"{self.server.url}{PREFIX}/state"

    def close(self) -> None:
        self.server.close()


@dataclass(frozen=True)
class Running(Served):
    """A HubSpot account: its address, a token with every scope, where it is controlled."""

    portal: Portal
    server: Server
    contacts: int

    @property
    def token(self) -> str:
        return self.portal.token

    @property
    def access(self) -> Mapping[str, str]:
        """What a connection's configuration needs, by its keys."""
        return {"base_url": self.url, "token": self.token}

    @property
    def told(self) -> Mapping[str, object]:
        """What a program that started it is told."""
        return {"url": self.url, "token": self.token, "control": self.control, "contacts": self.contacts}


@dataclass(frozen=True)
class RunningOrg(Served):
    """A Salesforce org, served over TLS by an authority made for it; its certificate is `ca_file`."""

    org: Org
    server: Server
    leads: int
    folder: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def access(self) -> Mapping[str, str]:
        """What a connection's configuration needs, by its keys."""
        app = {"client_id": self.org.client_id, "client_secret": self.org.client_secret}
        return {"login_url": self.url, "ca_file": str(self.ca_file), **app}

    @property
    def told(self) -> Mapping[str, object]:
        """What a program that started it is told."""
        access = {name: value for name, value in self.access.items() if name != "login_url"}
        return {"url": self.url, **access, "control": self.control, "leads": self.leads}

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)


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


def start_org(
    *,
    port: int = 0,
    leads: int = 200,
    seed: int = 0,
    latency: float = 0.0,
    limits: str = "enterprise",
) -> RunningOrg:
    """Start a Salesforce org; raises as `start` does."""
    org = Org(seed=seed, latency=latency, settings=DAYS[limits])
    fill_org(org, leads, seed=seed)
    return _served(org, port, leads)


def start_kind(kind: str, *, records: int, **how: object) -> Running | RunningOrg:
    """Start the sandbox of a kind, filled with so many contacts or leads; `how` as for `start`."""
    if kind == "salesforce":
        return start_org(leads=records, **how)  # type: ignore[arg-type]
    return start(contacts=records, **how)  # type: ignore[arg-type]


def start_empty() -> Running:
    """Start a HubSpot account that has nobody and nothing yet, on a free port."""
    portal = Portal()
    return Running(portal, Server(Control(portal).answer), 0)


def start_empty_org() -> RunningOrg:
    """Start a Salesforce org that has nothing yet but its integration user, on a free port."""
    return _served(Org(), 0, 0)


def _served(org: Org, port: int, leads: int) -> RunningOrg:
    authority = Authority()
    server = Server(OrgControl(org).answer, port=port, tls=authority.context())
    folder = Path(tempfile.mkdtemp(prefix="leadswitch-sandbox-"))
    running = RunningOrg(org, server, leads, folder)
    running.ca_file.write_bytes(authority.ca)
    return running


def keep_garbage_rare() -> None:
    """Let a process that only serves look for garbage rarely: looking through all records takes half its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
