"""`python -m sandbox`: a CRM on loopback until interrupted; prints one line of JSON first."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading

from sandbox.serve import KINDS, keep_garbage_rare, start_kind


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--kind", choices=sorted(KINDS), default="hubspot")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--contacts", "--leads", type=int, default=200, dest="records")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds per call")
    parser.add_argument("--limits", default="enterprise", help="enterprise, free, oauth, developer or none")
    asked = parser.parse_args()
    if asked.limits not in KINDS[asked.kind]:
        parser.error(f"--limits {asked.limits}: {asked.kind} has {', '.join(sorted(KINDS[asked.kind]))}")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with start_kind(**vars(asked)) as running:
        keep_garbage_rare()
        sys.stdout.write(json.dumps(running.told) + "\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
