"""What HubSpot says is wrong, read from any shape of an error (pure).

The list of what is wrong may stand in `errors`, as JSON inside the text of `message`, or in both, one of them cut short
or with entries twice. An entry may be an object, whose names differ from shape to shape, or a plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST = 300
"""Characters of one thing that is wrong, and about as many of everything after the first."""

_MAIL = re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+\.[^\s\"'<>@]+")
_LIST = re.compile(r":?\s*\[\s*(?=\{\s*\")")
_PROPERTY, _RULE = ("name", "in", "propertyName"), ("error", "code", "subCategory")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: of which property, by which rule ("" where HubSpot does not say), in its words."""

    message: str
    property: str = ""
    rule: str = ""

    def __str__(self) -> str:
        place = f"{self.property}: " if self.property and self.property not in self.message else ""
        rule = f" ({self.rule})" if self.rule and self.rule not in self.message else ""
        return f"{place}{_short(self.message)}{rule}"


def words(body: Mapping[str, Any]) -> str:
    """Return HubSpot's own words for people: each once, without addresses, not longer than a line or three."""
    head, inside = _split(_text(body.get("message")))
    said = list(_once([*inside, *map(_wrong, errors(body))]))
    if inside:
        return f"{head or 'HubSpot refuses it'}: {_together(said)}"
    first = Wrong(head, _property(body), _rule(body))
    return _together([one for one in _once([first, *said]) if one.message])


def wrongs(body: Mapping[str, Any]) -> list[Wrong]:
    """Return all that an error lists as wrong, in its message or beside it, each once."""
    return list(_once([*_split(_text(body.get("message")))[1], *map(_wrong, errors(body))]))


def errors(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the entries of `errors`; plain texts become objects with a message."""
    found = body.get("errors")
    entries = found if isinstance(found, list) else []
    return [one if isinstance(one, dict) else {"message": one} for one in entries]


def part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object inside another, an empty one where there is none."""
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def entries(whole: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list inside an object, none where there is no list."""
    return [one for one in listed(whole.get(name)) if isinstance(one, dict)]


def listed(value: object) -> Sequence[object]:
    """Return a value that may be one or many as many."""
    return value if isinstance(value, list) else () if value is None else (value,)


# --- one text ---------------------------------------------------------------------------------------------


def _split(message: str) -> tuple[str, list[Wrong]]:
    """Return a message without the list in it, and what that lists; one that ends in mid-entry tells the others."""
    start = _LIST.search(message)
    found = [_wrong(one) for one in _objects(message, start.end())] if start else []
    return (message[: start.start()].strip(), found) if start and found else (message, [])


def _objects(text: str, at: int) -> Iterator[Mapping[str, Any]]:
    while text[at : at + 1] == "{":
        try:
            one, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield one
        at += len(text[at:]) - len(text[at:].lstrip(" ,\n"))


# --- one entry --------------------------------------------------------------------------------------------


def _wrong(one: Mapping[str, Any]) -> Wrong:
    return Wrong(_text(one.get("message")), _property(one), _rule(one))


def _property(one: Mapping[str, Any]) -> str:
    context = one.get("context")
    inside = context if isinstance(context, dict) else {}
    found = [*(one.get(name) for name in _PROPERTY), *listed(inside.get("propertyName"))]
    return next((_text(name) for name in found if name and isinstance(name, str)), "")


def _rule(one: Mapping[str, Any]) -> str:
    found = next((one[name] for name in _RULE if isinstance(one.get(name), str)), "")
    return _text(found).rpartition(".")[2]


def _once(all_of_it: Iterable[Wrong]) -> Iterator[Wrong]:
    """Leave out what was said before, even if more was said about it then."""
    said: set[tuple[str, str]] = set()
    for one in all_of_it:
        if (one.property, one.message) not in said:
            yield one
        said |= {(one.property, one.message), ("", one.message)}


def _text(value: object) -> str:
    return _MAIL.sub("(an e-mail address)", " ".join(str(value).split())) if value else ""


def _together(said: Sequence[Wrong]) -> str:
    """Return what is said as one text; of a long list, how much more there is."""
    kept = 1
    while kept < len(said) and sum(len(str(one)) for one in said[1 : kept + 1]) <= _LONGEST:
        kept += 1
    rest = len(said) - kept
    return "; ".join([*map(str, said[:kept]), *([f"and {rest} more"] if rest > 0 else [])])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
