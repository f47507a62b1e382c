"""``portal risk``: points fitted to outcomes, judged on outcomes they have not seen; a person adopts them or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.clock import Clock
from portal.commands.counting import counted
from portal.commands.dates import parse_day
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.policy.book import PolicyBook
    from core.portfolio.risk_quality import GroupRow
    from core.services.risk_fitting import Evaluation
    from core.services.risk_outcomes import Outcome

app = typer.Typer(no_args_is_help=True)

OutcomesFile = Annotated[Path, typer.Argument(
    metavar="FILE", exists=True, dir_okay=False, readable=True,
    help="Accounts and whether they defaulted: the public card file, or one that `portal risk outcomes` wrote.")]
PolicyFolder = Annotated[Path | None, typer.Option("--dir", envvar="PORTAL_POLICY_DIR", exists=True, file_okay=False,
                                                   help="A folder of policy files instead of the shipped ones.")]


@app.command()
def fit(
    file: OutcomesFile,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", dir_okay=False,
                                         help="The candidate to write; it must not exist yet.")],
    title: Annotated[str, typer.Option("--title", help="What the outcomes are, for whoever reads the policy.")],
    reference: Annotated[str, typer.Option("--reference", help="Where and from when they are.")],
    title_zh: Annotated[str, typer.Option("--title-zh", help="The title for Chinese readers.")] = "",
    note: Annotated[str, typer.Option("--note", help="What a reader must know of them.")] = "",
    from_date: Annotated[date | None, typer.Option("--from", parser=parse_day, metavar="DATE",
                                                   help="The first day it may hold. Default: tomorrow.")] = None,
    directory: PolicyFolder = None,
) -> None:
    """Fit points to seven in ten accounts and write a candidate policy file; nothing uses it until it is adopted."""
    from datetime import timedelta

    from core.policy.book import SHIPPED, PolicyBook
    from core.services.risk_fitting import candidate, fitted_source, usable
    from core.services.risk_fitting import fit as fitted

    folder = (directory or SHIPPED).resolve()
    if output.exists() or folder in output.resolve().parents:
        typer.echo("the candidate is a new file outside the policy folder: look at it, judge it, then put it there",
                   err=True)
        raise typer.Exit(2)
    outcomes = _outcomes(file)
    card = fitted(outcomes)
    source = fitted_source(title, title_zh or title, reference)
    text = candidate(PolicyBook.load(directory), card, from_date or Clock().today() + timedelta(days=1), source, note)
    output.write_text(text, encoding="utf-8")
    typer.echo(f"fitted to {counted(len(usable(outcomes, held_out=False)), 'account')}; "
               f"{counted(len(usable(outcomes, held_out=True)), 'account')} held out: `portal risk evaluate`")


@app.command()
def evaluate(
    file: OutcomesFile,
    candidate: Annotated[Path | None, typer.Option("--candidate", exists=True, dir_okay=False, readable=True,
                                                   help="Judge this candidate instead of the policy in force.")] = None,
    on: Annotated[date | None, typer.Option("--on", parser=parse_day, metavar="DATE",
                                            help="The day whose policy is judged. Default: today, of a candidate its "
                                                 "newest.")] = None,
    directory: PolicyFolder = None,
) -> None:
    """Judge points on the three in ten accounts held out: order, calibration, and errors by group, as Markdown."""
    from core.policy.rules.risk import risk_rule
    from core.services.risk_fitting import evaluate as judge
    from core.services.risk_outcomes import groups

    book = _book(directory, candidate)
    rule = risk_rule(book.on(on or (book.newest_date if candidate else Clock().today())))
    outcomes = _outcomes(file)
    for line in _report(judge(outcomes, rule.scorecard, rule.warning_share, groups(file.read_bytes())),
                        float(rule.warning_share)):
        typer.echo(line)


@app.command()
def outcomes(
    as_of: Annotated[date, typer.Option("--as-of", parser=parse_day, metavar="DATE",
                                        help="The day before which the accounts are looked at; what came of each is "
                                             "taken from the statement that followed.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", dir_okay=False,
                                         help="The file to write; it must not exist yet.")],
) -> None:
    """Write this bank's own outcomes: accounts without names, each with its last cycles and whether it defaulted."""
    from core.domain.actor import SYSTEM
    from core.services.risk_books import own_outcomes
    from core.services.risk_outcomes import written

    if output.exists():
        typer.echo("the file is there already", err=True)
        raise typer.Exit(2)
    found = own_outcomes(SYSTEM, migrated_context(), as_of)
    output.write_text(written(found), encoding="utf-8")
    typer.echo(f"{counted(len(found), 'account')}, {counted(sum(one.defaulted for one in found), 'default')}")


def _outcomes(file: Path) -> list[Outcome]:
    from core.services.importing.reading import read_bytes
    from core.services.risk_outcomes import read_outcomes

    return read_outcomes(read_bytes(file))


def _book(directory: Path | None, candidate: Path | None) -> PolicyBook:
    from core.policy.book import SHIPPED, PolicyBook
    from core.policy.overlay import overlaid

    if candidate is None:
        return PolicyBook.load(directory)
    return overlaid(str(candidate), candidate.read_bytes(), directory or SHIPPED)


def _report(found: Evaluation, warning_share: float) -> Iterator[str]:
    yield (f"Held out: {found.accounts:,} accounts, {found.observed:.1%} of them in default a month later; "
           f"{found.late_accounts:,} were late already.")
    yield from ("", "| figure | value | 95 % interval |", "|---|---:|---|")
    for name, one in (("AUC", found.auc), ("AUC among late accounts", found.auc_late)):
        yield f"| {name} | {one.value:.3f} | {one.lowest:.3f} to {one.highest:.3f} |"
    yield f"| Brier score | {found.brier:.4f} | the mean for everybody: {found.brier_of_the_mean:.4f} |"
    yield f"| expected calibration error | {found.calibration_error:.4f} | |"
    yield from ("", "| estimate | accounts | defaulted |", "|---:|---:|---:|")
    for row in found.calibration:
        yield f"| {row.predicted:.1%} | {row.accounts:,} | {row.observed:.1%} |"
    yield from ("", f"Warned from {warning_share:.0%} on:", "",
                "| attribute | group | accounts | defaulted | estimated | AUC | warned, did not default | "
                "defaulted, not warned |", "|---|---|---:|---:|---:|---:|---:|---:|", _row("all", "", found.warned),
                _row("late already", "", found.warned_late))
    for (name, group), fairness in sorted(found.fairness.items()):
        yield _row(name, group, fairness)


def _row(name: str, group: str, row: GroupRow) -> str:
    auc = "" if row.auc is None else f"{row.auc:.3f}"
    rates = " | ".join("" if rate is None else f"{rate:.1%}" for rate in (row.false_positive, row.false_negative))
    return f"| {name} | {group} | {row.accounts:,} | {row.observed:.1%} | {row.predicted:.1%} | {auc} | {rates} |"
