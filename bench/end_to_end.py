"""20,000 leads from the walk to the note, over HTTP on loopback, beside plain loops over the CRMs' SDKs in one run.

Ours is what `leadswitch sync` runs: the production's clock, sleep, pool of threads and pacing, the real
connector, a SQLite store on disk, 60 rules and 50 reps in five teams; each lead is looked at again before its owner is
written. Both clients read the same fields of the same leads, each run in a process of its own against a server in
another with an account filled anew; afterwards the server must show one owner and one note on each lead.

The leads have come since the last poll, in one day. `_80ms_s` is the pass where each call takes 80 ms and nothing is
limited, `hubspot_limited_s` where the server enforces 190 calls in ten seconds and 5 searches a second,
`hubspot_limited_properties_s` with the trace in properties instead of notes; `hubspot_429s` are the calls refused in
those two. `hubspot_limited_take_all_s` is the first pass with `take: all`, which counts all leads before it assigns.
Salesforce has no such limits.

`cpu_vs_sdk` is the CPU time of our process by that of the SDK's, each the better of two runs without latency or
limits, where nothing waits; rows without the name of a CRM are HubSpot's. CPU by part is from a run of its own, with
timers at the engine's seams (their cost is in it). Memory is the most that was resident in the pass, less what was when
all was loaded and open before it; neither imports nor the opening of store and connection are timed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench import hubspot, salesforce
from bench.clients import OURS, SDK, Ran
from bench.clients import run as run_client
from bench.rows import Row
from bench.served import Account, Looked, serving

LEADS = 20_000
MANY = 200_000
ROUNDS = 2
LATENCY = 0.08
_SECONDS, _CPU, _MEMORY = "s", "us/lead", "MB over idle"


def run(*, leads: int = LEADS, many: int = MANY) -> Sequence[Row]:
    """Measure every case."""
    return [*of_hubspot(leads=leads, many=many), *of_salesforce(leads=leads, many=many)]


def of_hubspot(*, leads: int = LEADS, many: int = MANY) -> Sequence[Row]:
    return [
        *_with_latency(hubspot.Account(leads, latency=LATENCY)),
        *_limited(hubspot.Account.limited(leads)),
        *_cpu_and_memory(hubspot.Account(leads), hubspot.Account(many), ""),
    ]


def of_salesforce(*, leads: int = LEADS, many: int = MANY) -> Sequence[Row]:
    return [
        *_with_latency(salesforce.Account(leads, latency=LATENCY)),
        *_cpu_and_memory(salesforce.Account(leads), salesforce.Account(many), "salesforce_"),
    ]


PARTS = {"hubspot": of_hubspot, "salesforce": of_salesforce}


def _with_latency(account: Account) -> list[Row]:
    case, sdk = f"{account.crm.kind}_80ms_s", account.crm.sdk
    ours, _ = _run(OURS, account, paced=False)
    theirs, _ = _run(SDK, account)
    return [
        Row(case, ours.seconds, _SECONDS, 10, better="less"),
        Row(f"{case}, {sdk}", theirs.seconds, _SECONDS, peer=sdk),
    ]


def _limited(account: hubspot.Account) -> list[Row]:
    sdk = account.crm.sdk
    noted, seen = _run(OURS, account)
    stamped, also_seen = _run(OURS, account, audit="properties")
    all_at_first, _ = _run(OURS, account, take="all")
    theirs, refused = _run(SDK, account)
    return [
        Row("hubspot_limited_s", noted.seconds, _SECONDS, 33, better="less"),
        Row("hubspot_limited_properties_s", stamped.seconds, _SECONDS, 22.5, better="less"),
        Row("hubspot_429s", seen.refused + also_seen.refused, "calls", 0, better="less"),
        Row("hubspot_limited_take_all_s", all_at_first.seconds, _SECONDS),
        Row(f"hubspot_limited_s, {sdk}", theirs.seconds, _SECONDS, peer=sdk),
        Row(f"hubspot_429s, {sdk}", refused.refused, "calls", peer=sdk),
    ]


def _cpu_and_memory(account: Account, large: Account, of: str) -> list[Row]:
    rounds, sdk = range(ROUNDS), account.crm.sdk
    pairs = [(_run(OURS, account, paced=False)[0], _run(SDK, account)[0]) for _ in rounds]
    ours, theirs = (min(ran.cpu for ran in client) / account.leads for client in zip(*pairs, strict=True))
    by_part, _ = _run(OURS, account, paced=False, parts=True)
    streamed, _ = _run(OURS, large, paced=False)
    few, most = (max(ran.over_idle_mb for ran in client) for client in zip(*pairs, strict=True))
    return [
        Row(f"{of}cpu_vs_sdk", ours / theirs, "x", 0.9, better="less"),
        Row(f"{of}cpu_us", ours * 1e6, _CPU),
        Row(f"{of}cpu_us, {sdk}", theirs * 1e6, _CPU, peer=sdk),
        *(
            Row(f"{of}cpu_{part}_us", spent / account.leads * 1e6, _CPU)
            for part, spent in by_part.parts.items()
        ),
        Row(f"{of}memory_20k_mb", few, _MEMORY, 40, better="less"),
        Row(f"{of}memory_200k_mb", streamed.over_idle_mb, _MEMORY, 40, better="less"),
        Row(f"{of}memory_20k_mb, {sdk}", most, _MEMORY, peer=sdk),
        Row(f"{of}cpu_200k_us", streamed.cpu / large.leads * 1e6, _CPU),
    ]


def _run(client: str, account: Account, **chosen: Any) -> tuple[Ran, Looked]:
    with serving(account) as served:
        ran = run_client(client, served, **chosen)
        return ran, served.all_assigned(notes=int(chosen.get("audit") != "properties"))
