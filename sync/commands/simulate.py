"""`leadswitch simulate`: history made again under a proposed configuration; writes nothing into the store."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.settings import Configuration
from router.capacity import OPEN
from router.model import RepId
from router.route import Router
from router.rules import Rulebook, follows_accounts, no_holidays
from sync.codec import dumps
from sync.leadfile import leads_of, rules_for_files
from sync.replay import files_of, router_then, rulebook_of
from sync.screen import Screen, counted
from sync.seams import system_clock
from sync.simulate.again import Again, Progress
from sync.simulate.deciding import AsItWas, Deciding, Proposed
from sync.simulate.fromfile import LOOKED_EVERY, Created, FromFile
from sync.simulate.history import History, Span, newest_config, span
from sync.simulate.page import page
from sync.simulate.tally import Tally
from sync.simulate.then import Then
from sync.simulate.told import Told, as_json, show
from sync.since import start_of
from sync.store import Store, open_store
from sync.trouble import LEADS_FAILED, OK, Refused
from sync.wiring import offline_configuration, store_url

_EVERY = 100


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be compared. `proposed` None: what stands in `live` is all there is."""

    live: Path
    found: Configuration
    proposed: Path | None
    since: str | None

    def start(self) -> datetime | None:
        return start_of(self.since, system_clock()) if self.since else None


def run(
    screen: Screen,
    *,
    since: str | None,
    proposed: Path | None,
    file: Path | None,
    mapping: str | None,
    html: Path | None,
) -> int:
    live, other = _directories(screen, proposed)
    asked = _Asked(live, offline_configuration(other or live), other, since)
    told = _of_the_ledger(screen, asked) if file is None else _of_a_file(screen, asked, file, mapping)
    if html is not None:
        _write(html, page(told))
        screen.tell(f"{html}: written")
    if screen.json:
        screen.result(as_json(told))
    else:
        show(screen, told)
    return LEADS_FAILED if told.tally.otherwise and not told.proposed else OK


def _directories(screen: Screen, proposed: Path | None) -> tuple[Path, Path | None]:
    """Return the live configuration and the proposed one.

    Where --config is said twice, or behind the command in a directory that has a live configuration of its own, the
    second is the proposed one.
    """
    if proposed is not None:
        return screen.directory, proposed
    live = screen.outer
    if live is None or live.resolve() == screen.directory.resolve():
        return screen.directory, None
    if live == Path() and not (live / "leadswitch.yaml").is_file():
        return screen.directory, None
    return live, screen.directory


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"--html: {file} cannot be written: {error.strerror}") from error


@contextmanager
def _progress(screen: Screen, total: int) -> Iterator[Progress]:
    with screen.bar("simulating") as tell:

        def show_it(tally: Tally) -> None:
            if tally.decisions % _EVERY == 0:
                tell(f"{tally.decisions:,} decisions, {tally.leads:,} of {total:,} leads")

        yield show_it


# --- the ledger -------------------------------------------------------------------------------------------


def _of_the_ledger(screen: Screen, asked: _Asked) -> Told:
    start = asked.start() or system_clock() - timedelta(days=30)
    with closing(open_store(store_url(asked.live), create=False)) as store:
        found = span(store, start)
        if found is None:
            raise Refused(
                f"the ledger has no decisions since {start:%Y-%m-%d}; say --since, or give a --file"
            )
        then, history = Then(store, found), History(store, found)
        proposal = _proposal(store, asked)
        deciding: Deciding = AsItWas(then) if proposal is None else Proposed(then, history, proposal)
        zone = ZoneInfo(asked.found.timezone)
        with _progress(screen, found.leads) as progress:
            tally = Again(history, then, deciding, zone).run(progress)
        known = None if proposal is None else _reps_then(store)
    return Told(
        tally=tally,
        reps=asked.found.rulebook.reps,
        before="as the ledger has it",
        after="made again, each decision with the configuration of then"
        if proposal is None
        else _named(asked),
        since=found.began,
        until=system_clock(),
        assumed=[*_gaps(found, tally), *(() if known is None else _of_a_proposal(asked, known))],
        proposed=proposal is not None,
    )


def _proposal(store: Store, asked: _Asked) -> Router | None:
    """Return the router of what is proposed: by name, or by an edit of the live files that no pass has run with."""
    found, newest = asked.found, newest_config(store)
    with store.reading() as tx, tx.begin():
        if asked.proposed is None and (newest is None or _same(found, newest, files_of(tx, newest))):
            return None
        return router_then(tx, dumps(dict(found.files)), sys.maxsize)


def _same(found: Configuration, config: str, files: str) -> bool:
    return found.hash == config or _plain(found.rulebook) == _plain(rulebook_of(files))


def _plain(book: Rulebook) -> Rulebook:
    return replace(book, holidays=no_holidays)


def _named(asked: _Asked) -> str:
    if asked.proposed is not None:
        return f"the configuration in {asked.proposed}"
    return f"the configuration in {asked.live} as it is now, which no pass has run with"


def _reps_then(store: Store) -> frozenset[RepId]:
    newest = newest_config(store)
    if newest is None:
        return frozenset()
    with store.reading() as tx, tx.begin():
        return frozenset(rulebook_of(files_of(tx, newest)).reps)


def _gaps(found: Span, tally: Tally) -> Iterator[str]:
    if not found.whole:
        yield f"what was before {found.began:%Y-%m-%d %H:%M} UTC has left the store (`retention`) and is left out"
    if tally.gone:
        yield f"{counted(tally.gone, 'decision')} whose lead was forgotten or has left the store stay as they were"


def _of_a_proposal(asked: _Asked, known: frozenset[RepId]) -> Iterator[str]:
    book = asked.found.rulebook
    yield "which leads are taken, and what people did with them, is as it was"
    if new := sorted(book.reps.keys() - known):
        yield f"new reps have a user in every CRM: {', '.join(new)}"
    if any(OPEN in rep.capacity for rep in book.reps.values()):
        yield "a lead is closed when it was then, whoever has it; one that went to no rep then stays open"
    if follows_accounts(book):
        yield "companies of the CRM are known for the leads whose rule asked for them then"


# --- a file -----------------------------------------------------------------------------------------------


def _of_a_file(screen: Screen, asked: _Asked, file: Path, mapping: str | None) -> Told:
    found = asked.found
    with closing(Created(leads_of(screen, found, file, mapping), asked.start())) as leads:
        if not leads.count:
            raise Refused(f"{file}: no leads" + (f" since {asked.since}" if asked.since else ""))
        if not leads.dated:
            raise Refused(
                f"{file}: no lead says when it was created, which is the clock of a simulation; "
                "add a column `created`, or use `route`, which needs none"
            )
        live = _for_files(offline_configuration(asked.live)) if asked.proposed else None
        running = FromFile(leads, live, _for_files(found), ZoneInfo(found.timezone))
        with _progress(screen, leads.count) as progress:
            tally = running.run(progress)
        (since, until), undated = leads.span(), leads.undated
    return Told(
        tally=tally,
        reps=found.rulebook.reps,
        before=f"the configuration in {asked.live}" if live else f"the owners in {file}",
        after=f"the configuration in {asked.proposed or asked.live}",
        since=since,
        until=until,
        assumed=list(_of_any_file(undated)),
        proposed=True,
    )


def _for_files(found: Configuration) -> Router:
    return Router(rules_for_files(found.rulebook))


def _of_any_file(undated: int) -> Iterator[str]:
    minutes = LOOKED_EVERY // timedelta(minutes=1)
    yield "a lead is decided when it was created"
    if undated:
        yield f"{counted(undated, 'lead')} without a time stand where the lead before them in the file does"
    yield "nobody was marked away or busy by a calendar, and every rep has an active user in the CRM"
    yield "turns and loads begin at 0, and no lead is closed again"
    yield f"leads that wait are looked at every {minutes} minutes"
