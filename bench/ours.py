"""Leadswitch as `leadswitch sync` runs it: configuration, store on disk, connector, pool of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Event
from unittest.mock import patch

from bench.forms import FIRST
from bench.leads import NOW, rulebook
from bench.served import Crm
from connectors import registry
from router.model import ConnectionName
from router.rules import Alert, Rulebook, Step, ToTeam
from sync.ledger import Cursor, Ledger
from sync.passes import Order, Summary, run_pass
from sync.seams import CALLS_AT_ONCE, Seams, production, system_clock
from sync.store import Store, open_store
from sync.wiring import configuration, wire
from sync.work import Wired

_SECRETS = ("token", "client_secret")
_CONFIGURATION = """\
timezone: UTC
store: sqlite:///{folder}/leadswitch.db
connections:
  - name: {kind}
    kind: {kind}
    take: {take}
    mapping: mapping.yaml
    audit: [{audit}]
    max_per_pass: 1000000
"""
_TEAMS = "reps: [{id: rep0}]\nteams: [{name: all, members: [rep0]}]\n"
_RULES = "rules: [{name: everyone, assign: {team: all}}]\n"


@dataclass(frozen=True, slots=True)
class Ours:
    """An engine, ready: open store, wired connection."""

    wired: Wired
    store: Store
    seams: Seams

    def sync(self, *, later: float = 0.0) -> Summary:
        """Run one pass, so many seconds later than it is."""
        clock = self.seams.clock
        seams = replace(self.seams, clock=lambda: clock() + timedelta(seconds=later))
        return run_pass(self.wired, self.store, seams, Order())

    def complete(self) -> None:
        """Run one pass, and fail unless it ended well."""
        summary = self.sync()
        if summary.exit_code:
            raise AssertionError(f"the pass did not do its work: {summary}")


def book() -> Rulebook:
    """Return the rules of the routing bench, its reps findable by e-mail; whom nobody can serve goes to a team."""
    found = rulebook(60)
    reps = {name: replace(rep, email=f"{name}@reps.example") for name, rep in found.reps.items()}
    first = next(iter(found.teams))
    return replace(found, reps=reps, otherwise=(Step(ToTeam(first)), Step(Alert())))


@contextmanager
def ready(
    folder: Path,
    crm: Crm,
    access: Mapping[str, str],
    *,
    shift: float,
    audit: str | None = None,
    take: str = "new",
    mapping: Mapping[str, str] | None = None,
    paced: bool = True,
) -> Iterator[Ours]:
    """Wire an account to a store in `folder`; without `paced` calls go out as fast as they can.

    `access` is what lets us in, by the keys of a connection; `shift` is what the engine's clock is ahead of this
    machine's, in seconds. With `take` new the store is one that has polled until just before the first lead; with
    `take` all the pass counts the leads before it assigns any.
    """
    _write(folder, crm, access, {"audit": audit or crm.audit, "take": take}, mapping or crm.fields)
    found = replace(configuration(folder), rulebook=book())
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        seams = replace(production(pool, Event()), clock=_clock(shift))
        store = open_store(found.store, create=True)
        if take == "new":
            _has_polled(store, crm.kind)
        with nullcontext() if paced else _unlimited(crm.kind):
            wired = wire(found, found.connections[0], seams)
        try:
            yield Ours(wired, store, seams)
        finally:
            wired.connector.close()
            store.close()


def _unlimited(kind: str) -> AbstractContextManager[object]:
    """Let a connector say that there are no limits: an account without any does not exist."""
    connector = import_module(f"connectors.{kind}.connector")
    return patch.object(connector, "FEATURES", replace(connector.FEATURES, limits=None))


def _clock(shift: float) -> Callable[[], datetime]:
    ahead = timedelta(seconds=shift)
    return lambda: system_clock() + ahead


def _has_polled(store: Store, kind: str) -> None:
    """Leave in the store what polls of an empty account do: a watermark, and where the next walk begins."""
    until = NOW - timedelta(seconds=FIRST + 1)
    with store.session(kind) as session, session.transaction("polled") as tx:
        Ledger(ConnectionName(kind), "").save_cursor(tx, Cursor(registry.find(kind).enters, until, until))


def _write(
    folder: Path,
    crm: Crm,
    access: Mapping[str, str],
    options: Mapping[str, str],
    mapping: Mapping[str, str],
) -> None:
    shown = {key: f"${{file:{key}}}" if key in _SECRETS else value for key, value in access.items()}
    main = _CONFIGURATION.format(folder=folder, kind=crm.kind, **options)
    main += _lines({**crm.settings, **shown}, "    ")
    fields = _lines(mapping, "  ")
    texts = {"leadswitch": main, "teams": _TEAMS, "rules": _RULES, "mapping": f"fields:\n{fields}"}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for key in access.keys() & set(_SECRETS):
        (folder / key).write_text(access[key], encoding="utf-8")


def _lines(mapping: Mapping[str, str], indent: str) -> str:
    return "".join(f"{indent}{key}: {value}\n" for key, value in mapping.items())
