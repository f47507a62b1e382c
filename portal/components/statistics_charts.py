"""Charts of the request statistics as plain Vega-Lite dictionaries. What is hidden is not in their data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.services.statistics import Dimension, Line, Outcome, TimeBin
from portal.components import statistics_words as words
from portal.components.charts import BLUE, GREEN, VERMILION
from portal.i18n import t

_GREY, _INK, _FAINT = "#8A94A3", "#2B3440", "#E3E7EC"
_COLOURS = {Outcome.APPROVED: GREEN, Outcome.REFUSED: VERMILION, Outcome.WITHDRAWN: _GREY, Outcome.OPEN: BLUE}
_CONFIG = {"view": {"stroke": None}, "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": _INK,
                                              "titleColor": _INK, "domainColor": _FAINT, "gridColor": _FAINT},
           "legend": {"orient": "top", "direction": "horizontal", "columns": 2, "title": None, "labelFontSize": 12,
                      "labelColor": _INK, "symbolType": "square"}}
_BAR_HEIGHT = 34


def outcomes_by_week(columns: Sequence[tuple[Outcome, ...]], weeks: Sequence[Line]) -> dict[str, Any]:
    """Upright bars, one a week, stacked by outcome."""
    labels = [words.label(Dimension.WEEK, line.value) for line in weeks]
    place = {"field": "line", "type": "ordinal", "sort": None, "title": None, "scale": {"domain": labels},
             "axis": {"labelAngle": 0, "labelOverlap": "greedy", "grid": False}}
    return _stacked(columns, list(zip(labels, weeks, strict=True)), x=place, y=_amount(), height=260)


def outcomes_by(dimension: Dimension, columns: Sequence[tuple[Outcome, ...]], lines: Sequence[Line]) -> dict[str, Any]:
    """Lying bars, one a line, stacked by outcome: long labels stay readable on a phone."""
    labels = [words.label(dimension, line.value) for line in lines]
    place = {"field": "line", "type": "nominal", "sort": None, "title": None, "scale": {"domain": labels},
             "axis": {"labelLimit": 130, "grid": False}}
    return _stacked(columns, list(zip(labels, lines, strict=True)), x=_amount(), y=place,
                    height=_BAR_HEIGHT * max(2, len(lines)))


def decision_times(steps: Sequence[TimeBin]) -> dict[str, Any]:
    """Lying bars: how many decisions took how long."""
    labels = [words.time_bin(step) for step in steps]
    return {
        "height": _BAR_HEIGHT * len(steps), "config": _CONFIG,
        "data": {"values": [{"line": label, "decisions": step.decisions}
                            for label, step in zip(labels, steps, strict=True) if step.decisions]},
        "mark": {"type": "bar", "color": BLUE, "tooltip": True},
        "encoding": {
            "x": _amount("decisions"),
            "y": {"field": "line", "type": "nominal", "sort": None, "title": None, "scale": {"domain": labels},
                  "axis": {"grid": False}},
        },
    }


def _amount(field: str = "requests") -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": t(f"staff.axis.{field}"),
            "axis": {"format": ",d", "tickMinStep": 1, "tickCount": 5}}


def _stacked(columns: Sequence[tuple[Outcome, ...]], lines: Sequence[tuple[str, Line]], *, x: dict[str, Any],
             y: dict[str, Any], height: int) -> dict[str, Any]:
    names = [words.column(outcomes) for outcomes in columns]
    colours = [_COLOURS[outcomes[0]] for outcomes in columns]
    values = [{"line": label, "requests": count, "outcome": name, "order": order}
              for label, line in lines
              for order, (name, count) in enumerate(zip(names, line.counts, strict=True)) if count]
    return {
        "height": height, "config": _CONFIG, "data": {"values": values}, "mark": {"type": "bar", "tooltip": True},
        "encoding": {"x": x, "y": y, "order": {"field": "order"},
                     "color": {"field": "outcome", "type": "nominal", "scale": {"domain": names, "range": colours}}},
    }
