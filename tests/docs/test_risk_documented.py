"""docs/risk.md says what is in force and what was measured."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from core.policy.book import PolicyBook
from core.policy.rules.risk import risk_rule
from core.services.risk_outcomes import SPLIT_SEED

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "risk.md").read_text("utf-8")
RULE = risk_rule(PolicyBook.load().on(date(2026, 11, 22)))


def test_the_bands_and_points_in_force_are_those_documented() -> None:
    for band in RULE.scorecard.bands:
        assert f"\n| {band.share:.1%} | " in DOCUMENT
    for part, ladder in RULE.scorecard.ladders.items():
        [row] = [line for line in DOCUMENT.splitlines() if f"| `risk.{part}` |" in line]
        points = row.rsplit("|", 2)[1]
        for rung in ladder.rungs:
            assert str(rung.points) in points or (not ladder.highest and "none" in points), part
        assert not ladder.unmeasured or str(ladder.unmeasured) in points, part
    assert f"{RULE.warning_share * 100:.0f} % (`risk.warning_share`" in DOCUMENT
    assert f"seed {SPLIT_SEED} " in DOCUMENT


def test_the_comparison_published_is_the_one_measured() -> None:
    measured = json.loads((ROOT / "benchmarks" / "risk.json").read_text("utf-8"))
    assert f"{measured['accounts']['fitted']:,}" in DOCUMENT
    for part in ("all", "late"):
        for name, row in measured[part].items():
            value, lowest, highest = row["auc"]
            assert f"| {name} | {value:.3f} ({lowest:.3f} to {highest:.3f}) | " in DOCUMENT
            assert f"| {row['brier']:.4f} | {row['calibration_error']:.4f} |" in DOCUMENT
    for name, found in measured["other_splits"].items():
        assert f"{name} {sum(found) / len(found):.3f} ({min(found):.3f}" in DOCUMENT
    assert f"an AUC of {measured['in_books']['auc_by_books']:.3f} instead of" in DOCUMENT
