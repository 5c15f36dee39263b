"""The Salesforce connector: one org, one object. Every answer is read in `wire*.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from connectors.calls import LOST, asked, batches
from connectors.contract import (
    Absent,
    Account,
    Assignment,
    Company,
    Connector,
    Features,
    Look,
    Note,
    Outcome,
    OwnerChange,
    Page,
    Rights,
    User,
    Walk,
)
from connectors.errors import Doubt, Retry, Stop, Unusable
from connectors.salesforce import Options, wire, wire_accounts, wire_describe, wire_users, wire_write
from connectors.salesforce import wire_soql as soql
from connectors.salesforce.client import Client
from connectors.salesforce.together import Together
from connectors.salesforce.walks import Walks
from connectors.salesforce.wire import Rows, Table
from connectors.salesforce.wire_composite import MOST, if_any, query
from connectors.salesforce.wire_errors import Refused, content, whole
from connectors.salesforce.wire_limits import LIMITS
from connectors.salesforce.wire_paths import Request
from connectors.salesforce.wire_write import ROWS, Carrier, Records, Tasks, Write
from connectors.sending import written
from router.model import LeadRef

TOGETHER = MOST * ROWS
RECORD = "record"

FEATURES = Features(
    read_batch=TOGETHER,
    write_batch=TOGETHER,
    note_batch=TOGETHER,
    history=True,
    accounts=True,
    every_record_owned=True,
    limits=LIMITS,
)

T = TypeVar("T")


class SalesforceConnector(Connector):
    """A connector to an org."""

    def __init__(self, options: Options, account: Account) -> None:
        odd = [name for name in (account.object, *account.fields) if not soql.is_name(name)]
        if odd:
            raise Unusable(
                f"{account.connection}: Salesforce has no object or field {', '.join(sorted(odd))}"
            )
        self._options, self._account = options, account
        self._table = Table(account.connection, account.object, account.fields, account.zone)
        self._client = Client(options, account)
        self._together = Together(self._client.ask, options.version)
        self._walks = Walks(self._client.ask, self.read, self._table)
        self._carrier: Carrier = Tasks(self._table)
        if account.carrier == RECORD:
            named = (options.audit_object, options.audit_key, options.audit_lead, options.audit_body)
            self._carrier = Records(*named)
        self.features = replace(FEATURES, idempotent_notes=account.carrier == RECORD)

    # --- reading ------------------------------------------------------------------------------------------

    def pages(self, walk: Walk, position: str | None) -> Page:
        return asked(lambda: self._walks.page(walk, position))

    def read(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._read(refs, self._table.asked())

    def look(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Look]:
        return self._read(refs, self._table.core)

    def _read(self, refs: Sequence[LeadRef], fields: Sequence[str]) -> Mapping[LeadRef, Look]:
        ours = [ref for ref in dict.fromkeys(refs) if self._table.is_ours(ref)]
        queries = wire.by_ids(self._table, [ref.record for ref in ours], fields)
        found = self._all("read", queries, deleted=True)
        return dict.fromkeys(refs, Look(None, Absent.MISSING)) | wire.looks(found, self._table, ours)

    def history(self, refs: Sequence[LeadRef]) -> Mapping[LeadRef, Sequence[OwnerChange]]:
        """Return the owners that the org remembers; one that does not keep them, or hides them, remembers none.

        Where nobody tells who we are, no change can be called ours or another's: nothing is returned either.
        """
        found: dict[LeadRef, Sequence[OwnerChange]] = dict.fromkeys(refs, ())
        ours = [ref for ref in found if self._table.is_ours(ref)]
        if not ours:
            return found
        queries = list(wire_users.histories(self._table, [ref.record for ref in ours]))
        rows = self._all("history", queries, hidden=queries)
        us = asked(self._client.user) if rows else ""
        return found | wire_users.changes(rows, self._table, ours, us) if us else found

    def owners(self) -> Sequence[User]:
        queries = wire_users.queries(self._table)
        users, queues, supported = self._each("owners", queries, hidden=queries[2:])
        return wire_users.owners(users or (), queues or (), supported)

    def noted(self, notes: Sequence[Note]) -> frozenset[str]:
        ours = [note for note in notes if self._table.is_ours(note.ref)]
        there = self._carrier.keys(self._all("noted", self._carrier.asking(ours)))
        return there & {note.key for note in ours}

    def accounts(self, domains: Collection[str], names: Collection[str]) -> Sequence[Company]:
        rows = self._all("accounts", wire_accounts.queries(domains, names))
        return wire_accounts.companies(rows, domains, names)

    # --- writing ------------------------------------------------------------------------------------------

    def assign(self, batch: Sequence[Assignment]) -> Sequence[Outcome]:
        def collection(writes: Sequence[Write]) -> Request:
            return wire_write.collection("PATCH", "composite/sobjects", writes)

        return self._written("update", wire_write.owners(batch, self._table), collection)

    def annotate(self, batch: Sequence[Note]) -> Sequence[Outcome]:
        today = self._account.clock().date()
        made = wire_write.notes(batch, self._carrier, self._table, today)
        return self._written("notes", made, self._carrier.writing)

    def _written(
        self,
        call: str,
        made: Iterable[Write | Outcome],
        collection: Callable[[Sequence[Write]], Request],
    ) -> list[Outcome]:
        """Send the rows, each once, as many as one call takes together. Raises only where nothing was applied."""
        every = list(made)
        outcomes = [one for one in every if isinstance(one, Outcome)]
        applied = False
        for writes in batches([one for one in every if isinstance(one, Write)], TOGETHER):
            try:
                outcomes += written(writes, partial(self._send, call, collection))
            except (Retry, Stop) as error:
                if not applied:
                    raise
                outcomes += wire_write.each(writes, error)
            applied = True
        return outcomes

    def _send(
        self,
        call: str,
        collection: Callable[[Sequence[Write]], Request],
        writes: Sequence[Write],
    ) -> list[Outcome]:
        parts = list(batches(writes, ROWS))
        try:
            told = self._together.writes(call, [collection(part) for part in parts])
            return wire_write.joined(told, parts)
        except (Refused, *LOST) as error:
            return wire_write.each(writes, error)

    # --- checking -----------------------------------------------------------------------------------------

    def rights(self) -> Rights:
        lead = self._described(self._account.object)
        tasks = None if self._account.carrier == RECORD else self._described("Task")
        queries = [wire_describe.permissions(leads=self._table.leads)]
        return wire_describe.rights(lead, self._all("rights", queries, hidden=queries), tasks=tasks)

    def problems(self) -> Sequence[str]:
        found = self._described(self._account.object)
        stamps = {wire_write.custom(name): length for name, length in self._account.stamps.items()}
        said = [
            *wire_describe.unknown(found, self._account.fields),
            *wire_describe.unwritable(found, stamps),
            *wire_describe.too_short(found, stamps),
        ]
        return [*said, *self._no_record(self._options)] if self._account.carrier == RECORD else said

    def notices(self) -> Sequence[str]:
        queries = [wire_users.any_history(self._table)]
        (found,) = self._each("history", queries, hidden=queries)
        said = list(wire_users.without_history(self._table, found))
        if found is not None and not asked(self._client.user):
            said.append(
                "the id of the user cannot be read (/services/oauth2/userinfo): a person's choice made in the instant "
                "of a write is not found; let the session have the scope `openid` or `id`, or log in by another flow"
            )
        return said

    def _no_record(self, options: Options) -> Iterable[str]:
        try:
            found = self._described(options.audit_object)
        except Stop:
            return [
                f"there is no object {options.audit_object} for `audit: [record]`, or the user may not see it"
            ]
        return wire_describe.no_record(found, options.audit_key, (options.audit_lead, options.audit_body))

    def _described(self, name: str) -> wire_describe.Described:
        request = Request("GET", f"sobjects/{name}/describe")
        return asked(lambda: wire_describe.described(whole(self._client.ask("describe", request))))

    # --- pieces -------------------------------------------------------------------------------------------

    def close(self) -> None:
        self._client.close()

    def _all(
        self, call: str, queries: Iterable[str], *, deleted: bool = False, hidden: Collection[str] = ()
    ) -> Rows:
        return list(chain(*filter(None, self._each(call, queries, deleted=deleted, hidden=hidden))))

    def _each(
        self, call: str, queries: Iterable[str], *, deleted: bool = False, hidden: Collection[str] = ()
    ) -> list[Rows | None]:
        """Return the rows of each query, several asked in one call; None for one of `hidden` that may not be asked."""
        found: list[Rows | None] = []
        kept = {query(one, deleted=deleted).path for one in hidden}
        for some in batches([query(one, deleted=deleted) for one in queries], MOST):
            found += asked(partial(self._answered, call, some, kept))
        return found

    def _answered(self, call: str, queries: Sequence[Request], hidden: Collection[str]) -> list[Rows | None]:
        told = zip(queries, self._together.queries(call, queries), strict=True)
        bodies = [if_any(one.content) if each.path in hidden else one.content() for each, one in told]
        return [None if body is None else self._rows(call, body) for body in bodies]

    def _rows(self, call: str, body: Any) -> Rows:
        """Return the rows of an answer and of all that follow it: the server chooses how long one is."""
        rows, met = list(wire.rows(body)), {""}
        while (path := wire.cursor(body)) is not None:
            if path in met:
                raise Doubt("Salesforce says that there is more, and not where")
            met.add(path)
            body = content(self._client.ask(call, Request("GET", path)))
            rows += wire.rows(body)
        return rows


def connect(options: Options, account: Account) -> SalesforceConnector:
    """Open the connection; nothing is sent yet."""
    return SalesforceConnector(options, account)
