"""Rows of signs that are no one figure are asked about: a part of them is never taken for the amount."""

from __future__ import annotations

from datetime import date

import pytest

from core.domain.understanding import understand

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("figure", ["5oo", "5o0", "50oo", "1e3", "2e4", "1.500", "12.500", "1.5000"])
@pytest.mark.parametrize("text", [
    "at most {} a month", "{} a month", "\u6bcf\u6708\u8fd8{}", "\u6bcf\u6708\u6700\u591a{}\u5143"])
def test_what_is_no_one_figure_is_no_amount(text: str, figure: str) -> None:
    read = understand(text.format(figure), TODAY, 2_000_000)
    assert read.wish.monthly_at_most_minor is None
    assert read.wish.amount_minor is None
    assert read.wish.lump_sum_minor is None
    assert read.ask is not None


@pytest.mark.parametrize(("figure", "fen"), [
    ("500", 50_000), ("1,500", 150_000), ("500.50", 50_050), ("1.2345\u4e07", 1_234_500)])
def test_figures_beside_them_are_read(figure: str, fen: int) -> None:
    read = understand(f"\u6bcf\u6708\u6700\u591a{figure}\u5143", TODAY, 2_000_000)
    assert read.wish.monthly_at_most_minor == fen
