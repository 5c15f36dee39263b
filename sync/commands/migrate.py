"""`leadswitch store migrate`: the schema of the store brought to what this version needs."""

from __future__ import annotations

from sync.screen import Screen
from sync.store import HEAD, open_store, schema_of
from sync.trouble import OK
from sync.wiring import store_url


def run(screen: Screen) -> int:
    url = store_url(screen.directory)
    before = schema_of(url)
    open_store(url, create=True).close()
    if screen.json:
        screen.result({"from": before, "to": HEAD, "changed": before != HEAD})
    elif before == HEAD:
        screen.line(f"The store has schema {HEAD} already.")
    else:
        screen.line(
            f"The store was brought from {f'schema {before}' if before else 'nothing'} to schema {HEAD}."
        )
    return OK
