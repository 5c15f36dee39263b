"""The command line. Nothing but typer is loaded before a command is known."""

from __future__ import annotations

import gc
import io
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

COMMANDS = {
    "check": "sync.commands.check",
    "config schema": "sync.commands.schema",
    "demo": "sync.commands.demo",
    "explain": "sync.commands.explain",
    "init": "sync.commands.init",
    "parked": "sync.commands.parked",
    "retry": "sync.commands.retry",
    "route": "sync.commands.route",
    "sandbox": "sync.commands.sandbox",
    "sync": "sync.commands.sync",
}
"""Command to the module whose `run` does it."""

SANDBOX = "sandbox.serve"
"""Stands alone and is handed to the commands that serve an account; nothing else of it is loaded."""

app = typer.Typer(
    name="leadswitch",
    help="Routes every new CRM lead to the right owner: never twice, never forgotten.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # frames around the help would double its time
    epilog="Exit codes: 0 all well; 1 some leads failed; 2 configuration wrong; 3 a CRM unreachable; "
    "4 another pass holds the connection.",
)
schemas = typer.Typer(help="What a configuration may contain.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(schemas, name="config")

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="DIR", help="Directory of the configuration.", envvar="LEADSWITCH_CONFIG"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output, stable.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Results and errors only.")]


@app.callback()
def _everywhere(
    context: typer.Context, config: ConfigOption = None, json: JsonOption = False, quiet: QuietOption = False
) -> None:
    context.obj = (config, json, quiet)


def _run(context: typer.Context, common: tuple[Path | None, bool, bool], **asked: Any) -> None:
    """Run the command's module; options may stand before or behind the command."""
    from sync.screen import Screen
    from sync.trouble import told

    (config, json, quiet), (own_config, own_json, own_quiet) = context.obj, common
    screen = Screen(own_config or config or Path(), json or own_json, quiet or own_quiet)
    name = context.command_path.partition(" ")[2]
    raise typer.Exit(told(screen, lambda: import_module(COMMANDS[name]).run(screen, **asked)))


@app.command()
def sync(
    context: typer.Context,
    every: Annotated[str | None, typer.Option(metavar="T", help="Go on, a pass every T: 60s, 5m.")] = None,
    connection: Annotated[str | None, typer.Option(metavar="N", help="This connection only.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Assign new leads. One pass over each connection is the job for cron; with --every it goes on."""
    _run(context, (config, json, quiet), every=every, connection=connection, dry_run=dry_run)


@app.command()
def route(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV or JSON Lines; - for standard input (CSV).")
    ],
    mapping: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The columns are the CRM's: use this connection's mapping."),
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Route as of this time (ISO 8601).")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show who would get the leads of a file. Works offline and writes nothing."""
    _run(context, (config, json, quiet), file=file, mapping=mapping, at=at)


@app.command()
def explain(
    context: typer.Context,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="CONNECTION/OBJECT/ID, or the record's id.")],
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say why a lead went where it went. Shows every condition with the value seen, every rep considered."""
    _run(context, (config, json, quiet), lead=lead)


@app.command()
def parked(
    context: typer.Context, config: ConfigOption = None, json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """List the leads that wait, with the reason and the deadline."""
    _run(context, (config, json, quiet))


@app.command()
def retry(
    context: typer.Context,
    lead: Annotated[
        list[str] | None, typer.Argument(metavar="[LEAD]...", help="These only; default: all.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Try the failed leads again now, without waiting for their time."""
    _run(context, (config, json, quiet), leads=tuple(lead or ()))


@app.command()
def init(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Default: this directory.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a commented starter configuration. Never overwrites a file."""
    _run(context, (config, json, quiet), directory=directory)


@app.command()
def check(
    context: typer.Context,
    live: Annotated[
        bool, typer.Option("--live", help="Also ask the CRMs: credentials, owners, queues.")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List every problem of the configuration. Each with file, line, column and a way out."""
    _run(context, (config, json, quiet), live=live)


@app.command()
def demo(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Where to keep its files.")
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Serve the account until Ctrl-C, to sync again from elsewhere.")
    ] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Route some hundred sample leads and show it. The real sync, on a sandbox; needs no account."""
    _run(context, (config, json, quiet), load=lambda: import_module(SANDBOX), directory=directory, stay=stay)


@app.command()
def sandbox(
    context: typer.Context,
    port: Annotated[int, typer.Option(metavar="PORT", help="0 takes any free one.")] = 0,
    contacts: Annotated[int, typer.Option(metavar="N", help="Sample contacts.")] = 500,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the sample and of chance.")] = 1,
    latency: Annotated[float, typer.Option(metavar="SECONDS", help="Of each call.")] = 0.0,
    limits: Annotated[
        str, typer.Option(metavar="TIER", help="enterprise, free, oauth or none: calls allowed.")
    ] = "enterprise",
    config: ConfigOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Serve a HubSpot account on loopback, to try a configuration against; nothing is kept."""
    _run(
        context,
        (config, json, quiet),
        load=lambda: import_module(SANDBOX),
        port=port,
        contacts=contacts,
        seed=seed,
        latency=latency,
        limits=limits,
    )


@schemas.command()
def schema(
    context: typer.Context, config: ConfigOption = None, json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """Print the JSON Schema of the files. It gives editors completion."""
    _run(context, (config, json, quiet))


def main() -> None:
    gc.set_threshold(50_000)  # start-up makes many objects that stay, and looks for garbage among them
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # found by reading every installed package
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # no character of a CRM ends a pass at its report
    app(prog_name="leadswitch")  # commands are looked up by the words behind it


if __name__ == "__main__":
    main()
