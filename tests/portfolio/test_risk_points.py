"""Points fitted to outcomes run one way and find what is there; the measures of quality by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import exp, log
from random import Random

import numpy as np
import pytest

from core.domain.errors import InvalidInput
from core.domain.risk.record import FALLING, Measures, Part
from core.domain.risk.scorecard import Scorecard
from core.portfolio.risk_points import bands, fit_scorecard
from core.portfolio.risk_quality import auc, auc_intervals, brier, calibration, calibration_error, group_row

TRUE_POINTS = {0: 0, 1: 10, 2: 25, 3: 25}
"""By months late; ten points double the odds."""


def sample(count: int, seed: int, against: float = 0.0) -> tuple[list[Measures], list[bool]]:
    """Accounts whose months late raise the odds as above; paying less lowers them by ``against`` points."""
    chance = Random(seed)
    measured: list[Measures] = []
    outcomes = []
    for _ in range(count):
        late, share = chance.randrange(4), Fraction(chance.randrange(101), 100)
        measured.append({Part.MONTHS_LATE: Fraction(late), Part.LATE_BEFORE: Fraction(chance.randrange(5)),
                         Part.MONTHS_UNPAID: Fraction(chance.randrange(5)), Part.PAID_SHARE: share,
                         Part.PAID_TREND: None, Part.UTILISATION: Fraction(chance.randrange(120), 100)})
        points = TRUE_POINTS[late] + against * float(share)
        outcomes.append(chance.random() < 1 / (1 + exp(1.5 - points * log(2) / 10)))
    return measured, outcomes


@pytest.fixture(scope="module")
def fitted() -> Scorecard:
    return fit_scorecard(*sample(20_000, 7))


def test_the_fit_finds_the_points_that_made_the_outcomes(fitted: Scorecard) -> None:
    ladder = fitted.ladders[Part.MONTHS_LATE]
    for late, points in TRUE_POINTS.items():
        assert abs(ladder.points(Fraction(late)) - points) <= 2
    for part in set(Part) - {Part.MONTHS_LATE, Part.PAID_TREND}:
        assert fitted.ladders[part].highest <= 3  # noise, not a finding


def test_every_ladder_runs_the_way_its_part_must_even_where_the_sample_says_otherwise() -> None:
    card = fit_scorecard(*sample(6_000, 8, against=15.0))
    for part, ladder in card.ladders.items():
        sign = -1 if part in FALLING else 1
        assert all((other.points - one.points) * sign >= 0 for one, other in pairwise(ladder.rungs))
    assert card.ladders[Part.PAID_SHARE].highest == 0


def test_the_fit_is_the_same_whatever_the_order_of_the_rows(fitted: Scorecard) -> None:
    measured, outcomes = sample(20_000, 7)
    assert fit_scorecard(measured[::-1], outcomes[::-1]) == fitted


def test_a_sample_too_small_carries_no_scorecard() -> None:
    measured, outcomes = sample(999, 1)
    with pytest.raises(InvalidInput) as refusal:
        fit_scorecard(measured, outcomes)
    assert refusal.value.code == "risk_sample_too_small"
    with pytest.raises(InvalidInput):
        fit_scorecard(sample(2_000, 1)[0], [False] * 2_000)


def test_bands_hold_every_account_once_and_never_fall() -> None:
    chance = np.random.default_rng(3)
    totals = chance.integers(0, 40, 5_000)
    bad = (chance.random(5_000) < 0.3).astype(np.float64)
    found = bands(totals, bad)
    assert sum(band.accounts for band in found) == 5_000
    assert found[0].lowest_points == 0
    assert all(one.share <= other.share for one, other in pairwise(found))
    assert min(band.accounts for band in found) >= 150


def test_a_band_says_what_happened_to_its_accounts() -> None:
    totals = np.repeat([2, 9], [600, 400])
    bad = np.concatenate([np.repeat([1.0, 0.0], [60, 540]), np.repeat([1.0, 0.0], [100, 300])])
    assert [(band.lowest_points, band.share, band.accounts) for band in bands(totals, bad)] == [
        (0, Decimal("0.100"), 600), (9, Decimal("0.250"), 400)]


def scores(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, np.float64)


BAD = np.array([True, True, False, False])


def test_auc_counts_pairs_and_half_of_ties() -> None:
    assert auc(scores(4, 3, 2, 1), BAD) == 1
    assert auc(scores(1, 2, 3, 4), BAD) == 0
    assert auc(scores(3, 1, 2, 1), BAD) == (1 + 1 + 0 + 0.5) / 4
    assert auc(scores(1, 1), np.array([True, True])) is None


def test_intervals_hold_the_figure_and_narrow_with_more_accounts() -> None:
    def width(count: int) -> float:
        chance = np.random.default_rng(5)
        bad = chance.random(count) < 0.3
        [found], drawn = auc_intervals([chance.normal(size=count) + bad], bad)
        assert found.lowest < found.value < found.highest
        assert drawn.shape == (2_000, 1)
        return found.highest - found.lowest

    assert width(4_000) < width(400) / 2


def test_calibration_and_its_error_by_hand() -> None:
    predicted = scores(0.2, 0.2, 0.8, 0.8)
    outcome: Sequence[bool] = [False, True, True, True]
    rows = calibration(predicted, np.array(outcome))
    assert [(row.accounts, row.predicted, row.observed) for row in rows] == [(2, 0.2, 0.5), (2, 0.8, 1.0)]
    assert calibration_error(rows) == pytest.approx(0.25)
    assert brier(predicted, np.array(outcome)) == pytest.approx((0.04 + 0.64 + 0.04 + 0.04) / 4)


def test_errors_of_a_group_by_hand() -> None:
    row = group_row(scores(4, 1, 3, 2), scores(0.9, 0.1, 0.5, 0.2), BAD, np.array([True, False, True, False]))
    assert (row.accounts, row.observed, row.false_positive, row.false_negative, row.auc) == (4, 0.5, 0.5, 0.5, 0.5)
    assert row.predicted == pytest.approx(0.425)
