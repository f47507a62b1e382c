"""A whole shared out by weights: nothing is lost, and nobody is more than a fen from their exact part."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.money import shared_out


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=10).filter(any))
def test_parts_add_up_to_the_whole_and_are_within_a_fen_of_the_exact_ones(whole: int, weights: list[int]) -> None:
    parts = shared_out(whole, weights)
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(whole * weight, sum(weights))) < 1


@pytest.mark.parametrize(("whole", "weights", "parts"), [
    (150_000, [2_589_000, 1_000_000], (108_206, 41_794)),
    (100, [1, 1, 1], (34, 33, 33)),
    (2, [1, 1, 1], (1, 1, 0)),
    (0, [3, 4], (0, 0)),
    (101, [1, 2], (34, 67)),
])
def test_the_largest_remainders_get_the_fen_left_over(whole: int, weights: list[int], parts: tuple[int, ...]) -> None:
    assert shared_out(whole, weights) == parts
