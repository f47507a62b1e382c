"""A scorecard from outcomes, judged on outcomes it has not seen, and written as a candidate for a person to adopt.

Nothing fitted here is used by anything until somebody puts the file into the policy folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InvalidInput
from core.domain.risk.record import LEAST_CYCLES, measures
from core.domain.risk.scorecard import Scorecard, score
from core.policy.book import PolicyBook
from core.policy.model import Basis, Confidence, DatedValue, Parameter, Scalar, Source, Status, Value
from core.policy.rules.risk import FITTED, tables
from core.portfolio.risk_points import fit_scorecard
from core.portfolio.risk_quality import (
    CalibrationRow,
    GroupRow,
    Interval,
    auc_intervals,
    brier,
    calibration,
    calibration_error,
    group_row,
)
from core.services.risk_outcomes import Outcome

SMALLEST_GROUP = 50
"""Rates of fewer accounts say more about chance than about a group."""
_HEAD = """\
section: J
title: Risk points
# Fitted. `portal risk fit` writes this file; from the public data it writes exactly the values that are shipped. An
# example until the lender fits its own outcomes, looks at what comes out (`portal risk evaluate`) and puts the new file
# in this one's place: docs/risk.md.
parameters:
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """Accounts with their points, estimates and outcomes, in one order."""

    references: tuple[str, ...]
    points: NDArray[np.float64]
    estimates: NDArray[np.float64]
    defaulted: NDArray[np.bool_]
    late: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good a scorecard is on the held-out part."""

    accounts: int
    observed: float
    auc: Interval
    auc_late: Interval
    late_accounts: int
    brier: float
    brier_of_the_mean: float
    """The same of saying the held-out part's own mean for everybody."""
    calibration: list[CalibrationRow]
    calibration_error: float
    warned: GroupRow
    warned_late: GroupRow
    """The same of accounts that were late already: those a reviewer has before them."""
    fairness: Mapping[tuple[str, str], GroupRow]
    """By attribute and group, those with enough accounts."""


def usable(outcomes: Sequence[Outcome], *, held_out: bool) -> list[Outcome]:
    """The part to fit on or the part to judge by; accounts with too few cycles are in neither."""
    return [one for one in outcomes if one.held_out is held_out and len(one.record.cycles) >= LEAST_CYCLES]


def fit(outcomes: Sequence[Outcome]) -> Scorecard:
    """The scorecard of the part that is not held out. Raises ``InvalidInput`` where that is too small."""
    sample = usable(outcomes, held_out=False)
    return fit_scorecard([measures(one.record) for one in sample], [one.defaulted for one in sample])


def judged(outcomes: Sequence[Outcome], card: Scorecard) -> Judged:
    """The held-out accounts with their scores."""
    sample = usable(outcomes, held_out=True)
    scores = [found for one in sample if (found := score(one.record, card)) is not None]
    defaulted = np.array([one.defaulted for one in sample], np.bool_)
    late = np.array([one.record.months_late > 0 for one in sample], np.bool_)
    if not (defaulted[late].any() and (~defaulted[late]).any()):
        raise InvalidInput("risk_sample_too_small", "late accounts with and without default are needed to judge by",
                           field="file")
    return Judged(tuple(one.reference for one in sample), np.array([found.total for found in scores], np.float64),
                  np.array([float(found.band.share) for found in scores]), defaulted, late)


def evaluate(outcomes: Sequence[Outcome], card: Scorecard, warning_share: Decimal,
             compared: Mapping[str, Mapping[str, str]]) -> Evaluation:
    """Discrimination, calibration and errors by group on the held-out part.

    Raises ``InvalidInput`` where that is too small. ``compared``: attributes by reference, for the comparison alone.
    """
    found = judged(outcomes, card)
    warned = found.estimates >= float(warning_share)
    rows = calibration(found.estimates, found.defaulted)
    mean = float(found.defaulted.mean())
    return Evaluation(
        accounts=len(found.references), observed=mean,
        auc=auc_intervals([found.points], found.defaulted)[0][0],
        auc_late=auc_intervals([found.points[found.late]], found.defaulted[found.late])[0][0],
        late_accounts=int(found.late.sum()), brier=brier(found.estimates, found.defaulted),
        brier_of_the_mean=mean * (1 - mean), calibration=rows, calibration_error=calibration_error(rows),
        warned=_row_of(found, warned, np.ones_like(found.late)), warned_late=_row_of(found, warned, found.late),
        fairness=_by_group(found, warned, compared))


def _by_group(found: Judged, warned: NDArray[np.bool_],
              compared: Mapping[str, Mapping[str, str]]) -> Mapping[tuple[str, str], GroupRow]:
    names = sorted({(name, group) for attributes in compared.values() for name, group in attributes.items()})
    rows = {}
    for name, group in names:
        here = np.array([compared.get(reference, {}).get(name) == group for reference in found.references])
        if here.sum() >= SMALLEST_GROUP:
            rows[name, group] = _row_of(found, warned, here)
    return rows


def _row_of(found: Judged, warned: NDArray[np.bool_], here: NDArray[np.bool_]) -> GroupRow:
    return group_row(found.points[here], found.estimates[here], found.defaulted[here], warned[here])


def candidate(book: PolicyBook, card: Scorecard, from_date: date, source: Source, note: str) -> str:
    """The policy file with a fitted scorecard from ``from_date`` on, all earlier values kept. Used by nothing yet."""
    fitted = tables(card)
    known = {one.name: one for one in book.parameters()}
    return _HEAD + "".join(_parameter(known[name], fitted[name], from_date, source, note) for name in FITTED)


def fitted_source(title: str, title_zh: str, reference: str) -> Source:
    """Where fitted points come from: the lender's own setting, no rule."""
    return Source(title, reference, Status.DESIGN, Confidence.NONE, title_zh, Basis.OWN)


def _parameter(known: Parameter, table: Mapping[str, Scalar], from_date: date, source: Source, note: str) -> str:
    new = DatedValue(from_date, dict(table), source, known.allowed, note)
    values = [one for one in known.values if one.from_date < from_date] + [new]
    lines = [f"  {known.name}:", f"    title: {_quoted(known.title)}", f"    chinese: {_quoted(known.chinese)}",
             f"    unit: {known.unit}", f"    shape: {known.shape}",
             f"    allowed: {{min: {_scalar(known.allowed.lowest)}, max: {_scalar(known.allowed.highest)}}}",
             "    values:"]
    return "\n".join(lines + [line for value in values for line in _dated(value)]) + "\n"


def _dated(value: DatedValue) -> list[str]:
    source = value.source
    words = ", ".join(f"{name}: {_quoted(text)}" for name, text in (
        ("title", source.title), ("title_zh", source.title_zh), ("reference", source.reference),
        ("status", source.status), ("confidence", source.confidence)))
    note = [f"        note: {_quoted(value.note)}"] if value.note else []
    return [f"      {value.from_date.isoformat()}:", f"        value: {_table(value.value)}", *note,
            f"        source: {{{words}}}"]


def _table(value: Value | None) -> str:
    if not isinstance(value, Mapping):
        return "null"
    return "{" + ", ".join(f"{_quoted(key)}: {_scalar(cell)}" for key, cell in value.items()) + "}"


def _scalar(value: Scalar | None) -> str:
    return _quoted(str(value)) if isinstance(value, Decimal) else str(value)


def _quoted(text: str) -> str:
    """A YAML text; JSON's quotes are YAML's."""
    return json.dumps(str(text), ensure_ascii=False)

