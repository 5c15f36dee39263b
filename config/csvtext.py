"""Rows of CSV text, each with the line on which it begins; a quote that does not close is named where it opens."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from config.problems import Place, Refusal

_FIELD_LIMIT = 10_000_000
_OPEN = "a quote opens here that does not close where its value ends"
_WAY_OUT = "close it, or take it away; within a value it is written twice"


def rows(file: str, lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row behind the number of its first line; `lines` keep their ends. Raises `Refusal` with its place."""
    csv.field_size_limit(_FIELD_LIMIT)
    row: list[str] = []  # the lines of the row that is being read
    reader = csv.reader(_kept(lines, row), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
            row.clear()
    except csv.Error as error:
        within = _open_quote(row, delimiter)
        place = Place(file, line + (within or 0), 1)
        if within is None:
            raise Refusal(f"not a row of CSV: {error}", place=place) from error
        raise Refusal(f"not a row of CSV: {_OPEN}", _WAY_OUT, place=place) from error


def _kept(lines: Iterable[str], row: list[str]) -> Iterator[str]:
    for line in lines:
        row.append(line)
        yield line


def _open_quote(row: list[str], delimiter: str) -> int | None:
    """Return in which line of a row, counted from 0, a quote opens that does not close."""
    text, sign, at = "".join(row), re.escape(delimiter), 0
    value = re.compile(rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{sign}\r\n][^{sign}\r\n]*+|){sign}')
    while found := value.match(text, at):
        at = found.end()
    return sum(end <= at for end in accumulate(map(len, row))) if text[at : at + 1] == '"' else None
