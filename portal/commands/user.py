"""``portal user``: the bank's own people. Cardholders activate themselves; here they can only be stopped."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

import typer

from core.domain.actor import SYSTEM, Authority, Role
from core.domain.errors import InvalidInput, NotFound
from core.services.identity import users
from portal.commands.wiring import migrated_context

app = typer.Typer(no_args_is_help=True)

BankRole = StrEnum("BankRole", {role.name: role.value for role in Role if role is not Role.CARDHOLDER})
Login = Annotated[str, typer.Argument(help="What they sign in with.", show_default=False)]


@app.command()
def create(login: Login,
           name: str = typer.Option(..., help="The name colleagues read."),
           role: BankRole = typer.Option(..., help="What they do. Cardholders activate themselves."),
           authority: Authority | None = typer.Option(None, help="For collectors and supervisors: L1 to L4."),
           password_stdin: bool = typer.Option(False, help="Read the password from standard input, as is "
                                            "done anyway when that is a pipe.")) -> None:
    """Create a user; the password is asked for, or read from standard input, never an argument."""
    _must_go_together(role, authority)
    context = migrated_context()
    users.create_user(SYSTEM, context, login=login, display_name=name, role=Role(role),
                      authority=authority, password=_password(password_stdin), idempotency_key=uuid4().hex)
    typer.echo(f"created {login} ({role})")


@app.command("list")
def list_() -> None:
    """List users: login, role, authority, whether they may sign in."""
    context = migrated_context()
    after = ""
    while page := users.list_users(SYSTEM, context, after=after):
        for user in page:
            state = "active" if user.active else "disabled"
            typer.echo(f"{user.login:30} {user.role:12} {user.authority or '-':4} {state}")
        after = page[-1].login


@app.command()
def disable(login: Login) -> None:
    """Disable anybody's sign-in, a cardholder's too: every session ends at once."""
    _set_active(login, active=False)


@app.command()
def enable(login: Login) -> None:
    """Let somebody who was disabled sign in again."""
    _set_active(login, active=True)


def _must_go_together(role: BankRole, authority: Authority | None) -> None:
    """Say which of the two is missing or too many, before a password is asked for."""
    decides = role in (Role.COLLECTOR, Role.SUPERVISOR)
    if decides and authority is None:
        raise InvalidInput("role_authority_mismatch", f"role {role} decides: say up to where with --authority "
                           f"{', '.join(Authority)}", field="authority")
    if not decides and authority is not None:
        raise InvalidInput("role_authority_mismatch", f"role {role} decides nothing: leave out --authority {authority}",
                           field="authority")


def _password(from_stdin: bool) -> str:
    if not from_stdin and sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InvalidInput("password_missing", "standard input holds no password: write it as its first line, or call "
                           "this from a terminal to be asked", field="password")
    return line


def _set_active(login: str, *, active: bool) -> None:
    context = migrated_context()
    user = users.find_user(SYSTEM, context, login)
    if user is None:
        raise NotFound(f"user: {login}")
    if user.active == active:
        typer.echo(f"{user.login} ({user.role}) is {'active' if active else 'disabled'} already: nothing changed")
        return
    users.set_user_active(SYSTEM, context, user.user_id, active=active, version=user.version)
    typer.echo(f"{user.login} ({user.role}) " + (
        "may sign in again" if active else "is disabled and signed out everywhere"))
