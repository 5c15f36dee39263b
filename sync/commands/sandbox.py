"""`leadswitch sandbox`: a CRM on loopback, to try a configuration or a script against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync.commands.sync import stopping
from sync.screen import Screen
from sync.trouble import Refused

WORDS = {"hubspot": ("A HubSpot account", "contacts"), "salesforce": ("A Salesforce org", "leads")}
"""What is served, and what the sample in it is."""


def run(
    screen: Screen,
    *,
    load: Callable[[], Any],
    kind: str,
    port: int,
    contacts: int,
    seed: int,
    latency: float,
    limits: str,
) -> int:
    """Serve until SIGINT or SIGTERM; says address and credentials first, as one JSON object with `--json`."""
    serve = load()
    if kind not in serve.KINDS:
        raise Refused(f"--kind {kind} is unknown: use one of {', '.join(sorted(serve.KINDS))}.")
    if limits not in serve.KINDS[kind]:
        known = ", ".join(sorted(serve.KINDS[kind]))
        raise Refused(f"--limits {limits} is unknown: use one of {known}.")
    if not 0 <= port <= 65_535 or contacts < 0 or latency < 0:
        raise Refused("--port is 0 (any free one) to 65535; --contacts and --latency are not negative.")
    try:
        running = serve.start_kind(
            kind, records=contacts, port=port, seed=seed, latency=latency, limits=limits
        )
    except OSError as error:
        reason = error.strerror or error
        raise Refused(f"Port {port} cannot be used ({reason}); --port 0 takes a free one.") from error
    serve.keep_garbage_rare()
    with stopping() as stop, running:
        _tell(screen, running, kind, contacts)
        stop.wait()
    return 0


def _tell(screen: Screen, running: Any, kind: str, contacts: int) -> None:
    if screen.json:
        screen.result(running.told)
        return
    what, sample = WORDS[kind]
    screen.line(f"{what} with {contacts:,} sample {sample} listens on this machine only.")
    width = max(len(key) for key in running.access) + 1
    for key, value in running.access.items():
        screen.line(f"  {f'{key}:':{width}} {value}")
    screen.line(f"Its counters: {running.control}")
    screen.tell("Ctrl-C stops it; nothing is kept.")
