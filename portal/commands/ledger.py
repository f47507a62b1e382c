"""``portal ledger``: prove that the books hold, or show one account's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.counting import counted
from portal.commands.engines import AddressOption, EngineName, EngineOption, WorkersOption, choose_engine
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.services.account_ledger import AccountLedger
    from core.services.verification import Fault

app = typer.Typer(no_args_is_help=True)

_FAULTS = {
    "balance": "the balance of {where} is {found} fen, its entries add up to {expected}",
    "arithmetic": "the statement of {where} closes with {found} fen, its figures add up to {expected}",
    "chain": "the statement of {where} opens with {found} fen, the one before closed with {expected}",
    "entries": "{where} has {found} fen posted, the facts lead to {expected}",
    "state": "the state kept for {where} is not what the facts lead to: {found} for {expected}",
    "state_on": "the state is kept for {found}, the facts lead to {expected}",
    "oldest_unpaid": "arrears are dated {found}, the facts lead to {expected}",
    "next_event": "the next event is awaited on {found}, it is on {expected}",
    "replay": "the facts since {where} cannot be played: {found}",
}


@app.command()
def verify(
    replay: Annotated[bool, typer.Option("--replay", help="Also play every account's facts again.")] = False,
    account: Annotated[str | None, typer.Option(metavar="REF", help="Only this account, by its reference at the "
                                                "source or its id.")] = None,
    engine: EngineOption = EngineName.LOCAL,
    workers: WorkersOption = None,
    address: AddressOption = None,
) -> None:
    """Check every account's books; name the first difference and exit 1 when there is one."""
    from core.batch import verify_with
    from core.services.account_ledger import account_ids, all_account_ids
    from core.services.verification import verify as verify_books
    from portal.commands.progress import drawn

    context = migrated_context()
    chosen = choose_engine(context, engine, workers, address)
    ids = None if account is None else account_ids(context, account)
    with drawn() as progress:
        if chosen is None or ids is not None:
            found = verify_books(context, ids, replay, progress)
        else:
            found = verify_with(context, chosen, all_account_ids(context), replay, progress)
    typer.echo(f"{counted(found.accounts, 'account')}, {counted(found.statements, 'statement')}"
               + (f", {found.replayed:,} replayed" if replay else ""))
    if found.first is None:
        typer.echo("the books hold")
        return
    typer.echo(f"{counted(found.faults, 'account')} at fault; the first, {in_words(found.first)}")
    raise typer.Exit(1)


@app.command()
def digest() -> None:
    """Print one number for all books: equal books, equal number, on any database. Compare copies with it."""
    from core.services.books.digest import books_digest
    from portal.commands.progress import drawn

    context = migrated_context()
    with drawn() as progress, context.reading() as connection:
        typer.echo(books_digest(connection, progress))


@app.command()
def show(account: Annotated[str, typer.Argument(metavar="REF", help="The account's reference at the source, or "
                                                                    "its id.")]) -> None:
    """Show an account's balances, what its principal consists of, and its newest entries."""
    from core.services.account_ledger import account_ids, account_ledger

    context = migrated_context()
    for account_id in account_ids(context, account):
        for line in _lines(account_ledger(context, account_id)):
            typer.echo(line)


def in_words(fault: Fault) -> str:
    """A fault as one line for the operator."""
    what = _FAULTS[fault.kind].format(where=fault.where, found=fault.found, expected=fault.expected)
    return f"{fault.reference} ({fault.account_id}): {what}"


def _lines(ledger: AccountLedger) -> list[str]:
    from core.domain.money import format_yuan

    held = ledger.balances
    amounts = {"principal": held.principal_minor, "interest": held.interest_minor, "late fees": held.late_fee_minor,
               "other fees": held.other_fees_minor, "total": held.total_minor}
    lines = [f"{ledger.reference} ({ledger.account_id}), {ledger.issuer}",
             *(f"  {name:<12}{format_yuan(amount):>16}" for name, amount in amounts.items())]
    if ledger.parts is None:
        lines.append("  the books have not been opened yet: the next close of a day opens them")
    else:
        parts = ", ".join(f"{name.replace('_', ' ')} {format_yuan(amount)}" for name, amount in ledger.parts.items())
        lines += [f"  principal consists of {parts or 'nothing'}",
                  f"  books since {ledger.opened_on}, through {ledger.run_through}, "
                  f"next event {ledger.next_event_date}"]
    lines.append(f"  the newest {len(ledger.entries)} of {ledger.entry_count:,} entries, by posting and value date:")
    return lines + [f"  {one.posting_date}  {one.value_date}  {one.kind:<11}{one.component:<11}"
                    f"{format_yuan(one.amount_minor):>14}  {one.subject}{f'  ({one.reason})' if one.reason else ''}"
                    for one in ledger.entries]
