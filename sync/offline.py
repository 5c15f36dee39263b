"""Leads of a file, a record each: CSV with headings, or JSON Lines."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TextIO

from config.csvtext import rows
from config.problems import Refusal
from connectors.contract import RawValue, Record
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from sync.trouble import Refused

_DELIMITERS = ",;\t"
_PLACES = {"id", "owner", "connection", "object"}


def records(file: Path, *, connection: str, object_type: str) -> Iterator[Record]:
    """Yield the file's records, streaming; `Refused` names the file and line of what cannot be read.

    `id`, `owner`, `connection` and `object` say where the lead lives; without `id` it is the line's number.
    """
    with _opened(file) as text:
        numbered = (
            _json_lines(file, text)
            if file.suffix.casefold() in {".jsonl", ".ndjson", ".json"}
            else _csv(file, text)
        )
        for number, fields in numbered:
            yield _record(fields, number, connection, object_type)


def _opened(file: Path) -> TextIO:
    if str(file) == "-":
        return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
    try:
        return file.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Refused(f"{file}: cannot be read: {error.strerror}") from error


def _record(fields: dict[str, RawValue], number: int, connection: str, object_type: str) -> Record:
    def take(name: str, default: str) -> str:
        return str(fields.pop(name, None) or default)

    ref = LeadRef(
        ConnectionName(take("connection", connection)),
        take("object", object_type),
        RecordId(take("id", str(number))),
    )
    owner = take("owner", "")
    return Record(ref, fields, OwnerId(owner) if owner else None)


def _csv(file: Path, text: TextIO) -> Iterator[tuple[int, dict[str, RawValue]]]:
    above = 0
    try:
        first, above = _first_line(file, text)
        read = rows(str(file), chain([first], text), max(_DELIMITERS, key=first.count))
        names = _names(file, next(read)[1], above + 1)
        for line, cells in read:
            if len(cells) > len(names):
                raise Refused(f"{file}:{above + line}: {len(cells)} values for {len(names)} columns")
            if cells:
                yield above + line - 1, dict(zip(names, chain(cells, [""] * len(names)), strict=False))
    except Refusal as refusal:
        line = refusal.place.line if refusal.place else 0
        hint = f"; {refusal.hint}" if refusal.hint else ""
        raise Refused(f"{file}:{above + line}: {refusal.message}{hint}") from refusal
    except UnicodeDecodeError as error:
        raise _not_utf8(file) from error


def _first_line(file: Path, text: TextIO) -> tuple[str, int]:
    """Return the first line that is not blank, and how many were above it."""
    for above, line in enumerate(text):
        if line.strip():
            return line, above
    raise Refused(f"{file}: the file is empty; its first line must name the columns")


def _names(file: Path, heading: list[str], line: int) -> list[str]:
    names = [name.strip() for name in heading]
    names = [name.casefold() if name.casefold() in _PLACES else name for name in names]
    doubled = [name for name, times in Counter(names).items() if name and times > 1]
    if doubled:
        raise Refused(f"{file}:{line}: two columns are named {doubled[0]}")
    return names


def _not_utf8(file: Path) -> Refused:
    """Say which line is not UTF-8: reading is ahead of the rows, so the file is looked through again."""
    if file.is_file():
        with file.open("rb") as raw:
            for number, line in enumerate(raw, 1):
                try:
                    line.decode()
                except UnicodeDecodeError:
                    return Refused(f"{file}:{number}: not UTF-8; save the file as UTF-8")
    return Refused(f"{file}: not UTF-8; save it as UTF-8")


def _json_lines(file: Path, text: TextIO) -> Iterator[tuple[int, dict[str, RawValue]]]:
    number = 0
    try:
        for number, line in enumerate(text, 1):
            if line.strip():
                yield number, _fields(json.loads(line), file, number)
    except json.JSONDecodeError as error:
        raise Refused(f"{file}:{number}:{error.colno}: not a line of JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise _not_utf8(file) from error
    except (ValueError, RecursionError) as error:  # an endless number, nesting without end
        raise Refused(f"{file}:{number}: no JSON that can be read: {str(error).partition(';')[0]}") from error


def _fields(value: object, file: Path, number: int) -> dict[str, RawValue]:
    if not isinstance(value, dict):
        raise Refused(f"{file}:{number}: each line must be one JSON object")
    nested = (dict, list)
    return {name: json.dumps(held) if isinstance(held, nested) else held for name, held in value.items()}
