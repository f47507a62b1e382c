"""Level plans with interest worked out to the fen, many at once, where bounds are too wide to tell them apart.

The schedule's own arithmetic in 64-bit integers: each period's interest rounded half-up, the last instalment what is
left. Rows whose level instalment is not sure, and debts too large for 64 bits, keep their bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.domain.offers.model import Bound
from core.domain.offers.space import period_days
from core.domain.request_terms import PERIODS_PER_YEAR
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offer_rows import Plans, Rows, least_instalments, monthly_of

_DAYS_PER_YEAR = 360
"""Of 30/360."""
_ROOM = 2**62


@dataclass(frozen=True, slots=True)
class ExactRows:
    """What it takes to work rows out: see ``offer_tables``. ``known`` marks those that are."""

    rows: Rows
    financed: Ints
    level: Ints
    known: Flags
    """Whose bounds are exact, or as narrow as they will be."""
    rates: list[tuple[Ints, int]] = field(default_factory=list)
    """By start and price: each period's rate over a denominator; filled when first needed."""

    def narrow(self, plans: Plans, wanted: Ints) -> Ints:
        """Put exact figures in place of the bounds of those of ``wanted`` that have not got them; the rows changed."""
        rows = wanted[~self.known[wanted]]
        if not len(rows) or not self._fits():
            return rows[:0]
        dearest, total = self._play(rows)
        self.known[rows] = True
        per_year = PERIODS_PER_YEAR[self.rows.situation.space.frequency]
        total = total + self.rows.of_concession("down_payment_minor")[rows]
        for old, new in ((plans.instalment, dearest), (plans.total, total),
                         (plans.payment, monthly_of((dearest, dearest), per_year)[0])):
            old[0][rows], old[1][rows] = new, new
        self._slacks(plans, rows)
        return rows

    def _play(self, rows: Ints) -> tuple[Ints, Ints]:
        """The dearest instalment and the sum of all, period by period."""
        space = self.rows.situation.space
        order = rows[np.argsort(-self.rows.month[rows], kind="stable")]
        last = (self.rows.month[order] + 1) * PERIODS_PER_YEAR[space.frequency] // 12 - 1
        place = self.rows.start[order] * len(space.prices) + self.rows.price[order]
        numerators = np.stack([rate for rate, _ in self._rates()])[place]
        denominator = np.array([below for _, below in self._rates()], np.int64)[place]
        balance, level = self.financed[order].copy(), self.level[order]
        dearest, total = np.zeros_like(balance), np.zeros_like(balance)
        for period in range(int(last[0]) + 1):
            running = int(np.searchsorted(-last, -period, side="right"))
            head = slice(running)
            below = denominator[head]
            interest = (2 * balance[head] * numerators[head, period] + below) // (2 * below)
            share = np.minimum(np.maximum(level[head] - interest, 0), balance[head])
            share = np.where(last[head] == period, balance[head], share)
            amount = share + interest
            balance[head] -= share
            np.maximum(dearest[head], amount, out=dearest[head])
            total[head] += amount
        back = np.argsort(np.argsort(-self.rows.month[rows], kind="stable"), kind="stable")
        return dearest[back], total[back]

    def _slacks(self, plans: Plans, rows: Ints) -> None:
        situation = self.rows.situation
        facts, wish = situation.facts, situation.wish
        payment, total, instalment = plans.payment[0][rows], plans.total[0][rows], plans.instalment[0][rows]
        least = least_instalments(self.rows.each_financed, situation.rule)[self.rows.which[rows]]
        exact = {Bound.AFFORDABLE: facts.limit_minor - payment, Bound.MINIMUM_INSTALMENT: payment - least,
                 Bound.TOTAL: np.array(situation.nothing.totals_minor, np.int64)[self.rows.month[rows]] - total}
        if wish.monthly_at_most_minor is not None:
            exact[Bound.WISH_MONTHLY] = wish.monthly_at_most_minor - payment
        if wish.instalment_at_most_minor is not None:
            exact[Bound.WISH_INSTALMENT] = wish.instalment_at_most_minor - instalment
        for name, slack in exact.items():
            plans.slacks[name][0][rows], plans.slacks[name][1][rows] = slack, slack

    def _rates(self) -> list[tuple[Ints, int]]:
        if not self.rates:
            space, per_year = self.rows.situation.space, PERIODS_PER_YEAR[self.rows.situation.space.frequency]
            for start in space.first_due_dates:
                days = np.array(period_days(self.rows.situation.facts.as_of, start, space.longest, space.frequency))
                for price in space.prices:
                    numerator, denominator = price.annual_rate.as_integer_ratio()
                    rates = days * numerator
                    rates[: price.interest_free_months * per_year // 12] = 0
                    self.rates.append((rates, denominator * _DAYS_PER_YEAR))
        return self.rates

    def _fits(self) -> bool:
        """Whether no product leaves 64 bits."""
        largest = max(int(rate.max()) for rate, _ in self._rates())
        return 2 * max(int(self.financed.max()), 1) * (largest + 1) < _ROOM
