"""Repayment records from this bank's own statements, of one account or, with their outcomes, of all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any

import sqlalchemy as sa

from core.db.repositories import risk as repository
from core.domain.actor import Actor
from core.domain.risk.record import CYCLES, Cycle, RepaymentRecord
from core.services.context import ServiceContext
from core.services.importing.load import must_be_system
from core.services.risk_outcomes import Outcome

_PAGE = 1_000


def record_of(credit_limit_minor: int, months_late: int, statements: Sequence[sa.Row[Any]]) -> RepaymentRecord:
    """The record of an account from its newest statements, oldest first."""
    closed = statements[-(CYCLES + 1):]
    cycles = tuple(Cycle(later.opening_balance_minor, max(later.payments_minor, 0), _missed(earlier))
                   for earlier, later in pairwise(closed))
    bill = closed[-1].closing_balance_minor if closed else 0
    return RepaymentRecord(max(credit_limit_minor, 0), bill, months_late, cycles)


def own_outcomes(actor: Actor, context: ServiceContext, as_of: date) -> list[Outcome]:
    """Every account as its last statement before ``as_of`` left it, and whether that statement's minimum payment came.

    Only accounts with a statement that followed: without one nobody knows yet. The operator's alone; names and
    numbers of cards are left behind.
    """
    must_be_system(actor, "write outcomes")
    found: list[Outcome] = []
    after = ""
    while True:
        with context.reading() as connection:
            page = repository.account_page(connection, after, _PAGE)
            rows = repository.statements_around(connection, [row.id for row in page], as_of)
        if not page:
            return found
        limits = {row.id: row.credit_limit_minor for row in page}
        for account_id, closed in groupby(rows, key=lambda row: str(row.account_id)):
            statements = list(closed)
            if statements[-1].followed:
                found.append(Outcome(account_id, record_of(limits[account_id], _months_late(statements), statements),
                                     _missed(statements[-1])))
        after = page[-1].id


def _missed(statement: sa.Row[Any]) -> bool:
    """Whether the minimum payment of a statement did not come in time; known once the next one has closed."""
    return bool(statement.paid_by_due_minor < statement.minimum_payment_minor)


def _months_late(statements: Sequence[sa.Row[Any]]) -> int:
    """How many statements in a row before the last one were missed."""
    months = 0
    for statement in reversed(statements[:-1]):
        if not _missed(statement):
            break
        months += 1
    return months
