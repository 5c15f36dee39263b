"""What people and scripts see: tables and lines on a terminal, one JSON object a line with `--json`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from sync.passes import Progress


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a command writes: results to standard output, all that is said beside them to standard error."""

    directory: Path
    json: bool = False
    quiet: bool = False

    def result(self, value: object) -> None:
        """Write one JSON object."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()

    def say(self, text: str = "") -> None:
        """Write a line of the result for people."""
        if not self.json:
            self.console().print(text, highlight=False)

    def tell(self, text: str) -> None:
        """Write a line beside the result, unless asked to be quiet."""
        if not self.quiet:
            self.console(stderr=True).print(text, highlight=False, style="dim", markup=False)

    def warn(self, text: str) -> None:
        self.console(stderr=True).print(text, highlight=False, markup=False)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a table; columns that begin with ">" are numbers."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(
            title=title or None, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
        )
        for column in columns:
            number = column.startswith(">")
            table.add_column(column.lstrip(">"), justify="right" if number else "left", no_wrap=number)
        for row in rows:
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
        self.console().print(table)

    def console(self, *, stderr: bool = False) -> Console:
        from rich.console import Console

        return Console(stderr=stderr, soft_wrap=not (sys.stderr if stderr else sys.stdout).isatty())

    @contextmanager
    def progress(self, what: str) -> Iterator[Progress]:
        """Show how far a pass is, on a terminal only."""
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

            def show(counts: Any) -> None:
                text = f"{what}: {counts.seen:,} seen, {counts.assigned:,} assigned, {counts.conflicts:,} conflicts"
                bar.update(task, description=text)

            yield show
