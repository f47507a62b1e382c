"""Numbers written in English keep every digit."""

from __future__ import annotations

import pytest

from core.domain.understanding.numbers import english_numbers


@pytest.mark.parametrize(("said", "read"), [
    ("123.4567k a month", "123456.7 a month"), ("1.5k", "1500"), ("two and a half thousand", "2500")])
def test_thousands_and_halves_are_exact(said: str, read: str) -> None:
    assert english_numbers(said) == read
