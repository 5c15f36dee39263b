"""Paths: v3 and v4 beside the date-based ones, object types by any of their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.hubspot import admin, batches, objects, relations
from sandbox.hubspot.access import allow, allow_scope
from sandbox.hubspot.account import Account, Call
from sandbox.hubspot.bodies import read_body
from sandbox.hubspot.records import Table
from sandbox.hubspot.refusals import Refused, error
from sandbox.hubspot.search import Searches
from sandbox.messages import Answer, Request, packed

_VERSIONS = {"v1", "v2", "v3", "v4", "2026-03", "2026-09"}
_BATCHES = {
    "read": (batches.read_batch, "read"),
    "create": (batches.create_batch, "write"),
    "update": (batches.update_batch, "write"),
    "upsert": (batches.upsert_batch, "write"),
    "archive": (batches.archive_batch, "write"),
}
_RELATIONS = {
    "read": (relations.read_associations, "read"),
    "create": (relations.create_associations, "write"),
    "archive": (relations.archive_associations, "write"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes. `kind` names it in counters and fault rules: contacts.batch_update."""

    kind: str
    version: str
    run: Callable[[Call], Answer]

    @property
    def is_search(self) -> bool:
        return self.kind.endswith(".search")


class Routes:
    """The paths of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._searches = Searches(account)

    def find(self, request: Request) -> Route:
        """Return the route of a request; refuses paths that do not exist."""
        route = self._find(request.method, request.segments)
        if route is None or route.version not in _VERSIONS:
            raise Refused(404, error("resource not found"), headers={"x-hubspot-notfound": "true"})
        return route

    def _find(self, method: str, parts: Sequence[str]) -> Route | None:
        match parts:
            case ["crm", version, "objects", *rest] | ["crm", "objects", version, *rest] if rest:
                return self._objects(method, version, rest)
            case ["crm", version, "associations", *rest] | ["crm", "associations", version, *rest]:
                return self._associations(method, version, rest)
            case ["crm", version, "owners", *rest] | ["crm", "owners", version, *rest]:
                return _owners(method, version, rest)
            case ["crm", version, "properties", *rest] | ["crm", "properties", version, *rest]:
                return self._properties(method, version, rest)
        return None

    # --- records ------------------------------------------------------------------------------------------

    def _objects(self, method: str, version: str, rest: Sequence[str]) -> Route | None:
        table = self._account.table(rest[0])
        match (method, rest[1:]):
            case ("GET", []):
                return _on(table, "list", version, objects.list_records)
            case ("POST", []):
                return _on(table, "create", version, objects.create_record)
            case ("POST", ["search"]):
                return _on(table, "search", version, self._search)
            case ("POST", ["merge"]):
                return _on(table, "merge", version, objects.merge_records)
            case ("POST", ["batch", verb]) if verb in _BATCHES:
                return _on(table, f"batch_{verb}", version, _BATCHES[verb][0])
            case (_, [key]):
                return _one(method, version, table, key)
            case (_, [key, "associations", *more]):
                return self._of_record(method, version, (table, key), more)
        return None

    def _search(self, call: Call, table: Table) -> Answer:
        body = read_body(call.request)
        return Answer(200, packed(self._searches.answer(table, body, len(call.request.body))))

    # --- associations -------------------------------------------------------------------------------------

    def _associations(self, method: str, version: str, rest: Sequence[str]) -> Route | None:
        if len(rest) < 3:
            return None
        start, end = self._account.table(rest[0]), self._account.table(rest[1])
        match (method, rest[2:]):
            case ("POST", ["batch", verb]) if verb in _RELATIONS:
                run, action = _RELATIONS[verb]
                return _between(f"associations.batch_{verb}", version, (start, end), action, run)
            case ("POST", ["batch", "associate", "default"]):
                run = relations.create_associations
                return _between("associations.batch_create", version, (start, end), "write", run)
            case ("GET", ["labels" | "types"]):
                return _between("associations.labels", version, (start, end), "read", relations.list_labels)
        return None

    def _of_record(
        self, method: str, version: str, start: tuple[Table, str], rest: Sequence[str]
    ) -> Route | None:
        match (method, rest):
            case ("GET", [name]):
                end = self._account.table(name)
                return _between(
                    "associations.list",
                    version,
                    (start[0], end),
                    "read",
                    lambda call, _, __: relations.list_associations(call, *start, end),
                )
            case ("PUT", ["default", name, key]) | ("PUT" | "DELETE", [name, key]):
                other = (self._account.table(name), key)
                run = relations.put_association if method == "PUT" else relations.delete_association
                return Route("associations.put", version, lambda call: run(call, start, other))
            case ("PUT", [name, key, relation]):
                other = (self._account.table(name), key)
                named = relations.put_named_association
                return Route("associations.put", version, lambda call: named(call, start, other, relation))
        return None

    # --- definitions --------------------------------------------------------------------------------------

    def _properties(self, method: str, version: str, rest: Sequence[str]) -> Route | None:
        if not rest:
            return None
        table = self._account.table(rest[0])
        action = "read" if method == "GET" else "write"
        owner = table.kind.name if table.kind.name in ("companies", "deals") else "contacts"
        scope = f"crm.schemas.{owner}.{action}"
        match (method, rest[1:]):
            case ("GET", []):
                return _scoped("properties.list", version, scope, lambda c: admin.list_properties(c, table))
            case ("GET", [name]):
                return _scoped("properties.get", version, scope, lambda c: admin.get_property(c, table, name))
            case ("POST", []):
                return _scoped("properties.create", version, scope, lambda c: admin.create_property(c, table))
        return None


def _on(table: Table, verb: str, version: str, run: Callable[[Call, Table], Answer]) -> Route:
    action = "read" if verb in ("list", "search", "batch_read") else "write"

    def allowed(call: Call) -> Answer:
        allow(call.token, table.kind, action)
        return run(call, table)

    return Route(f"{table.kind.name}.{verb}", version, allowed)


_ONE = {
    "GET": ("get", "read", objects.get_record),
    "PATCH": ("patch", "write", objects.patch_record),
    "DELETE": ("delete", "write", objects.delete_record),
}


def _one(method: str, version: str, table: Table, key: str) -> Route | None:
    if method not in _ONE:
        return None
    verb, action, run = _ONE[method]

    def allowed(call: Call) -> Answer:
        allow(call.token, table.kind, action)
        return run(call, table, key)

    return Route(f"{table.kind.name}.{verb}", version, allowed)


def _between(
    kind: str,
    version: str,
    tables: tuple[Table, Table],
    action: str,
    run: Callable[[Call, Table, Table], Answer],
) -> Route:
    def allowed(call: Call) -> Answer:
        for table in tables:
            allow(call.token, table.kind, action)
        return run(call, *tables)

    return Route(kind, version, allowed)


def _owners(method: str, version: str, rest: Sequence[str]) -> Route | None:
    if method != "GET" or len(rest) > 1:
        return None
    scope = "crm.objects.owners.read"
    if not rest:
        return _scoped("owners.list", version, scope, admin.list_owners)
    return _scoped("owners.get", version, scope, lambda call: admin.get_owner(call, rest[0]))


def _scoped(kind: str, version: str, scope: str, run: Callable[[Call], Answer]) -> Route:
    def allowed(call: Call) -> Answer:
        allow_scope(call.token, scope)
        return run(call)

    return Route(kind, version, allowed)
