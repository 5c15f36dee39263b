"""Tables that ship with a package, ours or another, read when first needed."""

from __future__ import annotations

from collections.abc import Iterator


def shipped(package: str, name: str) -> str:
    """Return the text of a file that ships with a package."""
    from importlib.resources import files  # heavy for a program that only checks a mapping

    return files(package).joinpath(name).read_text(encoding="utf-8")


def rows(name: str) -> Iterator[list[str]]:
    """Yield the rows of a table: one a line, cells between tabs; lines with # are comments."""
    for line in _table(name).split("\n"):
        if line and not line.startswith("#"):
            yield line.split("\t")


def column(name: str) -> frozenset[str]:
    """Return what a table of one column holds, all at once: a long one is read in a tenth of the time."""
    return frozenset(line for line in _table(name).split("\n") if line and line[0] != "#")


def _table(name: str) -> str:
    return shipped("connectors.normalise", f"tables/{name}")
