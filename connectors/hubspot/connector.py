"""The HubSpot connector: one portal, one object type. Every answer is read in `wire*.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from connectors.calls import asked, batches
from connectors.contract import (
    Absent,
    Account,
    Assignment,
    Change,
    Company,
    Connector,
    Entered,
    Features,
    Look,
    Note,
    Outcome,
    OwnerChange,
    Page,
    Rights,
    User,
    Verdict,
    Walk,
)
from connectors.errors import Retry, Stop, Unusable
from connectors.http import Answer
from connectors.hubspot import Options, wire, wire_accounts, wire_rights, wire_walks, wire_write
from connectors.hubspot.client import Client
from connectors.hubspot.companies import PREFIX, TOGETHER, Companies
from connectors.hubspot.wire_limits import LIMITS, OAUTH_LIMITS
from connectors.hubspot.wire_paths import NOTE_TO, Request, paths
from connectors.sending import written
from router.model import LeadRef, RecordId

BATCH = 100
HISTORY_BATCH = 50
OWNERS_PAGE = 500
SEARCH_PAGE, LIST_PAGE = 200, 100
WHOLE = 50
FEATURES = Features(
    read_batch=BATCH, write_batch=BATCH, note_batch=BATCH, history=True, accounts=True, limits=LIMITS
)

T = TypeVar("T")


class HubSpotConnector(Connector):
    """A connector to a portal. `page_size` caps the pages of walks; where more than `whole` are left come parts."""

    def __init__(
        self, options: Options, account: Account, *, page_size: int = SEARCH_PAGE, whole: int = WHOLE
    ) -> None:
        if account.object.lower() not in NOTE_TO:
            raise Unusable(
                f"{account.connection}: HubSpot object {account.object!r} is not one that leads are kept in here: "
                "write contacts, companies, deals or tickets"
            )
        self.features = FEATURES if options.token else replace(FEATURES, limits=OAUTH_LIMITS)
        self._account = account
        self._paths = paths(options.api)
        self._app_id = options.app_id
        self._static = options.token
        self._size, self._whole = page_size, whole * page_size
        self._client = Client(options, account, self._paths.token)
        company = sorted(name.removeprefix(PREFIX) for name in account.fields if name.startswith(PREFIX))
        self._companies = (
            Companies(self._client.ask, self._paths, account.object, company) if company else None
        )
        own = {name for name in account.fields if not name.startswith(PREFIX)}
        self._fields = frozenset(own | {wire.OWNER, wire.ID, wire.CREATED})

    # --- reading ------------------------------------------------------------------------------------------

    def pages(self, walk: Walk, position: str | None) -> Page:
        if self._companies is None:
            return self._page(walk, position)
        if position is None:
            self._companies.forget()
        return self._joined(self._gathered(walk, position), self._companies)

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._with_companies(self._seen(refs, self._fields))

    def look(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._seen(refs, {wire.OWNER})

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        found: dict[LeadRef, Sequence[OwnerChange]] = dict.fromkeys(refs, ())
        for batch in batches([ref for ref in found if self._is_ours(ref)], HISTORY_BATCH):
            found |= self._history(batch)
        return found

    def owners(self) -> Sequence[User]:
        archived = {user.id: user for user in self._users(archived=True)}
        return list((archived | {user.id: user for user in self._users(archived=False)}).values())

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        keys = {note.key for note in notes}
        records = sorted({note.ref.record for note in notes if self._is_ours(note.ref)})
        ids = sorted(set(self._notes_of(records)), key=int, reverse=True)  # the newest ones first
        found: set[str] = set()
        for batch in batches(ids, BATCH):
            if found >= keys:
                break
            body = {"inputs": [{"id": one} for one in batch], "properties": [wire_write.BODY]}
            request = Request("POST", f"{self._paths.objects}/notes/batch/read", body)
            found |= keys & set(self._read(request, "notes_read", wire_write.note_keys).values())
        return frozenset(found)

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        path, size = f"{self._paths.objects}/companies/search", min(self._size, SEARCH_PAGE)

        def ask(body: Mapping[str, object], position: str | None) -> wire_accounts.Found:
            request = Request("POST", path, body)
            return self._read(request, "search", lambda a: wire_accounts.found(a, position))

        return wire_accounts.companies(domains, names, ask, size=size)

    def rights(self) -> Rights:
        """Return the token's scopes, missing and needless; only static tokens can be asked about."""
        if self._static is None:
            return Rights()
        request = Request("POST", self._paths.token_info, {"tokenKey": self._static.reveal()})
        needed = wire_rights.scopes_needed(
            self._account.object.lower(), companies=self._companies is not None
        )
        try:
            return self._read(request, "token", lambda a: wire_rights.rights(a, needed))
        except (Retry, Stop):  # documented, never recorded: what HubSpot does not tell is not wrong
            return Rights()

    def close(self) -> None:
        self._client.close()

    # --- writing ------------------------------------------------------------------------------------------

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        # Of an id that stands there twice HubSpot refuses the whole batch.
        unique = {one.record.ref: one for one in batch if self._is_ours(one.record.ref)}
        strange = [one.record.ref for one in batch if one.record.ref not in unique]

        def send(part: Sequence[Assignment]) -> list[Outcome]:
            request = Request("POST", f"{self._objects}/batch/update", wire_write.update(part))
            told = wire_write.updated(self._client.ask("update", request), part)
            return [*told, *self._left_out([one.record.ref for one in part], told)]

        return [*_not_there(strange), *written(list(unique.values()), send, wire_write.named)]

    def _left_out(self, sent: Sequence[LeadRef], told: Sequence[Outcome]) -> list[Outcome]:
        """Look for the records of which the answer to a write does not tell, as it does not of merged ones."""
        known = {one.ref for one in told}
        rest = [ref for ref in sent if ref not in known]
        looks: Mapping[LeadRef, Look] = {}
        with suppress(Retry, Stop):  # what was written stays written
            looks = self.look(rest)
        return [wire_write.left_out(ref, looks.get(ref)) for ref in rest]

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        ours = [note for note in batch if self._is_ours(note.ref)]
        strange = [] if len(ours) == len(batch) else [one.ref for one in batch if not self._is_ours(one.ref)]

        def send(part: Sequence[Note]) -> list[Outcome]:
            body = wire_write.notes(part, self._account.clock())
            request = Request("POST", f"{self._paths.objects}/notes/batch/create", body)
            return wire_write.noted_outcomes(self._client.ask("notes", request), part)

        return [*_not_there(strange), *written(ours, send, wire_write.named_notes)]

    # --- pieces -------------------------------------------------------------------------------------------

    @property
    def _objects(self) -> str:
        return f"{self._paths.objects}/{self._account.object}"

    def _ref(self, record: str) -> LeadRef:
        return LeadRef(self._account.connection, self._account.object, RecordId(record))

    def _is_ours(self, ref: LeadRef) -> bool:
        """Return whether HubSpot may have this record; one odd id would make it refuse the whole batch."""
        connection, object_type, record = ref
        account = self._account
        ours = connection == account.connection and object_type == account.object
        return ours and record.isascii() and record.isdecimal()

    def _page(self, walk: Walk, position: str | None) -> Page:
        if isinstance(walk, Entered):
            return self._searched(walk, position)
        query = wire_walks.listing(position, self._fields.union(walk.dates), size=min(self._size, LIST_PAGE))
        request = Request("GET", self._objects, query=query)
        return self._read(
            request, "list", lambda a: wire_walks.listed(a, walk.dates, self._ref, zone=self._account.zone)
        )

    def _searched(self, walk: Entered, position: str | None) -> Page:
        page, left = self._found(walk, position)
        if position is None or page.next is None or left <= self._whole:  # the first leads come at once
            return page
        return wire_walks.parted(page, self._found(walk, wire_walks.middle(page.next, left)).page)

    def _found(self, walk: Entered, position: str | None) -> wire_walks.Found:
        size, path = min(self._size, SEARCH_PAGE), f"{self._objects}/search"
        body = wire_walks.search(walk, position, self._fields | {walk.field}, size=size)
        fits = wire_walks.fits(body)
        if not fits:
            body = wire_walks.search(walk, position, {wire.OWNER, walk.field}, size=size)
        found = self._read(
            Request("POST", path, body),
            "search",
            lambda a: wire_walks.found(a, walk, position, self._ref, zone=self._account.zone),
        )
        return found if fits else found._replace(page=self._completed(found.page))

    def _completed(self, page: Page) -> Page:
        """Read the fields for which there was no room in the search."""
        looks: dict[LeadRef, Look] = {}
        for batch in batches([change.record.ref for change in page.changes], BATCH):
            looks |= self._looks(batch, self._fields)
        records = (looks.get(change.record.ref, Look(None)).record for change in page.changes)
        pairs = zip(page.changes, records, strict=True)
        return replace(page, changes=[replace(one, record=record or one.record) for one, record in pairs])

    def _gathered(self, walk: Walk, position: str | None) -> Page:
        """Return several pages as one, as many as one call about their companies takes."""
        page = self._page(walk, position)
        changes, newest = list(page.changes), page.newest
        while (
            page.next is not None
            and not page.parts
            and len(changes) + self._size <= TOGETHER
            and self._size == SEARCH_PAGE
        ):
            following = self._page(walk, page.next)
            changes += following.changes
            newest = max((one for one in (newest, following.newest) if one), default=None)
            page = replace(following, server_time=page.server_time)
        return replace(page, changes=changes, newest=newest)

    def _joined(self, page: Page, companies: Companies) -> Page:
        records = asked(lambda: companies.join([change.record for change in page.changes]))
        stamps = [change.stamp for change in page.changes]
        return replace(page, changes=[Change(*pair) for pair in zip(records, stamps, strict=True)])

    def _with_companies(self, looks: dict[LeadRef, Look]) -> dict[LeadRef, Look]:
        companies = self._companies
        records = [look.record for look in looks.values() if look.record is not None]
        if companies is None or not records:
            return looks
        joined = asked(lambda: companies.join(records))
        return looks | {record.ref: Look(record) for record in joined}

    def _seen(self, refs: Sequence[LeadRef], fields: Collection[str]) -> dict[LeadRef, Look]:
        looks = dict.fromkeys(refs, Look(None, Absent.MISSING))
        ours = [ref for ref in looks if self._is_ours(ref)]
        if ours:
            told = self._looks(ours, fields)
            looks |= told
            looks |= {ref: self._look(ref, fields) for ref in ours if ref not in told}
        return looks

    def _looks(self, refs: Sequence[LeadRef], fields: Collection[str]) -> Mapping[LeadRef, Look]:
        body = wire.batch_read([ref.record for ref in refs], fields)
        request = Request("POST", f"{self._objects}/batch/read", body)
        return self._read(request, "read", lambda a: wire.looks(a, refs))

    def _look(self, ref: LeadRef, fields: Collection[str]) -> Look:
        """Read one record alone: HubSpot left it out of a batch, as it does with merged ones."""
        names = ",".join(sorted({*fields, wire.MERGED}))
        request = Request("GET", f"{self._objects}/{ref.record}", query=[("properties", names)])
        return self._read(request, "read", lambda a: wire.single(a, ref))

    def _history(self, batch: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        request = Request("POST", f"{self._objects}/batch/read", wire.batch_history(batch))
        return self._read(request, "history", lambda a: wire.histories(a, batch, self._app_id))

    def _users(self, *, archived: bool) -> list[User]:
        users: list[User] = []
        after: str | None = None
        while True:
            query = wire.owners_page(archived=archived, after=after, size=OWNERS_PAGE)
            request = Request("GET", self._paths.owners, query=query)
            page = self._read(request, "owners", lambda a: wire.owners(a, archived=archived))
            users += page.users
            if page.after is None or page.after == after:
                return users
            after = page.after

    def _notes_of(self, records: Sequence[str]) -> list[str]:
        path = f"{self._paths.associations}/{self._account.object}/notes/batch/read"
        left: list[tuple[str, str | None]] = [(record, None) for record in records]
        ids: list[str] = []
        while left:
            some, left = left[:TOGETHER], left[TOGETHER:]
            request = Request("POST", path, wire_write.associations(some))
            to, rest = self._read(request, "associations", wire_write.associated)
            ids += [note for notes in to.values() for note in notes if note.isdecimal()]
            left += [one for one in rest if one not in some]
        return ids

    def _read(self, request: Request, call: str, decode: Callable[[Answer], T]) -> T:
        return asked(lambda: decode(self._client.ask(call, request)))


def _not_there(refs: Sequence[LeadRef]) -> list[Outcome]:
    return [Outcome(ref, Verdict.GONE, "there is no such record in this account") for ref in refs]


def connect(options: Options, account: Account) -> HubSpotConnector:
    """Open the connection; nothing is sent yet."""
    return HubSpotConnector(options, account)
