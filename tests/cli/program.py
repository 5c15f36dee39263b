"""The program as its user meets it: a command line in, an exit code and two streams out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.starter import write_starter
from sync.cli import app


@dataclass(frozen=True, slots=True)
class Said:
    """What one run of the program said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects of standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        [one] = self.objects
        return one


@dataclass(frozen=True, slots=True)
class Office:
    """A configuration in a directory, and the program run on it."""

    directory: Path

    @classmethod
    def starting(cls, directory: Path) -> Office:
        """Write the starter configuration there."""
        write_starter(directory)
        return cls(directory)

    def run(self, *arguments: str) -> Said:
        """Run the program in this process, which is quick."""
        return run("--config", str(self.directory), *arguments)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start the program as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "sync.cli", "--config", str(self.directory), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **environment},
        )

    def write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def change(self, name: str, before: str, after: str) -> None:
        """Replace one piece of a file, which must be there."""
        text = (self.directory / name).read_text(encoding="utf-8")
        assert before in text
        self.write(name, text.replace(before, after, 1))

    def files(self) -> dict[str, bytes]:
        """Return every file there is and what it holds."""
        found = (path for path in sorted(self.directory.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.directory)): path.read_bytes() for path in found}


def run(*arguments: str) -> Said:
    """Run the program in this process; an exception that a user would see as a traceback is raised here."""
    with _captured() as (out, err):
        try:
            app(list(arguments), prog_name="leadswitch")
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Said(code, _text(out), _text(err))


@contextmanager
def _captured() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        yield out, err


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
