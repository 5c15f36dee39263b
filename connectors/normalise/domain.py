"""Host names and registrable domains, by the public suffix list that ships with `publicsuffixlist`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from connectors.normalise.packaged import column, shipped
from connectors.normalise.reading import Unreadable, plain

_LONGEST_HOST = 253
_LONGEST_URL = 2048
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_PLACE = re.compile(r"(?:(?:[a-z][a-z0-9+.-]{0,20}:)?//)?([^/?#\\]*)", re.I)
_PORT = re.compile(r":\d{0,5}$")
# RFC 6761, 6762, 7686, 9476 and ICANN's .internal: nobody is reached there. `example` and `test` are read, since
# sandboxes and sample data use them for real ones.
_SPECIAL = frozenset(
    {"invalid", "localhost", "local", "onion", "internal", "alt", "arpa", "lan", "localdomain"}
)


@lru_cache(maxsize=8192)
def host(text: str) -> str:
    """Return a host name in lower-case ASCII (IDNA); raises `Unreadable` where none on the internet is called so."""
    name = text.strip().rstrip(".").lower()
    if len(name) > _LONGEST_HOST:
        raise Unreadable("too long for a domain")
    if not name.isascii() or "xn--" in name:
        name = _ascii(name)
    if "." not in name:
        raise Unreadable("a domain has a dot in it")
    if not _HOST.fullmatch(name):
        raise Unreadable("characters that a domain cannot have")
    top = name.rpartition(".")[2]
    if top.isdigit():
        raise Unreadable("an IP address, not a domain")
    if top in _SPECIAL:
        raise Unreadable(f"nobody is reached at .{top}")
    return name


def _ascii(name: str) -> str:
    import idna  # only names that are not ASCII need its tables

    try:
        return idna.encode(name, uts46=True).decode("ascii").rstrip(".")
    except (idna.IDNAError, UnicodeError) as error:
        raise Unreadable("characters that a domain cannot have") from error


@lru_cache(maxsize=8192)
def registrable(name: str) -> str:
    """Return the domain that can be bought, of a host name as `host` returns it: `mail.foo.co.uk` is `foo.co.uk`."""
    found = _suffixes(international="xn--" in name).privatesuffix(name)
    if found is None:
        raise Unreadable("a public suffix, under which anyone can have a name")
    return str(found)


def domain(text: str) -> str:
    """Return the registrable domain of a website address, a bare domain or an e-mail address."""
    if len(text) > _LONGEST_URL:
        raise Unreadable("too long for a website address")
    place = _PLACE.match(plain(text))
    name = place[1].rpartition("@")[2] if place else ""
    return registrable(host(_PORT.sub("", name) if ":" in name else name))


def company_domain(mailbox: str) -> str | None:
    """Return the registrable domain of an address as `email` returns it, None where anyone can have an address."""
    name = mailbox.rpartition("@")[2]
    try:
        own = registrable(name)
    except Unreadable:
        return None
    return None if is_free_mail(name) or is_free_mail(own) else own


def is_free_mail(name: str) -> bool:
    """Whether a domain gives mailboxes to anyone, so that it says nothing about a company."""
    return name in _free_mail()


@cache
def _free_mail() -> frozenset[str]:
    return column("free_mail.txt")


@cache
def _suffixes(*, international: bool) -> Any:  # the library is untyped
    """Return the list. Names in ASCII alone need no rule in another script, and those take most of the time to load."""
    from publicsuffixlist import PublicSuffixList

    if international:
        return PublicSuffixList()
    lines = shipped("publicsuffixlist", "public_suffix_list.dat").split("\n")
    rules = [line for line in lines if line.isascii() and not line.startswith("//")]
    return PublicSuffixList(rules, accept_encoded_idn=False)
