"""The contract of a CRM connector: five methods, and facts about what else it can do.

A developer who adds a CRM implements `Connector`, exports a frozen `Options` dataclass, and runs the suite in
`tests/contract`: every sentence below has a test there. The recipe is `connectors/README.md`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.account import Account as Account
from connectors.account import Clock as Clock
from connectors.account import T as T
from connectors.account import Transport as Transport
from connectors.account import direct as direct
from connectors.limits import Budget as Budget
from connectors.limits import Limits as Limits
from connectors.secret import Secret as Secret
from router.model import LeadRef, OwnerId, RecordId

RawValue = str | int | float | bool | None
"""What a CRM field holds on the wire, before normalising; nested values are given as JSON text."""


# --- reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entered:
    """Walk the records whose date `field` is at or after `since` (inclusive, aware UTC, the CRM's clock)."""

    field: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Everything:
    """Walk every record there is: the sweep. The newest of a record's `dates` is its stamp."""

    dates: tuple[str, ...] = ()


Walk = Entered | Everything


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the CRM showed it. `version` is what a conditional write must present, None without one."""

    ref: LeadRef
    fields: Mapping[str, RawValue]
    owner: OwnerId | None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A record met on a walk. `stamp` is the walk's date on it, None where the CRM gave none or none was asked for."""

    record: Record
    stamp: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a walk. `next` None is the end, and nothing else is: a page may be short or empty before it.

    `newest` is the newest stamp on the page, `server_time` the CRM's clock when it answered (aware UTC). `parts`, where
    there are any, are positions that together lead to what `next` leads to, and may be followed beside each other.
    """

    changes: Sequence[Change]
    next: str | None
    newest: datetime | None
    server_time: datetime
    parts: tuple[str, ...] = ()

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The positions that lead to the rest of the walk: its parts, or the next one, or none at its end."""
        return self.parts or ((self.next,) if self.next is not None else ())


class Absent(StrEnum):
    """Why a record asked for by id was not given back."""

    MISSING = "missing"  # never existed, or no permission to see it
    DELETED = "deleted"
    MERGED = "merged"
    CONVERTED = "converted"  # there, and no lead any more


@dataclass(frozen=True, slots=True)
class Look:
    """The answer for one id of `read`: the record, or why not; `survivor` is the record it was merged into."""

    record: Record | None
    absent: Absent | None = None
    survivor: RecordId | None = None


# --- writing ----------------------------------------------------------------------------------------------

NOBODY = OwnerId("")


@dataclass(frozen=True, slots=True)
class Assignment:
    """Write `owner` on `record`, which was seen as given; `stamp` are trace fields written in the same call.

    `NOBODY` takes the owner away; REFUSED where the CRM gives every record an owner.
    """

    record: Record
    owner: OwnerId
    stamp: Mapping[str, RawValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """An audit note on a record. `key` (lsw: and 16 hex digits) is the note's identity and its last line."""

    ref: LeadRef
    key: str
    body: str


class Verdict(StrEnum):
    """How the write of one record ended."""

    DONE = "done"
    REFUSED = "refused"  # as Skip: this record will not be written by asking again
    CONFLICT = "conflict"  # as Conflict: the record is not as it was seen
    DOUBTFUL = "doubtful"  # as Doubt: it may or may not have been applied, now or later
    GONE = "gone"  # missing, deleted, merged away or converted


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the write of one record ended; `detail` is a reason for people, without personal values."""

    ref: LeadRef
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A user or queue who can own records. `active` False: the CRM would refuse or hide the record."""

    id: OwnerId
    name: str
    email: str | None = None
    active: bool = True
    queue: bool = False
    integration: bool = False
    aliases: tuple[OwnerId, ...] = ()  # other spellings of the id, as a configuration may have it


@dataclass(frozen=True, slots=True)
class Rights:
    """Scopes, permissions or roles by the CRM's own names; both empty where the CRM does not tell."""

    missing: tuple[str, ...] = ()
    needless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnerChange:
    """One entry of a record's owner history, newest last; `ours` where the CRM says that our credentials wrote it."""

    owner: OwnerId | None
    at: datetime
    ours: bool


@dataclass(frozen=True, slots=True)
class Company:
    """A company that the CRM knows, whether or not a lead is tied to it; `owner` None where nobody owns it.

    `domain` and `name` are as the CRM has them, None without a value; `changed` is when anything on it was last changed
    (aware UTC), None where the CRM does not say.
    """

    id: RecordId
    name: str | None
    domain: str | None
    owner: OwnerId | None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What else a connector can do, as facts. The engine asks these, never what kind of CRM it is."""

    read_batch: int = 100
    write_batch: int = 100
    note_batch: int = 100
    conditional_write: bool = False
    history: bool = False
    idempotent_notes: bool = False
    subscribe: bool = False
    tasks: bool = False
    accounts: bool = False
    loads: bool = False
    every_record_owned: bool = False  # the CRM gives each record an owner: `replaces` has no default
    any_owner: bool = False  # there is no list of users: any text is an owner id, a rep's e-mail serves
    limits: Limits | None = None  # None: calls need no pacing


# --- the connector ---------------------------------------------------------------------------------------


class Connector(ABC):
    """One CRM account and one object type in it.

    Every method raises `Retry` when nothing was applied and asking again may help, `Stop` when the pass cannot
    go on. A connector never retries a write by itself, never sleeps, and keeps nothing between calls that
    another process would need. Methods may be called from several threads at once.
    """

    features: Features = Features()

    @abstractmethod
    def pages(self, walk: Walk, position: str | None) -> Page:
        """Return the page of `walk` at `position` (None: the first).

        Following `next` from the first page meets every record that matched when the walk began and stays,
        each at least once, in a number of pages that ends. A position is text, holds in another process and
        after new records arrive, and asking twice for it moves nothing. `Entered` is inclusive: a record
        stamped exactly `since` is met. A record that cannot be read never hides the others on its page.
        """

    @abstractmethod
    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        """Return every given ref's record as it is now, from the primary store and not from an index.

        Exactly the refs given are keys, missing, merged and deleted ones too; the owner shown is the owner of
        that very record. At most `features.read_batch` refs are given; no refs are no call.
        """

    @abstractmethod
    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        """Write the owners and return one outcome per assignment, in any order, joined by ref.

        A record that is not named is not touched, a refused one does not stop the others. DONE means that the
        CRM confirmed this record. With `features.conditional_write`, a record whose version moved since it was
        seen is CONFLICT and stays as it is. After sending, a timeout, a cut connection or a 5xx is DOUBTFUL
        for each record whose answer did not arrive; it is never raised as `Retry`.
        """

    @abstractmethod
    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        """Write the notes and return one outcome per note, in any order, joined by ref.

        The key stands in the CRM so that `noted` finds it. With `features.idempotent_notes`, a key that is
        already there is DONE and not written again.
        """

    @abstractmethod
    def owners(self) -> Sequence[User]:
        """Return all users and queues who can own records, inactive ones too, each id once."""

    # Optional abilities: slow but right by default, or absent as `features` says.

    def look(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        """Return what `read` does, where only owners are asked for: fields may be left out."""
        return self.read(refs)

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        """Return the keys among `notes` that stand in the CRM, read from the primary store."""
        raise NotImplementedError("this connector cannot look for notes")

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        """Return the owner history of each ref, oldest first; only where `features.history`."""
        raise NotImplementedError("this CRM keeps no owner history")

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        """Return every company with one of the domains or one of the names, each once; only where `features.accounts`.

        Case does not count, any other difference does. What is told of a company is as it stands now; one that was made
        or renamed a moment ago may be missed. Any number of domains and names may be given; none are no call.
        """
        raise NotImplementedError("this connector does not look for companies")

    def rights(self) -> Rights:
        """Return which rights the credentials lack, and which they hold and the connection does not need."""
        return Rights()

    def problems(self) -> Sequence[str]:
        """Return what the connection asks of the CRM and the CRM does not have or allow, a line each."""
        return ()

    def notices(self) -> Sequence[str]:
        """Return what is worth knowing of the CRM though the connection works, a line each; asked by `check --live`."""
        return ()

    def close(self) -> None:
        """Give back connections and files; the connector is not used afterwards."""
        return
