"""What all commands have in common: their options, and how their modules are run."""

from __future__ import annotations

import inspect
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="DIR", help="Directory of the configuration.", envvar="LEADSWITCH_CONFIG"
    ),
]
_OwnConfigOption = (
    Annotated[  # the environment stands before the command: it must not win over what is said there
        Path | None, typer.Option("--config", "-c", metavar="DIR", help="Directory of the configuration.")
    ]
)
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output, stable.")]
ConnectionOption = Annotated[str | None, typer.Option(metavar="N", help="This connection only.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Results and errors only.")]

_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_COMMON = (
    inspect.Parameter("config", _KEYWORD, default=None, annotation=_OwnConfigOption),
    inspect.Parameter("json", _KEYWORD, default=False, annotation=JsonOption),
    inspect.Parameter("quiet", _KEYWORD, default=False, annotation=QuietOption),
)

Run = Callable[..., None]
"""Runs a command's module with what was asked, on the screen that the common options describe."""


def adding(modules: Mapping[str, str], into: typer.Typer) -> Callable[[Callable[..., None]], None]:
    """Add a command that is given a `Run` and its own options; those common to all stand behind them.

    `modules` names the module whose `run` does a command.
    """

    def add(described: Callable[..., None]) -> None:
        own = list(inspect.signature(described, eval_str=True).parameters.values())[1:]

        def told(context: typer.Context, **given: Any) -> None:
            common = tuple(given.pop(each.name) for each in _COMMON)
            described(partial(_run, modules, context, common), **given)

        everything = [inspect.Parameter("context", _KEYWORD, annotation=typer.Context), *own, *_COMMON]
        told.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [each.replace(kind=_KEYWORD) for each in everything]
        )
        told.__annotations__ = {each.name: each.annotation for each in everything}
        into.command(described.__name__, help=described.__doc__)(told)

    return add


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the program with 0 as long as nothing has begun that is to be finished first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(
    modules: Mapping[str, str],
    context: typer.Context,
    common: tuple[Path | None, bool, bool],
    **asked: Any,
) -> None:
    """Run the command's module; options may stand before or behind the command."""
    from sync.screen import Screen
    from sync.trouble import told

    (config, json, quiet), (own_config, own_json, own_quiet) = context.obj, common
    outer = config or Path()
    screen = Screen(own_config or outer, json or own_json, quiet or own_quiet, outer if own_config else None)
    name = context.command_path.partition(" ")[2]
    raise typer.Exit(told(screen, lambda: import_module(modules[name]).run(screen, **asked)))
