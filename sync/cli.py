"""The command line. Nothing but typer is loaded before a command is known."""

from __future__ import annotations

import gc
import io
import os
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from sync.commandline import (
    ConfigOption,
    ConnectionOption,
    DryRunOption,
    JsonOption,
    QuietOption,
    Run,
    adding,
    ended_by_sigterm,
)

COMMANDS = {
    "away": "sync.commands.away",
    "check": "sync.commands.check",
    "config schema": "sync.commands.schema",
    "demo": "sync.commands.demo",
    "explain": "sync.commands.explain",
    "forget": "sync.commands.forget",
    "import-rules salesforce": "sync.commands.import_rules",
    "init": "sync.commands.init",
    "parked": "sync.commands.parked",
    "report": "sync.commands.report",
    "retry": "sync.commands.retry",
    "route": "sync.commands.route",
    "sandbox": "sync.commands.sandbox",
    "simulate": "sync.commands.simulate",
    "store copy": "sync.commands.copy",
    "store migrate": "sync.commands.migrate",
    "store trim": "sync.commands.trim",
    "sync": "sync.commands.sync",
    "undo": "sync.commands.undo",
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
stores = typer.Typer(help="The database of the ledger.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(stores, name="store")
imports = typer.Typer(help="Take over another system's rules.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(imports, name="import-rules")

command = partial(adding, COMMANDS)

MappingOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The columns are the CRM's: use this connection's mapping.")
]


@app.callback()
def _everywhere(
    context: typer.Context, config: ConfigOption = None, json: JsonOption = False, quiet: QuietOption = False
) -> None:
    context.obj = (config, json, quiet)


@command(app)
@ended_by_sigterm()
def sync(
    run: Run,
    every: Annotated[str | None, typer.Option(metavar="T", help="Go on, a pass every T: 60s, 5m.")] = None,
    connection: ConnectionOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Assign new leads. One pass over each connection is the job for cron; with --every it goes on."""
    run(every=every, connection=connection, dry_run=dry_run)


@command(app)
def route(
    run: Run,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV or JSON Lines; - for standard input (CSV).")
    ],
    mapping: MappingOption = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Route as of this time (ISO 8601).")] = None,
) -> None:
    """Show who would get the leads of a file. Works offline and writes nothing."""
    run(file=file, mapping=mapping, at=at)


@command(app)
def simulate(
    run: Run,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="A duration or a day; default 30d, of a file all.")
    ] = None,
    proposed: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The proposed configuration; a second --config means the same."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Leads of a CSV or JSON Lines file with created dates instead."),
    ] = None,
    mapping: MappingOption = None,
    html: Annotated[Path | None, typer.Option(metavar="OUT", help="Also write a page with charts.")] = None,
) -> None:
    """Make history again under a proposed configuration. Says who would have got what; writes nothing to the store."""
    run(since=since, proposed=proposed, file=file, mapping=mapping, html=html)


@command(app)
def explain(
    run: Run,
    lead: Annotated[
        str | None, typer.Argument(metavar="[LEAD]", help="CONNECTION/OBJECT/ID, or the record's id.")
    ] = None,
    rep: Annotated[
        str | None, typer.Option(metavar="NAME", help="Why this rep got leads or none; id, e-mail or name.")
    ] = None,
    for_rep: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What this rep may see of it, or of LEAD: nothing of the others."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="Of a rep; a duration or a day, default 7d.")
    ] = None,
) -> None:
    """Say why a lead went where it went, with every condition and rep; or how a rep stands, and why."""
    run(lead=lead, rep=rep, for_rep=for_rep, since=since)


@command(app)
def parked(run: Run, connection: ConnectionOption = None) -> None:
    """List the leads that wait, with the reason and the deadline."""
    run(connection=connection)


@command(app)
def report(
    run: Run,
    since: Annotated[
        str, typer.Option(metavar="T", help="How far back: 7d, 12h, or a day, 2026-01-31.")
    ] = "7d",
) -> None:
    """Count who got how many leads. Also what went wrong and what stands open; no lead is named."""
    run(since=since)


@command(app)
def away(
    run: Run,
    rep: Annotated[
        str | None,
        typer.Argument(metavar="[REP]", help="The rep's id, e-mail or name; default: list who is away."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="T", help="4h, 3d, or on the rep's clock 2026-12-24 (all day), 2026-12-24T12:00."
        ),
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="The rep takes leads again.")] = False,
) -> None:
    """Mark a rep away or back, at once. A pass under way heeds it from its next leads on; no lead is taken away."""
    run(rep=rep, until=until, back=back)


@command(app)
def retry(
    run: Run,
    lead: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LEAD]...", help="These, undone and forgotten ones, too; default: all that failed."
        ),
    ] = None,
    connection: ConnectionOption = None,
    listed: Annotated[bool, typer.Option("--list", help="Only list them, with the next time.")] = False,
) -> None:
    """Try the failed leads again now, without waiting for their time."""
    run(leads=tuple(lead or ()), connection=connection, listed=listed)


@command(app)
def undo(
    run: Run,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", help="As `undo` alone lists them, or its beginning if that is enough."
        ),
    ] = None,
    connection: ConnectionOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Take a pass back. Previous owners return where ours still stand, and turns; without RUN passes are listed."""
    run(name=name, connection=connection, dry_run=dry_run)


@command(app)
def forget(
    run: Run,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The person's e-mail address.")],
    dry_run: DryRunOption = False,
) -> None:
    """Remove a person from the store, for good. Every connection is looked through; ids stay as tombstones."""
    run(email=email, dry_run=dry_run)


@command(app)
def init(
    run: Run,
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Default: this directory.")
    ] = None,
) -> None:
    """Write a commented starter configuration. Never overwrites a file."""
    run(directory=directory)


@command(app)
def check(
    run: Run,
    live: Annotated[
        bool, typer.Option("--live", help="Also ask the CRMs: credentials, owners, queues.")
    ] = False,
    every: Annotated[
        str | None, typer.Option(metavar="T", help="With --live: count the calls of such a poll; 60s.")
    ] = None,
) -> None:
    """List every problem of the configuration. Each with file, line, column and a way out."""
    run(live=live, every=every)


@command(app)
def demo(
    run: Run,
    directory: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Where to keep its files.")
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Serve the CRMs until Ctrl-C, to sync again from elsewhere.")
    ] = False,
) -> None:
    """Route some hundred sample leads and show it. The real sync, on a sandbox; needs no account."""
    run(load=lambda: import_module(SANDBOX), directory=directory, stay=stay)


@command(app)
def sandbox(
    run: Run,
    kind: Annotated[str, typer.Option(metavar="KIND", help="hubspot or salesforce.")] = "hubspot",
    port: Annotated[int, typer.Option(metavar="PORT", help="0 takes any free one.")] = 0,
    contacts: Annotated[int, typer.Option(metavar="N", help="Sample contacts or leads.")] = 500,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the sample and of chance.")] = 1,
    latency: Annotated[float, typer.Option(metavar="SECONDS", help="Of each call.")] = 0.0,
    limits: Annotated[
        str, typer.Option(metavar="TIER", help="enterprise, free, oauth, developer or none: calls allowed.")
    ] = "enterprise",
) -> None:
    """Serve a CRM on loopback, to try a configuration against; nothing is kept."""
    run(
        load=lambda: import_module(SANDBOX),
        kind=kind,
        port=port,
        contacts=contacts,
        seed=seed,
        latency=latency,
        limits=limits,
    )


@command(schemas)
def schema(run: Run) -> None:
    """Print the JSON Schema of the files. It gives editors completion."""
    run()


@command(imports)
def salesforce(
    run: Run,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Lead.assignmentRules-meta.xml; or the folder or zip of the metadata."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write; default: --config.")
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="NAME", help="This rule; default: the active one.")
    ] = None,
    dry_run: DryRunOption = False,
) -> None:
    """Translate lead assignment rules. What cannot be said is listed, and stands as a comment in its place."""
    run(file=file, out=out, rule=rule, dry_run=dry_run)


@command(stores)
def migrate(run: Run) -> None:
    """Bring the store to the schema of this version. A pass does so, too; this does nothing else."""
    run()


@command(stores)
def copy(
    run: Run,
    source: Annotated[str, typer.Argument(metavar="FROM_URL", help="As under `store`, ${NAME} for secrets.")],
    target: Annotated[str, typer.Argument(metavar="TO_URL", help="A store without anything in it.")],
) -> None:
    """Copy a store, such as from SQLite to PostgreSQL. Every table is compared before the copy counts."""
    run(source=source, target=target)


@command(stores)
def trim(run: Run) -> None:
    """Let all that is older than `retention` leave the store now. Passes do it bit by bit."""
    run()


def main() -> None:
    gc.set_threshold(50_000)  # start-up makes many objects that stay, and looks for garbage among them
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # found by reading every installed package
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # no character of a CRM ends a pass at its report
    app(prog_name="leadswitch")  # commands are looked up by the words behind it


if __name__ == "__main__":
    main()
