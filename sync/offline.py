"""Leads of a file, a record each: CSV with headings, or JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TextIO

from connectors.contract import RawValue, Record
from router.model import ConnectionName, LeadRef, OwnerId, RecordId
from sync.trouble import Refused

_FIELD_LIMIT = 10_000_000


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
    reader = csv.reader(text)
    try:
        heading = next(reader, None)
        names = _names(file, heading)
        for cells in reader:
            if not cells:
                continue
            if len(cells) > len(names):
                raise Refused(f"{file}:{reader.line_num}: {len(cells)} values for {len(names)} columns")
            yield reader.line_num - 1, dict(zip(names, chain(cells, [""] * len(names)), strict=False))
    except csv.Error as error:
        raise Refused(f"{file}:{reader.line_num}: {error}") from error
    except UnicodeDecodeError as error:
        raise Refused(
            f"{file}: line {reader.line_num + 1} or later is not UTF-8; save the file as UTF-8"
        ) from error


def _names(file: Path, heading: list[str] | None) -> list[str]:
    if not heading:
        raise Refused(f"{file}: the file is empty; its first line must name the columns")
    names = [name.strip() for name in heading]
    doubled = (
        sorted({name for name in names if name and names.count(name) > 1}) if len(names) < 10_000 else []
    )
    if doubled:
        raise Refused(f"{file}:1: two columns are named {doubled[0]}")
    lowered = {"id", "owner", "connection", "object"}
    return [name.casefold() if name.casefold() in lowered else name for name in names]


def _json_lines(file: Path, text: TextIO) -> Iterator[tuple[int, dict[str, RawValue]]]:
    number = 0
    try:
        for number, line in enumerate(text, 1):
            if line.strip():
                yield number, _fields(json.loads(line), file, number)
    except json.JSONDecodeError as error:
        raise Refused(f"{file}:{number}:{error.colno}: not a line of JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{file}: line {number + 1} or later is not UTF-8") from error


def _fields(value: object, file: Path, number: int) -> dict[str, RawValue]:
    if not isinstance(value, dict):
        raise Refused(f"{file}:{number}: each line must be one JSON object")
    nested = (dict, list)
    return {name: json.dumps(held) if isinstance(held, nested) else held for name, held in value.items()}
