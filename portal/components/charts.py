"""Charts as plain Vega-Lite dictionaries: cheap to build, nothing but data in them.

Colours are Okabe and Ito's, told apart with any colour vision; each line also has its own dash and its
own label, so colour is never the only difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

VERMILION, BLUE, GREEN = "#C04A00", "#0072B2", "#00785A"
_DASHES: dict[str, list[int]] = {VERMILION: [1, 0], BLUE: [7, 4], GREEN: [2, 3]}
_INK, _FAINT, _PAPER = "#2B3440", "#E3E7EC", "#FBF9F4"
_LABEL_GAP = 0.085
"""Smallest distance between two line labels, as a share of the chart's height."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its label, colour and points in fen."""

    label: str
    colour: str
    points: Sequence[tuple[date, int]]


def line_chart(lines: Sequence[Line], *, unit: int, unit_label: str, height: int = 280) -> dict[str, Any]:
    """Lines over dates with their labels at the end. ``unit`` is how many yuan one tick unit is.

    Data sit in the specification itself (a few dozen points), so no data frame is made.
    """
    top = max((amount for line in lines for _, amount in line.points), default=0) / 100 / unit
    top = top * 1.06 or 1
    heights = _apart([line.points[-1][1] / 100 / unit / top for line in lines if line.points])
    values, ends = [], []
    for line, place in zip([line for line in lines if line.points], heights, strict=True):
        values += [{"d": on.isoformat(), "v": round(amount / 100 / unit, 4), "s": line.label}
                   for on, amount in line.points]
        ends.append({"d": line.points[-1][0].isoformat(), "v": round(place * top, 4), "s": line.label})
    scale = {"domain": [line.label for line in lines], "range": [line.colour for line in lines]}
    dashes = {"domain": [line.label for line in lines], "range": [_DASHES.get(line.colour, [1, 0]) for line in lines]}
    x = {"field": "d", "type": "temporal", "title": None, "scale": {"type": "utc"},
         "axis": {"format": "%Y-%m", "labelAngle": 0, "tickCount": 4, "grid": False, "labelOverlap": True}}
    y = {"field": "v", "type": "quantitative", "title": unit_label, "scale": {"domain": [0, top], "nice": False},
         "axis": {"format": ",~f", "tickCount": 5, "gridColor": _FAINT, "titleAngle": 0, "titleAlign": "left",
                  "titleAnchor": "end", "titleY": -10, "titleX": 0}}
    label = {"type": "text", "align": "right", "dy": -9, "dx": -2, "fontSize": 13, "fontWeight": 600}
    return {
        "height": height, "padding": {"left": 4, "right": 4, "top": 18, "bottom": 4},
        "layer": [
            {"data": {"values": values},
             "mark": {"type": "line", "strokeWidth": 2.5, "interpolate": "linear"},
             "encoding": {"x": x, "y": y, "color": {"field": "s", "scale": scale, "legend": None},
                          "strokeDash": {"field": "s", "scale": dashes, "legend": None}}},
            # The same words twice: a pale outline first, so that no line runs through them.
            {"data": {"values": ends}, "mark": {**label, "stroke": _PAPER, "strokeWidth": 5, "strokeJoin": "round"},
             "encoding": {"x": x, "y": y, "text": {"field": "s"}, "color": {"value": _PAPER}}},
            {"data": {"values": ends}, "mark": label,
             "encoding": {"x": x, "y": y, "text": {"field": "s"},
                          "color": {"field": "s", "scale": scale, "legend": None}}},
        ],
        # Its text beside the chart says it in the reader's language; the labels Vega would add are English.
        "config": {"aria": False, "view": {"stroke": None},
                   "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": _INK, "titleColor": _INK,
                            "domainColor": _FAINT}},
    }


def spoken(sentence: str) -> str:
    """What a chart shows as it is read aloud: the sentence beneath it without its marks of emphasis."""
    return sentence.replace("**", "")


def _apart(places: Sequence[float]) -> list[float]:
    """Heights (0 to 1) moved up just enough that labels do not cover one another; the order is kept."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved, lowest = list(places), 0.0
    for number in order:
        moved[number] = max(places[number], lowest)
        lowest = moved[number] + _LABEL_GAP
    overshoot = max(lowest - _LABEL_GAP - 1, 0) if moved else 0
    return [place - overshoot for place in moved]
