"""20,000 leads from search to note, over HTTP on loopback, beside a plain loop over HubSpot's SDK in the same run.

Ours is what `leadswitch sync` runs: the production's clock, sleep, pool of eight threads and pacing, the real
connector, a SQLite store on disk, 60 rules and 50 reps in five teams; each lead is looked at again before its owner is
written. Both clients read the same properties of the same contacts, each run in a process of its own against a server
in another with an account filled anew; afterwards the server must show one owner and one note on each lead.

The leads have come since the last poll, in one day. `hubspot_80ms_s` is the pass where each call takes 80 ms and
nothing is limited, `hubspot_limited_s` where the server enforces 190 calls in ten seconds and 5 searches a second,
`hubspot_limited_properties_s` with the trace in properties instead of notes; `hubspot_429s` are the calls refused in
those two. `hubspot_limited_take_all_s` is the first pass with `take: all`, which counts all leads before it assigns.

`cpu_vs_sdk` is the CPU time of our process by that of the SDK's, each the better of two runs without latency or
limits, where nothing waits. CPU by part is from a run of its own, with timers at the engine's seams (their cost is in
it). Memory is the most that was resident in the pass, less what was when all was loaded and open before it; neither
imports nor the opening of store and connection are timed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.hubspot import Account, Looked, serving
from bench.hubspot_run import OURS, SDK, Ran
from bench.hubspot_run import run as run_client
from bench.rows import Row

LEADS = 20_000
MANY = 200_000
ROUNDS = 2
LATENCY = 0.08
_SECONDS, _CPU = "s", "us/lead"


def run(*, leads: int = LEADS, many: int = MANY) -> Sequence[Row]:
    """Measure every case."""
    return [*_with_latency(leads), *_limited(leads), *_cpu_and_memory(leads, many)]


def _with_latency(leads: int) -> list[Row]:
    ours, _ = _run(OURS, Account(leads, latency=LATENCY), paced=False)
    theirs, _ = _run(SDK, Account(leads, latency=LATENCY))
    return [
        Row("hubspot_80ms_s", ours.seconds, _SECONDS, 10, better="less"),
        Row(f"hubspot_80ms_s, {SDK}", theirs.seconds, _SECONDS, peer=SDK),
    ]


def _limited(leads: int) -> list[Row]:
    account = Account.limited(leads)
    noted, seen = _run(OURS, account)
    stamped, also_seen = _run(OURS, account, audit="properties")
    all_at_first, _ = _run(OURS, account, take="all")
    theirs, refused = _run(SDK, account)
    return [
        Row("hubspot_limited_s", noted.seconds, _SECONDS, 33, better="less"),
        Row("hubspot_limited_properties_s", stamped.seconds, _SECONDS, 22.5, better="less"),
        Row("hubspot_429s", seen.refused + also_seen.refused, "calls", 0, better="less"),
        Row("hubspot_limited_take_all_s", all_at_first.seconds, _SECONDS),
        Row(f"hubspot_limited_s, {SDK}", theirs.seconds, _SECONDS, peer=SDK),
        Row(f"hubspot_429s, {SDK}", refused.refused, "calls", peer=SDK),
    ]


def _cpu_and_memory(leads: int, many: int) -> list[Row]:
    account, rounds = Account(leads), range(ROUNDS)
    pairs = [(_run(OURS, account, paced=False)[0], _run(SDK, account)[0]) for _ in rounds]
    ours, theirs = (min(ran.cpu for ran in client) / leads * 1e6 for client in zip(*pairs, strict=True))
    by_part, _ = _run(OURS, account, paced=False, parts=True)
    large, _ = _run(OURS, Account(many), paced=False)
    few = max(ran.over_idle_mb for ran, _ in pairs)
    return [
        Row("cpu_vs_sdk", ours / theirs, "x", 0.9, better="less"),
        Row("cpu_us", ours, _CPU),
        Row(f"cpu_us, {SDK}", theirs, _CPU, peer=SDK),
        *(Row(f"cpu_{part}_us", spent / leads * 1e6, _CPU) for part, spent in by_part.parts.items()),
        Row("memory_20k_mb", few, "MB over idle", 40, better="less"),
        Row("memory_200k_mb", large.over_idle_mb, "MB over idle", 40, better="less"),
        Row(f"memory_20k_mb, {SDK}", max(ran.over_idle_mb for _, ran in pairs), "MB over idle", peer=SDK),
        Row("cpu_200k_us", large.cpu / many * 1e6, _CPU),
    ]


def _run(client: str, account: Account, **chosen: Any) -> tuple[Ran, Looked]:
    with serving(account) as served:
        ran = run_client(client, served, **chosen)
        return ran, served.all_assigned(notes=int(chosen.get("audit") != "properties"))
