"""Reading from the ledger what has borne interest since the last statement, for ``core.domain.accrual``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core.domain.accrual import NOTHING_ACCRUED, Accrual, SinceStatement, accrue, newest_up_to
from core.domain.calendar import add_months
from core.domain.interest import ONE_DAY, Movement
from core.domain.statement import Compounding
from core.policy.rules.account import grace_rule, interest_terms
from core.services.context import ServiceContext

Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class BearingAccount:
    """What of an account decides its interest; balances in fen, posted."""

    issuer: str
    principal_minor: int
    interest_minor: int
    interest_through_date: date
    oldest_unpaid_due_date: date | None

    @classmethod
    def of(cls, row: Row) -> BearingAccount:
        """A row of ``accounts`` as it is now."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


def window_start(account: Row, newest: Sequence[Row]) -> date:
    """The day after which movements must be read to accrue: the statement before the last one."""
    through: date = account.interest_through_date
    if not newest:
        return through
    before: date = newest[1].statement_date if len(newest) > 1 else add_months(newest[0].statement_date, -1)
    return min(through, before)


def paid_since(statement: Row, moved: Iterable[Row], until: date | None = None) -> int:
    """What was paid after a statement closed, in fen; up to and including ``until``."""
    return -sum(int(entry.amount_minor) for entry in moved
                if entry.kind == "payment" and entry.value_date > statement.statement_date
                and (until is None or entry.value_date <= until))


def accrued(context: ServiceContext, account: BearingAccount, newest: Sequence[Row], moved: Sequence[Row],
            as_of: date) -> Accrual:
    """Interest after ``interest_through_date`` up to ``as_of``, and on a missed bill before it.

    The base is principal and, where the issuer compounds at statement, posted interest; fees never bear
    interest (银发〔2016〕111号 三, in force 2017-01-01).
    """
    first = account.interest_through_date + ONE_DAY
    if as_of < account.interest_through_date:
        return NOTHING_ACCRUED
    policy = context.policy.on(as_of, account.issuer)
    bearing = {"principal"}
    if Compounding(policy.text("interest.compounding")) is Compounding.MONTHLY:
        bearing.add("interest")
    grace = grace_rule(policy)
    statement = newest[0] if newest else None
    grace_ends = None if statement is None else statement.due_date + timedelta(days=grace.days)
    bill_paid = statement is not None and (
        statement.closing_balance_minor - paid_since(statement, moved, grace_ends) <= grace.amount_minor)
    if statement is not None and timedelta(0) <= first - statement.statement_date <= ONE_DAY:
        since = _since_statement(account, statement, newest[1:], moved, bearing)
        since = SinceStatement(since.carried, since.billed, since.payments, grace_ends, bill_paid)
    else:
        # A source may bring interest posted up to a day of its own: then only a debt that is overdue,
        # or a bill that was missed, is known to bear interest after it.
        missed = grace_ends is not None and as_of > grace_ends and not bill_paid
        overdue = account.oldest_unpaid_due_date is not None and account.oldest_unpaid_due_date < as_of
        if not missed and not overdue:
            return NOTHING_ACCRUED
        since = _since_day(account, moved, bearing, first)
    terms = interest_terms(context.policy, account.issuer, _first_day(since, first), as_of)
    return accrue(since, as_of, terms)


def _since_statement(account: BearingAccount, statement: Row, before: Sequence[Row], moved: Sequence[Row],
                     bearing: set[str]) -> SinceStatement:
    """Everything owed at the last statement, parted into its own purchases and what was carried over."""
    closed = statement.statement_date
    later = [entry for entry in moved if entry.value_date > closed and entry.component in bearing]
    opened = before[0].statement_date if before else add_months(closed, -1)
    purchases = [Movement(entry.value_date, entry.amount_minor) for entry in moved
                 if entry.kind == "purchase" and opened < entry.value_date <= closed]
    principal = account.principal_minor - sum(entry.amount_minor for entry in later if entry.component == "principal")
    billed = newest_up_to(purchases, principal)
    owed = _bearing_now(account, bearing) - sum(entry.amount_minor for entry in later)
    carried_minor = owed - sum(debit.amount_minor for debit in billed)
    carried, payments = _split(carried_minor, account.interest_through_date + ONE_DAY,
                               [entry for entry in later if entry.kind != "purchase"])
    return SinceStatement(carried, billed, payments)


def _since_day(account: BearingAccount, moved: Sequence[Row], bearing: set[str], first: date) -> SinceStatement:
    """Everything owed on the day up to which interest is posted counts as carried over."""
    later = [entry for entry in moved if entry.value_date >= first and entry.component in bearing]
    owed = _bearing_now(account, bearing) - sum(entry.amount_minor for entry in later)
    carried, payments = _split(owed, first, later)
    return SinceStatement(carried, (), payments)


def _bearing_now(account: BearingAccount, bearing: set[str]) -> int:
    return account.principal_minor + (account.interest_minor if "interest" in bearing else 0)


def _split(owed_minor: int, first: date, later: Iterable[Row]) -> tuple[tuple[Movement, ...], tuple[Movement, ...]]:
    """Debits and credits; a credit balance at the start is a credit."""
    signed = [(first, owed_minor), *((entry.value_date, int(entry.amount_minor)) for entry in later)]
    return (tuple(Movement(on, amount) for on, amount in signed if amount > 0),
            tuple(Movement(on, -amount) for on, amount in signed if amount < 0))


def _first_day(since: SinceStatement, first: date) -> date:
    return min([first, *(debit.on for debit in (*since.carried, *since.billed))])
