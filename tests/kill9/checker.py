"""What must be true after any number of deaths, read from the CRM, its journal, and the store's end state.

It shares no code with the engine but the names of the tables.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from sync import schema
from tests.kill9.account import Account, Looked, Sent

ENDED = {"settled", "skipped", "conflict", "gone"}


def violations(accounts: Sequence[Account], store: sa.Engine) -> list[str]:
    """Return a sentence for each broken promise, none if all were kept."""
    found = [f"{each.name} {line}" for each in accounts for line in (*_journal(each), *_contacts(each))]
    with store.connect() as tx:
        return [*found, *_ledger(tx), *_turns(tx), *_persons(accounts)]


def _journal(account: Account) -> Iterator[str]:
    """Before each write stands a look of the same process, and it showed nobody or an owner of ours."""
    seen: dict[str, str | None] = {}
    ours: dict[str, set[str]] = defaultdict(set)
    for entry in account.journal:
        match entry:
            case Looked(record, owner):
                seen[record] = owner
            case Sent(record, owner):
                if record not in seen:
                    yield f"{record}: {owner} was sent without a fresh look"
                elif seen[record] is not None and seen[record] not in ours[record] | {owner}:
                    yield f"{record}: {owner} was sent over {seen[record]}, who was seen"
                seen.pop(record, None)
                ours[record].add(owner)
            case _:
                seen.clear()


def _contacts(account: Account) -> Iterator[str]:
    for record in account.portal.ids():
        yield from _contact(account, record)


def _contact(account: Account, record: str) -> Iterator[str]:
    entries = list(reversed(account.portal.history("contacts", record, "hubspot_owner_id")))
    chosen = [entry.value for entry in entries if entry.source.type == "CRM_UI"]
    automatic = {entry.value for entry in entries if entry.source.type == "INTEGRATION"} - set(chosen)
    owner, notes = account.portal.owner_of(record), account.portal.notes(record)
    if owner is None:
        yield f"{record}: forgotten, it has no owner"
    if len(automatic) > 1:
        yield f"{record}: {len(automatic)} automatic owners"
    if chosen and owner != chosen[-1]:
        yield f"{record}: a person chose {chosen[-1]}, and {owner} stands"
    if len(notes) > 1:
        yield f"{record}: {len(notes)} notes"
    if not chosen and not notes:
        yield f"{record}: no note"


def _ledger(tx: sa.Connection) -> Iterator[str]:
    leads = schema.leads
    for key, step in tx.execute(sa.select(leads.c.key, leads.c.step).where(leads.c.step.not_in(ENDED))):
        yield f"{key}: still at the step {step}"


def _turns(tx: sa.Connection) -> Iterator[str]:
    logged = tx.execute(sa.select(schema.log).order_by(schema.log.c.seq)).mappings().all()
    turns = [row for row in logged if row["kind"] in ("turn", "returned")]
    teams = {row["subject"]: json.loads(row["body"])["after"]["credits"] for row in turns}
    for team, owed in teams.items():
        if sum(owed.values()):
            yield f"{team}: credits sum to {sum(owed.values())}"
    standing = sum(1 if row["kind"] == "turn" else -1 for row in turns)
    claims = tx.scalar(
        sa.select(sa.func.count())
        .select_from(schema.claims)
        .join(schema.decisions, schema.decisions.c.id == schema.claims.c.decision)
        .where(schema.decisions.c.turn.is_not(None))
    )
    if standing != claims:
        yield f"{standing} turns stand for {claims} claims that took one"


def _persons(accounts: Sequence[Account]) -> Iterator[str]:
    """One person has one owner in all accounts, unless somebody took a lead of theirs."""
    owners: dict[str, set[str | None]] = defaultdict(set)
    touched: set[str] = set()
    for account in accounts:
        for record in account.portal.ids():
            email = account.portal.values("contacts", record)["email"]
            owners[email].add(account.portal.owner_of(record))
            if record in account.taken:
                touched.add(email)
    for email, found in owners.items():
        if len(found) > 1 and email not in touched:
            yield f"{email}: {len(found)} owners in all accounts together"
