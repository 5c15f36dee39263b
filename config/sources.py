"""Where the texts of a configuration come from: a directory, or what a store kept of one."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from config.problems import Place, Refusal, shown


class Source(Protocol):
    """Texts by name relative to the configuration; `read` are those that were asked for."""

    read: dict[str, str]

    def text(self, name: str) -> str:
        """Return a text as it is. Raises `Refusal` where there is none, or it cannot be read."""
        ...


class Directory:
    """The files of a directory. A link may lead anywhere; a name may not leave the directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.read: dict[str, str] = {}

    def text(self, name: str) -> str:
        here = inside(name)
        if here not in self.read:
            self.read[here] = _decoded(here, self._bytes(here))
        return self.read[here]

    def _bytes(self, name: str) -> bytes:
        path = self._directory / name
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise Refusal(f"there is no file {shown(name)}", f"looked in {self._directory}") from None
        except IsADirectoryError:
            raise Refusal(f"{shown(name)} is a directory, not a file") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "its name cannot be used"
            raise Refusal(f"{shown(name)} cannot be read: {why}") from None


class Texts:
    """Texts that are at hand already."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.read: dict[str, str] = {}

    def text(self, name: str) -> str:
        here = inside(name)
        if here not in self._files:
            raise Refusal(f"there is no file {shown(name)}")
        self.read[here] = self._files[here]
        return self.read[here]


def inside(name: str) -> str:
    """Return a name within the configuration in its shortest form; raises `Refusal` for one that leads out of it."""
    normal = posixpath.normpath(name)
    if posixpath.isabs(normal) or normal == ".." or normal.startswith("../"):
        raise Refusal(f"{shown(name)} is outside of the configuration's directory", "keep the files together")
    return normal


def _decoded(name: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        hint = "it is UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "save the file as UTF-8"
        raise Refusal("not UTF-8 text", hint, place=Place(name, line, column)) from None
