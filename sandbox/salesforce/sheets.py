"""CSV as Bulk 2.0 reads and writes it: every value in quotes, an empty one for nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def written(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writerow(header)
    table.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def read(body: bytes) -> list[dict[str, str]]:
    """Return the rows of a sheet by its first line; raises ValueError where a row is of another length."""
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig")), strict=True))
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row has more or fewer columns than the header")
    return rows
