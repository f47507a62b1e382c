"""Where a debt is heading: month by month under one way of paying.

Interest accrues daily on the principal by balance × days, is rounded once at each statement and then
joins the principal where the issuer compounds. A late fee falls on each due date whose minimum payment
is unpaid, on the unpaid part, and never bears interest. Payments fall on due dates and are allocated by
the days past due on that day. Integers throughout: a page draws several projections on each load.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.domain.allocation import AllocationRule, Outstanding, allocate
from core.domain.calendar import add_months
from core.domain.delinquency import DelinquencyBucket, DelinquencyRule, bucket
from core.domain.errors import InvalidInput
from core.domain.late_fee import LateFeeRule, late_fee
from core.domain.minimum_payment import Billed, MinimumPaymentRule, minimum_payment
from core.domain.money import MAX_MINOR, divide_minor
from core.domain.schedule import Instalment, Schedule

LONGEST_PROJECTION = 600
"""Months: fifty years."""


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
    month without that day closes on its last.
    """

    as_of: date
    outstanding: Outstanding
    days_past_due: int
    statement_day: int
    unpaid_minimum_minor: int | None = None


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


def project(position: Position, months: int, scenario: Scenario | FixedMonthly, rule: ProjectionRule) -> Projection:
    """Carry ``position`` forward over ``months`` statements under ``scenario``.

    Raises ``InvalidInput`` for negative amounts or days, a statement day outside 1-31, or months
    outside 1-600.
    """
    _check(position, months, scenario)
    account = _open(position, scenario, rule)
    rows = []
    since = position.as_of
    for on in statement_dates(position.as_of, position.statement_day, months):
        account.run_to(since, on)
        rows.append(account.close(on))
        since = on
    return Projection(tuple(rows), account.settled_on)


def project_schedule(position: Position, months: int, schedule: Schedule, rule: DelinquencyRule) -> Projection:
    """The same months under an agreed schedule that is kept: no late fees, nothing past due.

    What the schedule repays is what is owed; its interest and fees count as charged when they fall due.
    """
    _check(position, months, Scenario.DO_NOTHING)
    calm = bucket(0, rule)
    left, down = schedule.principal_minor + schedule.down_payment_minor, schedule.down_payment_minor
    pending = iter(schedule.instalments)
    instalment: Instalment | None = next(pending, None)
    rows = []
    for on in statement_dates(position.as_of, position.statement_day, months):
        charged = paid = 0
        if down and schedule.start_date <= on:
            left, paid, down = left - down, down, 0
        while instalment is not None and instalment.due_date <= on:
            charged += instalment.interest_minor + instalment.fee_minor
            paid += instalment.amount_minor
            left -= instalment.principal_minor
            instalment = next(pending, None)
        rows.append(ProjectedMonth(on, left, 0, 0, left, charged, 0, paid, 0, calm))
    settled = _last_payment(schedule)
    return Projection(tuple(rows), settled if settled <= rows[-1].on else None)


def statement_dates(as_of: date, statement_day: int, months: int) -> Iterator[date]:
    """The next ``months`` statement dates after ``as_of``."""
    offset = 0 if _statement_date(as_of, 0, statement_day) > as_of else 1
    for number in range(months):
        yield _statement_date(as_of, offset + number, statement_day)


def _statement_date(month_of: date, months: int, statement_day: int) -> date:
    first = add_months(month_of.replace(day=1), months)
    # Clamped to the month's last day: the day before the first of the next.
    last = add_months(first, 1) - timedelta(days=1)
    return first.replace(day=min(statement_day, last.day))


def _last_payment(schedule: Schedule) -> date:
    payments = [row.due_date for row in schedule.instalments if row.amount_minor]
    return payments[-1] if payments else schedule.start_date


def _check(position: Position, months: int, scenario: Scenario | FixedMonthly) -> None:
    owed = position.outstanding
    for name in ("principal", "interest", "fees"):
        if not 0 <= getattr(owed, f"{name}_minor") <= MAX_MINOR:
            raise InvalidInput("amount_out_of_range", "an amount is not negative and not above the limit",
                               field=f"outstanding.{name}")
    if position.days_past_due < 0:
        raise InvalidInput("days_negative", "days past due are not negative", field="days_past_due")
    if not 1 <= position.statement_day <= 31:
        raise InvalidInput("statement_day_out_of_range", "a statement day lies between 1 and 31",
                           field="statement_day")
    if not 1 <= months <= LONGEST_PROJECTION:
        raise InvalidInput("months_out_of_range", f"months go from 1 to {LONGEST_PROJECTION}", field="months")
    if isinstance(scenario, FixedMonthly) and scenario.amount_minor < 0:
        raise InvalidInput("amount_negative", "an amount is not negative", field="scenario.fixed_monthly")


@dataclass(slots=True)
class _Account:
    """The moving parts of one projection."""

    rule: ProjectionRule
    scenario: Scenario | FixedMonthly
    owed: Outstanding
    misses: int
    """Minimum payments missed in a row."""
    settled_on: date | None
    unpaid: list[tuple[date, int]]
    """Due dates with what is unpaid of the minimum each added, oldest first."""
    due: list[date]
    """Due dates still to come."""
    rate_numerator: int = 0
    rate_denominator: int = 1
    balance_days: int = 0
    """Σ principal × days since the last statement (积数)."""
    new_fees: int = 0
    """Fees still owed that no minimum payment has asked for yet; ``new_interest`` likewise."""
    new_interest: int = 0
    late_fees: int = 0
    paid: int = 0
    accrued_from: date = field(default=date.min)
    """The last day whose interest is in ``balance_days``."""

    def run_to(self, since: date, on: date) -> None:
        """Meet the due dates up to and including the statement date ``on``."""
        self.accrued_from = since
        while self.due and self.due[0] <= on:
            self._meet(self.due.pop(0))
        self._accrue_through(on)

    def _accrue_through(self, day: date) -> None:
        self.balance_days += self.owed.principal_minor * max((day - self.accrued_from).days, 0)
        self.accrued_from = max(day, self.accrued_from)

    def _meet(self, due_date: date) -> None:
        """Pay what the scenario pays on a due date, then charge the late fee on what stays unpaid."""
        asked = sum(amount for due, amount in self.unpaid if due <= due_date)
        amount = self._payment(asked)
        if amount:
            # A payment reduces the balance on its own day, so the day itself accrues afterwards.
            self._accrue_through(due_date - timedelta(days=1))
            applied = allocate(amount, self.days_past_due(due_date), self.owed, self.rule.allocation)
            self.owed = applied.remaining
            self.paid += amount
            self.new_fees = min(self.new_fees, self.owed.fees_minor)
            self.new_interest = min(self.new_interest, self.owed.interest_minor)
            self._settle_minimums(amount)
            if self.owed.total_minor == 0:
                self.settled_on = due_date
        missing = max(asked - amount, 0)
        self.misses = self.misses + 1 if missing else 0
        if missing:
            fee = late_fee(asked, amount, self.rule.late_fee, self.misses)
            self._add(fees=fee)
            self.new_fees += fee
            self.late_fees += fee

    def _payment(self, asked: int) -> int:
        if isinstance(self.scenario, FixedMonthly):
            return min(self.scenario.amount_minor, self.owed.total_minor)
        return asked if self.scenario is Scenario.MINIMUM_PAYMENT else 0

    def _settle_minimums(self, amount: int) -> None:
        left = []
        for due_date, unpaid in self.unpaid:
            taken = min(amount, unpaid)
            amount -= taken
            if unpaid > taken:
                left.append((due_date, unpaid - taken))
        self.unpaid = left

    def _add(self, *, principal: int = 0, interest: int = 0, fees: int = 0) -> None:
        owed = self.owed
        self.owed = Outstanding(owed.fees_minor + fees, owed.interest_minor + interest,
                                owed.principal_minor + principal)

    def days_past_due(self, on: date) -> int:
        """Days since the oldest due date whose minimum payment is unpaid."""
        return max((on - self.unpaid[0][0]).days, 0) if self.unpaid else 0

    def close(self, on: date) -> ProjectedMonth:
        """Make the statement of ``on``: charge the interest, ask for the next minimum, report."""
        interest = divide_minor(self.balance_days * self.rate_numerator, self.rate_denominator)
        purchases = self.owed.principal_minor
        if self.rule.compounds:
            self._add(principal=interest)
        else:
            self._add(interest=interest)
        if self.owed.total_minor > MAX_MINOR:
            raise InvalidInput("amount_too_large", "the debt outgrows every book within these months", field="months")
        if interest:
            self.settled_on = None
        self._ask(on, purchases, interest + self.new_interest)
        owed, past_due = self.owed, self.days_past_due(on)
        month = ProjectedMonth(
            on, owed.principal_minor, owed.interest_minor, owed.fees_minor, owed.total_minor, interest,
            self.late_fees, self.paid, past_due, bucket(past_due, self.rule.delinquency))
        self.balance_days = self.late_fees = self.paid = self.new_fees = self.new_interest = 0
        return month

    def _ask(self, on: date, purchases: int, interest: int) -> None:
        before = sum(amount for _, amount in self.unpaid)
        billed = Billed(purchases_minor=purchases, fees_minor=self.new_fees, interest_minor=interest,
                        previous_minimum_unpaid_minor=before)
        asked = minimum_payment(billed, self.rule.minimum_payment, self.owed.total_minor).minimum_minor
        due_date = on + timedelta(days=self.rule.days_to_due)
        self.due.append(due_date)
        if asked > before:
            self.unpaid.append((due_date, asked - before))


def _open(position: Position, scenario: Scenario | FixedMonthly, rule: ProjectionRule) -> _Account:
    """The account as it stands: which minimum is open, since when, and which due date comes next."""
    owed, as_of, past_due = position.outstanding, position.as_of, position.days_past_due
    last_statement = _statement_date(as_of, 0, position.statement_day)
    if last_statement > as_of:
        last_statement = _statement_date(as_of, -1, position.statement_day)
    last_due = last_statement + timedelta(days=rule.days_to_due)
    minimum = position.unpaid_minimum_minor
    if minimum is None:
        billed = Billed(purchases_minor=owed.principal_minor, interest_minor=owed.interest_minor,
                        fees_minor=owed.fees_minor)
        minimum = minimum_payment(billed, rule.minimum_payment, owed.total_minor).minimum_minor
    minimum = min(minimum, owed.total_minor)
    unpaid: list[tuple[date, int]] = []
    if minimum and past_due:
        unpaid = [(as_of - timedelta(days=past_due), minimum)]
    elif minimum and last_due >= as_of:
        unpaid = [(last_due, minimum)]
    # Without an open minimum, nobody has asked for these yet: the next statement does.
    new_fees, new_interest = (0, 0) if unpaid else (owed.fees_minor, owed.interest_minor)
    numerator, denominator = rule.daily_rate.as_integer_ratio()
    return _Account(
        rule=rule, scenario=scenario, owed=owed,
        # Each thirty days past due hold one due date that was missed.
        misses=(past_due + 29) // 30, settled_on=as_of if owed.total_minor == 0 else None,
        unpaid=unpaid, new_fees=new_fees, new_interest=new_interest, due=[last_due] if last_due >= as_of else [],
        rate_numerator=numerator, rate_denominator=denominator)
