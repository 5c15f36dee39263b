"""`leadswitch sandbox`: a HubSpot account on loopback, to try a configuration or a script against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync.commands.sync import stopping
from sync.screen import Screen
from sync.trouble import Refused


def run(
    screen: Screen,
    *,
    load: Callable[[], Any],
    port: int,
    contacts: int,
    seed: int,
    latency: float,
    limits: str,
) -> int:
    """Serve until SIGINT or SIGTERM; says the address and the token first, as one JSON object with `--json`."""
    serve = load()
    if limits not in serve.LIMITS:
        raise Refused(f"--limits {limits} is unknown: use one of {', '.join(sorted(serve.LIMITS))}.")
    if not 0 <= port <= 65_535 or contacts < 0 or latency < 0:
        raise Refused("--port is 0 (any free one) to 65535; --contacts and --latency are not negative.")
    try:
        running = serve.start(port=port, contacts=contacts, seed=seed, latency=latency, limits=limits)
    except OSError as error:
        reason = error.strerror or error
        raise Refused(f"Port {port} cannot be used ({reason}); --port 0 takes a free one.") from error
    serve.keep_garbage_rare()
    with stopping() as stop, running:
        _tell(screen, running)
        stop.wait()
    return 0


def _tell(screen: Screen, running: Any) -> None:
    where = {"url": running.url, "token": running.token, "control": running.control}
    if screen.json:
        screen.result({**where, "contacts": running.contacts})
        return
    screen.line(f"A HubSpot account with {running.contacts:,} sample contacts listens on this machine only.")
    screen.line(f"  base_url: {running.url}")
    screen.line(f"  token:    {running.token}")
    screen.line(f"Its counters: {running.control}")
    screen.tell("Ctrl-C stops it; nothing is kept.")
