"""One plan for each card within one budget: a mixed-integer programme, solved by HiGHS and checked in whole fen.

Every figure is a whole number, and every limit the solver is given lies half a unit beyond the one that is meant:
what is allowed keeps half a fen of distance to it and what is not exceeds it by half a fen, many times what its
tolerances are. It stops when no combination can be better by half a unit, so by one. What it answers is
added up again in integers before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

_HALF = 0.5
_LARGEST_WEIGHT = 10**4
_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": _HALF}
"""One thread and one seed: the same cards always take the same way through the solver. Its own tolerances stay: tighter
ones than double precision carries at a million yuan made it call a programme impossible that it had just solved."""


class Figures(NamedTuple):
    """What the choice goes by: fen paid in all, months until the last instalment, fen in the dearest month."""

    total_minor: int
    months: int
    monthly_minor: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Combinations in order: least total, soonest debt-free, fewest months over all cards, least a month."""

    total_minor: int
    longest: int
    months: int
    monthly_minor: int

    def key(self) -> tuple[int, int, int, int]:
        """The least is the best."""
        return self.total_minor, self.longest, self.months, self.monthly_minor


def rank(plans: Sequence[Figures]) -> Ranking:
    """What a combination comes to, one plan for each card."""
    return Ranking(sum(plan.total_minor for plan in plans), max((plan.months for plan in plans), default=0),
                   sum(plan.months for plan in plans), sum(plan.monthly_minor for plan in plans))


def choose(cards: Sequence[Sequence[Figures]], budget_minor: int) -> tuple[int, ...] | None:
    """The place of one plan for each card, so that they fit ``budget_minor`` a month and rank first.

    Combinations that rank alike are told apart by the first card's earliest plan in its list, then the second's, and
    so on. None where even the lightest plans together take more than the budget. Raises ``ArithmeticError`` if the
    solver's answer does not hold in whole numbers, which cannot come from the figures.
    """
    if not all(cards) or sum(min(plan.monthly_minor for plan in card) for card in cards) > budget_minor:
        return None
    if not cards:
        return ()
    programme = _Programme(cards, budget_minor)
    plans = [plan for card in cards for plan in card]
    longest_first = len(cards) * max(plan.months for plan in plans) + 1
    programme.minimise([plan.total_minor for plan in programme.relative], 0)
    programme.minimise([plan.months for plan in plans], longest_first)
    programme.minimise([plan.monthly_minor for plan in programme.relative], 0)
    for weights in _by_card([len(card) for card in cards]):
        programme.minimise([weight * place for weight, card in zip(weights, cards, strict=True)
                            for place in range(len(card))], 0)
    return programme.chosen


def _by_card(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Weights by which a place on one card counts more than all places on the later ones, few cards at a time."""
    weights, worth = [0] * len(lengths), 1
    groups: list[list[int]] = []
    for number in reversed(range(len(lengths))):
        if worth * lengths[number] > _LARGEST_WEIGHT:
            groups.append(weights)
            weights, worth = [0] * len(lengths), 1
        weights[number] = worth
        worth *= lengths[number]
    yield from reversed([*groups, weights])


class _Programme:
    """A binary variable for each plan, and one for the month in which the last card is paid off."""

    def __init__(self, cards: Sequence[Sequence[Figures]], budget_minor: int) -> None:
        self._cards, self._budget_minor = cards, budget_minor
        self._ends = np.cumsum([len(card) for card in cards])
        self._plans = int(self._ends[-1])
        # Beyond each card's own least, so that the numbers are as small as the choice itself.
        least = [Figures(*(min(plan[field] for plan in card) for field in range(3))) for card in cards]
        self.relative = [Figures(plan.total_minor - least[number].total_minor, plan.months,
                                 plan.monthly_minor - least[number].monthly_minor)
                         for number, card in enumerate(cards) for plan in card]
        self._room = budget_minor - sum(one.monthly_minor for one in least)
        self._held: list[tuple[NDArray[np.float64], int]] = []
        self.chosen: tuple[int, ...] = ()
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]  # the binding leaves this one out
        for name, value in _OPTIONS.items():
            self._solver.setOptionValue(name, value)
        self._build()

    def minimise(self, costs: Sequence[int], per_longest: int) -> None:
        """Make this as small as can be without giving up anything made small before."""
        every = np.array([*costs, per_longest], np.float64)
        self._solver.changeColsCost(len(every), np.arange(len(every), dtype=np.int32), every)
        self._run()
        self.chosen = self._read()
        reached = self._worth(every, self.chosen)
        self._held.append((every, reached))
        self._check()
        self._add(every, -highspy.kHighsInf, reached + _HALF)
        # What alone exceeds what all cards together come to can be left out; and the next search starts from here.
        beyond = np.flatnonzero(every[:-1] > reached).astype(np.int32)
        self._solver.changeColsBounds(len(beyond), beyond, np.zeros(len(beyond)), np.zeros(len(beyond)))
        self._solver.setSolution(self._solver.getSolution())

    def _run(self) -> None:
        """Solve; once more without simplifications if those lost what is known to be there."""
        for presolve in ("choose", "off"):
            self._solver.setOptionValue("presolve", presolve)
            self._solver.run()
            if self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                return
            self._solver.clearSolver()
        raise ArithmeticError("the solver found no combination though there is one")

    def _build(self) -> None:
        solver, unknowns = self._solver, self._plans + 1
        most = max(plan.months for plan in self.relative)
        solver.addVars(unknowns, np.zeros(unknowns), np.array([*[1.0] * self._plans, float(most)]))
        solver.changeColsIntegrality(unknowns, np.arange(unknowns, dtype=np.int32),
                                     np.full(unknowns, highspy.HighsVarType.kInteger))
        row = np.zeros(unknowns)
        row[:-1] = [plan.monthly_minor for plan in self.relative]
        self._add(row, -highspy.kHighsInf, min(self._room, int(row.sum())) + _HALF)
        for first, end in zip((0, *self._ends), self._ends, strict=False):
            one, months = np.zeros(unknowns), np.zeros(unknowns)
            one[first:end] = 1
            months[first:end], months[-1] = [plan.months for plan in self.relative[first:end]], -1
            self._add(one, 1, 1)
            self._add(months, -highspy.kHighsInf, _HALF)

    def _add(self, row: NDArray[np.float64], lowest: float, highest: float) -> None:
        places = np.flatnonzero(row).astype(np.int32)
        self._solver.addRow(lowest, highest, len(places), places, row[places])

    def _read(self) -> tuple[int, ...]:
        """The plan of each card whose variable is nearest to one."""
        values = np.asarray(self._solver.getSolution().col_value[:-1])
        return tuple(int(np.argmax(part)) for part in np.split(values, self._ends[:-1]))

    def _worth(self, costs: NDArray[np.float64], chosen: Sequence[int]) -> int:
        starts = (0, *self._ends.tolist())
        longest = max(card[place].months for card, place in zip(self._cards, chosen, strict=True))
        return sum(int(costs[starts[number] + place]) for number, place in enumerate(chosen)) + int(costs[-1]) * longest

    def _check(self) -> None:
        plans = [card[place] for card, place in zip(self._cards, self.chosen, strict=True)]
        if sum(plan.monthly_minor for plan in plans) > self._budget_minor \
                or any(self._worth(costs, self.chosen) > reached for costs, reached in self._held):
            raise ArithmeticError("the solver's answer does not hold in whole fen")
