"""``portal simulate``: what a changed policy would do to the portfolio, before anybody signs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.counting import counted
from portal.commands.dates import parse_day
from portal.commands.engines import AddressOption, EngineName, EngineOption, WorkersOption, choose_engine
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.services.simulation import Comparison

app = typer.Typer()

_HEADINGS = {
    "next": "next statements, if nothing else happens", "ahead": "after twelve months of doing nothing",
    "bucket": "accounts by days past due", "class": "accounts by asset class (the stricter ladder)",
    "requests": "open requests", "assessments": "newest assessments"}
_WORDS = {
    "minimum_minor": "minimum payments", "interest_minor": "interest", "late_fees_minor": "late fees",
    "total_minor": "owed", "affordable_minor": "affordable a month", "pass": "pass every check",
    "fail": "fail a check", "no_income": "no income", "no_surplus": "no surplus", "refer": "needs a talk",
    "affordable": "affordable", "unknown": "cannot be worked out"}
_CHANGED = {"bucket": "accounts in another band of days past due", "class": "accounts in another asset class",
            "minimum": "statements with another minimum payment", "requests": "requests with another answer",
            "assessments": "assessments with another outcome"}


@app.callback(invoke_without_command=True)
def simulate(
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", exists=True, dir_okay=False, readable=True,
                                         help="A policy file with the parameters, or the issuer profile, that change; "
                                              "everything else stays.")],
    as_of: Annotated[date | None, typer.Option("--as-of", parser=parse_day, metavar="DATE",
                                               help="The day whose rules are compared. Default: today.")] = None,
    engine: EngineOption = EngineName.LOCAL,
    workers: WorkersOption = None,
    address: AddressOption = None,
) -> None:
    """Compare the policy in force with a changed one over every account. Aggregates only; nothing is written."""
    from core.batch import simulating_with
    from core.domain.actor import SYSTEM
    from core.policy.overlay import overlaid
    from core.services.simulation import simulate as compare
    from portal.commands.progress import drawn

    context = migrated_context()
    content = policy.read_bytes()
    changed = overlaid(str(policy), content, context.settings.policy_dir)
    chosen = choose_engine(context, engine, workers, address)
    day = as_of or context.clock.today()
    with drawn() as progress:
        found = compare(SYSTEM, context, changed, day, progress=progress, run_accounts=None if chosen is None else
                        simulating_with(context, chosen, str(policy), content))
    typer.echo(f"{counted(found.before['accounts'], 'account')} as the books stand, by the rules of {day}: "
               f"policy {context.policy.version} and with {policy.name}")
    if found.before["without_books"]:
        typer.echo(f"without books yet, and so without a next statement here: {found.before['without_books']:,}; "
                   "run `portal close-day` first")
    for line in _lines(found):
        typer.echo(line)


def _lines(found: Comparison) -> Iterator[str]:
    yield f"  {'':38}{'before':>20}{'after':>20}{'difference':>20}"
    known = dict.fromkeys([*found.before, *found.after])
    names = [name for group in _HEADINGS for name in known if name.startswith(f"{group}.")]
    heading = ""
    for name in names:
        group, figure = name.split(".", 1)
        if group != heading:
            heading = group
            yield _HEADINGS[group]
        before, after = found.before[name], found.after[name]
        shown = _yuan if figure.endswith("_minor") else _count
        yield f"  {_WORDS.get(figure, figure):38}{shown(before):>20}{shown(after):>20}{shown(after - before, True):>20}"
    yield "what comes out differently"
    for name, words in _CHANGED.items():
        yield f"  {words:58}{found.changed[name]:>20,}"


def _yuan(minor: int, signed: bool = False) -> str:
    sign = "-" if minor < 0 else "+" if signed and minor else ""
    whole, rest = divmod(abs(minor), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def _count(number: int, signed: bool = False) -> str:
    return f"{number:+,}" if signed and number else f"{number:,}"
