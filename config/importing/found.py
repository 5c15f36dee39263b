"""Where assignment rules are found: a file, a folder of metadata, or a zip of one."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from config.importing.markup import LARGEST
from config.problems import Refusal

NAMES = ("Lead.assignmentRules-meta.xml", "Lead.assignmentRules")


def rules_file(path: Path) -> tuple[str, bytes]:
    """Return the file of lead assignment rules, with what to call it. Raises `Refusal`."""
    try:
        if path.is_dir():
            path = Path(_one([str(each) for name in NAMES for each in path.rglob(name)], path))
        if zipfile.is_zipfile(path):
            return _zipped(path)
        with path.open("rb") as file:
            return str(path), file.read(LARGEST + 1)
    except OSError as error:
        raise Refusal(f"{path}: cannot be read: {error.strerror or error}") from error


def _zipped(path: Path) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).name in NAMES]
            name = _one(names, path)
            with archive.open(name) as file:
                return f"{path}/{name}", file.read(LARGEST + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refusal(f"{path}: this zip cannot be read: {error}") from error


def _one(names: list[str], path: Path) -> str:
    if not names:
        raise Refusal(f"{path}: there is no {NAMES[0]} in it", "retrieve AssignmentRules of the metadata")
    if len(names) > 1:
        raise Refusal(f"{path}: there are {len(names)} files of rules in it", f"give one: {sorted(names)[0]}")
    return names[0]
