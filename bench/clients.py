"""One client's run in a process of its own: its time, its CPU time and its memory, printed as one JSON object."""

from __future__ import annotations

import gc
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.served import Crm, Served

OURS, SDK = "ours", "sdk"


@dataclass(frozen=True, slots=True)
class Order:
    """Who runs against which server. `parts` asks whose CPU time it is, which costs some itself."""

    client: str
    kind: str
    access: dict[str, str]
    shift: float
    audit: str | None = None
    take: str = "new"
    paced: bool = True
    parts: bool = False


@dataclass(frozen=True, slots=True)
class Ran:
    """Seconds from the first call to the last, CPU seconds in them, MB when all was loaded and at most."""

    seconds: float
    cpu: float
    idle_mb: float
    peak_mb: float
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def over_idle_mb(self) -> float:
        return self.peak_mb - self.idle_mb


def run(client: str, served: Served, **chosen: Any) -> Ran:
    """Let a client assign every lead of a server, in a new process; `chosen` are fields of `Order`."""
    order = Order(client, served.account.crm.kind, dict(served.access), served.shift, **chosen)
    command = [sys.executable, "-m", "bench.clients", json.dumps(asdict(order))]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Ran(**json.loads(done.stdout))


def main() -> None:
    order = Order(**json.loads(sys.argv[1]))
    with tempfile.TemporaryDirectory(prefix="leadswitch-bench-") as folder:
        ran = _ours(order, Path(folder)) if order.client == OURS else _sdk(order)
    sys.stdout.write(json.dumps(asdict(ran)) + "\n")


def _ours(order: Order, folder: Path) -> Ran:
    from bench.ours import ready
    from bench.parts import measured

    crm: Crm = import_module(f"bench.{order.kind}").CRM
    import_module(crm.package)
    chosen: dict[str, Any] = {name: getattr(order, name) for name in ("shift", "audit", "take", "paced")}
    with (
        ready(folder, crm, order.access, **chosen) as ours,
        measured(ours) if order.parts else nullcontext((ours, None)) as (engine, parts),
    ):
        ran = _timed(engine.complete)
        return replace(ran, parts=parts.spent(ran.cpu) if parts else {})


def _sdk(order: Order) -> Ran:
    return _timed(import_module(f"bench.{order.kind}_sdk").Sdk(**order.access).sync)


def _timed(work: Callable[[], object]) -> Ran:
    gc.collect()
    idle, _ = _memory()
    _forget_peak()
    began, used = perf_counter(), process_time()
    work()
    cpu, seconds = process_time() - used, perf_counter() - began
    return Ran(seconds, cpu, idle, _memory()[1])


def _memory() -> tuple[float, float]:
    """Return how much memory is resident, and the most that was since `_forget_peak`, as Linux says it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    now, most = (int(re.findall(rf"{name}:\s+(\d+) kB", status)[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


if __name__ == "__main__":
    main()
