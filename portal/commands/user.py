"""``portal user``: the bank's own people. Cardholders activate themselves; they are not made here."""

from __future__ import annotations

import sys
from uuid import uuid4

import typer

from core.domain.actor import SYSTEM, Authority, Role
from core.domain.errors import NotFound
from core.services.identity import users
from portal.commands.wiring import context_from_environment

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(login: str,
           name: str = typer.Option(..., help="The name colleagues read."),
           role: Role = typer.Option(..., help="collector, supervisor, staff or admin."),
           authority: Authority | None = typer.Option(None, help="For collectors and supervisors: L1 to L4."),
           password_stdin: bool = typer.Option(False, help="Read the password from standard input.")) -> None:
    """Create a user; the password is asked for, or read from standard input, never an argument."""
    password = (sys.stdin.readline().rstrip("\n") if password_stdin
                else typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    users.create_user(SYSTEM, context_from_environment(), login=login, display_name=name, role=role,
                      authority=authority, password=password, idempotency_key=uuid4().hex)
    typer.echo(f"created {login} ({role})")


@app.command("list")
def list_() -> None:
    """List users: login, role, authority, whether they may sign in."""
    context = context_from_environment()
    after = ""
    while page := users.list_users(SYSTEM, context, after=after):
        for user in page:
            state = "active" if user.active else "disabled"
            typer.echo(f"{user.login:30} {user.role:12} {user.authority or '-':4} {state}")
        after = page[-1].login


@app.command()
def disable(login: str) -> None:
    """Disable a user: every session ends at once."""
    _set_active(login, active=False)


@app.command()
def enable(login: str) -> None:
    """Let a disabled user sign in again."""
    _set_active(login, active=True)


def _set_active(login: str, *, active: bool) -> None:
    context = context_from_environment()
    user = users.find_user(SYSTEM, context, login)
    if user is None:
        raise NotFound("user")
    users.set_user_active(SYSTEM, context, user.user_id, active=active, version=user.version)
    typer.echo(f"{user.login} is {'active' if active else 'disabled'}")
