"""`query`, `queryAll` and their further pages."""

from __future__ import annotations

import re
from typing import Any

from sandbox.salesforce.asking import Account, Ask, Told
from sandbox.salesforce.found import Found
from sandbox.salesforce.parser import parse
from sandbox.salesforce.plans import Plan
from sandbox.salesforce.refusals import Problem

_WISH = re.compile(r"batchsize\s*=\s*(\d+)")
_LEAST, _MOST = 200, 2000


def query(account: Account, ask: Ask) -> Told:
    """Answer a query's first page, or the page of a locator."""
    where = ask.parts[0]
    if len(ask.parts) == 2:
        return Told(200, _more(account, ask, where))
    text = ask.query.get("q")
    if text is None:
        raise Problem("MALFORMED_QUERY", "said", message="Missing required parameter: q")
    found = Plan(account.store, parse(text), ask.version, deleted=where.lower() == "queryall").run()
    return Told(200, _first(account, ask, where, found))


def _first(account: Account, ask: Ask, where: str, found: Found) -> dict[str, Any]:
    page = _page(account, ask, found)
    body: dict[str, Any] = {"totalSize": found.total, "done": True}
    if found.shape is None:
        return body | {"records": list(found.done)}
    if len(found.rows) > page:
        name = account.cursors.open(found, page, ask.access.user)
        body |= {"done": False, "nextRecordsUrl": f"{ask.root}/{where}/{name}-{page}"}
    return body | {"records": [found.shape(row) for row in found.rows[:page]]}


def _more(account: Account, ask: Ask, where: str) -> dict[str, Any]:
    name, cursor, start = account.cursors.find(ask.parts[1])
    found, end = cursor.found, start + cursor.page
    body: dict[str, Any] = {"totalSize": found.total, "done": end >= len(found.rows)}
    if end < len(found.rows):
        body["nextRecordsUrl"] = f"{ask.root}/{where}/{name}-{end}"
    assert found.shape is not None  # noqa: S101 - only rows of objects open a cursor
    return body | {"records": [found.shape(row) for row in found.rows[start:end]]}


def _page(account: Account, ask: Ask, found: Found) -> int:
    """Return how many rows a page has: the org decides, the caller may wish for fewer."""
    most = account.store.settings.page
    if found.long_text:
        most = max(1, most // 2)
    wish = _WISH.search(ask.headers.get("sforce-query-options", "").lower())
    return min(most, max(_LEAST, min(_MOST, int(wish[1])))) if wish else most
