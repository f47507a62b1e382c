"""The plans of one card that could be part of the best combination: few, and none that could is left out.

A plan counts only if it keeps every constraint of ``core.domain.offers`` twice: with all the month's money to
itself, and as the one taken up last, when the other cards have all the rest. So it holds in whatever order the
plans are taken up. Of those that hold, one that another undercuts in payment, total and length together is never
needed: in any combination the other would do better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from core.domain.actor import Authority
from core.domain.offers.evaluation import Situation, situation_of, work_out
from core.domain.offers.model import NO_WISH, Facts
from core.domain.offers.ordering import Key, Objective, Purpose, key
from core.domain.offers.plan import Option
from core.domain.offers.rule import OfferRule
from core.domain.offers.value import StatusQuo
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offers import ArraySearch

_CHEAPEST, _LIGHTEST = Objective(Purpose.CHEAPEST), Objective(Purpose.LIGHTEST)


@dataclass(frozen=True, slots=True)
class Card:
    """What is owed on one card, in fen, and the rules of whoever issued it; ``key`` tells it from the others."""

    key: str
    principal_minor: int
    interest_minor: int
    fees_minor: int
    days_past_due: int
    rule: OfferRule
    authority: Authority = Authority.L3
    """Whoever decides about this card."""

    @property
    def balance_minor(self) -> int:
        """All that is owed on it."""
        return self.principal_minor + self.interest_minor + self.fees_minor


@dataclass(frozen=True, slots=True)
class Payer:
    """What a person has for all cards together, in fen a month, after what is promised elsewhere."""

    as_of: date
    affordable_minor: int
    disposable_minor: int
    hardship: bool = False

    def facts(self, card: Card) -> Facts:
        """The facts of one card as if it were the only one."""
        return Facts(self.as_of, card.principal_minor, card.interest_minor, card.fees_minor, card.days_past_due,
                     affordable_minor=self.affordable_minor, ceiling_minor=self.affordable_minor,
                     disposable_minor=self.disposable_minor, hardship=self.hardship, authority=card.authority)


class CardPlans:
    """The plan space of one card, searched for what may enter a combination."""

    def __init__(self, card: Card, payer: Payer, others_minor: int, nothing: StatusQuo) -> None:
        """``payer`` bounds each plan by what is affordable; ``others_minor``: the most the other cards could take."""
        self._others_minor = others_minor
        self.situation: Situation = situation_of(payer.facts(card), card.rule, NO_WISH, nothing)
        self._table = ArraySearch(self.situation, feasible_only=True).plans
        possible = np.ones(len(self._table), np.bool_)
        for _, highest in self._table.slacks.values():
            possible &= highest >= 0
        self._possible: Flags = possible

    def worth_taking(self, budget_minor: int) -> tuple[Option, ...]:
        """Every plan that holds and that none undercuts, by total, months, payment, waiver and number.

        ``budget_minor``: what all cards together may take of a month.
        """
        table = self._table
        rows = self._sorted(table.total[0], table.months, table.payment[0])
        left, found = np.ones(len(rows), np.bool_), []
        for place in range(len(rows)):
            if not left[place]:
                continue
            option = self.holding(int(table.index[rows[place]]), budget_minor)
            if option is not None:
                found.append(option)
                left &= ~self._undercut(rows, option)
        kept = [one for one in found if not any(_undercuts(other, one) for other in found)]
        return tuple(sorted(kept, key=lambda one: self._key(one, _CHEAPEST)))

    def lightest(self, budget_minor: int, least_minor: int = 0) -> Option | None:
        """The plan with the smallest payment that holds; then total, months, waiver and number.

        ``least_minor``: what is known to be too little.
        """
        best: Option | None = None
        for row in self._by_payment():
            if best is not None and self._table.payment[0][row] > best.monthly_minor:
                break
            if self._table.payment[1][row] < least_minor:
                continue
            option = self.holding(int(self._table.index[row]), budget_minor)
            if option is not None and (best is None or self._key(option, _LIGHTEST) < self._key(best, _LIGHTEST)):
                best = option
        return best

    def holding(self, index: int, budget_minor: int) -> Option | None:
        """The plan of that number as it stands when it is taken up last; None if it does not hold."""
        option = work_out(index, self.situation)
        if option.breaches():
            return None
        facts = self.situation.facts
        taken = min(budget_minor - option.monthly_minor, self._others_minor)
        if taken <= 0:
            return option
        left = facts.affordable_minor - taken
        last = work_out(index, replace(self.situation, facts=replace(
            facts, affordable_minor=left, ceiling_minor=left, disposable_minor=facts.disposable_minor - taken)))
        return None if last.breaches() else last

    def _sorted(self, *columns: Ints) -> Ints:
        rows = np.flatnonzero(self._possible)
        last = (self._table.waived, self._table.index)
        return rows[np.lexsort([column[rows] for column in (*columns, *last)][::-1])]

    def _by_payment(self) -> Iterator[int]:
        return iter(self._sorted(self._table.payment[0], self._table.total[0], self._table.months).tolist())

    def _undercut(self, rows: Ints, by: Option) -> Flags:
        """Which rows are surely no better than ``by`` in payment, total and length, and lose a tie."""
        table, given = self._table, by.terms.concession.waived_minor
        payment, total, months = table.payment[0][rows], table.total[0][rows], table.months[rows]
        waived, index = table.waived[rows], table.index[rows]
        worse: Flags = (payment > by.monthly_minor) | (total > by.total_minor) | (months > by.terms.months)
        later: Flags = (waived > given) | ((waived == given) & (index > by.index))
        return (payment >= by.monthly_minor) & (total >= by.total_minor) & (months >= by.terms.months) & (worse | later)

    def _key(self, option: Option, objective: Objective) -> Key:
        return key(option, objective, self.situation)


def _undercuts(one: Option, other: Option) -> bool:
    ours = (one.monthly_minor, one.total_minor, one.terms.months)
    theirs = (other.monthly_minor, other.total_minor, other.terms.months)
    if ours == theirs:
        return (one.terms.concession.waived_minor, one.index) < (other.terms.concession.waived_minor, other.index)
    return all(mine <= its for mine, its in zip(ours, theirs, strict=True))
