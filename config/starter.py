"""What `leadswitch init` writes: a small configuration with comments that works as it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from config.problems import ConfigError, Problem
from config.schema import schema

SCHEMA = "leadswitch.schema.json"
"""Named in the first line of each file, where editors look for it; `config schema` writes it anew."""
SHIPPED = Path(__file__).with_name("starter")


def write_starter(directory: Path) -> tuple[Path, ...]:
    """Write the starter configuration and return its files. Raises `ConfigError` rather than overwrite one."""
    texts = {str(path.relative_to(SHIPPED)): path.read_bytes() for path in SHIPPED.rglob("*.*")}
    texts[SCHEMA] = json.dumps(schema(), indent=1).encode() + b"\n"
    return write_new(directory, texts)


def write_new(directory: Path, texts: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files by their names in a directory and return them. Raises `ConfigError` rather than overwrite one."""
    there = [name for name in texts if (directory / name).exists()]
    if there:
        hint = "choose another directory, or remove it first"
        raise ConfigError(
            Problem(str(directory / name), 0, 0, "is there already", hint) for name in sorted(there)
        )
    for name, text in texts.items():
        _write(directory / name, text)
    return tuple(directory / name for name in sorted(texts))


def _write(path: Path, text: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, 0, f"cannot be written: {error.strerror}")]) from error
