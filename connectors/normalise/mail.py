"""E-mail addresses: one mailbox, domain in lower-case ASCII, local part as written."""

from __future__ import annotations

import re

from connectors.normalise.domain import host
from connectors.normalise.reading import Unreadable, plain

_LONGEST = 320
_LOCAL = re.compile(r"[^\s@()<>\[\]:;,\\\"\x00-\x20\x7f]{1,64}")
_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>")


def email(text: str) -> str:
    """Return `local@domain`; compare the local part without case. Raises `Unreadable`."""
    if len(text) > _LONGEST:
        raise Unreadable("too long for an e-mail address")
    text = plain(text).strip("'\"")
    match = _BRACKETS.fullmatch(text)
    text = match[1] if match else text
    if text[:7].casefold() == "mailto:":
        text = text[7:].partition("?")[0]
    return _mailbox(text.strip().rstrip(".,;"))


def _mailbox(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not at:
        raise Unreadable("no @ in it")
    if "@" in local:
        raise Unreadable("more than one address" if re.search(r"[,;\s]", text) else "more than one @")
    if not _LOCAL.fullmatch(local) or local[0] == "." or local[-1] == "." or ".." in local:
        raise Unreadable("the part before the @ is not allowed in an address")
    return f"{local}@{host(domain)}"
