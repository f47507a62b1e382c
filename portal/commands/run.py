"""``portal run``: bring the database up to date, fill the demo if asked, say the address, serve."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.table import Table

from core import bootstrap
from core.services.context import ServiceContext
from portal.commands.listening import must_be_free
from portal.commands.progress import drawn
from portal.web.origins import must_be_servable

app = typer.Typer()


@app.callback(invoke_without_command=True)
def run(host: str = typer.Option("127.0.0.1", help="Address to listen on."),
        port: int = typer.Option(8501, min=1, max=65535, help="Port to listen on."),
        behind_proxy: str = typer.Option("127.0.0.1", help="Proxies whose forwarding headers are believed."),
        demo_on_network: bool = typer.Option(
            False, "--demo-on-network", help="Let other machines use the demo, whose sign-ins are public.")) -> None:
    """Migrate, load the demo portfolio when PORTAL_DEMO=1 and nothing is there yet, and serve."""
    context = bootstrap.start()
    # First what may stop it: nobody should wait for a demo that is then not served.
    must_be_servable(context.settings, host, demo_on_network=demo_on_network)
    must_be_free(host, port)
    bootstrap.must_read_database(context)
    before, after = bootstrap.upgrade_database(context)
    if before != after:
        typer.echo(f"database migrated to {after}")
    if context.settings.demo:
        _prepare_demo(context)
    _load_ahead()
    typer.echo(f"the portal is at {context.settings.public_origin or f'http://{host}:{port}'}   (Ctrl-C stops it)")
    sys.stdout.flush()
    from portal.web.server import serve

    serve(host, port, context, behind_proxy=behind_proxy, demo_on_network=demo_on_network)


def _load_ahead() -> None:
    from core.services.assistant.document import load_ahead

    load_ahead()


def _prepare_demo(context: ServiceContext) -> None:
    from core.services import demo

    with drawn() as progress:
        demo.ensure_loaded(context, progress)
    table = Table(title="Demo sign-ins (synthetic people)", title_justify="left")
    for heading in ("role", "login", "password", "note"):
        table.add_column(heading)
    for person in demo.sign_ins():
        table.add_row(person.role, person.login, person.password, person.note)
    Console(width=110).print(table)
