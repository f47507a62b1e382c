"""What each way comes to in all, as bars beside what is owed today: for who would rather look than read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.components.charts import BLUE, GREEN, VERMILION
from portal.i18n import money_short

_INK, _PAPER = "#2B3440", "#FBF9F4"
_BAR, _GAP = 26, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One way: its name, what it comes to in fen, and whether it is doing nothing or the recommended one."""

    name: str
    total_minor: int
    nothing: bool = False
    recommended: bool = False

    @property
    def colour(self) -> str:
        """Told apart by place and name as well, so colour is never the only difference."""
        return VERMILION if self.nothing else GREEN if self.recommended else BLUE


def bars(ways: Sequence[Bar], today_minor: int) -> dict[str, Any]:
    """A Vega-Lite specification with its data in it: one bar a way, a line where today's debt is."""
    values = [{"name": way.name, "total": way.total_minor / 100, "colour": way.colour,
               "amount": money_short(way.total_minor)} for way in ways]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None,
         "axis": {"labelFontSize": 13, "labelColor": _INK, "labelLimit": 120, "domain": False, "ticks": False,
                  "labelPadding": 6}}
    # Room to the right of the longest bar for its amount.
    most = max((way.total_minor for way in ways), default=0) / 100
    x = {"field": "total", "type": "quantitative", "axis": None, "scale": {"domain": [0, max(most * 1.32, 1)]}}
    label = {"type": "text", "align": "left", "dx": 5, "fontSize": 13, "fontWeight": 600, "color": _INK}
    text = {"x": x, "y": y, "text": {"field": "amount"}}
    return {
        "height": len(ways) * (_BAR + _GAP), "padding": {"left": 2, "right": 2, "top": 2, "bottom": 2},
        "layer": [
            {"data": {"values": [{"today": today_minor / 100}]},
             "mark": {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 1.5, "color": _INK},
             "encoding": {"x": {**x, "field": "today"}}},
            {"data": {"values": values}, "mark": {"type": "bar", "height": _BAR, "cornerRadiusEnd": 4},
             "encoding": {"x": x, "y": y, "color": {"field": "colour", "type": "nominal", "scale": None}}},
            # The same words twice: a pale outline first, so that no line runs through them.
            {"data": {"values": values}, "mark": {**label, "color": _PAPER, "stroke": _PAPER, "strokeWidth": 5},
             "encoding": text},
            {"data": {"values": values}, "mark": label, "encoding": text},
        ],
        # Its text beside the chart says it in the reader's language; the labels Vega would add are English.
        "config": {"aria": False, "view": {"stroke": None}},
    }
