"""The look of the demo's story: headings, tables, and text of a CRM made safe for a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text


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


def words(count: int, noun: str) -> str:
    """Return "1 lead", "2 leads"."""
    return f"{count} {noun}{'s' * (count != 1)}"


def plain(text: str, *, keep: str = "") -> str:
    """Return the text without characters that would steer a terminal; those in `keep` stay."""
    return "".join(char if char.isprintable() or char in keep else "\ufffd" for char in text)


def cut(text: str, width: int) -> Text:
    """Return text of a CRM on one line of at most `width` cells."""
    line = Text(plain(text), no_wrap=True)
    line.truncate(width, overflow="ellipsis")
    return line
