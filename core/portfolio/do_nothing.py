"""Doing nothing, for accounts with one due date between any two statements: the recurrence alone.

Nothing is paid, so nothing that was asked for is ever met, and a month is the same few integer operations
for every account. Everything else (another scenario, a due date moved by an extension) takes the longer way
of ``carrying``; so does a chunk whose amounts might not fit 64 bits.
"""

from __future__ import annotations

import numpy as np

from core.domain.money import MAX_MINOR
from core.domain.projection_model import ProjectionRule
from core.portfolio.ageing import bucket_table
from core.portfolio.arrays import CHUNK_ROWS, NO_DAY, Ints
from core.portfolio.months import Months
from core.portfolio.opening import Calendar, OpenAccounts
from core.portfolio.shares import LARGEST, Share

_NEVER = 10**9
"""Stands for the first unpaid due date of who has none: after every date there can be."""


class DoNothing:
    """One rule and calendar, for chunk after chunk."""

    def __init__(self, calendar: Calendar, rule: ProjectionRule) -> None:
        self.calendar, self.rule = calendar, rule
        minimum, late = rule.minimum_payment, rule.late_fee
        self.daily = Share.of(rule.daily_rate)
        self.of_purchases, self.of_fees, self.of_interest = (
            Share.of(ratio) for ratio in (minimum.purchase_ratio, minimum.fees_ratio, minimum.interest_ratio))
        self.usual_fee = Share.of(late.rate)
        self.higher_fee = Share.of(late.after_consecutive.rate) if late.after_consecutive else None
        self.days = np.diff(calendar.on, axis=0)
        self.buckets = bucket_table(rule.delinquency)
        self.work, self.asked = np.empty(CHUNK_ROWS, np.int64), np.empty(CHUNK_ROWS, np.int64)
        self.zeros = np.zeros(CHUNK_ROWS, np.int64)  # faster to compare with than the number 0

    def fits(self, accounts: OpenAccounts) -> bool:
        """Whether no figure of these accounts can pass 64 bits, or the books' limit, within the months."""
        rule, late = self.rule, self.rule.late_fee
        minimum = rule.minimum_payment
        fee_rates = [self.usual_fee] + ([self.higher_fee] if self.higher_fee else [])
        most, once = int(accounts.total.max()), int(accounts.at_stake.max())
        longest = max(int(self.days.max()), 1)
        for _ in range(self.calendar.months):
            if most * longest > self.daily.limit or any(most > fee.limit for fee in fee_rates):
                return False
            interest = most * longest * self.daily.factor // self.daily.divisor + 1 + once
            fee = max(max(most * rate.factor // rate.divisor + 1 for rate in fee_rates), late.floor_minor)
            most += interest + (fee if late.cap_minor is None else min(fee, late.cap_minor))
        ratios = minimum.purchase_ratio + minimum.fees_ratio + minimum.interest_ratio
        shares_fit = most <= min(share.limit for share in (self.of_purchases, self.of_fees, self.of_interest))
        return shares_fit and most * (int(ratios) + 2) <= LARGEST and most <= MAX_MINOR

    def run(self, accounts: OpenAccounts, out: Months) -> None:
        """Write every month of ``accounts``; rows that are not regular get figures nobody may use."""
        chunk = _Chunk(self, accounts, out)
        for month in range(self.calendar.months):
            chunk.meet_due_date(month)
            chunk.charge_interest(month)
            chunk.ask(month)
            chunk.age(month)
        chunk.settle()


class _Chunk:
    """The accounts of one chunk on their way: views of the months already written, and what lies beside."""

    def __init__(self, engine: DoNothing, accounts: OpenAccounts, out: Months) -> None:
        self.engine, self.accounts, self.out = engine, accounts, out
        rows = len(accounts)
        self.work, self.asked = engine.work[:rows], engine.asked[:rows]
        self.principal, self.interest, self.fees = accounts.principal, accounts.interest, accounts.fees
        self.unpaid, self.misses, self.since = accounts.unpaid.copy(), accounts.misses.copy(), accounts.unpaid_since
        self.waiting = np.flatnonzero(accounts.unpaid == 0)
        """Accounts of which nothing is unpaid yet: few, and fewer each month."""
        if len(self.waiting):
            self.since = self.since.copy()
            self.since[self.waiting] = _NEVER
        self.no_due = np.flatnonzero(accounts.open_due == NO_DAY)
        """Accounts whose first due date is that of the next statement."""
        self.suspended = np.flatnonzero(accounts.no_late_fee_until != NO_DAY)

    def meet_due_date(self, month: int) -> None:
        """The due date of this month is missed: charge the late fee on all that is unpaid."""
        engine, accounts, fee = self.engine, self.accounts, self.out.late_fee_charged[month]
        rule = engine.rule.late_fee
        engine.usual_fee.of_small(self.unpaid, out=fee)
        if engine.higher_fee is not None and rule.after_consecutive is not None:
            self.misses += 1
            self.misses[self.waiting] = 0
            if month == 0:
                self.misses[self.no_due] = accounts.misses[self.no_due]
            steep = np.flatnonzero(self.misses >= rule.after_consecutive.misses)
            if len(steep):
                fee[steep] = engine.higher_fee.of_small(self.unpaid[steep])
        if rule.floor_minor:
            np.maximum(fee, rule.floor_minor, out=fee)
            fee[self.waiting] = 0
        if rule.cap_minor is not None:
            np.minimum(fee, rule.cap_minor, out=fee)
        if len(self.suspended):
            rows = self.suspended
            due = accounts.open_due[rows] if month == 0 else self._due_of(month, rows)
            fee[rows[due <= accounts.no_late_fee_until[rows]]] = 0
        if month == 0:
            fee[self.no_due] = 0
        self.fees = np.add(self.fees, fee, out=self.out.fees[month])

    def charge_interest(self, month: int) -> None:
        """Balance × days since the last statement, rounded once."""
        np.take(self.engine.days[month], self.accounts.statement_day, out=self.work, mode="clip")
        self.work *= self.principal
        charged = self.engine.daily.of_small(self.work, out=self.out.interest_charged[month])
        if month < 2 and self.accounts.at_stake.any():
            # The first due date leaves the last bill unpaid: its own interest is charged as well.
            missed = (self.accounts.open_bill > 0) & ((self.accounts.open_due == NO_DAY) == (month == 1))
            charged += self.accounts.at_stake * missed

    def ask(self, month: int) -> None:
        """Make the statement: post the interest, ask for a minimum with all that is unpaid in it."""
        engine, accounts, out, asked = self.engine, self.accounts, self.out, self.asked
        fee, charged = out.late_fee_charged[month], out.interest_charged[month]
        engine.of_purchases.of_small(self.principal, out=asked)
        asked += self.unpaid
        if month:
            asked += engine.of_fees.whole(fee, self.work)
            asked += engine.of_interest.whole(charged, self.work)
        else:  # what no statement has billed yet is billed now
            asked += engine.of_fees.of_small(fee + accounts.new_fees)
            asked += engine.of_interest.of_small(charged + accounts.accrued + accounts.new_interest)
            fee += accounts.late_fees
        self._post(month)
        total = np.add(self.principal, self.fees, out=out.total[month])
        total += self.interest
        np.minimum(asked, total, out=asked)
        np.maximum(self.unpaid, asked, out=self.unpaid)

    def _post(self, month: int) -> None:
        accounts, charged = self.accounts, self.out.interest_charged[month]
        if not self.engine.rule.compounds:
            self.interest = np.add(self.interest, charged, out=self.out.interest[month])
            self.out.principal[month] = self.principal
            return
        principal = np.add(self.principal, charged, out=self.out.principal[month])
        if month:
            self.out.interest[month] = self.interest
        else:
            principal += accounts.accrued
            self.interest = np.subtract(self.interest, accounts.accrued, out=self.out.interest[month])
        self.principal = principal

    def age(self, month: int) -> None:
        """Days past due and bucket on the statement date."""
        engine, past_due = self.engine, self.out.days_past_due[month]
        if len(self.waiting):
            asked_of = self.unpaid[self.waiting] > 0
            first = self.waiting[asked_of]
            self.since[first] = self._due_of(month + 1, first)
            self.waiting = self.waiting[~asked_of]
        np.take(engine.calendar.on[month + 1], self.accounts.statement_day, out=past_due, mode="clip")
        past_due -= self.since
        np.maximum(past_due, engine.zeros[: len(past_due)], out=past_due)
        np.take(engine.buckets, past_due, out=self.out.bucket[month], mode="clip")

    def settle(self) -> None:
        """Who owes nothing from the start and is charged no interest is settled on the first day."""
        clear = np.flatnonzero(self.accounts.total == 0)
        calm = clear[~self.out.interest_charged[:, clear].any(axis=0)]
        self.out.settled[calm] = self.engine.calendar.as_of

    def _due_of(self, statement: int, rows: Ints) -> Ints:
        due: Ints = self.engine.calendar.on[statement][self.accounts.statement_day[rows]] + self.engine.rule.days_to_due
        return due
