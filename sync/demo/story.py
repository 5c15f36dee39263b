"""The demo, told: what came, who got it, why, and what to try next. For a terminal of 80 columns, or a pipe."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from sync.demo.next_steps import next_steps
from sync.demo.outcome import Outcome, Told
from sync.demo.sheet import cut, heading, plain, sheet, words
from sync.demo.turns_sheet import turns
from sync.passes import Summary
from sync.steps import WAITING, Step

WIDTH = 80
_EXAMPLES = 3
_LONGEST_RAW = 24
_HOW = {
    "round_robin": "in turn",
    "same_person": "same person",
    "owner": "by name",
    "queue": "to a queue",
    "keep": "kept",
    "hold": "held",
    "alert": "parked",
}
_COUNTS = ("seen", "assigned", "skipped", "parked", "held", "failed")


@dataclass(frozen=True, slots=True)
class Run:
    """One pass, how many seconds it took, and the calls that the account counted meanwhile, by kind."""

    summary: Summary
    seconds: float
    calls: Mapping[str, int]


def tell(outcome: Outcome, runs: Sequence[Run], path: Path) -> None:
    """Write the story to standard output."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the leads hold letters that not every terminal has
    console = Console(highlight=False)
    console = Console(highlight=False, width=min(console.width, WIDTH))
    parts = (_opening(), _came(outcome), _passes(runs), turns(outcome), _rules(outcome), _note(outcome),
             _twins(outcome), _left_alone(outcome), _waiting(outcome), _unread(outcome))  # fmt: skip
    for part in parts:
        for line in part:
            console.print(line)
    for line in next_steps(outcome, path):
        console.print(line, soft_wrap=True)  # a command that is cut in two cannot be copied


def _opening() -> Iterator[RenderableType]:
    yield Text("\nLeadswitch demo", style="bold")
    yield Text(
        "The CRM here is a HubSpot account served on this machine by `leadswitch sandbox`, with sample data. "
        "All else is what you would run: the same HubSpot connector over HTTP, sync, rules, ledger and notes."
    )


def _came(outcome: Outcome) -> Iterator[RenderableType]:
    yield heading(f"{len(outcome.leads)} leads stand in the CRM, as contacts")
    users = outcome.users
    groups: Counter[str] = Counter()
    for told in outcome.leads:
        owner = told.row.seen_owner
        user = users.get(owner) if owner else None
        if user is None:
            groups["nobody's"] += 1
        elif user.id in outcome.replaces:
            groups[f"in the queue {user.name}" if user.queue else f"of the user {user.name}"] += 1
        else:
            groups["owned by a person"] += 1
    yield Text(", ".join(f"{count} {whose}" for whose, count in groups.most_common()) + ".")
    yield Text(
        "Leads of people are left alone: `replaces` in leadswitch.yaml says whose may be taken.", "dim"
    )


def _passes(runs: Sequence[Run]) -> Iterator[RenderableType]:
    yield heading("sync, and sync again")
    table = sheet("", *(f">{name}" for name in _COUNTS), ">CRM calls", ">seconds")
    for title, run in zip(("first", "again"), runs, strict=True):
        counts = run.summary.counts
        cells = [*(getattr(counts, name) for name in _COUNTS), sum(run.calls.values())]
        table.add_row(title, *map(str, cells), f"{run.seconds:.1f}")
    yield table
    first, second = (run.summary.counts for run in runs)
    made = ", ".join(f"{count} {kind}" for kind, count in runs[0].calls.items())
    yield Text(
        f"The account counted {words(sum(runs[0].calls.values()), 'call')} for {first.seen} leads: {made}."
    )
    yield Text(
        f"The second pass looked a few minutes back and assigned {second.assigned}: the ledger knows each lead. "
        "What is parked or held still waits."
    )
    yield Text(
        f"A minute after the writes, the next sync reads the owner history of these {first.unverified} leads: a person "
        "may have chosen somebody in the same instant. `demo --stay` keeps the account for it.",
        "dim",
    )


def _rules(outcome: Outcome) -> Iterator[RenderableType]:
    yield heading("Rules, the first that matches decides")
    table = sheet("rule", ">leads", "how")
    for name, ways in outcome.rules():
        how = ", ".join(f"{count} {_HOW.get(by, by)}" for by, count in ways.most_common())
        table.add_row(Text(name), str(ways.total()), Text(how))
    yield table


# --- single leads -----------------------------------------------------------------------------------------


def _note(outcome: Outcome) -> Iterator[RenderableType]:
    told = outcome.noted()
    if told is not None:
        yield heading("The note on a lead, as it stands in the CRM")
        text = Text(plain(told.contact.notes[0], keep="\n"))
        yield Panel(text, title=Text(str(told.row.ref)), title_align="left")


def _twins(outcome: Outcome) -> Iterator[RenderableType]:
    pairs = outcome.twins()
    if not pairs:
        return
    yield heading(f"The same person twice: {words(len(pairs), 'lead')} went to the owner the person has")
    table = sheet("", "first record", "second record")
    shown: tuple[tuple[str, list[str | None]], ...] = (
        ("lead", [told.row.ref.record for told in pairs[0]]),
        ("name", [told.lead.name for told in pairs[0]]),
        ("e-mail", [told.lead.email for told in pairs[0]]),
        ("city", [told.lead.city for told in pairs[0]]),
        ("owner", [outcome.owner(told.contact.owner) for told in pairs[0]]),
    )
    for title, values in shown:
        table.add_row(title, *(cut(value or "-", 34) for value in values))
    yield table


# --- what was not assigned --------------------------------------------------------------------------------


def _left_alone(outcome: Outcome) -> Iterator[RenderableType]:
    skipped = outcome.at(Step.SKIPPED)
    yield heading(f"{words(len(skipped), 'lead')} left alone")
    groups: dict[str, list[Told]] = {}
    for told in skipped:
        owner = told.row.seen_owner
        user = outcome.users.get(owner) if owner else None
        persons = told.decision is None and user is not None and told.row.reason == f"owned by {owner}"
        groups.setdefault("owned by a person" if persons else told.row.reason, []).append(told)
    table = sheet("why", ">leads", "such as")
    for reason, leads in sorted(groups.items(), key=lambda group: -len(group[1])):
        one = leads[0]
        table.add_row(
            Text(reason), str(len(leads)), Text(f"{one.row.ref.record} ({outcome.owner(one.contact.owner)})")
        )
    yield table


def _waiting(outcome: Outcome) -> Iterator[RenderableType]:
    waiting = outcome.at(*WAITING)
    yield heading(f"{words(len(waiting), 'lead')} wait, none without a reason and a deadline")
    groups: dict[tuple[Step, str], list[Told]] = {}
    for told in waiting:
        groups.setdefault((told.row.step, told.row.reason), []).append(told)
    table = sheet("state", "why", ">leads", "until (UTC)")
    for (step, reason), leads in sorted(groups.items(), key=lambda group: -len(group[1])):
        due = min((told.row.due for told in leads if told.row.due), default=None)
        table.add_row(step, Text(reason), str(len(leads)), f"{due:%Y-%m-%d %H:%M}" if due else "")
    yield table


def _unread(outcome: Outcome) -> Iterator[RenderableType]:
    found = outcome.unread()
    leads = {told.row.key for told, _ in found}
    yield heading(
        f"{len(found)} of {outcome.values:,} values could not be understood, on {words(len(leads), 'lead')}"
    )
    table = sheet("field", ">values", "such as", "why it is not read")
    for place, (name, count) in enumerate(Counter(unread.field for _, unread in found).most_common()):
        seen = {unread.why: unread.raw for _, unread in reversed(found) if unread.field == name}
        seen = {why: raw for raw, why in {raw: why for why, raw in seen.items()}.items()}
        examples = list(seen.items())[: _EXAMPLES if place < _EXAMPLES else 1]
        for number, (why, raw) in enumerate(examples):
            first = (name, str(count)) if number == 0 else ("", "")
            table.add_row(*map(Text, first), cut(raw, _LONGEST_RAW), Text(why))
    yield table
    yield Text(
        "They are kept as they came; a rule that asks for one of them does not match. "
        "`values` in mapping/crm.yaml says what single ones mean.",
        "dim",
    )
