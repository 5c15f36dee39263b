"""The look of the demo's story: headings, tables, and text of a CRM on one line."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sync.screen import visible


def heading(text: str) -> RenderableType:
    """Return a line that begins a part of the story."""
    return Group(Text(), Rule(Text(text, style="bold cyan"), align="left", style="dim"))


def sheet(*columns: str) -> Table:
    """Return an empty table; columns that begin with ">" are numbers."""
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="dim"
    )
    for column in columns:
        number = column.startswith(">")
        table.add_column(column.lstrip(">"), justify="right" if number else "left", no_wrap=number)
    return table


def cut(text: str, width: int) -> Text:
    """Return text of a CRM on one line of at most `width` cells."""
    line = Text(visible(text).replace("\n", " "), no_wrap=True)
    line.truncate(width, overflow="ellipsis")
    return line
