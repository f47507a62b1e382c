"""``portal replay ID``: every offer ever shown, worked out again from what is stored, and proved equal or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.counting import counted
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.services.assistant.proof import ReplayedTurn
    from core.services.context import ServiceContext

app = typer.Typer()

DIFFERENT = 1
"""Exit status when something that was shown does not come out again, or a row was altered."""

_WORDS = {
    "seal": "the row was altered after it was kept",
    "audit": "its seal is not the one in the audit chain",
    "gone": "the audit chain tells of it, and it is no longer there",
    "rule": "the numbers kept for it were altered or are gone",
    "input_hash": "what was asked has another hash",
    "grid_hash": "another set of plans is looked at",
    "result_hash": "another answer comes out",
    "result": "the document kept is not the one that comes out",
    "shown": "the offers kept are not the ones that come out",
    "do_nothing": "doing nothing comes to something else",
    "policy": "the policy of that version gives other numbers",
    "unreadable": "this version cannot read what is kept",
}


@app.callback(invoke_without_command=True, context_settings={"allow_interspersed_args": True})
def replay(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A turn, a conversation, or a request by its "
                                              "reference or id.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of words.")] = False,
    policy: Annotated[Path | None, typer.Option(
        exists=True, file_okay=False, help="A folder with the policy files of the version that was in force then, to "
        "check the numbers kept with the offers against.")] = None,
) -> None:
    """Work out again what was shown; exit 0 when all of it comes out to the letter, 1 when anything does not."""
    from core.services.assistant.proof import replay as replay_all

    context = _with_policy(migrated_context(), policy)
    found = replay_all(context, identifier)
    equal = all(turn.equal for turn in found)
    if as_json:
        turns = [asdict(turn) | {"equal": turn.equal} for turn in found]
        typer.echo(json.dumps({"equal": equal, "turns": turns}, indent=2, default=str))
    else:
        for line in [verdict(found), *(line for turn in found for line in lines_of(turn))]:
            typer.echo(line)
    if not equal:
        raise typer.Exit(DIFFERENT)


def verdict(found: Sequence[ReplayedTurn]) -> str:
    """What comes first: how much was worked out again, and whether all of it came out."""
    shown = [turn for turn in found if turn.stored_hash is not None]
    different = sum(not turn.equal for turn in found)
    return (f"{'NOT all equal' if different else 'all equal'}: {counted(len(found), 'turn')}, "
            f"{counted(len(shown), 'answer')}, {counted(sum(turn.offers for turn in shown), 'plan')}"
            + (f"; {counted(different, 'turn')} different, each with its reason below" if different else ""))


def lines_of(turn: ReplayedTurn) -> list[str]:
    """A turn in words for the operator."""
    head = f"{turn.conversation_id} turn {turn.number} ({turn.turn_id})"
    if turn.stored_hash is None:
        told = [f"{head}: showed no offers" + ("" if turn.equal else ", and does not hold")]
    else:
        told = [f"{head}: {'equal' if turn.equal else 'DIFFERENT'}, as of {turn.as_of}, policy {turn.policy_version}",
                f"  stored     {turn.stored_hash}", f"  recomputed {turn.recomputed_hash or '-'}"]
        if not turn.policy_loaded:
            told.append("  that policy version is not loaded here: worked out with the numbers kept with the offers; "
                        "--policy DIR checks these against its files")
    return told + [f"  {_WORDS[part.value]}" for part in turn.differences]


def _with_policy(context: ServiceContext, directory: Path | None) -> ServiceContext:
    if directory is None:
        return context
    from dataclasses import replace as changed

    from core.policy.book import PolicyBook

    return changed(context, policy=PolicyBook.load(directory))
