"""What people and scripts see: tables and lines on a terminal, one JSON object a line with `--json`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from sync.passes import Progress

_UNLIMITED = 100_000
_MOST = 50


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a command writes: results to standard output, all that is said beside them to standard error.

    `outer` is the configuration that would be used if the command had not been given one of its own.
    """

    directory: Path
    json: bool = False
    quiet: bool = False
    outer: Path | None = None

    def result(self, value: object, *, indent: int | None = None) -> None:
        """Write one JSON object, in ASCII where the output's encoding lacks a character."""
        text = json.dumps(value, ensure_ascii=False, default=str, indent=indent)
        try:
            text.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:
            text = json.dumps(value, default=str, indent=indent)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def line(self, text: str = "") -> None:
        """Write a line of the result for people, as it is; rich, which is slow to load, is not needed for it."""
        if not self.json:
            _write(sys.stdout, text)

    def say(self, text: str = "") -> None:
        """Write a line of the result for people; `[bold]` and other markup of rich is understood."""
        if not self.json:
            self.console().print(text, highlight=False)

    def tell(self, text: str) -> None:
        """Write a line beside the result, unless asked to be quiet."""
        if not self.quiet:
            _write(sys.stderr, text, dim=True)

    def warn(self, text: str) -> None:
        _write(sys.stderr, text)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a table in which nothing is cut; columns that begin with ">" are numbers.

        On a terminal long cells are broken, the first one, by which a row is known, only where it alone takes more than
        two thirds of the width. In a file or a pipe each row is one line.
        """
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(
            title=title or None, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
        )
        shown = [[Text("" if cell is None else visible(str(cell))) for cell in row] for row in rows]
        console = self.console()
        known_by = max((row[0].cell_len for row in shown if row), default=0)
        for place, column in enumerate(columns):
            number = column.startswith(">")
            table.add_column(
                column.lstrip(">"),
                justify="right" if number else "left",
                no_wrap=number or (place == 0 and known_by <= console.width * 2 // 3),
                overflow="fold",
            )
        for row in shown:
            table.add_row(*row)
        console.print(table)

    def console(self, *, stderr: bool = False) -> Console:
        from rich.console import Console

        if (sys.stderr if stderr else sys.stdout).isatty():
            return Console(stderr=stderr)
        return Console(stderr=stderr, soft_wrap=True, width=None if "COLUMNS" in os.environ else _UNLIMITED)

    @contextmanager
    def progress(self, what: str) -> Iterator[Progress]:
        """Show how far a pass is, on a terminal only."""
        with self.bar(what) as show:
            yield lambda counts: show(
                f"{counts.seen:,} seen, {counts.assigned:,} assigned, {counts.conflicts:,} conflicts"
            )

    @contextmanager
    def bar(self, what: str) -> Iterator[Callable[[str], None]]:
        """Show how far long work is, on a terminal only; yields what is told each time."""
        if self.quiet or self.json or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        with Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self.console(stderr=True),
            transient=True,
        ) as bar:
            task = bar.add_task(what, total=None)
            yield lambda text: bar.update(task, description=f"{what}: {text}")


def few(lines: Sequence[str], rest: str) -> Iterator[str]:
    """Yield lines, some fifty at most, and how many more there are; `rest` is what lists all of them."""
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield f"... and {len(lines) - _MOST:,} more; {rest} lists all of them"


def counted(number: int, thing: str) -> str:
    """Say how many there are: 1 lead, 2,000 leads."""
    return f"{number:,} {thing}{'s' * (number != 1)}"


def visible(text: str) -> str:
    """Return a text with nothing invisible in it: what stands in a CRM must not steer somebody's terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def _write(stream: TextIO, text: str, *, dim: bool = False) -> None:
    """Write a line, broken between words on a terminal, left alone in a file."""
    text = visible(text)
    if stream.isatty():
        width = shutil.get_terminal_size().columns
        text = textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
        if dim and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb":
            text = f"\x1b[2m{text}\x1b[0m"
    stream.write(text + "\n")
    stream.flush()
