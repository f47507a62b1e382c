"""``portal db``: bring the database to this version's schema, or check that it is there."""

from __future__ import annotations

import typer

from portal.commands.wiring import context_from_environment

app = typer.Typer(no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Migrate to the newest schema. Safe to repeat."""
    from core.bootstrap import upgrade_database

    before, after = upgrade_database(context_from_environment())
    typer.echo(f"database at {after}" + ("" if before == after else f" (was {before or 'empty'})"))


@app.command()
def check() -> None:
    """Exit 0 if the database answers, is at this version's schema and its audit chain holds; 1 otherwise."""
    from core.bootstrap import check_database

    for finding in (findings := check_database(context_from_environment())):
        typer.echo(finding)
    if not all(finding.startswith("ok") for finding in findings):
        raise typer.Exit(1)
