"""The moving parts of a projection: due dates met or missed, statements closed, integers throughout."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from core.domain.allocation import Outstanding, allocate
from core.domain.delinquency import bucket
from core.domain.errors import InvalidInput
from core.domain.late_fee import late_fee
from core.domain.minimum_payment import Billed, minimum_payment
from core.domain.money import MAX_MINOR, divide_minor
from core.domain.projection_model import (
    FixedMonthly,
    Position,
    ProjectedMonth,
    ProjectionRule,
    Scenario,
    statement_date,
)

DAYS_BETWEEN_DUE_DATES = 30


@dataclass(slots=True)
class ProjectedAccount:
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
    """Σ principal × days since the last statement."""
    new_fees: int = 0
    """Fees still owed that no minimum payment has asked for yet; ``new_interest`` likewise."""
    new_interest: int = 0
    accrued: int = 0
    """Interest owed that no statement has billed yet."""
    open_bill: int = 0
    """What is missing of the last bill so that it counts as paid in full."""
    at_stake: int = 0
    """Interest charged at the next statement if it stays missing."""
    missed_bill_interest: int = 0
    no_late_fee_until: date = date.min
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
            # Within the days of grace the due date has passed: then today is the day to pay.
            self._pay(max(due_date, self.accrued_from), amount)
        if amount < self.open_bill:
            self.missed_bill_interest = self.at_stake
        self.open_bill = self.at_stake = 0
        missing = max(asked - amount, 0)
        self.misses = self.misses + 1 if missing else 0
        if missing and due_date > self.no_late_fee_until:
            fee = late_fee(asked, amount, self.rule.late_fee, self.misses)
            self._add(fees=fee)
            self.new_fees += fee
            self.late_fees += fee

    def _pay(self, on: date, amount: int) -> None:
        # A payment reduces the balance on its own day, so the day itself accrues afterwards.
        self._accrue_through(on - timedelta(days=1))
        self.owed = allocate(amount, self.days_past_due(on), self.owed, self.rule.allocation).remaining
        self.paid += amount
        self.new_fees = min(self.new_fees, self.owed.fees_minor)
        self.accrued = min(self.accrued, self.owed.interest_minor)
        self.new_interest = min(self.new_interest, self.owed.interest_minor - self.accrued)
        self._settle_minimums(amount)
        if self.owed.total_minor == 0:
            self.settled_on = on

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
        interest += self.missed_bill_interest
        purchases = self.owed.principal_minor
        if self.rule.compounds:
            self._add(principal=interest + self.accrued, interest=-self.accrued)
        else:
            self._add(interest=interest)
        if self.owed.total_minor > MAX_MINOR:
            raise InvalidInput("amount_too_large", "the debt outgrows every book within these months", field="months")
        if interest:
            self.settled_on = None
        self._ask(on, purchases, interest + self.accrued + self.new_interest)
        owed, past_due = self.owed, self.days_past_due(on)
        month = ProjectedMonth(
            on, owed.principal_minor, owed.interest_minor, owed.fees_minor, owed.total_minor, interest,
            self.late_fees, self.paid, past_due, bucket(past_due, self.rule.delinquency))
        self.balance_days = self.late_fees = self.paid = 0
        self.new_fees = self.new_interest = self.accrued = self.missed_bill_interest = 0
        return month

    def stand(self, on: date) -> ProjectedMonth:
        """The account on a day between statements: interest since the last one counted, nothing asked for."""
        interest = self.missed_bill_interest + divide_minor(
            self.balance_days * self.rate_numerator, self.rate_denominator)
        owed, past_due = self.owed, self.days_past_due(on)
        if interest:
            self.settled_on = None
        return ProjectedMonth(
            on, owed.principal_minor, owed.interest_minor + interest, owed.fees_minor, owed.total_minor + interest,
            interest, self.late_fees, self.paid, past_due, bucket(past_due, self.rule.delinquency))

    def _ask(self, on: date, purchases: int, interest: int) -> None:
        before = sum(amount for _, amount in self.unpaid)
        billed = Billed(purchases_minor=purchases, fees_minor=self.new_fees, interest_minor=interest,
                        previous_minimum_unpaid_minor=before)
        asked = minimum_payment(billed, self.rule.minimum_payment, self.owed.total_minor).minimum_minor
        due_date = on + timedelta(days=self.rule.days_to_due)
        self.due.append(due_date)
        if asked > before:
            self.unpaid.append((due_date, asked - before))


def open_account(position: Position, scenario: Scenario | FixedMonthly, rule: ProjectionRule) -> ProjectedAccount:
    """The account as it stands: which minimum is open, since when, and which due date comes next."""
    owed, as_of, past_due = position.outstanding, position.as_of, position.days_past_due
    open_due = position.open_due_date or _due_date_ahead(position, rule)
    minimum = _unpaid_minimum(position, rule)
    unpaid: list[tuple[date, int]] = []
    if minimum and past_due:
        unpaid = [(as_of - timedelta(days=past_due), minimum)]
    elif minimum and open_due is not None:
        unpaid = [(open_due, minimum)]
    accrued, late = position.accrued_interest_minor, position.late_fee_to_come_minor
    # Without an open minimum, nobody has asked for these yet: the next statement does.
    new_fees, new_interest = (0, 0) if unpaid else (owed.fees_minor, owed.interest_minor - accrued)
    numerator, denominator = rule.daily_rate.as_integer_ratio()
    return ProjectedAccount(
        rule=rule, scenario=scenario, owed=replace(owed, fees_minor=owed.fees_minor + late),
        misses=missed_due_dates(past_due), settled_on=as_of if owed.total_minor + late == 0 else None,
        unpaid=unpaid, new_fees=new_fees + late, new_interest=new_interest, accrued=accrued, late_fees=late,
        open_bill=position.open_bill_minor, at_stake=position.interest_at_stake_minor,
        no_late_fee_until=position.no_late_fee_until or date.min,
        due=[open_due] if open_due else [], rate_numerator=numerator, rate_denominator=denominator)


def missed_due_dates(past_due: int) -> int:
    """How many due dates in a row were missed by so many days past due: each month holds one."""
    return -(-past_due // DAYS_BETWEEN_DUE_DATES)


def _due_date_ahead(position: Position, rule: ProjectionRule) -> date | None:
    """The due date of the last statement; None once it has passed."""
    last = statement_date(position.as_of, 0, position.statement_day)
    if last > position.as_of:
        last = statement_date(position.as_of, -1, position.statement_day)
    due_date = last + timedelta(days=rule.days_to_due)
    return due_date if due_date >= position.as_of else None


def _unpaid_minimum(position: Position, rule: ProjectionRule) -> int:
    owed, minimum = position.outstanding, position.unpaid_minimum_minor
    if minimum is None:
        billed = Billed(purchases_minor=owed.principal_minor, interest_minor=owed.interest_minor,
                        fees_minor=owed.fees_minor)
        minimum = minimum_payment(billed, rule.minimum_payment, owed.total_minor).minimum_minor
    return min(minimum, owed.total_minor)
