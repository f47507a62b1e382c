"""``portal evaluate``: how negotiating goes with a synthetic population, beside other ways to negotiate."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.commands.counting import counted

app = typer.Typer()

_COLUMNS = {"agreement": "agree", "completed_of_deals": "complete", "completed_of_debtors": "of all",
            "recovery": "recovered", "lender_value_counted": "lender", "lender_value": "in cash",
            "debtor_value": "debtor", "frontier_gap": "gap", "breaching": "breaches"}
_QUICK = (4_000, 2)
_ABOUT = (
    "100,000 debtors take about a quarter of an hour on two cores, --quick under a minute. In the world iva plans "
    "break as published of British individual voluntary arrangements (three in ten within five years), in dmp as of "
    "American debt-management plans (six in ten within four). Printed is a line for each way to negotiate in each "
    "world, in per cent: how many agree, how many of these plans and of all debtors complete one, all money the "
    "lender recovers (also without a deal), what each side gains over doing nothing, the gap to what both could have "
    "had, and plans that breach a constraint. docs/evaluation.md explains them.")


class WorldName(StrEnum):
    """The worlds there are."""

    IVA = "iva"
    DMP = "dmp"


@app.callback(invoke_without_command=True, epilog=_ABOUT)
def evaluate(
    debtors: Annotated[int, typer.Option("--debtors", min=1, metavar="N", help="Synthetic debtors in all.")] = 100_000,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=100, metavar="K", help="Seeds they are drawn from.")] = 5,
    world: Annotated[WorldName | None, typer.Option("--world", help="One world instead of both.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", dir_okay=False,
                                             help="Also write everything as JSON.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="4,000 debtors of 2 seeds, without stress tests.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", min=1, metavar="N",
                                                help="Processes. Default: one per core.")] = None,
) -> None:
    """Let every strategy negotiate with the same synthetic debtors and live through what was agreed. No database."""
    from core.evaluation.document import write_document
    from core.evaluation.runs import Plan
    from core.evaluation.runs import evaluate as run
    from core.evaluation.world import WORLDS
    from core.portfolio.engines import Here, Processes
    from portal.commands.progress import drawn

    names = (world.value,) if world else tuple(WORLDS)
    plan = Plan(*_QUICK, worlds=names, stress=False) if quick else Plan(debtors, seeds, names)
    count = workers or os.cpu_count() or 1
    with drawn() as progress:
        document = run(plan, Processes(count) if count > 1 else Here(), progress)
    if out is not None:
        write_document(document, out)
    for line in _lines(document):
        typer.echo(line)


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield (f"{counted(document['debtors'], 'debtor')} from {counted(document['seeds'], 'seed')}, "
           f"policy {document['policy_version']}; "
           "values are gains over doing nothing, in hundredths of what was owed")
    for name, world in document["worlds"].items():
        yield f"world {name}: {world['source']}"
        for known in world["published"]:
            yield (f"  ended by month {known['month']}: published {_percents(known)}, "
                   f"here {100 * known['fitted']:.1f} %")
        yield "  " + " " * 30 + "".join(f"{heading:>11}" for heading in _COLUMNS.values())
        for strategy, figures in document["results"][name].items():
            yield f"  {strategy:30}" + "".join(f"{100 * figures[ratio]['value']:>11.1f}" for ratio in _COLUMNS)


def _percents(known: dict[str, float]) -> str:
    least, most = 100 * known["least"], 100 * known["most"]
    return f"{least:.1f} %" if least == most else f"{least:.0f}-{most:.0f} %"
