"""Where a rep's calendar is: a file of the configuration, or a URL, which may be a secret."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from config.problems import Refusal
from config.secrets import HINT, REFERENCE, Secrets
from config.sources import inside
from config.yamltext import Text

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_WEBCAL = re.compile(r"webcals?://", re.IGNORECASE)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def calendar(text: Text, secrets: Secrets, directory: Path | None) -> str:
    """Return the file or URL; raises `Refusal` for what is neither, and never shows a secret."""
    known = secrets.within(text)
    if "${" in known:  # what it stands for is not needed now
        return known
    if not _URL.match(known):
        return str((directory or Path()) / inside(known))
    return _url(known, written=text)


def remote(place: str) -> bool:
    """Tell whether a calendar is one that somebody else has to be asked for."""
    return "${" in place or _URL.match(place) is not None


def _url(known: str, *, written: str) -> str:
    url = _WEBCAL.sub("https://", known, count=1)
    try:
        parts, password = urlsplit(url), urlsplit(written).password or ""
        host = parts.hostname
    except ValueError:
        host = None
    if not host:
        raise Refusal("not a URL", "write https://HOST/PATH, or the name of a file")
    if REFERENCE.sub("", password):
        raise Refusal("a password must not be written into the configuration", HINT)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise Refusal(f"{parts.scheme} is not safe for a calendar", "write https://")
    return url
