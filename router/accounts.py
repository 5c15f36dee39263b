"""Which known account a lead belongs to: by registrable domain, then by company name. Pure; each answer says why.

The confidence is what a match of its kind is worth, between 0 and 1; the figures behind the kinds are in
docs/routing.md, measured by `python -m bench accounts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from router.companies import Name, read

AT_LEAST = 0.9
"""The confidence from which a match counts."""

_AGREES, _DOMAIN, _SAME_NAME, _SPACED, _LOOSE, _SIMILAR = 1.0, 0.99, 0.97, 0.95, 0.93, 0.92
_OTHER_DOMAIN = 0.18
"""What a name is worth less under another domain: measured, one in five of such matches is wrong."""

_BLOCK = 3  # letters
_LONG_WORD = (
    5  # a word needs so many letters before one of them may be wrong: "foods" and "goods" begin otherwise
)


class Account(NamedTuple):
    """A company somebody owns. `domain` is registrable and no free-mail one, `name` as it was typed."""

    id: str
    owner: str
    domain: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The account of a lead; `why` is a clause for people that holds no value of the lead."""

    account: Account
    confidence: float
    why: str


class Accounts:
    """Known accounts, to be asked for one lead after the other."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_domain: dict[str, list[Account]] = defaultdict(list)
        self._by_name: dict[str, list[Account]] = defaultdict(list)
        self._by_block: dict[str, dict[str, Name]] = defaultdict(dict)
        for account in accounts:
            self.add(account)

    def add(self, account: Account) -> None:
        """Let one more account be known."""
        if account.domain:
            self._by_domain[account.domain.casefold()].append(account)
        name = read(account.name or "")
        if name.words:
            self._by_name[name.key].append(account)
            for block in _blocks(name):
                self._by_block[block][name.key] = name

    def match(self, domain: str | None, company: str | None, *, at_least: float = AT_LEAST) -> Match | None:
        """Return the account of a lead with this domain and company, None without one that is sure enough.

        Several accounts that fit equally well are one answer only if one person owns them.
        """
        name = read(company or "")
        same = self._by_domain.get((domain or "").casefold(), ())
        found = [_by_domain(account, name) for account in same] or self._named(domain, name)
        sure = [match for match in found if match.confidence >= at_least]
        if not sure:
            return None
        best = max(match.confidence for match in sure)
        tied = [match for match in sure if match.confidence == best]
        owners = {match.account.owner for match in tied}
        return min(tied, key=lambda match: match.account.id) if len(owners) == 1 else None

    def _named(self, domain: str | None, name: Name) -> list[Match]:
        same = [Match(each, _SAME_NAME, "the same company name") for each in self._by_name.get(name.key, ())]
        return [_other_domain(match, domain) for match in same or self._similar(name)]

    def _similar(self, name: Name) -> list[Match]:
        others = {
            key: other for block in _blocks(name) for key, other in self._by_block.get(block, {}).items()
        }
        found = []
        for key, other in others.items():
            confidence, why = likeness(name, other)
            if confidence:
                found += [Match(account, confidence, why) for account in self._by_name[key]]
        return found


def likeness(one: Name, other: Name) -> tuple[float, str]:
    """Return what it is worth that two names differ no more than they do, and in what; 0 for different names."""
    if one.words == other.words:
        return _SAME_NAME, "the same company name"
    if "".join(one.words) == "".join(other.words):
        return _SPACED, "the same company name, spaced otherwise"
    if sorted(one.words) == sorted(other.words):
        return _SPACED, "the same words in the company name"
    if one.loose == other.loose:
        return _LOOSE, "the same company name but for words such as Group"
    if _typed(one.loose, other.loose):
        return _SIMILAR, "a company name with other letters"
    return 0.0, ""


def _typed(one: Sequence[str], other: Sequence[str]) -> bool:
    """Say whether the same words stand there, but for one letter in one of them."""
    here, there = set(one) - set(other), set(other) - set(one)
    if len(one) != len(other) or len(here) != 1 or len(there) != 1:
        return False
    return _mistyped(here.pop(), there.pop())


def _mistyped(one: str, other: str) -> bool:
    long, letters = min(len(one), len(other)) >= _LONG_WORD, (one + other).isalpha()
    return long and letters and one[0] == other[0] and DamerauLevenshtein.distance(one, other) == 1


def _blocks(name: Name) -> set[str]:
    """Return the first letters of its words: similar names share one."""
    return {word[:_BLOCK] for word in name.loose} | {"".join(name.words)[:_BLOCK]}


def _by_domain(account: Account, name: Name) -> Match:
    known = read(account.name or "")
    if name.words and known.words and likeness(name, known)[0]:
        return Match(account, _AGREES, "the same domain and company name")
    return Match(account, _DOMAIN, "the same domain")


def _other_domain(match: Match, domain: str | None) -> Match:
    if not domain or not match.account.domain:
        return match
    confidence = round(match.confidence - _OTHER_DOMAIN, 2)
    return replace(match, confidence=confidence, why=f"{match.why}, another domain")
