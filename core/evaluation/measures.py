"""Ratios of sums over debtors, with intervals by resampling blocks of them; paired where strategies are compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.parts import METRICS
from core.evaluation.streams import Stream, stream

Floats = NDArray[np.float64]

RESAMPLES = 1_000
LOW, HIGH = 0.025, 0.975
RATIOS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "agreement": (("agreed",), "debtors"),
    "completed_of_deals": (("completed",), "agreed"),
    "completed_of_debtors": (("completed",), "debtors"),
    "recovery": (("received",), "balance"),
    "lender_value": (("lender_gain",), "balance"),
    "lender_value_counted": (("lender_counted",), "balance"),
    "debtor_value": (("debtor_gain",), "balance"),
    "months_in_difficulty": (("months_short", "months_in_arrears"), "debtors"),
    "months_short": (("months_short",), "agreed"),
    "length": (("months_of_deals",), "agreed"),
    "frontier_gap": (("frontier_gap",), "agreed"),
    "breaching": (("breaching",), "agreed"),
    "given_up": (("given_up",), "agreed_balance"),
    "waived": (("waived",), "agreed_balance"),
    "shown_chance": (("predicted",), "agreed"),
    "rounds": (("rounds",), "agreed"),
    "reached_25": (("reached_25",), "debtors"),
    "reached_50": (("reached_50",), "debtors"),
    "reached_100": (("reached_100",), "debtors"),
}
"""Sums divided by a sum. Values are gains over doing nothing, of what was owed by everybody."""
COMPARED = ("agreement", "completed_of_deals", "completed_of_debtors", "lender_value", "lender_value_counted",
            "debtor_value", "months_in_difficulty")
"""Differences of these are stated with an interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the interval that holds 95 of 100 resampled ones."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """With as many digits as say something."""
        return {name: round(float(getattr(self, name)), 5) for name in ("value", "low", "high")}


class Resampled:
    """Sums of blocks, ``[strategy, block, metric]``, and the same resampled."""

    def __init__(self, sums: Floats, seed: int = 0) -> None:
        blocks = sums.shape[1]
        weights = stream(seed, Stream.BOOTSTRAP).multinomial(blocks, np.full(blocks, 1 / blocks), RESAMPLES)
        self._totals = sums.sum(axis=1)
        self._drawn = np.einsum("rb,sbm->srm", weights.astype(np.float64), sums, optimize=True)

    def ratio(self, strategy: int, name: str) -> Estimate:
        """One figure of one strategy."""
        drawn = _ratio(self._drawn[strategy], name)
        return Estimate(float(_ratio(self._totals[strategy], name)), *np.quantile(drawn, (LOW, HIGH)).tolist())

    def difference(self, one: int, other: int, name: str) -> Estimate:
        """One strategy's figure less another's, on the same resampled debtors."""
        drawn = _ratio(self._drawn[one], name) - _ratio(self._drawn[other], name)
        value = float(_ratio(self._totals[one], name) - _ratio(self._totals[other], name))
        return Estimate(value, *np.quantile(drawn, (LOW, HIGH)).tolist())


def plain_ratio(sums: Floats, name: str) -> float:
    """A figure of ``sums`` (``[metric]``), without an interval."""
    return float(_ratio(sums, name))


def _ratio(sums: Floats, name: str) -> Floats:
    parts, whole = RATIOS[name]
    top = sum(sums[..., METRICS.index(part)] for part in parts)
    return np.asarray(top / np.maximum(sums[..., METRICS.index(whole)], 1e-9), np.float64)


def month_of(paid_by_month: Floats, balance: float, mark: float) -> int | None:
    """The month in which deals had brought in ``mark`` of everything owed; None if they never did."""
    reached = np.flatnonzero(np.cumsum(paid_by_month) >= mark * balance)
    return int(reached[0]) + 1 if len(reached) else None


def median_month(counts: NDArray[np.int64]) -> int | None:
    """The median month among those who got there; ``counts[0]`` are those who never did."""
    there = np.cumsum(counts[1:])
    return int(np.searchsorted(there, there[-1] / 2)) + 1 if there[-1] else None


def factor_between(shown: Floats) -> float:
    """How many times the expected breaks there were: the power of the chances shown that matches what was completed.

    ``shown``: ``[figure, bin]`` with counts, summed chances and completed deals.
    """
    counts, chances, completed = shown
    means = chances / np.maximum(counts, 1)
    low, high = 0.02, 50.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if float((counts * means**middle).sum()) > float(completed.sum()) else (low, middle)
    return math.sqrt(low * high)
