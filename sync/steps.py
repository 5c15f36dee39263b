"""The steps of a lead's entry in the ledger, and the row that stands for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import quote, unquote

from router.model import LeadRef, OwnerId, QueueName, RepId


class Step(StrEnum):
    """Where an entry stands. Every step but the last four has something left to do."""

    SEEN = "seen"  # ours to assign, no decision yet
    HELD = "held"  # waits under a rule's `hold`
    PARKED = "parked"  # waits for people, listed with its reason
    KEPT = "kept"  # counts as skipped by a rule, and is listed: its owner is no person
    CLAIMED = "claimed"  # decided: the intent to write the owner, for the first moments
    WRITING = "writing"  # the intent to write the owner, where the claim does not say it
    DOUBTFUL = "doubtful"  # the owner may or may not have been written
    OWNED = "owned"  # the owner is written, the note is to be
    NOTING = "noting"  # the intent to write the note
    NOTE_DOUBTFUL = "note_doubtful"
    VERIFY = "verify"  # the owner's history is to be read
    FAILED = "failed"  # the owner's write failed, tried again at `due`
    NOTE_FAILED = "note_failed"
    SETTLED = "settled"  # all done
    SKIPPED = "skipped"  # not ours to assign, or kept by a rule
    CONFLICT = "conflict"  # a person's choice stands
    GONE = "gone"  # deleted, merged away or out of sight


ENDED = frozenset({Step.SETTLED, Step.SKIPPED, Step.CONFLICT, Step.GONE})
WAITING = (Step.HELD, Step.PARKED, Step.KEPT)
OVER = frozenset({Step.SETTLED, Step.CONFLICT, Step.GONE})
UNDECIDED = frozenset({Step.SEEN, *WAITING})

DOUBTFUL = (Step.DOUBTFUL, Step.NOTE_DOUBTFUL, Step.WRITING, Step.NOTING)

ZOMBIE_WINDOW = timedelta(seconds=45)
"""How long a write whose answer was lost may still land."""

NOTE_WINDOW = ZOMBIE_WINDOW + timedelta(seconds=10)
"""The same for a note, which may stay hidden for a while from who looks for it: indexes were seen to lag 2-6 s."""

CLAIM_IS_INTENT = timedelta(seconds=15)
"""How long after the decision its owner may be written without another intent."""

VERIFY_AFTER = timedelta(seconds=60)
KEPT_DEADLINE = timedelta(hours=24)

_BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 1440))


def backoff(attempts: int) -> timedelta:
    """How long a lead that failed so many times waits; a day at most, and never for ever."""
    return _BACKOFF[min(attempts, len(_BACKOFF)) - 1]


UNDONE = "undone"
"""The reason of a lead that is left alone because its decision was taken back."""


class Row(NamedTuple):
    """One entry of the ledger: the nth time a record became ours. A named tuple, since each is changed often.

    `owner_id` is what is (to be) written, `over` the only owner it may replace (empty: nobody; None: the
    connection's `replaces`), `due` when it is next looked at, `intent_at` when the last intent was recorded.
    `undoes` is the run whose decision is taken back, `forgotten` when the person asked for it.
    """

    key: str
    ref: LeadRef
    entry: int
    step: Step
    reason: str = ""
    stamp: datetime | None = None
    due: datetime | None = None
    rep: RepId | None = None
    queue: QueueName | None = None
    owner_id: OwnerId | None = None
    over: OwnerId | None = None
    seen_owner: OwnerId | None = None
    decision: int | None = None
    intent_at: datetime | None = None
    attempts: int = 0
    held_since: datetime | None = None
    values_id: str | None = None
    config: str | None = None
    undoes: str | None = None
    forgotten: datetime | None = None

    def done(self, reason: str = "") -> Row:
        """Return the row at its end: settled, or a person's choice, or left alone where its decision was taken back."""
        if self.undoes:
            return self._replace(step=Step.SKIPPED, reason=UNDONE, due=None)
        if self.over is not None:
            return self._replace(step=Step.CONFLICT, reason=reason or self.reason, due=None)
        return self._replace(step=Step.SETTLED, reason=reason, due=None)

    @property
    def note_key(self) -> str:
        """The identity of this entry's note: stable, so that it can be looked for after a crash."""
        identity = f"{self.key}@{self.decision}" + ("/undone" if self.undoes else "")
        return f"lsw:{blake2b(identity.encode(), digest_size=8).hexdigest()}"


_SAFE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in "%/#")


def quoted(part: str) -> str:
    """Return an id as any database can hold it, and as a part of a key; `unquoted` gives it back."""
    if part.isascii() and part.isalnum():
        return part
    return quote(part, safe=_SAFE, errors="surrogatepass")


def unquoted(part: str) -> str:
    return unquote(part, errors="surrogatepass")


def record_key(ref: LeadRef) -> str:
    """The single-column key of a record; its parts cannot hold a slash that would make two records one."""
    return f"{quoted(ref.connection)}/{quoted(ref.object)}/{quoted(ref.record)}"


def entry_key(ref: LeadRef, entry: int) -> str:
    return f"{record_key(ref)}#{entry}"


def readable(text: str) -> str:
    """Return text for people as any database can hold it."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
