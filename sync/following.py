"""The accounts of leads, where a rule says `follow_account`: the CRM's companies, else those of earlier leads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from connectors.contract import Company
from connectors.normalise.domain import domain, is_free_mail
from connectors.normalise.reading import Unreadable
from router.accounts import Account, Accounts
from router.companies import read, spellings
from router.model import KnownAccount, Lead, LeadRef, OwnerId, RepId
from router.rules import Rule, Rulebook, follows_account

Ask = Callable[[Sequence[str], Sequence[str]], Sequence[Company]]

EARLIER = "as an earlier lead"
"""How the `why` of an account ends that an earlier lead made known, and not the CRM."""

_DOMAIN, _NAME = 0.99, 0.97
_KEPT = 20_000


class Companies:
    """The companies of one CRM, each domain and name asked for once a pass."""

    def __init__(self, ask: Ask, reps: Mapping[OwnerId, RepId]) -> None:
        self._ask, self._reps = ask, reps
        self._forget()

    def _forget(self) -> None:
        self._accounts = Accounts()
        self._ids: set[str] = set()
        self._asked: set[str] = set()

    def look_for(self, leads: Iterable[Lead]) -> None:
        """Ask the CRM for what these leads may belong to and was not asked for yet."""
        if len(self._asked) > _KEPT:
            self._forget()
        wanted = [_wanted(lead) for lead in leads]
        domains = {one for one, _ in wanted if one} - self._asked
        names = {name.casefold() for _, some in wanted for name in some} - self._asked
        if not (domains or names):
            return
        for company in self._ask(sorted(domains), sorted(names)):
            self._add(company)
        self._asked |= domains | names

    def _add(self, company: Company) -> None:
        if company.owner is None or company.id in self._ids:
            return
        self._ids.add(company.id)
        self._accounts.add(Account(company.id, company.owner, _of_company(company.domain), company.name))

    def account_of(self, lead: Lead) -> KnownAccount | None:
        """Return the company that a lead belongs to, among those that were asked for and have an owner."""
        match = self._accounts.match(_own(lead), lead.company)
        if match is None:
            return None
        owner = self._reps.get(OwnerId(match.account.owner))
        return KnownAccount(owner, f"{match.why} as company {match.account.id}", match.confidence)


class _Keys(NamedTuple):
    """Under what the account of a lead is looked for, each with why and confidence, and under what it is kept."""

    sought: tuple[tuple[str, str, float], ...]
    kept: tuple[str, ...]


class Following:
    """Finds the accounts of leads one after the other; each sees the owners that those before it got.

    `earlier` are the owners of earlier leads' accounts by key, as `seal` writes it, and is written into.
    """

    def __init__(
        self,
        book: Rulebook,
        companies: Companies | None = None,
        *,
        earlier: dict[str, RepId] | None = None,
        seal: Callable[[str], str] = str,
    ) -> None:
        self._book, self._companies, self._seal = book, companies, seal
        self._earlier: dict[str, RepId] = {} if earlier is None else earlier
        self.accounts: dict[LeadRef, KnownAccount] = {}

    def keys(self, leads: Iterable[Lead]) -> set[str]:
        """Return under what the accounts of these leads may be known."""
        return {self._seal(key) for lead in leads for key, _, _ in _keys(lead).sought}

    def recall(self, owners: Mapping[str, RepId]) -> Mapping[LeadRef, KnownAccount]:
        """Let the owners of earlier leads' accounts be known; return the accounts, which `look` will write into."""
        self._earlier.update(owners)
        return self.accounts

    def look(self, lead: Lead, rule: Rule) -> None:
        """Find the account of a lead, if its rule asks for it."""
        if not follows_account(rule, self._book):
            return
        found = self._companies.account_of(lead) if self._companies else None
        found = found or self._earlier_of(lead)
        if found:
            self.accounts[lead.ref] = found

    def _earlier_of(self, lead: Lead) -> KnownAccount | None:
        for key, why, confidence in _keys(lead).sought:
            owner = self._earlier.get(self._seal(key))
            if owner is not None:
                return KnownAccount(owner, f"{why} {EARLIER}", confidence)
        return None

    def remember(self, lead: Lead, owner: RepId, absent: Collection[RepId]) -> list[str]:
        """Keep who got a lead as the owner of its account; return the keys that are new.

        An account keeps its owner when one of its leads goes to somebody else, unless the owner cannot take leads
        any more.
        """
        known = self._earlier_of(lead)
        theirs = known.owner if known else None
        stays = theirs in self._book.reps and theirs not in absent
        if stays and (theirs != owner or _own(lead) is None):  # by name alone, nothing new is learned
            return []
        new = [key for key in map(self._seal, _keys(lead).kept) if self._earlier.get(key) != owner]
        self._earlier.update(dict.fromkeys(new, owner))
        return new


def _keys(lead: Lead) -> _Keys:
    """The same name under two domains may be two companies: such leads do not know of each other."""
    own, name = _own(lead), read(lead.company or "").key
    here = ((f"account domain:{own}", "the same domain", _DOMAIN),) if own else ()
    if not name:
        return _Keys(here, tuple(key for key, _, _ in here))
    alone, elsewhere = f"account name:{name}", f"account name with a domain:{name}"
    names = (alone,) if own else (alone, elsewhere)
    sought = (*here, *((key, "the same company name", _NAME) for key in names))
    return _Keys(sought, (here[0][0], elsewhere) if here else (alone,))


def _wanted(lead: Lead) -> tuple[str | None, tuple[str, ...]]:
    return _own(lead), spellings(lead.company) if lead.company and read(lead.company).words else ()


def _own(lead: Lead) -> str | None:
    return None if lead.domain is None or is_free_mail(lead.domain) else lead.domain.casefold()


def _of_company(text: str | None) -> str | None:
    try:
        found = domain(text) if text else None
    except Unreadable:
        return None
    return None if found is None or is_free_mail(found) else found
