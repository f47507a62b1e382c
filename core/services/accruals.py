"""Reading from the ledger what has borne interest since the last statement, for ``core.domain.accrual``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core.domain.accrual import NOTHING_ACCRUED, Accrual, SinceStatement, accrue
from core.domain.calendar import add_months
from core.domain.interest import ONE_DAY, Movement
from core.domain.statement import Compounding, GraceRule
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
    interest (People's Bank document 111 of 2016, part three, in force 2017-01-01).
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
    grace_ends = None if statement is None else _grace_ends(statement, grace)
    bill_paid = statement is not None and _paid_in_full(statement, moved, grace)
    if statement is not None and timedelta(0) <= first - statement.statement_date <= ONE_DAY:
        since = _since_statement(account, statement, newest[1:], moved, bearing, grace)
        since = replace(since, grace_ends=grace_ends, bill_paid=bill_paid)
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


def _grace_ends(statement: Row, grace: GraceRule) -> date:
    due_date: date = statement.due_date
    return due_date + timedelta(days=grace.days)


def _paid_in_full(statement: Row, moved: Iterable[Row], grace: GraceRule) -> bool:
    """Whether a bill was paid by its due date and grace, but for what counts as nothing (the amount of grace)."""
    paid = paid_since(statement, moved, _grace_ends(statement, grace))
    return bool(statement.closing_balance_minor - paid <= grace.amount_minor)


def _since_statement(account: BearingAccount, statement: Row, before: Sequence[Row], moved: Sequence[Row],
                     bearing: set[str], grace: GraceRule) -> SinceStatement:
    """Everything owed at the last statement, parted into its own purchases and what was carried over."""
    closed = statement.statement_date
    later = [entry for entry in moved if entry.value_date > closed and entry.component in bearing]
    opened = before[0].statement_date if before else add_months(closed, -1)
    owed = _bearing_now(account, bearing) - sum(entry.amount_minor for entry in later)
    # The statement's own interest joined last and is not yet repaid.
    repayable = owed - (statement.interest_minor if "interest" in bearing else 0)
    first = account.interest_through_date + ONE_DAY
    billed = debits_left(moved, opened, closed, repayable, "purchase")
    older = repayable - sum(debit.amount_minor for kind in ("purchase", "cash")
                            for debit in debits_left(moved, opened, closed, repayable, kind))
    if older > 0 and before and before[0].purchases_minor and _paid_in_full(before[0], moved, grace):
        # What is left of a bill that was paid moves to the next one; its purchases were paid last.
        billed = (Movement(first, min(older, before[0].purchases_minor)), *billed)
    carried, payments = _split(owed - sum(debit.amount_minor for debit in billed), first,
                               [entry for entry in later if entry.amount_minor < 0])
    debits = [entry for entry in later if entry.amount_minor > 0]
    return SinceStatement(
        carried, billed, payments,
        cash=tuple(Movement(one.value_date, one.amount_minor) for one in debits if one.kind != "purchase"),
        purchases=tuple(Movement(one.value_date, one.amount_minor) for one in debits if one.kind == "purchase"))


def debits_left(moved: Iterable[Row], opened: date, closed: date, owed_minor: int, kind: str) -> tuple[Movement, ...]:
    """What was unpaid on ``closed`` of the cycle's debits of ``kind`` (``purchase`` or ``cash``), oldest first.

    ``owed_minor`` is what all that bears interest came to, the interest of that statement left out. The oldest
    debits are repaid first, so the newest make it up; on one day purchases are older than cash.
    """
    debits = sorted((entry for entry in moved if entry.kind in ("purchase", "cash")
                     and opened < entry.value_date <= closed),
                    key=lambda entry: (entry.value_date, entry.kind == "cash"), reverse=True)
    left = []
    for entry in debits:
        amount = min(int(entry.amount_minor), max(owed_minor, 0))
        owed_minor -= amount
        if amount > 0 and entry.kind == kind:
            left.append(Movement(entry.value_date, amount))
    return tuple(reversed(left))


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
