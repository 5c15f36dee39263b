"""Which rep is meant: by id, e-mail or name, also one who is in the configuration no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from config.problems import ConfigError, shown
from router.model import Rep, RepId
from router.rules import Rulebook
from sync import schema
from sync.called import called, meant
from sync.replay import rulebook_of
from sync.store import Store
from sync.trouble import Refused

_CONFIGURATIONS = 20
"""So many of the configurations that the store keeps are searched, the newest first."""


@dataclass(frozen=True, slots=True)
class Who:
    """The rep `id`: as the configuration has them now (None: not any more), or as the newest one had that knew them.

    `past` is None where only the ledger knows the id.
    """

    id: RepId
    now: Rep | None = None
    past: Rep | None = None

    @property
    def name(self) -> str:
        known = self.now or self.past
        return known.name if known else self.id


def who(text: str, book: Rulebook, store: Store) -> Who:
    """Find a rep; raises `Refused` with a suggestion where nobody or more than one is meant."""
    if (rep := called(text, book)) is not None:
        return Who(rep.id, now=rep)
    for past in _past(store):
        if (rep := called(text, past)) is not None:
            return Who(rep.id, now=book.reps.get(rep.id), past=rep)
    if _got_leads(store, text):
        return Who(RepId(text))
    raise Refused(f"nobody knows the rep {shown(text)}, by id, e-mail or name; {meant(text, book)}")


def _past(store: Store) -> Iterator[Rulebook]:
    table = schema.configurations
    query = sa.select(table.c.files).order_by(table.c.first_used.desc()).limit(_CONFIGURATIONS)
    with store.reading() as tx, tx.begin():
        kept = list(tx.scalars(query))
    for files in kept:
        with suppress(ConfigError):  # of an older version, perhaps
            yield rulebook_of(files)


def _got_leads(store: Store, text: str) -> bool:
    claims = schema.claims
    with store.reading() as tx, tx.begin():
        return tx.scalar(sa.select(claims.c.lead).where(claims.c.rep == text).limit(1)) is not None
