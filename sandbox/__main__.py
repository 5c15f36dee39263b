"""`python -m sandbox`: a HubSpot account on loopback until interrupted; prints one line of JSON first."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading

from sandbox.serve import LIMITS, keep_garbage_rare, start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--contacts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds per call")
    parser.add_argument("--limits", choices=sorted(LIMITS), default="enterprise")
    asked = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with start(**vars(asked)) as running:
        keep_garbage_rare()
        line = {"url": running.url, "token": running.token, "control": running.control}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
