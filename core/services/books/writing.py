"""Writing what bringing accounts forward has added: entries, statements, balances, states, moves and notices.

All rows of a batch go in a few statements each; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.db.bulk import insert_many, update_many
from core.db.tables.accounts import accounts, ledger_entries, payments, statements
from core.db.tables.books import account_books, bucket_moves
from core.db.tables.records import outbox
from core.db.types import new_id
from core.domain.message_templates import MessageTemplate
from core.services.books.forward import Changes, NewStatement
from core.services.books.states import write_state
from core.services.context import ServiceContext
from core.services.records import canonical_json

Row = dict[str, Any]
PAYMENT = "payment:"
"""What the subject of a payment starts with; its own reference follows."""


def write_changes(connection: sa.Connection, context: ServiceContext, changed: Sequence[Changes], source: str,
                  at: datetime) -> int:
    """Write ``changed`` in the caller's transaction; ``source`` says who posts (``close_of_day``, ``payments``).

    Returns how many notices go to cardholders.
    """
    insert_many(connection, ledger_entries, [row for one in changed for row in _entry_rows(one, source)])
    version = context.policy.version
    insert_many(connection, statements, [
        {"id": new_id(), "account_id": one.books.account_id, **_figures(statement), "policy_version": version}
        for one in changed for statement in one.statements])
    update_many(connection, accounts, ("id",), [_account_row(one) for one in changed
                                            if one.entries or one.moves or one.statements or one.judged])
    update_many(connection, account_books, ("account_id",), [_books_row(one) for one in changed])
    update_many(connection, statements, ("account_id", "due_date"), [
        {"account_id": one.books.account_id, "due_date": judged.due_date, "paid_by_due_minor": judged.paid_minor}
        for one in changed for judged in one.judged])
    update_many(connection, payments, ("account_id", "source_reference"),
                [row for one in changed for row in _payment_rows(one)])
    _write_moves(connection, changed)
    notices = _notices(connection, context, changed, at)
    insert_many(connection, outbox, notices)
    return len(notices)


_FIGURES = tuple(one.name for one in fields(NewStatement))


def _figures(statement: NewStatement) -> Row:
    """The columns of a statement; ``asdict`` would copy each value deeply."""
    return {name: getattr(statement, name) for name in _FIGURES}


def _entry_rows(one: Changes, source: str) -> Iterable[Row]:
    for new in one.entries:
        entry = new.entry
        yield {"account_id": one.books.account_id, "posting_date": new.posting_date, "value_date": entry.value_date,
               "kind": entry.kind, "component": entry.component, "amount_minor": entry.amount_minor,
               "reason": new.reason, "source": source, "idempotency_key": new.idempotency_key,
               "subject": entry.subject}


def _account_row(one: Changes) -> Row:
    books, held = one.books, one.books.balances
    return {"id": books.account_id, "principal_minor": held.principal_minor, "interest_minor": held.interest_minor,
            "late_fee_minor": held.late_fee_minor, "other_fees_minor": held.other_fees_minor,
            "oldest_unpaid_due_date": books.oldest_unpaid_due_date,
            "interest_through_date": books.interest_through_date}


def _books_row(one: Changes) -> Row:
    books = one.books
    return {"account_id": books.account_id, "state_on": books.state_on, "state": write_state(books.state),
            "run_through": books.run_through, "next_event_date": books.next_event_date}


def _payment_rows(one: Changes) -> Iterable[Row]:
    """How each payment that is new, or that a late fact moved, is applied now."""
    for subject, paid in one.payments.items():
        applied = paid.applied
        yield {"account_id": one.books.account_id, "source_reference": subject.removeprefix(PAYMENT),
               "applied_principal_minor": applied.principal_minor - paid.unapplied_minor,
               "applied_interest_minor": applied.interest_minor,
               "applied_fees_minor": applied.late_fee_minor + applied.other_fees_minor,
               "unapplied_minor": paid.unapplied_minor}


def _write_moves(connection: sa.Connection, changed: Sequence[Changes]) -> None:
    """One move per account and day: a later one on the same day goes where it went, from where the first began."""
    rows: dict[tuple[str, date], Row] = {}
    for one in changed:
        for move in one.moves:
            key = (one.books.account_id, move.on)
            begun = rows[key]["from_bucket"] if key in rows else move.from_bucket
            rows[key] = {"account_id": key[0], "on_date": move.on, "from_bucket": begun, "to_bucket": move.to_bucket,
                         "days_past_due": move.days_past_due}
    if not rows:
        return
    known = {(row.account_id, row.on_date) for row in connection.execute(
        sa.select(bucket_moves.c.account_id, bucket_moves.c.on_date).where(
            bucket_moves.c.account_id.in_([account for account, _ in rows]),
            bucket_moves.c.on_date.in_({on for _, on in rows})))}
    insert_many(connection, bucket_moves, [row for key, row in rows.items() if key not in known])
    update_many(connection, bucket_moves, ("account_id", "on_date"),
                [{name: row[name] for name in row if name != "from_bucket"}
                 for key, row in rows.items() if key in known])


def _notices(connection: sa.Connection, context: ServiceContext, changed: Sequence[Changes],
             at: datetime) -> list[Row]:
    """What cardholders are told. One query, for the cards' numbers, where there is anything to tell."""
    told = [(one, news) for one in changed for news in _news(one)]
    ids = {one.books.account_id for one, _ in told}
    if not ids:
        return []
    last4 = {row.id: row.card_last4 for row in connection.execute(
        sa.select(accounts.c.id, accounts.c.card_last4).where(accounts.c.id.in_(ids)))}
    return [{"id": new_id(), "channel": "in_app", "recipient_kind": "cardholder",
             "recipient_id": one.books.cardholder_id, "template": news.template.value, "about_on": news.on,
             "parameters_encrypted": context.vault.encrypt(canonical_json(
                 {"last4": last4[one.books.account_id], "on": news.on, **news.parameters})), "created_at": at}
            for one, news in told]


@dataclass(frozen=True, slots=True)
class _News:
    """Something to tell: what, the day it happened on, and what fills the words (fen, dates)."""

    template: MessageTemplate
    on: date
    parameters: Row


def _news(one: Changes) -> Iterable[_News]:
    """A statement with its minimum payment and due date; a minimum payment missed."""
    for statement in one.statements:
        if statement.closing_balance_minor > 0:
            yield _News(MessageTemplate.STATEMENT_ISSUED, statement.statement_date, {
                "due_date": statement.due_date, "minimum_minor": statement.minimum_payment_minor,
                "balance_minor": statement.closing_balance_minor})
    for judged in one.missed:
        parameters = {"due_date": judged.due_date, "missing_minor": judged.minimum_minor - judged.paid_minor}
        if judged.late_fee_minor:
            yield _News(MessageTemplate.MINIMUM_MISSED, judged.on,
                        {**parameters, "late_fee_minor": judged.late_fee_minor})
        else:
            yield _News(MessageTemplate.MINIMUM_MISSED_NO_FEE, judged.on, parameters)
