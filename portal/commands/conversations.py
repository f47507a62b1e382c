"""``portal conversations``: what was said without any case is kept no longer than the policy says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.counting import counted
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.services.assistant.erasing import Erased

app = typer.Typer(no_args_is_help=True)


@app.command()
def purge(
    older_than: Annotated[int | None, typer.Option("--older-than", metavar="DAYS", min=1, help="Not touched for longer "
                                                   "than that. Default, and the least: what the policy says "
                                                   "(records.conversation_days).")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Erase them. Without it they are only counted.")] = False,
) -> None:
    """Erase conversations that led to no request and that nobody has touched for long. Safe to stop and to repeat."""
    from core.domain.actor import SYSTEM
    from core.services.assistant.erasing import erase_old_conversations, old_conversations
    from portal.commands.progress import drawn

    context = migrated_context()
    if not apply:
        typer.echo(f"{_told(old_conversations(context, older_than))}; nothing was erased: --apply erases them")
        return
    with drawn() as progress:
        found = erase_old_conversations(SYSTEM, context, older_than, progress)
    typer.echo(f"{_told(found)}: erased")


def _told(found: Erased) -> str:
    return (f"{counted(found.conversations, 'conversation')} with {counted(found.turns, 'turn')}, not touched for more "
            f"than {counted(found.days, 'day')}")


@app.callback()
def _keep_group() -> None:
    """Keeps ``purge`` a subcommand while it stands alone."""
