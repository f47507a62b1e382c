"""What a projection starts from, the rules it carries forward, and the months that come out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.domain.allocation import AllocationRule, Outstanding
from core.domain.calendar import add_months
from core.domain.delinquency import DelinquencyBucket, DelinquencyRule
from core.domain.late_fee import LateFeeRule
from core.domain.minimum_payment import MinimumPaymentRule


class Scenario(StrEnum):
    """What the cardholder does from now on; see also ``FixedMonthly`` and ``project_schedule``."""

    DO_NOTHING = "do_nothing"
    MINIMUM_PAYMENT = "minimum_payment"


@dataclass(frozen=True, slots=True)
class FixedMonthly:
    """The same amount on every due date, until nothing is left."""

    amount_minor: int


@dataclass(frozen=True, slots=True)
class ProjectionRule:
    """The account's rules as they stand; a projection carries today's rules forward."""

    daily_rate: Decimal
    compounds: bool
    """Whether interest joins the principal at each statement (policy ``interest.compounding``)."""
    days_to_due: int
    """From the statement date to its due date."""
    minimum_payment: MinimumPaymentRule
    late_fee: LateFeeRule
    allocation: AllocationRule
    delinquency: DelinquencyRule


@dataclass(frozen=True, slots=True)
class Position:
    """What is owed at the end of ``as_of``, interest up to and including that day.

    ``unpaid_minimum_minor`` is what is still unpaid of the last minimum payment asked for, earlier ones
    included; None estimates it by the rule from what is owed. ``statement_day`` goes from 1 to 31; a
    month without that day closes on its last. What follows it only books know; all of it may be left out.
    """

    as_of: date
    outstanding: Outstanding
    days_past_due: int
    statement_day: int
    unpaid_minimum_minor: int | None = None
    accrued_interest_minor: int = 0
    """The part of the interest outstanding that no statement has billed yet: the next one does."""
    open_due_date: date | None = None
    """When the unpaid minimum can still be paid in time, its due date; it lies before ``as_of`` during the
    days of grace. None: the due date after the last statement, unless that has passed."""
    late_fee_to_come_minor: int = 0
    """The late fee of a due date already missed, where the books do not show it yet."""
    no_late_fee_until: date | None = None
    """Late fees are suspended for due dates up to this day: an extension was granted."""
    open_bill_minor: int = 0
    """What is missing of the last bill so that it counts as paid in full; see the next field."""
    interest_at_stake_minor: int = 0
    """Interest up to ``as_of`` on that bill's purchases, charged if it is not paid in full by ``open_due_date``."""


@dataclass(frozen=True, slots=True)
class ProjectedMonth:
    """The account on a statement date; charges and payments since the one before. All in fen."""

    on: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    total_minor: int
    interest_charged_minor: int
    late_fee_charged_minor: int
    paid_minor: int
    days_past_due: int
    bucket: DelinquencyBucket


@dataclass(frozen=True, slots=True)
class Projection:
    """The months, what they cost, and the day on which nothing more is owed (None: not within them)."""

    months: tuple[ProjectedMonth, ...]
    settled_on: date | None
    marks: tuple[ProjectedMonth, ...] = ()
    """The account on the days it was asked to be looked at on the way; see ``core.domain.projection.project_until``."""

    @property
    def interest_total_minor(self) -> int:
        """All interest charged over the months."""
        return sum(month.interest_charged_minor for month in self.months)

    @property
    def late_fee_total_minor(self) -> int:
        """All late fees charged over the months."""
        return sum(month.late_fee_charged_minor for month in self.months)

    @property
    def paid_total_minor(self) -> int:
        """All payments over the months."""
        return sum(month.paid_minor for month in self.months)


def statement_dates(as_of: date, statement_day: int, months: int) -> Iterator[date]:
    """The next ``months`` statement dates after ``as_of``."""
    offset = 0 if statement_date(as_of, 0, statement_day) > as_of else 1
    for number in range(months):
        yield statement_date(as_of, offset + number, statement_day)


def statement_date(month_of: date, months: int, statement_day: int) -> date:
    """The statement date ``months`` after the month of ``month_of``; a month without that day closes on its last."""
    first = add_months(month_of.replace(day=1), months)
    # Clamped to the month's last day: the day before the first of the next.
    last = add_months(first, 1) - timedelta(days=1)
    return first.replace(day=min(statement_day, last.day))
