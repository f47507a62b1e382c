"""The search of a plan space: arrays shortlist, the domain works out what is left and decides.

Plans are taken in the order of the least their exact key can be; the search ends when no plan left can
come before the best one worked out. So it finds what a walk through the whole space would find.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.evaluation import Situation, work_out
from core.domain.offers.model import Bound
from core.domain.offers.ordering import Key, Objective, Purpose, key
from core.domain.offers.plan import Option
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offer_rows import Interval, Plans
from core.portfolio.offer_tables import tabulate

_NOTHING: frozenset[Bound] = frozenset()
_FEW = 32
"""Rows that are sorted without another look."""


class ArraySearch:
    """``core.domain.offers.ordering.Search`` over arrays.

    ``feasible_only`` leaves out early what cannot meet every constraint: quicker, but then no constraint can
    be set aside.
    """

    def __init__(self, situation: Situation, *, feasible_only: bool = False) -> None:
        self._situation = situation
        self._feasible_only = feasible_only
        self.plans: Plans
        self.plans, self._exact = tabulate(situation, feasible_only=feasible_only)
        self._maybe = {name: np.asarray(slack[0] < 0, np.bool_) for name, slack in self.plans.slacks.items()}
        """Where a constraint may be breached; ``_surely`` where it is."""
        self._surely = {name: np.asarray(slack[1] < 0, np.bool_) for name, slack in self.plans.slacks.items()}
        rows = len(self.plans)
        self._breaches = sum((flags.view(np.int8) for flags in self._surely.values()), np.zeros(rows, np.int8))
        self._doubts = sum((flags.view(np.int8) for flags in self._maybe.values()), np.zeros(rows, np.int8))
        self._options: dict[int, Option] = {}
        self._found: dict[tuple[Objective, frozenset[Bound]], Option | None] = {}

    @property
    def situation(self) -> Situation:
        """What is searched."""
        return self._situation

    def best(self, objective: Objective, without: frozenset[Bound] = _NOTHING) -> Option | None:
        """As ``Search.best``."""
        if without and self._feasible_only:
            raise ValueError("constraints can be set aside only where every plan was kept")
        without -= {Bound.INTEREST_COVERED}
        asked = (objective, without)
        if asked not in self._found:
            self._found[asked] = self._search(objective, without)
        return self._found[asked]

    def _search(self, objective: Objective, without: frozenset[Bound]) -> Option | None:
        known = self._maybe.keys() & without
        if not without:
            return self._first(objective, without, np.flatnonzero(self._breaches == 0), None)
        breaches = self._breaches - sum(self._surely[name].view(np.int8) for name in known)
        admitted = np.asarray(sum(self._maybe[name].view(np.int8) for name in known), np.int8) > 0 if known else \
            np.zeros(len(self.plans), np.bool_)
        rows = np.flatnonzero((breaches == 0) & admitted)
        if objective.purpose is Purpose.NEAREST:
            # What breaches nothing at all is nearest of all.
            start = self.best(Objective(Purpose.NEAREST, breach=objective.breach)) if objective.breach in \
                self.plans.slacks else self.best(Objective(Purpose.CHEAPEST))
        else:
            start = self.best(objective)
        return self._first(objective, without, rows, start)

    def _first(self, objective: Objective, without: frozenset[Bound], rows: Ints, best: Option | None
               ) -> Option | None:
        """The first of ``rows`` and ``best``; of the rows only some may meet every constraint."""
        if not len(rows):
            return best
        best_key = None if best is None else key(best, objective, self._situation)
        shortlist, low = self._shorten(objective, rows, without, best_key)
        if len(shortlist) > _FEW and self._narrow(shortlist):
            shortlist, low = self._shorten(objective, shortlist[self._possible(shortlist, without)], without, best_key)
        for row, least in self._in_order(objective, shortlist, low):
            if best_key is not None and least >= best_key:
                break
            option = self._option(int(self.plans.index[row]))
            if option.breaches(without):
                continue
            found = key(option, objective, self._situation)
            if best_key is None or found < best_key:
                best, best_key = option, found
        return best

    def _shorten(self, objective: Objective, rows: Ints, without: frozenset[Bound], best: Key | None
                 ) -> tuple[Ints, NDArray[Any]]:
        """The rows that may come before ``best`` and before every certain one, with the least each can measure."""
        low, high = self._measure(objective, rows)
        sure = high[self._certain(rows, without)]
        threshold = float(sure.min()) if len(sure) else np.inf
        if best is not None:
            threshold = min(threshold, float(best[0]) + _slip(best[0]))
        kept = np.flatnonzero(low <= threshold)
        rows, low, high = rows[kept], low[kept], high[kept]
        return self._part_ties(objective, rows, low, high, without, threshold) if len(kept) > _FEW else (rows, low)

    def _narrow(self, rows: Ints) -> bool:
        """Put exact figures in place of bounds where that can be done; whether anything changed."""
        changed = self._exact.narrow(self.plans, rows) if self._exact is not None else rows[:0]
        for name, (low, high) in self.plans.slacks.items() if len(changed) else ():
            for flags, counts, slack in ((self._maybe, self._doubts, low), (self._surely, self._breaches, high)):
                now = slack[changed] < 0
                counts[changed] += now.view(np.int8) - flags[name][changed].view(np.int8)
                flags[name][changed] = now
        return len(changed) > 0

    def _possible(self, rows: Ints, without: frozenset[Bound]) -> Flags:
        """Which surely breach nothing but what is set aside."""
        breaches = self._breaches[rows]
        for name in self._surely.keys() & without:
            breaches = breaches - self._surely[name][rows].view(np.int8)
        return np.asarray(breaches == 0, np.bool_)

    def _part_ties(self, objective: Objective, rows: Ints, low: NDArray[Any], high: NDArray[Any],
                   without: frozenset[Bound], threshold: float) -> tuple[Ints, NDArray[Any]]:
        """Leave out rows that can at best tie with a certain one and come after it by the second part of the key."""
        second = self.plans.months if objective.purpose is Purpose.CHEAPEST else self.plans.total[0]
        second_high = second if objective.purpose is Purpose.CHEAPEST else self.plans.total[1]
        certain = rows[(high == threshold) & self._certain(rows, without)]
        if not len(certain):
            return rows, low
        kept = (low < threshold) | (second[rows] <= second_high[certain].min())
        return rows[kept], low[kept]

    def _certain(self, rows: Ints, without: frozenset[Bound]) -> Flags:
        doubts = self._doubts[rows]
        for name in self._maybe.keys() & without:
            doubts = doubts - self._maybe[name][rows].view(np.int8)
        return np.asarray(doubts == 0, np.bool_)

    def _measure(self, objective: Objective, rows: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
        """Between what the first part of each row's key lies."""
        plans = self.plans
        match objective.purpose:
            case Purpose.LIGHTEST:
                return _at(plans.payment, rows)
            case Purpose.CHEAPEST:
                return _at(plans.total, rows)
            case Purpose.LENDER:
                low, high = _at(plans.lender, rows)
                return -high, -low
            case Purpose.DEBTOR:
                return _at(plans.debtor, rows)
            case Purpose.BALANCED:
                return self._unfairness(objective, rows)
            case Purpose.NEAREST:
                if objective.breach not in plans.slacks:
                    return np.zeros(len(rows)), np.zeros(len(rows))
                low, high = _at(plans.slacks[objective.breach], rows)
                return np.maximum(-high, 0), np.maximum(-low, 0)

    def _unfairness(self, objective: Objective, rows: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
        nothing, ideal = self._situation.nothing, objective.ideal
        lender, debtor = _at(self.plans.lender, rows), _at(self.plans.debtor, rows)
        one = [value - nothing.lender_value_minor for value in lender]
        other = [nothing.debtor_cost_minor - value for value in reversed(debtor)]
        shares = [np.minimum(one[end] / ideal.lender_minor if ideal.lender_minor > 0 else 1.0,
                             other[end] / ideal.debtor_minor if ideal.debtor_minor > 0 else 1.0) for end in (0, 1)]
        least, most = (np.broadcast_to(np.asarray(share, np.float64), (len(rows),)) for share in shares)
        return -most - 1e-12, -least + 1e-12

    def _in_order(self, objective: Objective, rows: Ints, low: NDArray[Any]) -> Iterator[tuple[int, Key]]:
        """Rows by the least their keys can be, with that least key."""
        plans = self.plans
        payment, total = plans.payment[0][rows], plans.total[0][rows]
        months, waived, index = plans.months[rows], plans.waived[rows], plans.index[rows]
        match objective.purpose:
            case Purpose.LIGHTEST:
                columns: tuple[NDArray[Any], ...] = (low, total, months, waived, index)
            case Purpose.CHEAPEST:
                columns = (low, months, payment, waived, index)
            case _:
                columns = (low, total, months, payment, waived, index)
        for place in np.lexsort(columns[::-1]).tolist():
            yield int(rows[place]), tuple(_exact(column[place]) for column in columns)

    def _option(self, index: int) -> Option:
        if index not in self._options:
            self._options[index] = work_out(index, self._situation)
        return self._options[index]


def _at(interval: Interval, rows: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
    return interval[0][rows], interval[1][rows]


def _exact(value: Any) -> int | Fraction:
    return int(value) if isinstance(value, np.integer) else Fraction(float(value))


def _slip(value: int | Fraction) -> float:
    """What turning an exact figure into a float may lose."""
    return abs(float(value)) * 1e-15
