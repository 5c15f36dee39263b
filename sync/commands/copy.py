"""`leadswitch store copy`: a store into another place, such as from SQLite to PostgreSQL."""

from __future__ import annotations

from contextlib import closing

from config.problems import ConfigError, Findings, Place
from config.secrets import Secrets
from config.storeurl import store_url
from config.yamltext import Text
from sync.screen import Screen, counted
from sync.store import open_store
from sync.transfer import copy
from sync.trouble import OK


def run(screen: Screen, *, source: str, target: str) -> int:
    urls = _resolved(screen, source, "FROM_URL"), _resolved(screen, target, "TO_URL")
    with (
        closing(open_store(urls[0], create=False)) as from_,
        closing(open_store(urls[1], create=True)) as to,
        screen.bar("copying") as show,
    ):
        copied = copy(from_, to, lambda table, done, all_: show(f"{table}: {done:,} of {all_:,}"))
    if screen.json:
        screen.result({"tables": {one.table: {"rows": one.rows, "checksum": one.checksum} for one in copied}})
        return OK
    screen.table(
        "Copied and compared",
        ("table", ">rows", "checksum"),
        ((t.table, f"{t.rows:,}", t.checksum) for t in copied),
    )
    rows = sum(one.rows for one in copied)
    screen.line(
        f"{counted(rows, 'row')} copied. Now name the new store in leadswitch.yaml, and let no pass use the old one."
    )
    return OK


def _resolved(screen: Screen, url: str, called: str) -> str:
    """Read a URL as the key `store` is read: `${NAME}` for what is secret, files beside the configuration."""
    findings = Findings()
    read = store_url(Text(url, Place(called)), Secrets(screen.directory), screen.directory, findings)
    if findings.problems:
        raise ConfigError(findings.problems)
    return read
