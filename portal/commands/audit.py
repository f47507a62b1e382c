"""``portal audit``: prove that no audit row was altered or removed."""

from __future__ import annotations

import typer

from portal.commands.wiring import migrated_context

app = typer.Typer(no_args_is_help=True)


@app.command()
def verify() -> None:
    """Recompute the hash chain of the audit log; exit 1 at the first row that does not fit."""
    from core.services.records import first_broken_link

    context = migrated_context()
    with context.reading() as connection:
        broken = first_broken_link(connection)
    if broken is not None:
        typer.echo(f"audit row {broken} was altered, or the row before it was removed")
        raise typer.Exit(1)
    typer.echo("audit chain holds")


@app.callback()
def _keep_group() -> None:
    """Keeps ``verify`` a subcommand while it stands alone."""
