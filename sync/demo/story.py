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
from sync.demo.people_sheet import both, twice
from sync.demo.salesforce import INBOUND, Salesforce
from sync.demo.sheet import cut, heading, sheet
from sync.demo.turns_sheet import turns
from sync.passes import Summary
from sync.screen import counted, visible
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
    """One pass, how many seconds it took, and the calls that the CRM counted meanwhile, by kind."""

    summary: Summary
    seconds: float
    calls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rounds:
    """The passes of both rounds, a CRM each."""

    first: Sequence[Run]
    again: Sequence[Run]

    @property
    def summaries(self) -> list[Summary]:
        return [run.summary for run in (*self.first, *self.again)]


def tell(outcome: Outcome, rounds: Rounds, path: Path) -> None:
    """Write the story to standard output."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the leads hold letters that not every terminal has
    console = Console(highlight=False)
    console = Console(highlight=False, width=min(console.width, WIDTH))
    parts = (_opening(), _came(outcome), _passes(rounds), _kept(outcome), turns(outcome), both(outcome),
             twice(outcome), _rules(outcome), _notes(outcome), _left_alone(outcome), _waiting(outcome),
             _unread(outcome))  # fmt: skip
    for part in parts:
        for line in part:
            console.print(line)
    for line in next_steps(outcome, path):
        console.print(line, soft_wrap=True)  # a command that is cut in two cannot be copied


def _opening() -> Iterator[RenderableType]:
    yield Text("\nLeadswitch demo", style="bold")
    yield Text(
        "Two CRMs are served on this machine by `leadswitch sandbox`, with sample data: hs, a HubSpot account, and sf, "
        "a Salesforce org over TLS. All else is what you would run: the same connectors, sync, rules, ledger and "
        "notes, and one roster for both."
    )


def _came(outcome: Outcome) -> Iterator[RenderableType]:
    yield heading(f"{len(outcome.leads)} leads stand in two CRMs")
    found = Counter((told.crm, _whose(outcome, told)) for told in outcome.leads)
    groups = list(dict.fromkeys(whose for (_, whose), _ in found.most_common()))
    table = sheet("", ">leads", *(f">{whose}" for whose in groups))
    for crm in outcome.crms:
        counts = [found[crm, whose] for whose in groups]
        table.add_row(crm, str(sum(counts)), *(str(count or "-") for count in counts))
    yield table
    yield Text(
        "Leads of people are left alone: `replaces` in leadswitch.yaml says whose may be taken.", "dim"
    )


def _whose(outcome: Outcome, told: Told) -> str:
    owner = told.row.seen_owner
    user = outcome.users.get(owner) if owner else None
    if user is None:
        return "nobody's"
    if user.id not in outcome.replaces:
        return "a person's"
    return f"queue {user.name}" if user.queue else f"user {user.name}"


def _passes(rounds: Rounds) -> Iterator[RenderableType]:
    yield heading("sync, and sync again")
    table = sheet("", *(f">{name}" for name in _COUNTS), ">calls", ">seconds")
    for title, runs in (("first", rounds.first), ("again", rounds.again)):
        for run in runs:
            counts = run.summary.counts
            cells = [*(getattr(counts, name) for name in _COUNTS), sum(run.calls.values())]
            table.add_row(f"{title} {run.summary.connection}", *map(str, cells), f"{run.seconds:.1f}")
    yield table
    for run in rounds.first:
        made = ", ".join(f"{count} {kind}" for kind, count in run.calls.items())
        calls, seen = counted(sum(run.calls.values()), "call"), run.summary.counts.seen
        yield Text(f"{run.summary.connection} counted {calls} for {seen} leads: {made}.")
    assigned = sum(run.summary.counts.assigned for run in rounds.again)
    yield Text(
        f"The second pass looked a few minutes back and assigned {assigned}: the ledger knows each lead. "
        "What is parked or held still waits."
    )
    unverified = sum(run.summary.counts.unverified for run in rounds.first)
    yield Text(
        f"A minute after the writes, the next sync reads the owner history of these {unverified} leads: a person "
        "may have chosen somebody in the same instant. `demo --stay` keeps the CRMs for it.",
        "dim",
    )


def _kept(outcome: Outcome) -> Iterator[RenderableType]:
    """Tell of the trap that the org is set up with."""
    written = [told for told in outcome.at(Step.VERIFY) if told.crm == Salesforce.connection]
    stay = sum(told.record.owner == told.row.owner_id for told in written)
    yield heading(f"{stay} of {len(written)} leads in Salesforce have the owner they were given")
    yield Text(
        f"An assignment rule is active there. It moves each lead that is saved into the queue {INBOUND}, and the call "
        "succeeds all the same, unless it says Sforce-Auto-Assign: FALSE. Leadswitch says so with every write."
    )


def _rules(outcome: Outcome) -> Iterator[RenderableType]:
    yield heading("Rules, the first that matches decides")
    table = sheet("rule", *_headed(outcome), "how")
    for name, decided in outcome.rules():
        ways = Counter(told.decision.by for told in decided if told.decision)
        how = ", ".join(f"{count} {_HOW.get(by, by)}" for by, count in ways.most_common())
        table.add_row(Text(name), *_by_crm(outcome, decided), Text(how))
    yield table


def _headed(outcome: Outcome) -> Iterator[str]:
    return (f">{crm}" for crm in outcome.crms)


def _by_crm(outcome: Outcome, leads: Sequence[Told]) -> Iterator[str]:
    found = Counter(told.crm for told in leads)
    return (str(found[crm] or "-") for crm in outcome.crms)


def _notes(outcome: Outcome) -> Iterator[RenderableType]:
    found = [told for crm in outcome.crms if (told := outcome.noted(crm))]
    if found:
        yield heading("The note on a lead in HubSpot, the task on one in Salesforce")
    for told in found:
        text = Text(visible(told.record.notes[0]))
        yield Panel(text, title=Text(str(told.row.ref)), title_align="left")


# --- what was not assigned --------------------------------------------------------------------------------


def _left_alone(outcome: Outcome) -> Iterator[RenderableType]:
    skipped = outcome.at(Step.SKIPPED)
    yield heading(f"{counted(len(skipped), 'lead')} left alone")
    groups: dict[str, list[Told]] = {}
    for told in skipped:
        owner = told.row.seen_owner
        user = outcome.users.get(owner) if owner else None
        persons = told.decision is None and user is not None and told.row.reason == f"owned by {owner}"
        groups.setdefault("owned by a person" if persons else told.row.reason, []).append(told)
    table = sheet("why", *_headed(outcome), "such as")
    for reason, leads in sorted(groups.items(), key=lambda group: -len(group[1])):
        one = min(leads, key=lambda told: outcome.crms.index(told.crm))
        such = f"{one.row.ref.record} ({outcome.owner(one.record.owner)})"
        table.add_row(Text(reason), *_by_crm(outcome, leads), Text(such))
    yield table


def _waiting(outcome: Outcome) -> Iterator[RenderableType]:
    waiting = outcome.at(*WAITING)
    yield heading(f"{counted(len(waiting), 'lead')} wait, none without a reason and a deadline")
    groups: dict[tuple[Step, str], list[Told]] = {}
    for told in waiting:
        groups.setdefault((told.row.step, told.row.reason), []).append(told)
    table = sheet("state", "why", *_headed(outcome), "until (UTC)")
    for (step, reason), leads in sorted(groups.items(), key=lambda group: -len(group[1])):
        due = min((told.row.due for told in leads if told.row.due), default=None)
        table.add_row(step, Text(reason), *_by_crm(outcome, leads), f"{due:%Y-%m-%d %H:%M}" if due else "")
    yield table


def _unread(outcome: Outcome) -> Iterator[RenderableType]:
    found = outcome.unread()
    leads = {told.row.key for told, _ in found}
    yield heading(
        f"{len(found)} of {outcome.values:,} values could not be understood, on {counted(len(leads), 'lead')}"
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
        "`values` in a file of mapping/ says what single ones mean.",
        "dim",
    )
