"""Leads of a file, a record each: CSV with headings, or JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from pathlib import Path
from typing import TextIO

from connectors.contract import RawValue, Record
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from sync.trouble import Refused

_FIELD_LIMIT = 10_000_000
_DELIMITERS = ",;\t"
_PLACES = {"id", "owner", "connection", "object"}


def records(file: Path, *, connection: str, object_type: str) -> Iterator[Record]:
    """Yield the file's records, streaming; `Refused` names the file and line of what cannot be read.

    `id`, `owner`, `connection` and `object` say where the lead lives; without `id` it is the line's number.
    """
    with _opened(file) as text:
        rows = (
            _json_lines(file, text)
            if file.suffix.casefold() in {".jsonl", ".ndjson", ".json"}
            else _csv(file, text)
        )
        for number, fields in rows:
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
    csv.field_size_limit(_FIELD_LIMIT)
    above, number, delimiter = 0, 0, ","
    row: list[str] = []  # the lines of the row that is being read
    try:
        first, above = _first_line(file, text)
        delimiter = max(_DELIMITERS, key=first.count)
        reader = csv.reader(_kept(chain([first], text), row), delimiter=delimiter, strict=True)
        names = _names(file, next(reader), above + 1)
        number = reader.line_num
        row.clear()
        for cells in reader:
            number = reader.line_num
            row.clear()
            if len(cells) > len(names):
                raise Refused(f"{file}:{above + number}: {len(cells)} values for {len(names)} columns")
            if cells:
                yield above + number - 1, dict(zip(names, chain(cells, [""] * len(names)), strict=False))
    except csv.Error as error:
        line, why = _broken(row, delimiter) or (0, str(error))
        raise Refused(f"{file}:{above + number + 1 + line}: not a row of CSV: {why}") from error
    except UnicodeDecodeError as error:
        raise _not_utf8(file) from error


def _kept(lines: Iterable[str], row: list[str]) -> Iterator[str]:
    for line in lines:
        row.append(line)
        yield line


def _broken(row: list[str], delimiter: str) -> tuple[int, str] | None:
    """Return in which line of a row, counted from 0, a quote opens that does not close, and the way out."""
    text, sign, at = "".join(row), re.escape(delimiter), 0
    value = re.compile(rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{sign}\r\n][^{sign}\r\n]*+|){sign}')
    while found := value.match(text, at):
        at = found.end()
    if text[at : at + 1] != '"':
        return None
    line = sum(end <= at for end in accumulate(map(len, row)))
    return line, (
        "a quote opens here that does not close where its value ends; "
        "close it, or take it away; within a value it is written twice"
    )


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
