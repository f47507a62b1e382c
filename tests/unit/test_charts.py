"""Charts as data: labels apart, colours never the only difference, text safe in Markdown."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.components.charts import BLUE, GREEN, VERMILION, Line, _apart, line_chart, spoken
from portal.components.money import plain, table

DAYS = [date(2026, 11, 22), date(2026, 12, 5)]


def chart(*ends: int) -> dict:
    return line_chart([Line(f"line {colour}", colour, [(DAYS[0], 100_00), (DAYS[1], end)])
                       for colour, end in zip((VERMILION, BLUE, GREEN), ends, strict=True)], unit=1, unit_label="yuan")


def test_every_line_has_its_own_colour_dash_and_label() -> None:
    layer = chart(300_00, 200_00, 100_00)["layer"][0]["encoding"]
    for channel in ("color", "strokeDash"):
        marks = [json.dumps(mark) for mark in layer[channel]["scale"]["range"]]
        assert len(set(marks)) == 3


def test_a_chart_is_plain_data_and_small() -> None:
    assert len(json.dumps(chart(300_00, 200_00, 100_00))) < 6_000


def test_a_chart_of_nothing_still_has_a_scale() -> None:
    assert line_chart([], unit=1, unit_label="yuan")["layer"][0]["encoding"]["y"]["scale"]["domain"][1] > 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_labels_keep_their_order_and_their_distance(places: list[float]) -> None:
    moved = _apart(places)
    ordered = [moved[number] for number in sorted(range(len(places)), key=lambda number: places[number])]
    assert all(above - below > 0.08 for below, above in pairwise(ordered))


@given(st.text(max_size=60))
def test_a_cell_stays_one_cell_whatever_was_typed(text: str) -> None:
    row = table(["a", "b"], [(plain(text), "x")]).splitlines()
    assert len(row) == 3
    assert row[2].replace("\\\\", "").replace("\\|", "").count("|") == 3


def test_a_chart_is_read_aloud_as_its_sentence_without_marks_or_words_of_another_language() -> None:
    assert spoken("You would owe **12.00**, not **10.00**.") == "You would owe 12.00, not 10.00."
    assert chart(300_00, 200_00, 100_00)["config"]["aria"] is False
