"""Points fitted to outcomes: a logistic regression whose steps may only run one way, rounded to whole points.

Every part becomes a staircase of indicators, each of which may only add risk, so that no fitted ladder says
that paying less is better. Deterministic: no draw, a convex problem, whole points in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from math import log

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InvalidInput
from core.domain.risk.record import FALLING, Measures, Part
from core.domain.risk.scorecard import POINTS_TO_DOUBLE, Band, Ladder, Rung, Scorecard, score_measures

Floats = NDArray[np.float64]

BOUNDS: Mapping[Part, tuple[str, ...]] = {
    Part.MONTHS_LATE: ("0", "1", "2", "3"),
    Part.LATE_BEFORE: ("0", "1", "2", "3", "4"),
    Part.MONTHS_UNPAID: ("0", "1", "2", "3", "4"),
    Part.PAID_SHARE: ("0", "0.02", "0.04", "0.06", "0.10", "0.20", "0.40", "0.80", "1"),
    Part.PAID_TREND: ("-1", "-0.30", "-0.10", "-0.03", "0", "0.03", "0.10", "0.30"),
    Part.UTILISATION: ("0", "0.25", "0.50", "0.75", "0.90", "1"),
}
"""Where a ladder may have a rung; chosen before the fit for being round, those that tell nothing apart fall away."""
LEAST_ACCOUNTS, LEAST_DEFAULTS = 1_000, 100
"""Fewer outcomes than these carry no scorecard."""
BAND_SHARE = 0.03
"""A band of the table of frequencies holds at least this share of the sample."""
_RIDGE = 1.0
"""Pulls steps that few accounts took towards none; next to nothing for all others."""
_ROUNDS, _SWEEPS, _STILL = 60, 400, 1e-9


def fit_scorecard(measured: Sequence[Measures], defaulted: Sequence[bool]) -> Scorecard:
    """The scorecard of a sample. Raises ``InvalidInput`` if it is too small to carry one."""
    bad = np.asarray(defaulted, np.float64)
    if len(bad) < LEAST_ACCOUNTS or not LEAST_DEFAULTS <= bad.sum() <= len(bad) - LEAST_DEFAULTS:
        raise InvalidInput("risk_sample_too_small", f"at least {LEAST_ACCOUNTS} accounts are needed, "
                           f"{LEAST_DEFAULTS} of them in default and as many not", field="file")
    columns = [_staircase(part, [one[part] for one in measured]) for part in Part]
    steps = _fit(np.hstack(columns), bad) * POINTS_TO_DOUBLE / log(2)
    ladders, at = {}, 0
    for part, staircase in zip(Part, columns, strict=True):
        ladders[part] = _ladder(part, steps[at:at + staircase.shape[1]])
        at += staircase.shape[1]
    unbanded = Scorecard(ladders, (Band(0, Decimal(0), 0),))
    totals = np.array([score_measures(one, unbanded).total for one in measured])
    return Scorecard(ladders, bands(totals, bad))


def bands(totals: NDArray[np.int64], bad: Floats) -> tuple[Band, ...]:
    """Frequencies by sum of points: bands large enough to mean something, merged until none falls."""
    least = max(int(len(totals) * BAND_SHARE), 1)
    found: list[list[float]] = []  # lowest points, in default, accounts
    for points in np.unique(totals):
        here = totals == points
        if found and found[-1][2] < least:
            found[-1][1] += float(bad[here].sum())
            found[-1][2] += int(here.sum())
        else:
            found.append([int(points), float(bad[here].sum()), int(here.sum())])
        while len(found) > 1 and found[-1][2] >= least and found[-1][1] * found[-2][2] < found[-2][1] * found[-1][2]:
            _merge(found)
    while len(found) > 1 and (found[-1][2] < least or found[-1][1] * found[-2][2] < found[-2][1] * found[-1][2]):
        _merge(found)
    found[0][0] = 0
    return tuple(Band(int(low), Decimal(f"{default / accounts:.3f}"), int(accounts))
                 for low, default, accounts in found)


def _merge(found: list[list[float]]) -> None:
    """The last band joins the one before."""
    _, default, accounts = found.pop()
    found[-1][1] += default
    found[-1][2] += accounts


def _staircase(part: Part, values: Sequence[object]) -> Floats:
    """One column per rung above the least risky: 1 where the value has passed it. Last: nothing to measure."""
    numbers = np.array([np.nan if value is None else float(value) for value in values])  # type: ignore[arg-type] # Fraction
    bounds = [float(bound) for bound in BOUNDS[part][1:]]
    passed = [numbers < bound if part in FALLING else numbers >= bound for bound in bounds]
    return np.column_stack([*passed, np.isnan(numbers)]).astype(np.float64)


def _ladder(part: Part, steps: Floats) -> Ladder:
    """Whole points of a fitted staircase; rungs that tell nothing apart fall away."""
    rising, unmeasured = steps[:-1], round(float(steps[-1]))
    sums = np.concatenate([np.cumsum(rising[::-1])[::-1], [0.0]]) if part in FALLING else \
        np.concatenate([[0.0], np.cumsum(rising)])
    rungs = [Rung(Decimal(bound), round(float(points))) for bound, points in zip(BOUNDS[part], sums, strict=True)]
    kept = tuple(next(same) for _, same in groupby(rungs, key=lambda rung: rung.points))
    return Ladder(kept, unmeasured)


def _fit(design: Floats, bad: Floats) -> Floats:
    """Coefficients at least 0 of a logistic regression with an intercept of any sign: Newton steps, each solved
    coordinate by coordinate."""
    patterns, which = np.unique(design, axis=0, return_inverse=True)
    count: Floats = np.bincount(which).astype(np.float64)
    hits: Floats = np.bincount(which, weights=bad).astype(np.float64)
    matrix = np.column_stack([np.ones(len(patterns)), patterns])
    ridge = np.concatenate([[0.0], np.full(patterns.shape[1], _RIDGE)])
    beta = np.zeros(matrix.shape[1])
    beta[0] = log(hits.sum() / (count.sum() - hits.sum()))
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-matrix @ beta))
        slope = matrix.T @ (hits - count * chance) - ridge * beta
        curve = (matrix * (count * chance * (1 - chance))[:, None]).T @ matrix + np.diag(ridge)
        towards = _nearest(curve, curve @ beta + slope, beta)
        if np.abs(towards - beta).max() < _STILL:
            break
        beta = _no_further(matrix, hits, count, ridge, beta, towards)
    return beta[1:]


def _nearest(curve: Floats, aim: Floats, start: Floats) -> Floats:
    """The minimum of ½b'Cb - a'b with all but the first coordinate at least 0."""
    beta = start.copy()
    for _ in range(_SWEEPS):
        before = beta.copy()
        for index in range(len(beta)):
            rest = aim[index] - curve[index] @ beta + curve[index, index] * beta[index]
            best = rest / curve[index, index]
            beta[index] = best if index == 0 else max(best, 0.0)
        if np.abs(beta - before).max() < _STILL / 10:
            break
    return beta


def _no_further(matrix: Floats, hits: Floats, count: Floats, ridge: Floats, beta: Floats, towards: Floats) -> Floats:
    """As far towards the Newton point as the likelihood improves."""
    def loss(at: Floats) -> float:
        line = matrix @ at
        return float((count * np.logaddexp(0, line) - hits * line).sum() + (ridge * at * at).sum() / 2)

    step, now = 1.0, loss(beta)
    while step > 1e-6 and loss(beta + step * (towards - beta)) > now:
        step /= 2
    return np.asarray(beta + step * (towards - beta), np.float64)
