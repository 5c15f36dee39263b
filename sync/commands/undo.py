"""`leadswitch undo [RUN]`: a pass taken back; without RUN the passes there were."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from config.settings import Configuration, Connection
from router.model import OwnerId
from router.rules import Rulebook
from sync.commands.sync import choose, one_pass, stopping
from sync.passes import Order, Summary
from sync.preview import previewed
from sync.runs import Run, latest, named
from sync.screen import Screen, counted
from sync.seams import production
from sync.store import Store, open_store
from sync.trouble import CRM_REFUSED, LEADS_FAILED, OK, Refused
from sync.undo import DOUBTFUL, FAILED, OUTCOMES, PUT_BACK, Undo
from sync.wiring import configuration, store_url

_LISTED = 20


def run(screen: Screen, *, name: str | None, connection: str | None, dry_run: bool) -> int:
    if name is None:
        return _list(screen, connection)
    found = configuration(screen.directory)
    with closing(open_store(found.store, create=False)) as store:
        asked = _asked(store, name, connection)
        [settings] = choose(found, asked.connection)
        undo = Undo(asked.id)
        summary = _rehearse(found, settings, undo) if dry_run else _do(screen, found, settings, store, undo)
    _say(screen, undo, summary, found.rulebook, dry_run=dry_run)
    return _exit_code(undo, summary)


def _asked(store: Store, name: str, connection: str | None) -> Run:
    runs = named(store, name, connection)
    if len(runs) == 1:
        return runs[0]
    if runs:
        raise Refused(f"several runs begin with {name}: {', '.join(run.id for run in runs)}")
    where = f" over {connection}" if connection else ""
    raise Refused(f"the store knows no run {name}{where}; `leadswitch undo` lists them")


def _rehearse(found: Configuration, settings: Connection, undo: Undo) -> Summary:
    [shown] = previewed(found, [settings], Order(instead=undo))
    return shown.summary


def _do(screen: Screen, found: Configuration, settings: Connection, store: Store, undo: Undo) -> Summary:
    with (
        stopping() as stop,
        ThreadPoolExecutor(4) as pool,
        screen.bar(f"undoing {undo.run}") as show,
    ):
        order = Order(instead=undo, progress=lambda _: show(counted(len(undo.told), "lead")))
        return one_pass(found, settings, store, production(pool, stop), order)


def _exit_code(undo: Undo, summary: Summary) -> int:
    if summary.unreachable:
        return CRM_REFUSED
    left = {told.outcome for told in undo.told.values()} & {FAILED, DOUBTFUL}
    return LEADS_FAILED if left and not summary.stopped else OK


# --- what is said -----------------------------------------------------------------------------------------


def _say(screen: Screen, undo: Undo, summary: Summary, book: Rulebook, *, dry_run: bool) -> None:
    counts = Counter(told.outcome for told in undo.told.values())
    if screen.json:
        screen.result(_as_json(undo, summary, counts, dry_run=dry_run))
        return
    leads = sorted(undo.told.items())
    shown = [told for _, told in leads if dry_run or told.outcome != PUT_BACK]
    if shown:
        screen.table(
            "Would do" if dry_run else "Not put back",
            ("lead", "given to", "goes back to", "outcome", "because"),
            (
                (t.lead, _named(t.given, undo, book), _named(t.back_to, undo, book), t.outcome, t.because)
                for t in shown
            ),
        )
    told = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in OUTCOMES if counts[outcome])
    screen.line(f"{undo.run}: {told or 'nothing of it is left to be undone'}")
    if summary.unreachable:
        screen.warn(f"the CRM ended it: {summary.unreachable}; run it again to go on from here")
    if summary.stopped:
        screen.warn("stopped as asked; run it again to go on from here")
    if dry_run:
        screen.line("Nothing was written.")


def _named(owner: OwnerId | None, undo: Undo, book: Rulebook) -> str:
    """Say who an owner is: a rep by name, with the id by which the CRM knows them."""
    rep = book.reps.get(undo.reps[owner]) if owner in undo.reps else None
    return f"{rep.name} ({owner})" if rep else owner or "nobody"


def _as_json(undo: Undo, summary: Summary, counts: Counter[str], *, dry_run: bool) -> dict[str, object]:
    return {
        "run": undo.run,
        **{outcome.replace(" ", "_"): counts[outcome] for outcome in OUTCOMES},
        "dry_run": dry_run,
        "stopped": summary.stopped,
        "unreachable": summary.unreachable,
        "leads": [
            {
                "lead": told.lead,
                "given_to": told.given,
                "back_to": told.back_to,
                "outcome": told.outcome,
                "because": told.because or None,
            }
            for _, told in sorted(undo.told.items())
        ],
    }


def _list(screen: Screen, connection: str | None) -> int:
    with closing(open_store(store_url(screen.directory), create=False)) as store:
        runs = latest(store, connection, limit=_LISTED)
    if screen.json:
        for each in runs:
            screen.result(_run_json(each))
        return OK
    if not runs:
        screen.line("No pass was made yet.")
        return OK
    for each in runs:
        screen.line(f"{each.id}  {_in_words(each)}")  # no table: an id must not be cut
    return OK


def _in_words(run: Run) -> str:
    done = [f"{run.counts.get('assigned', 0):,} assigned"]
    done += [f"{run.counts[name]:,} {name}" for name in ("conflicts", "failed") if run.counts.get(name)]
    done += [f"{run.undone:,} undone"] if run.undone else []
    done += [] if run.ended else ["under way, or cut"]
    return f"undo of {run.undoes}" if run.undoes else ", ".join(done)


def _run_json(run: Run) -> dict[str, object]:
    return {
        "run": run.id,
        "connection": run.connection,
        "started": run.started.isoformat(),
        "ended": run.ended and run.ended.isoformat(),
        "assigned": run.counts.get("assigned", 0),
        "conflicts": run.counts.get("conflicts", 0),
        "failed": run.counts.get("failed", 0),
        "undone": run.undone,
        "undo_of": run.undoes,
    }
