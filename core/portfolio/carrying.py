"""Accounts carried forward under any scenario: ``core.domain.projected_account`` over arrays.

Every account of a chunk takes the same steps at the same time; a step that is not an account's turn has
amount zero. Unpaid minimums are kept as the running sum of what was asked and one figure of what was paid
of it, oldest first: what is left of the k-th is what its sum exceeds the figure by.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.domain.allocation import Component
from core.domain.money import MAX_MINOR
from core.domain.projection_model import FixedMonthly, ProjectionRule, Scenario
from core.portfolio.ageing import bucket_table
from core.portfolio.arrays import NO_DAY, Flags, Ints, require
from core.portfolio.months import Months
from core.portfolio.opening import Calendar, OpenAccounts, sum_capped
from core.portfolio.shares import Share

_LARGEST_PAYMENT = 2**61


@dataclass(slots=True)
class CarriedAccounts:
    """The moving parts of many projections; see ``ProjectedAccount`` for what each means."""

    start: OpenAccounts
    calendar: Calendar
    scenario: Scenario | FixedMonthly
    rule: ProjectionRule
    balances: _Balances = field(init=False)
    asked: Ints = field(init=False)
    """``[k, account]``: the sum of what the first k statements asked, the minimum open at the start at 0."""
    asked_paid: Ints = field(init=False)
    next_due: Ints = field(init=False)
    """Which due date is met next: 0 is the one open at the start, k that of the k-th statement."""
    oldest: Ints = field(init=False)
    """The first statement whose part of the minimum may be unpaid."""
    misses: Ints = field(init=False)
    open_bill: Ints = field(init=False)
    missed_bill_interest: Ints = field(init=False)
    late_fee: _LateFees = field(init=False)
    closed: int = 0
    """Statements made so far."""

    def __post_init__(self) -> None:
        start, rows = self.start, len(self.start)
        self.balances, self.late_fee = _Balances.of(start, self.rule), _LateFees(self.rule)
        self.asked = np.zeros((self.calendar.months + 1, rows), np.int64)
        self.asked[0] = start.unpaid
        self.asked_paid, self.oldest = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        self.next_due = (start.open_due == NO_DAY).astype(np.int64)
        self.misses, self.open_bill = start.misses.copy(), start.open_bill.copy()
        self.missed_bill_interest = np.zeros(rows, np.int64)

    def run(self, out: Months) -> None:
        """Write every month. Raises ``InvalidInput`` where a debt outgrows every book."""
        start, balances = self.start, self.balances
        buckets = bucket_table(self.rule.delinquency)
        out.settled[:] = np.where(start.total == 0, self.calendar.as_of, NO_DAY)
        out.paid[:] = 0
        for month, since in enumerate(self.calendar.on[:-1]):
            on = self.calendar.on[month + 1][start.statement_day]
            balances.counted = since[start.statement_day]
            late_fees = out.late_fee_charged[month]
            late_fees[:] = 0 if month else start.late_fees
            while (turn := self._turn(on)) is not None:
                late_fees += self._meet(*turn, out.paid[month], out.settled)
            balances.accrue_through(on)
            charged = balances.close(self.missed_bill_interest)
            out.settled[charged > 0] = NO_DAY
            self._ask()
            balances.report(out, month)
            out.days_past_due[month] = self.days_past_due(on)
            np.take(buckets, out.days_past_due[month], out=out.bucket[month], mode="clip")
            balances.begin_month()
            self.missed_bill_interest[:] = 0

    def _meet(self, due: Ints, now: Flags, paid: Ints, settled: Ints) -> Ints:
        """Pay what the scenario pays where a due date is met ``now``; returns the late fees."""
        balances = self.balances
        asked = self._asked_by(due) * now
        amount = self._payment(asked) * now
        if amount.any():
            # Within the days of grace the due date has passed: then the first day is the day to pay.
            day = np.maximum(due, balances.counted)
            balances.accrue_through(day - 1, amount > 0)
            balances.pay(amount, self.days_past_due(day))
            paid += amount
            self.asked_paid = np.minimum(self.asked_paid + amount, self.asked[self.closed])
            np.copyto(settled, day, where=(amount > 0) & (balances.total == 0))
        self.missed_bill_interest += self.start.at_stake * (now & (amount < self.open_bill))
        self.open_bill *= ~now
        missing = np.maximum(asked - amount, 0)
        self.misses = np.where(now, (self.misses + 1) * (missing > 0), self.misses)
        fee = self.late_fee(missing, self.misses) * (due > self.start.no_late_fee_until)
        balances.fees += fee
        balances.new_fees += fee
        self.next_due += now
        return fee

    def days_past_due(self, on: Ints) -> Ints:
        """Days since the oldest due date whose minimum payment is unpaid."""
        behind = self._left_of(self.oldest) <= 0
        while (moving := behind & (self.oldest < self.closed)).any():
            self.oldest += moving
            behind = self._left_of(self.oldest) <= 0
        since = np.where(self.oldest == 0, self.start.unpaid_since, self._due_of(self.oldest))
        late: Ints = np.maximum(on - since, 0) * ~behind
        return late

    def _left_of(self, statement: Ints) -> Ints:
        left: Ints = np.take_along_axis(self.asked, statement[None], 0)[0] - self.asked_paid
        return left

    def _due_of(self, statement: Ints) -> Ints:
        """The due date of each account's ``statement``-th statement, the open one for 0."""
        due = self.calendar.on[statement, self.start.statement_day] + self.rule.days_to_due
        dates: Ints = np.where(statement == 0, self.start.open_due, due)
        return dates

    def _turn(self, on: Ints) -> tuple[Ints, Flags] | None:
        """The next due dates and whose lie by their statement date ``on``; None when nobody's does."""
        due = self._due_of(np.minimum(self.next_due, self.closed))
        now = (self.next_due <= self.closed) & (due <= on)
        return (due, now) if now.any() else None

    def _asked_by(self, due: Ints) -> Ints:
        """What is unpaid of the minimums that fell due by ``due``."""
        last = np.minimum(self.next_due, self.closed)
        if (last < self.closed).any():  # an open due date may lie beyond those of later statements
            for statement in range(1, self.closed + 1):
                dates = self.calendar.on[statement][self.start.statement_day] + self.rule.days_to_due
                last = np.where(dates <= due, np.maximum(last, statement), last)
        first = self.start.unpaid
        # The minimum open at the start may fall due after later ones: then it is not asked for yet.
        before = np.where((self.start.unpaid_since <= due) | (first == 0), 0, first)
        sums = np.take_along_axis(self.asked, last[None], 0)[0]
        asked: Ints = np.maximum(sums - np.maximum(self.asked_paid, before), 0)
        return asked

    def _payment(self, asked: Ints) -> Ints:
        if isinstance(self.scenario, FixedMonthly):
            payment: Ints = np.minimum(self.balances.total, min(self.scenario.amount_minor, _LARGEST_PAYMENT))
            return payment
        return asked if self.scenario is Scenario.MINIMUM_PAYMENT else np.zeros_like(asked)

    def _ask(self) -> None:
        before = self.asked[self.closed] - self.asked_paid
        asked = sum_capped([*self.balances.minimum_parts(), before], self.balances.total)
        self.asked[self.closed + 1] = self.asked[self.closed] + np.maximum(asked - before, 0)
        self.closed += 1


class _LateFees:
    """``core.domain.late_fee`` over arrays; nothing missing costs nothing."""

    def __init__(self, rule: ProjectionRule) -> None:
        self.rule = rule.late_fee
        self.usual = Share.of(self.rule.rate)
        higher = self.rule.after_consecutive
        self.higher = Share.of(higher.rate) if higher else None

    def __call__(self, missing: Ints, misses: Ints) -> Ints:
        fee = self.usual(missing)
        if self.higher is not None and self.rule.after_consecutive is not None:
            fee = np.where(misses >= self.rule.after_consecutive.misses, self.higher(missing), fee)
        fee = np.maximum(fee, self.rule.floor_minor)
        if self.rule.cap_minor is not None:
            fee = np.minimum(fee, self.rule.cap_minor)
        fee = fee * (missing > 0)
        _within_books(fee)
        return fee


@dataclass(slots=True)
class _Balances:
    """What is owed, and what of it no minimum payment has asked for yet."""

    rule: ProjectionRule
    principal: Ints
    interest: Ints
    fees: Ints
    new_fees: Ints
    new_interest: Ints
    accrued: Ints
    balance_days: Ints
    counted: Ints
    """The last day whose interest is in ``balance_days``."""
    purchases: Ints
    """What the last statement billed as purchases."""
    charged: Ints
    """The interest it charged."""
    daily: Share
    ratios: tuple[Share, Share, Share]

    @classmethod
    def of(cls, start: OpenAccounts, rule: ProjectionRule) -> _Balances:
        minimum = rule.minimum_payment
        ratios = Share.of(minimum.purchase_ratio), Share.of(minimum.fees_ratio), Share.of(minimum.interest_ratio)
        nothing = np.zeros(len(start), np.int64)
        return cls(rule, start.principal.copy(), start.interest.copy(), start.fees.copy(), start.new_fees.copy(),
                   start.new_interest.copy(), start.accrued.copy(), nothing.copy(), nothing, nothing, nothing,
                   Share.of(rule.daily_rate), ratios)

    @property
    def total(self) -> Ints:
        return self.principal + self.interest + self.fees

    def begin_month(self) -> None:
        self.balance_days[:] = self.new_fees[:] = self.new_interest[:] = self.accrued[:] = 0

    def accrue_through(self, day: Ints, who: Flags | None = None) -> None:
        """Count the days after the last one counted, for ``who`` alone if given."""
        more = np.maximum(day - self.counted, 0)
        if who is not None:
            more = more * who
        self.balance_days += self.principal * more
        self.counted = self.counted + more

    def pay(self, amount: Ints, past_due: Ints) -> None:
        """Allocate by the days past due; what nothing is owed for is not applied."""
        allocation = self.rule.allocation
        early = past_due <= allocation.last_day_of_first_order
        first = amount * early
        self._apply(first, allocation.first_order)
        if not early.all():
            self._apply(amount - first, allocation.later_order)
        np.minimum(self.new_fees, self.fees, out=self.new_fees)
        np.minimum(self.accrued, self.interest, out=self.accrued)
        np.minimum(self.new_interest, self.interest - self.accrued, out=self.new_interest)

    def _apply(self, amount: Ints, order: tuple[Component, ...]) -> None:
        for component in order:
            owed: Ints = getattr(self, component.value)
            taken = np.minimum(amount, owed)
            owed -= taken
            amount = amount - taken

    def close(self, missed_bill_interest: Ints) -> Ints:
        """Charge the interest of the statement; returns it."""
        charged = self.daily(self.balance_days)
        _within_books(charged)
        charged = charged + missed_bill_interest
        self.purchases, self.charged = self.principal.copy(), charged
        if self.rule.compounds:
            self.principal += charged + self.accrued
            self.interest -= self.accrued
        else:
            self.interest += charged
        _within_books(self.total)
        return charged

    def minimum_parts(self) -> list[Ints]:
        """The parts of the minimum the statement just closed asks for anew."""
        purchases, fees, interest = self.ratios
        return [purchases(self.purchases), fees(self.new_fees),
                interest(self.charged + self.accrued + self.new_interest)]

    def report(self, out: Months, month: int) -> None:
        out.principal[month], out.interest[month], out.fees[month] = self.principal, self.interest, self.fees
        np.add(out.principal[month], out.interest[month], out=out.total[month])
        out.total[month] += out.fees[month]
        out.interest_charged[month] = self.charged


def _within_books(values: Ints) -> None:
    if len(values) and int(values.max()) > MAX_MINOR:
        require(values <= MAX_MINOR, "amount_too_large", "the debt outgrows every book within these months", "months")
