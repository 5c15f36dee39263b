"""What a CRM allows those who call it, and how its answers say so: facts that a connector states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most `calls` of the named kinds of calls in any stretch of `seconds`.

    `kinds` empty: all but the `exempt` ones. `headers`: the account's own tier is in the answers' headers.
    """

    calls: int
    seconds: float
    kinds: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    headers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer's headers say of an account's limits, None each where they say nothing of it.

    `day` is how many calls the account may make in 24 hours, `used` how many it has made, whoever made them. `most`
    and `left` are of the budgets with `headers`: all calls of a stretch of time, and what nobody has used of them.
    """

    day: int | None = None
    used: int | None = None
    most: int | None = None
    left: int | None = None


def nothing_told(_headers: Mapping[str, str], /) -> Told:
    """Say that headers say nothing."""
    return Told()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a CRM allows one account: budgets that hold side by side, and calls a day (None: no such limit).

    Both are those of the smallest account where `told` reads an account's own from the headers of its answers (names in
    lower case; pure).
    """

    budgets: tuple[Budget, ...]
    day: int | None = None
    told: Callable[[Mapping[str, str]], Told] = nothing_told
