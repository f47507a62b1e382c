"""A whole evaluation: the same document every time, wherever its parts are worked on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.domain.errors import InvalidInput
from core.evaluation.document import dumped, write_document
from core.evaluation.measures import Resampled, factor_between, median_month, month_of
from core.evaluation.parts import METRICS
from core.evaluation.runs import Plan, evaluate
from core.evaluation.strategies import UNBOUND, Strategy
from core.portfolio.engines import Here

SMALL = Plan(debtors=120, seeds=2, worlds=("dmp",))


def test_the_same_plan_writes_the_same_document(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    one = evaluate(SMALL, Here(), lambda *stage: seen.append(stage))
    other = evaluate(SMALL, Here(), lambda *_: None)
    assert dumped(one) == dumped(other)
    assert seen[0] == ("negotiate", 0, 2)
    assert ("negotiate", 2, 2) in seen
    write_document(one, tmp_path / "evaluation.json")
    assert json.loads((tmp_path / "evaluation.json").read_text("utf-8")) == json.loads(dumped(one))
    check(one)


def check(document: dict) -> None:
    results = document["results"]["dmp"]
    assert set(results) == {strategy.value for strategy in Strategy}
    for name, figures in results.items():
        if name not in UNBOUND:
            assert figures["breaching"]["value"] == 0
        for figure in figures.values():
            assert figure["low"] <= figure["value"] <= figure["high"]
            assert len(figure["seeds"]) == SMALL.seeds
    assert document["honesty"]["moved_by_insisting"] == document["honesty"]["moved_by_bystanders"] == 0
    assert {one["elasticity"] for one in document["elasticity"]} == {0.5, 1.1, 2.4}
    assert [one["fitted_on"] for one in document["refitted"]] == ["policy", "dmp"]
    known = document["worlds"]["dmp"]["published"][0]
    assert known["least"] <= known["fitted"] <= known["most"]


def test_what_cannot_be_run_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        Plan(debtors=1, seeds=2)
    assert refused.value.code == "debtors_too_few"
    with pytest.raises(InvalidInput) as refused:
        Plan(worlds=("elsewhere",))
    assert refused.value.code == "world_unknown"


def test_a_difference_is_paired() -> None:
    sums = np.zeros((2, 40, len(METRICS)))
    noise = np.random.default_rng(1).normal(size=40)
    sums[:, :, METRICS.index("balance")] = 100
    sums[0, :, METRICS.index("debtor_gain")] = 20 + noise
    sums[1, :, METRICS.index("debtor_gain")] = 10 + noise
    resampled = Resampled(sums)
    difference = resampled.difference(0, 1, "debtor_value")
    assert difference.value == pytest.approx(0.1)
    assert difference.high - difference.low < 1e-12  # the noise both share is gone
    own = resampled.ratio(0, "debtor_value")
    assert own.low < own.value < own.high


def test_dates_of_recovery() -> None:
    paid = np.array([10.0, 20.0, 30.0, 0.0])
    assert [month_of(paid, 100.0, mark) for mark in (0.1, 0.3, 0.6, 0.61)] == [1, 2, 3, None]
    assert median_month(np.array([50, 0, 1, 3, 1])) == 3
    assert median_month(np.array([50, 0, 0])) is None


def test_the_factor_between_is_what_makes_expected_and_completed_equal() -> None:
    chances = np.linspace(0.3, 0.95, 20)
    counts = np.full(20, 100.0)
    shown = np.array([counts, counts * chances, counts * chances**2.2])
    assert factor_between(shown) == pytest.approx(2.2, rel=1e-6)
