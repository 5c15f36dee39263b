"""Steps of `otherwise` that contradict each other, go in a circle or lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from config.problems import Findings, Place
from router.rules import Alert, Hold, If, Step, StepTarget, Target, ToOwner, ToQueue, ToTeam


class Placed(NamedTuple):
    """A step, and where it is written."""

    step: Step
    place: Place


def check(target: Target | None, steps: Sequence[Placed], findings: Findings) -> None:
    """Refuse steps that can never do anything; note a list that does not end.

    `target` is the rule's own, None for the steps of all rules without their own.
    """
    _unreached(steps, findings)
    _asked_again(target, steps, findings)
    _idle_holds(steps, findings)
    if steps and not _ends(steps[-1].step):
        message = "no step ends it: a lead that nobody took in the end is parked with an alert"
        findings.notice(steps[-1].place, message, "say what is to come last: alert, or {queue: NAME}")


def _unreached(steps: Sequence[Placed], findings: Findings) -> None:
    """Refuse the first step behind an alert for all leads; behind a queue, where it looks like caution, note it."""
    for (step, _), (_, place) in pairwise(steps):
        if _ends(step):
            word, say = ("alert", findings.add) if isinstance(step.do, Alert) else ("queue", findings.notice)
            hint = f"put the {word} last, or give it a condition such as `if: nobody`"
            say(place, f"this step is never tried: the {word} before it takes every lead", hint)
            return


def _asked_again(target: Target | None, steps: Sequence[Placed], findings: Findings) -> None:
    """Refuse to ask those again who have just had nobody for the lead: the answer would be the same."""
    before: list[Target | StepTarget] = [] if target is None else [target]
    held = False
    for step, place in steps:
        same = next((other for other in before if _same(step.do, other)), None)
        if same is not None:
            message = f"{_named(step.do)} was asked just before, and {_answered(step.do)}"
            findings.add(place, message, _instead(same, held=held))
        if step.when is If.ALWAYS:
            before.append(step.do)
        held = held or isinstance(step.do, Hold)


def _same(step: StepTarget, other: Target | StepTarget) -> bool:
    if isinstance(step, ToTeam) and isinstance(other, ToTeam):
        asks_as_much = all(step.require.get(name) == wanted for name, wanted in other.require.items())
        return step.team == other.team and asks_as_much and not step.follow_account
    return isinstance(step, ToOwner) and isinstance(other, ToOwner) and _who(step) == _who(other)


def _who(owner: ToOwner) -> tuple[str | None, str | None]:
    return owner.rep, owner.list


def _named(step: StepTarget) -> str:
    return f"team '{step.team}'" if isinstance(step, ToTeam) else "this owner"


def _answered(step: StepTarget) -> str:
    return "had nobody for the lead" if isinstance(step, ToTeam) else "could not take the lead"


def _instead(asked: Target | StepTarget, *, held: bool) -> str:
    """Return the ways out: what was done already is none."""
    less = ["ask less under `require`"] if isinstance(asked, ToTeam) and asked.require else []
    last = "leave this out: while a lead is held, all before the hold are asked again" if held else ""
    return ", ".join(["name another one", *less, "or " + (last or "wait with {hold: 2h}")])


def _idle_holds(steps: Sequence[Placed], findings: Findings) -> None:
    """Note holds that wait for nobody, or are over before they begin: all run from the first moment."""
    for placed, before in _holds(steps):
        hold = placed.step.do
        if placed.step.when is If.NOBODY:
            hint = "hold others, with `if: closed` or `if: full`, and give these to a team or queue"
            findings.notice(placed.place, "it holds leads for which no member has the attributes", hint)
        elif isinstance(hold, Hold) and not hold.at_most:
            hint = "write how long, such as 2h, or leave it out"
            findings.notice(placed.place, "a hold of no time waits for nobody", hint)
        elif isinstance(hold, Hold) and hold.at_most <= before:
            hint = "all holds of a lead run from its first one: write a longer time"
            findings.notice(placed.place, "this hold is over when the one before it is", hint)


def _holds(steps: Sequence[Placed]) -> Iterator[tuple[Placed, float]]:
    """Yield each hold, with the longest plain one before it that every lead goes through."""
    longest = 0.0
    for placed in steps:
        hold = placed.step.do
        if isinstance(hold, Hold):
            yield placed, longest
            if placed.step.when is If.ALWAYS and not hold.until_open:
                longest = max(longest, hold.at_most)


def _ends(step: Step) -> bool:
    return step.when is If.ALWAYS and isinstance(step.do, Alert | ToQueue)
