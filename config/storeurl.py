"""The URL of the store: its secret resolved, and a file put beside the configuration."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from config.problems import Findings, Place, Refusal
from config.secrets import HINT, REFERENCE, Secrets
from config.yamltext import Text

DEFAULT = "sqlite:///leadswitch.db"
_SQLITE = "sqlite:///"
_KINDS = (_SQLITE, "postgresql+psycopg://")
_PASSWORD = re.compile(r"://[^/@:]*:([^@]*)@|[?&][a-z]*password=([^&]*)")


def store_url(text: Text | None, secrets: Secrets, directory: Path | None, findings: Findings) -> str:
    """Return the URL to open; no problem that is found ever shows a part of it."""
    url = text or Text(DEFAULT, Place("leadswitch.yaml"))
    try:
        _refuse_password(url)
        return _beside(directory, _known(_resolved(url, secrets)))
    except Refusal as refusal:
        findings.add(url.place, f"'store': {refusal.message}", refusal.hint)
        return ""


def _refuse_password(url: str) -> None:
    for found in _PASSWORD.finditer(url):
        if REFERENCE.sub("", found[1] or found[2] or ""):
            raise Refusal("a password must not be written into the configuration", HINT)


def _resolved(url: str, secrets: Secrets) -> str:
    """Put in the references; a user or password may hold characters that mean something in a URL."""
    head, at, rest = url.rpartition("@")
    kind, slashes, user = head.partition("://")
    if not slashes:
        return secrets.within(url)
    written = REFERENCE.sub(lambda found: _quoted(found[0], secrets), user)
    return f"{kind}://{written}{at}{secrets.within(rest)}"


def _quoted(reference: str, secrets: Secrets) -> str:
    value = secrets.within(reference)
    return value if value == reference else quote(value, safe="")


def _known(url: str) -> str:
    if not url.startswith((*_KINDS, "${")):
        raise Refusal("not a store", "write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
    return url


def _beside(directory: Path | None, url: str) -> str:
    """Put a relative SQLite file beside the configuration: a cron job starts in any directory."""
    path = url.removeprefix(_SQLITE)
    if directory is None or path == url or path.startswith(("/", ":memory:", "file:")) or not path:
        return url
    return f"{_SQLITE}{(directory / path).absolute()}"
