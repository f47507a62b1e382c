"""Where an account stands on a day: what is owed, part by part, and what comes next.

The posted balances are cached sums of the ledger. Interest after ``interest_through_date`` is not
posted yet: it is worked out on reading from the balance and the movements since, and never stored,
so it cannot drift from the rule (accumulated balance × days, ``core.domain.interest``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.repositories import accounts as repository
from core.domain.delinquency import AssetClass, DelinquencyBucket, asset_classes, bucket, days_past_due
from core.domain.errors import NotFound
from core.domain.late_fee import late_fee
from core.domain.projected_account import missed_due_dates
from core.domain.projection_model import statement_dates
from core.domain.proposal import ProposalKind
from core.domain.statement import GrownInterest
from core.policy.book import Policy
from core.policy.rules.account import delinquency_rule, grace_rule, late_fee_rule
from core.services.accruals import paid_since, window_start
from core.services.books.growth import Growth, growth_of
from core.services.context import ServiceContext
from core.services.deadlines import (
    ActiveArrangement,
    Deadline,
    OpenRequest,
    PayBy,
    active_arrangement,
    next_deadline,
    open_request,
    pay_by,
)
from core.services.statement_columns import StatementColumns


@dataclass(frozen=True, slots=True)
class StatementFigures(StatementColumns):
    """A closed statement, in fen."""

    paid_by_due_minor: int


@dataclass(frozen=True, slots=True)
class AccountPosition:
    """One account on ``as_of``. Amounts in fen; ``total_minor`` is the sum of the five parts above it."""

    account_id: str
    cardholder_id: str
    card_last4: str
    product: str
    issuer: str
    credit_limit_minor: int
    statement_day: int
    as_of: date
    principal_minor: int
    interest_minor: int
    """Posted on statements and not yet paid."""
    accrued_interest_minor: int
    """Grown since ``interest_through_date``; joins the next statement."""
    late_fee_minor: int
    other_fees_minor: int
    total_minor: int
    disputed_minor: int
    in_transit_minor: int
    """Paid by the cardholder, on its way, not yet taken off the parts."""
    interest_through_date: date
    oldest_unpaid_due_date: date | None
    days_past_due: int
    """By what is agreed: an extension counts."""
    days_past_due_by_contract: int
    """Without any extension; the bank's own reports ask for both."""
    bucket: DelinquencyBucket
    asset_class_2011: AssetClass
    asset_class_2023: AssetClass | None
    asset_class: AssetClass
    last_statement: StatementFigures | None
    minimum_due_minor: int
    """What is still to be paid of the newest statement's minimum payment."""
    deferred_until: date | None
    """The day to which a granted extension has put that payment off; None: nothing has."""
    pay_by: PayBy | None
    """Until when that payment counts as paid in time, extension and days of grace included; None: no longer."""
    open_due_date: date | None
    """Due date of the newest statement while it can still be paid in time, days of grace included."""
    open_bill_minor: int
    """What is missing until then so that the newest statement counts as paid in full (the amount of grace allowed)."""
    late_fee_to_come_minor: int
    """The late fee that follows if the newest minimum stays unpaid, or has followed and is not posted yet."""
    next_statement_date: date
    next_deadline: Deadline
    arrangement: ActiveArrangement | None
    """What was granted and holds on ``as_of``; an extension is over after its last day."""
    open_request: OpenRequest | None
    status: str
    version: int
    accrual: GrownInterest
    """The accrued interest with the segments that explain it."""

    @property
    def may_ask(self) -> bool:
        """Whether a new request on this account can be sent."""
        return self.blocked_by is None

    @property
    def blocked_by(self) -> str | None:
        """Why none can: ``nothing_owed``, ``open_request`` or ``arrangement``; None: one can."""
        if self.total_minor <= 0:
            return "nothing_owed"
        if self.open_request is not None:
            return "open_request"
        return None if self.arrangement is None else "arrangement"

    @property
    def fees_minor(self) -> int:
        """Late fee and other fees: what never bears interest."""
        return self.late_fee_minor + self.other_fees_minor

    @property
    def all_interest_minor(self) -> int:
        """Posted and accrued interest."""
        return self.interest_minor + self.accrued_interest_minor


def account_position(connection: sa.Connection, context: ServiceContext, account: sa.Row[Any] | str,
                     as_of: date) -> AccountPosition:
    """The position of one account (its row or its id) on ``as_of``. Checks no actor: the caller has.

    Raises ``NotFound`` for an unknown id. One query more than ``positions`` when the id is given.
    """
    row = repository.by_id(connection, account) if isinstance(account, str) else account
    if row is None:
        raise NotFound("account")
    return positions(connection, context, [row], as_of)[0]


def positions(connection: sa.Connection, context: ServiceContext, rows: Sequence[sa.Row[Any]],
              as_of: date) -> list[AccountPosition]:
    """The positions of many accounts in the order given: five queries however many there are,
    eight once their books are open.

    Balances are those of now. ``as_of`` moves what depends on the day: accrued interest, days past due,
    deadlines. Before ``interest_through_date`` nothing has accrued beyond what is posted.
    """
    if not rows:
        return []
    ids = [row.id for row in rows]
    newest = repository.last_statements(connection, ids)
    moved = repository.movements_since(connection, {row.id: window_start(row, newest.get(row.id, ())) for row in rows})
    granted = repository.live_arrangements(connection, ids)
    asked = repository.open_proposals(connection, ids)
    grown = growth_of(connection, context, rows, newest, moved, granted, as_of)
    return [_position(context, row, newest.get(row.id, ()), moved.get(row.id, ()), granted.get(row.id),
                      asked.get(row.id), grown[row.id], as_of) for row in rows]


def next_statement_date(statement_day: int, as_of: date) -> date:
    """The first statement date after ``as_of``."""
    return next(statement_dates(as_of, statement_day, 1))


def statement_figures(row: sa.Row[Any]) -> StatementFigures:
    """A row of ``statements`` as figures."""
    return StatementFigures(**{name: getattr(row, name) for name in StatementFigures.__dataclass_fields__})


def _position(context: ServiceContext, row: sa.Row[Any], newest: Sequence[sa.Row[Any]], moved: Sequence[sa.Row[Any]],
              granted: sa.Row[Any] | None, asked: sa.Row[Any] | None, growth: Growth,
              as_of: date) -> AccountPosition:
    policy = context.policy.on(as_of, row.issuer)
    rule = delinquency_rule(policy)
    statement = statement_figures(newest[0]) if newest else None
    minimum_due = max(newest[0].minimum_payment_minor - paid_since(newest[0], moved), 0) if newest else 0
    oldest_unpaid = row.oldest_unpaid_due_date
    arrangement = None if granted is None else active_arrangement(granted)
    extended_to = None if statement is None else _extended_to(statement, arrangement)
    deferred_until = extended_to if extended_to is not None and as_of <= extended_to else None
    due_date = None if statement is None else extended_to or statement.due_date
    in_time = None if due_date is None else pay_by(due_date, grace_rule(policy).days, as_of)
    if oldest_unpaid is None and minimum_due and in_time is None:
        # Missed since the books were last written: overdue once the days of grace are over.
        oldest_unpaid = due_date
    overdue, accrual = days_past_due(oldest_unpaid, as_of), growth.interest
    by_contract = max(overdue, days_past_due(growth.oldest_unpaid_by_contract, as_of))
    classes = asset_classes(overdue, rule)
    request = None if asked is None else open_request(asked, context.clock.now())
    bill = _bill(policy, newest, moved, overdue, as_of, arrangement.granted_on if arrangement and extended_to else None)
    closes = next_statement_date(row.statement_day, as_of)
    holding = None if arrangement is None or arrangement.is_over(as_of) else arrangement
    posted = row.principal_minor + row.interest_minor + row.late_fee_minor + row.other_fees_minor
    return AccountPosition(
        account_id=row.id, cardholder_id=row.cardholder_id, card_last4=row.card_last4, product=row.product,
        issuer=row.issuer, credit_limit_minor=row.credit_limit_minor, statement_day=row.statement_day, as_of=as_of,
        principal_minor=row.principal_minor, interest_minor=row.interest_minor,
        accrued_interest_minor=accrual.interest_minor, late_fee_minor=row.late_fee_minor,
        other_fees_minor=row.other_fees_minor, total_minor=posted + accrual.interest_minor,
        disputed_minor=row.disputed_minor, in_transit_minor=row.in_transit_minor,
        interest_through_date=row.interest_through_date, oldest_unpaid_due_date=oldest_unpaid,
        days_past_due=overdue, days_past_due_by_contract=by_contract, bucket=bucket(overdue, rule),
        asset_class_2011=classes.class_2011,
        asset_class_2023=classes.class_2023, asset_class=classes.stricter, last_statement=statement,
        minimum_due_minor=minimum_due, deferred_until=deferred_until, pay_by=in_time, open_due_date=bill.due_date,
        open_bill_minor=bill.unpaid_minor, late_fee_to_come_minor=bill.late_fee_minor, next_statement_date=closes,
        next_deadline=next_deadline(in_time, minimum_due, deferred_until is not None, holding, request, closes, as_of),
        arrangement=holding, open_request=request, status=row.status, version=row.version, accrual=accrual)


@dataclass(frozen=True, slots=True)
class _Bill:
    """The newest statement as far as it can still be paid in time; the late fee also when it cannot any more."""

    due_date: date | None = None
    unpaid_minor: int = 0
    late_fee_minor: int = 0


def _extended_to(statement: StatementFigures, arrangement: ActiveArrangement | None) -> date | None:
    """The due date an extension put in place of the statement's (Civil Code Art. 678).

    It puts off what was due when it was granted, not what a later statement asks for.
    """
    if arrangement is None or arrangement.kind != ProposalKind.EXTENSION or arrangement.state != "active":
        return None
    return arrangement.last_due_date if statement.statement_date <= arrangement.granted_on else None


def _bill(policy: Policy, newest: Sequence[sa.Row[Any]], moved: Sequence[sa.Row[Any]], overdue: int,
          as_of: date, extended_on: date | None) -> _Bill:
    if not newest:
        return _Bill()
    statement, grace = newest[0], grace_rule(policy)
    grace_ends = statement.due_date + timedelta(days=grace.days)
    paid = paid_since(statement, moved, min(as_of, grace_ends))
    settled = any(entry.kind == "late_fee" and entry.value_date > statement.due_date for entry in moved) or (
        extended_on is not None and extended_on <= grace_ends and policy.flag("extension.late_fee_suspended"))
    misses = missed_due_dates(overdue) + (as_of <= grace_ends)
    fee = 0 if settled else late_fee(statement.minimum_payment_minor, paid, late_fee_rule(policy), max(misses, 1))
    if as_of > grace_ends:
        return _Bill(late_fee_minor=fee)
    return _Bill(statement.due_date, max(statement.closing_balance_minor - paid - grace.amount_minor, 0), fee)
