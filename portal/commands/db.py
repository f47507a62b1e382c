"""``portal db``: bring the database to this version's schema, or check that it is there."""

from __future__ import annotations

import typer

from core import bootstrap

app = typer.Typer(no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Migrate to the newest schema. Safe to repeat."""
    context = bootstrap.start()
    bootstrap.must_read_database(context)
    before, after = bootstrap.upgrade_database(context)
    typer.echo(f"database at {after}" + ("" if before == after else f" (was {before or 'empty'})"))


@app.command()
def check() -> None:
    """Exit 0 if the schema is this version's, the audit chain holds and the key fits; 1 otherwise."""
    for finding in (findings := bootstrap.check_database(bootstrap.start())):
        typer.echo(finding)
    if not all(finding.startswith("ok") for finding in findings):
        raise typer.Exit(1)
