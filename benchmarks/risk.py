"""Risk points against other models on the same inputs, on the accounts of the public file that were held out.

``UCI_FILE`` names the file. The scorecard is fitted anew by the code that ``portal risk fit`` runs; a logistic
regression on the same six measures is the baseline, boosted trees show what whole points leave on the table.
Intervals and differences are of the same 2,000 bootstrap resamples; the whole is repeated on ten other
splits that nobody looked at while choosing the measures. Writes ``benchmarks/risk.json``.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core import bootstrap
from core.db.repositories import risk as books
from core.db.tables.accounts import accounts
from core.domain.actor import SYSTEM
from core.domain.projected_account import missed_due_dates
from core.domain.risk.record import LEAST_CYCLES, Part, RepaymentRecord, measures
from core.domain.risk.scorecard import Scorecard, score, score_measures
from core.portfolio.risk_points import fit_scorecard
from core.portfolio.risk_quality import auc, auc_intervals, brier, calibration_error, interval, tenths
from core.services.importing.reading import read_bytes
from core.services.importing.uci.load import import_uci_card_clients
from core.services.positions import positions
from core.services.risk_books import record_of
from core.services.risk_fitting import fit, judged, usable
from core.services.risk_outcomes import Outcome, read_outcomes
from core.settings import Settings

Floats = NDArray[np.float64]
RESULT = Path(__file__).with_name("risk.json")
SCORECARD, LOGISTIC, TREES = "risk points", "logistic regression", "boosted trees"


SPLITS = 10
_CHUNK = 500


def measure() -> dict[str, Any]:
    """Fit all three to the same accounts and judge them on the same others."""
    content = read_bytes(Path(os.environ["UCI_FILE"]))
    outcomes = read_outcomes(content)
    sample, held = usable(outcomes, held_out=False), usable(outcomes, held_out=True)
    began = time.process_time()
    card = fit(outcomes)
    seconds = time.process_time() - began
    found = judged(outcomes, card)
    learned = np.array([one.defaulted for one in sample])
    estimates = {SCORECARD: found.estimates} | {
        name: peer.fit(_inputs(sample), learned).predict_proba(_inputs(held))[:, 1] for name, peer in _peers().items()}
    # Points order accounts more finely than the bands their estimates come from.
    order = estimates | {SCORECARD: found.points}
    return {"accounts": {"fitted": len(sample), "held_out": len(held), "held_out_late": int(found.late.sum())},
            "fit_seconds": round(seconds, 2),
            "all": _compared(order, estimates, found.defaulted, np.ones_like(found.late)),
            "late": _compared(order, estimates, found.defaulted, found.late),
            "in_books": _in_books(content, outcomes, card), "other_splits": _other_splits(outcomes)}


def _peers() -> dict[str, Any]:
    return {LOGISTIC: make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression()),
            TREES: HistGradientBoostingClassifier(max_iter=150, learning_rate=0.05, max_depth=4, random_state=0)}


def _in_books(content: bytes, outcomes: Sequence[Outcome], card: Scorecard) -> dict[str, float]:
    """The late held-out accounts, imported into books of this bank's rules and scored from there."""
    with tempfile.TemporaryDirectory() as folder:
        context = bootstrap.start(Settings(database_url=f"sqlite:///{folder}/books.sqlite",
                                           secret_key=secrets.token_urlsafe(48)))
        bootstrap.upgrade_database(context)
        import_uci_card_clients(SYSTEM, context, content)
        today = context.clock.today()
        with context.reading() as connection:
            rows = connection.execute(sa.select(accounts).order_by(accounts.c.id)).all()
            late = {one.account_id: missed_due_dates(one.days_past_due)
                    for start in range(0, len(rows), _CHUNK)
                    for one in positions(connection, context, rows[start:start + _CHUNK], today)}
            closed = {account_id: list(found) for start in range(0, len(rows), _CHUNK)
                      for account_id, found in groupby(books.statements_around(
                          connection, [row.id for row in rows[start:start + _CHUNK]], today),
                          key=lambda row: str(row.account_id))}
        context.engine.dispose()
    known = {one.reference: one for one in outcomes if one.held_out}
    pairs = [(known[row.source_reference], record_of(row.credit_limit_minor, late[row.id], closed[row.id]))
             for row in rows if row.source_reference in known]
    points = [(_points(one.record, card), _points(record, card)) for one, record in pairs]
    bad = np.array([one.defaulted for one, _ in pairs])
    by_file, by_books = np.array(points, np.float64).T
    return {"accounts": len(pairs), "auc_by_file": round(auc(by_file, bad) or 0.0, 4),
            "auc_by_books": round(auc(by_books, bad) or 0.0, 4),
            **{f"same_{part}": round(float(np.mean([
                measures(one.record)[part] == measures(record)[part] for one, record in pairs])), 4)
               for part in (Part.MONTHS_LATE, Part.LATE_BEFORE, Part.MONTHS_UNPAID)}}


def _points(record: RepaymentRecord, card: Scorecard) -> int:
    found = score(record, card)
    return found.total if found else 0


def _other_splits(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """The AUC of each model on ``SPLITS`` other held-out parts of three in ten."""
    whole = [one for one in outcomes if len(one.record.cycles) >= LEAST_CYCLES]
    inputs, bad = _inputs(whole), np.array([one.defaulted for one in whole])
    measured = [measures(one.record) for one in whole]
    found: dict[str, list[float]] = {name: [] for name in (SCORECARD, LOGISTIC, TREES)}
    for seed in range(SPLITS):
        held = np.random.default_rng(seed).random(len(whole)) < 0.3
        card = fit_scorecard([one for one, out in zip(measured, held, strict=True) if not out], list(bad[~held]))
        points = np.array([score_measures(one, card).total for one, out in zip(measured, held, strict=True) if out],
                          np.float64)
        orders = {SCORECARD: points} | {name: peer.fit(inputs[~held], bad[~held]).predict_proba(inputs[held])[:, 1]
                                        for name, peer in _peers().items()}
        for name, order in orders.items():
            found[name].append(round(auc(order, bad[held]) or 0.0, 4))
    return found


def _inputs(outcomes: Sequence[Outcome]) -> Floats:
    rows = [measures(one.record) for one in outcomes]
    return np.array([[np.nan if row[part] is None else float(row[part] or 0) for part in Part] for row in rows])


def _compared(order: dict[str, Floats], estimates: dict[str, Floats], bad: NDArray[np.bool_],
              here: NDArray[np.bool_]) -> dict[str, Any]:
    intervals, drawn = auc_intervals([order[name][here] for name in order], bad[here])
    rows = {}
    for number, (name, found) in enumerate(zip(order, intervals, strict=True)):
        ahead = interval(intervals[0].value - found.value, drawn[:, 0] - drawn[:, number])
        rows[name] = {"auc": _rounded(found.value, found.lowest, found.highest),
                      "points_ahead": _rounded(ahead.value, ahead.lowest, ahead.highest),
                      "brier": round(brier(estimates[name][here], bad[here]), 4),
                      "calibration_error": round(calibration_error(tenths(estimates[name][here], bad[here])), 4)}
    return rows


def _rounded(*figures: float) -> list[float]:
    return [round(figure, 4) for figure in figures]


def main() -> None:
    """Write the result and print it as Markdown."""
    result = measure()
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(f"fitted to {result['accounts']['fitted']:,} accounts in {result['fit_seconds']} s of one core")
    for part, title in (("all", "all held out"), ("late", "late already")):
        count = result["accounts"]["held_out" if part == "all" else "held_out_late"]
        print(f"\n| {title}: {count:,} accounts | AUC | points ahead by | Brier | calibration error |\n"
              "|---|---:|---:|---:|---:|")
        for name, row in result[part].items():
            ahead = "" if name == SCORECARD else _range(row["points_ahead"], "+")
            print(f"| {name} | {_range(row['auc'])} | {ahead} | {row['brier']:.4f} | {row['calibration_error']:.4f} |")
    placed = result["in_books"]
    print(f"\nin this bank's books, {placed['accounts']:,} late accounts: AUC {placed['auc_by_books']:.3f}, "
          f"by the file {placed['auc_by_file']:.3f}; the same months late in {placed['same_months_late']:.0%}, "
          f"late months before in {placed['same_late_before']:.0%}, "
          f"months unpaid in {placed['same_months_unpaid']:.0%}")
    splits = result["other_splits"]
    ahead = sum(one > other for one, other in zip(splits[SCORECARD], splits[LOGISTIC], strict=True))
    print(f"\n{SPLITS} other splits: " + ", ".join(
        f"{name} {np.mean(found):.3f} ({min(found):.3f} to {max(found):.3f})" for name, found in splits.items())
        + f"; points ahead of logistic regression in {ahead} of {SPLITS}")


def _range(figures: Sequence[float], sign: str = "") -> str:
    value, lowest, highest = (f"{figure:{sign}.3f}" for figure in figures)
    return f"{value} ({lowest} to {highest})"


if __name__ == "__main__":
    main()
