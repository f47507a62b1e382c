"""How good an estimate is: discrimination with its uncertainty, calibration, and errors by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RESAMPLES, RESAMPLE_SEED = 2_000, 20_051_001


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % bootstrap interval."""

    value: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class GroupRow:
    """How the estimate fares in one group; rates are None where nobody is there to count them on."""

    accounts: int
    observed: float
    predicted: float
    auc: float | None
    false_positive: float | None
    """Of those who did not default, the share that was warned about."""
    false_negative: float | None
    """Of those who did, the share that was not."""


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """Accounts with about the same estimate."""

    accounts: int
    predicted: float
    observed: float


def auc(scores: Floats, bad: Bools, weights: Floats | None = None) -> float | None:
    """The chance that a defaulted account scores higher than another one, ties counted half; None without both."""
    _, which = np.unique(scores, return_inverse=True)
    return _auc(which, bad, np.ones(len(bad)) if weights is None else weights)


def auc_intervals(scores: Sequence[Floats], bad: Bools) -> tuple[list[Interval], Floats]:
    """The AUC of each score with its interval, and every resample's AUCs (a row each) for paired differences."""
    chance = np.random.default_rng(RESAMPLE_SEED)
    ranks = [np.unique(one, return_inverse=True)[1] for one in scores]
    drawn = np.empty((RESAMPLES, len(scores)))
    for row in range(RESAMPLES):
        weights = np.bincount(chance.integers(0, len(bad), len(bad)), minlength=len(bad)).astype(np.float64)
        drawn[row] = [_auc(which, bad, weights) for which in ranks]
    return [interval(float(_auc(which, bad, np.ones(len(bad))) or 0.0), drawn[:, number])
            for number, which in enumerate(ranks)], drawn


def interval(value: float, drawn: Floats) -> Interval:
    """``value`` with the middle 95 % of what resamples gave."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def brier(predicted: Floats, bad: Bools) -> float:
    """The mean squared difference between estimate and outcome; saying the mean for all gives p(1 - p)."""
    return float(((predicted - bad) ** 2).mean())


def calibration(predicted: Floats, bad: Bools) -> list[CalibrationRow]:
    """Estimate and outcome side by side, a row for each estimate there is."""
    return [CalibrationRow(int(here.sum()), float(predicted[here].mean()), float(bad[here].mean()))
            for here in (predicted == value for value in np.unique(predicted))]


def calibration_error(rows: Sequence[CalibrationRow]) -> float:
    """The expected calibration error: the mean distance of estimate and outcome, by accounts."""
    return sum(row.accounts * abs(row.predicted - row.observed) for row in rows) / sum(row.accounts for row in rows)


def tenths(predicted: Floats, bad: Bools) -> list[CalibrationRow]:
    """As ``calibration``, for estimates that differ for everybody: ten parts of equal size."""
    parts = np.array_split(np.argsort(predicted, kind="stable"), 10)
    return [CalibrationRow(len(part), float(predicted[part].mean()), float(bad[part].mean())) for part in parts]


def group_row(scores: Floats, predicted: Floats, bad: Bools, warned: Bools) -> GroupRow:
    """The figures of one group."""
    return GroupRow(len(bad), float(bad.mean()), float(predicted.mean()), auc(scores, bad),
                    float(warned[~bad].mean()) if (~bad).any() else None,
                    float((~warned[bad]).mean()) if bad.any() else None)


def _auc(which: NDArray[np.intp], bad: Bools, weights: Floats) -> float | None:
    hits = np.bincount(which, weights=weights * bad)
    others = np.bincount(which, weights=weights * ~bad)
    pairs = hits.sum() * others.sum()
    if not pairs:
        return None
    below = np.cumsum(others) - others
    return float((hits * (below + others / 2)).sum() / pairs)
