"""What the store no longer keeps, as JSON Lines in compressed files: one a month for each connection and the store."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sync.codec import dumps
from sync.store import StoreError

ENDING = ".jsonl.gz"
Entry = tuple[str, Mapping[str, Any]]
"""A table, and a row of it."""


def name_of(what: str, now: datetime) -> str:
    """Return the file that takes what is moved now; `@` is in no connection's name."""
    return f"{what}@{now:%Y-%m}{ENDING}"


def append(folder: Path, name: str, entries: Iterable[Entry]) -> None:
    """Add rows, durably: they are deleted only afterwards, so that after a crash one may stand there twice."""
    lines = [dumps({"table": table, **_plain(row)}) + "\n" for table, row in entries]
    if lines:
        with _told(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(folder / name, lines, os.O_APPEND)


def _write(file: Path, lines: Iterable[str], how: int) -> None:
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
    with os.fdopen(opened, "wb") as to:
        to.write(gzip.compress("".join(lines).encode()))
        to.flush()
        os.fsync(to.fileno())


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"the archive {folder} cannot be used: {error.strerror or error}") from error


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: at.isoformat() if isinstance(at, datetime) else at for name, at in row.items()}


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of one file, each with its `table`."""
    with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def changed_by(folder: Path, change: Callable[[str], str]) -> list[Path]:
    """Return the files with a line that `change` would make another."""
    with _told(folder):
        return [file for file in sorted(folder.glob(f"*{ENDING}")) if _lines(file, change) != _lines(file)]


def rewrite(file: Path, change: Callable[[str], str]) -> None:
    """Put each line of a file through `change`; a file that is cut short in the middle of it stays as it was."""
    with _told(file.parent):
        aside = file.with_name(file.name + ".new")
        _write(aside, _lines(file, change), os.O_TRUNC)
        aside.replace(file)


def _lines(file: Path, change: Callable[[str], str] = str) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [change(line) for line in lines]
