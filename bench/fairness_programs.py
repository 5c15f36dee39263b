"""What other programs do around a rotation of their own: days, logins, leads of the same second; each a small model.

They do what is known of Odoo's members of a team, EspoCRM's round robin and least busy, and SuiteCRM's workflows; no
code of theirs is here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from random import Random

from bench.fairness_cases import REPS, behind
from router.model import RepId

# --- Odoo's members ---------------------------------------------------------------------------------------


def odoo_month(key: Callable[[Random], float]) -> Sequence[float]:
    """Give 3 leads a day for 30 days to those with the most quota, ties by `key`; by the next day it is whole again."""
    draw, got = Random(1), Counter[RepId]()
    for _ in range(30):
        got.update(sorted(REPS, key=lambda _: key(draw), reverse=True)[:3])
    return [got[rep] for rep in REPS]


def odoo_quotas() -> Sequence[float]:
    """Return the leads a day that become of these a month."""
    return [int(month / 30 + 0.5) for month in (10, 14, 15, 20, 30, 44, 45, 60, 100)]


# --- EspoCRM ----------------------------------------------------------------------------------------------


class Espo:
    """Round robin without a memory of its own: the next after the owner of the lead that was created last.

    Of leads of the same second the first counts as the last, as in the stub that was measured.
    """

    def __init__(self) -> None:
        self.leads: list[tuple[int, RepId]] = []

    def next(self) -> RepId:
        owner = max(self.leads, key=lambda lead: lead[0])[1] if self.leads else None
        return behind(owner, list(REPS))[0]

    def give(self, second: int) -> RepId:
        owner = self.next()
        self.leads.append((second, owner))
        return owner


def espo_steady() -> Sequence[float]:
    espo = Espo()
    got = Counter(espo.give(second) for second in range(1000))
    return [got[rep] for rep in REPS]


def espo_own_leads() -> Sequence[float]:
    """The first rep creates a lead of their own behind the first, fourth, seventh ... of the others."""
    espo, got = Espo(), Counter[RepId]()
    for number in range(1000):
        got[espo.give(2 * number)] += 1
        if number % 3 == 0:
            espo.leads.append((2 * number + 1, REPS[0]))
    return [got[rep] for rep in REPS]


def espo_one_second() -> Sequence[float]:
    """Ten leads come in the second of the one before."""
    espo = Espo()
    espo.give(0)
    return (max(Counter(espo.give(0) for _ in range(10)).values()),)


def espo_at_once() -> Sequence[float]:
    """Four processes ask before one of them has written."""
    espo = Espo()
    return (max(Counter([espo.next() for _ in range(4)]).values()),)


def espo_least_busy() -> Sequence[float]:
    """Who joins four reps with 40 open leads each gets so many of the next 50."""
    held = Counter(dict.fromkeys(REPS[:4], 40))
    for _ in range(50):
        held[min(REPS, key=held.__getitem__)] += 1
    return (held[REPS[4]],)


# --- SuiteCRM ---------------------------------------------------------------------------------------------


def suite_next(last: int | None, users: Sequence[int]) -> int:
    """Return who follows the last one; behind one who is not in the list any more comes the second."""
    place = 0 if last is None else 1 if last not in users else users.index(last) + 1
    return users[place] if place < len(users) else users[0]


def suite_logins() -> list[int]:
    """Let three logins save 1,000 leads in turn: each has its own last user; the first that has none reads a file."""
    users, seen = [1, 2, 3, 4, 5], dict[int, int]()
    file: list[int] = []
    read = False
    for login in islice(cycle(range(3)), 1000):
        last = seen.get(login)
        if last is None and file and not read:
            last, read = file[-1], True
        seen[login] = suite_next(last, users)
        file.append(seen[login])
    return file


def suite_totals() -> Sequence[float]:
    totals = Counter(suite_logins()).values()
    return min(totals), max(totals)


# --- all of them ------------------------------------------------------------------------------------------

BESIDES: Mapping[str, Mapping[str, Callable[[], Sequence[float]]]] = {
    "odoo": {
        "Odoo before the fix": lambda: odoo_month(lambda _draw: 0),
        "Odoo": lambda: odoo_month(Random.random),
        "quotas": odoo_quotas,
    },
    "espo": {
        "steady": espo_steady,
        "own leads": espo_own_leads,
        "one second": espo_one_second,
        "at once": espo_at_once,
        "least busy": espo_least_busy,
    },
    "suite": {
        "first seven": lambda: suite_logins()[:7],
        "logins": suite_totals,
        "the last one left": lambda: (suite_next(5, [1, 2, 3, 4]),),
    },
}
"""Models with a surrounding of their own."""
