"""Amounts as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR
from portal.components.forms import read_amount, write_amount

YUAN, TEN_THOUSAND = "\u5143", "\u4e07"


@pytest.mark.parametrize(("typed", "minor"), [
    ("", 0), ("   ", 0), ("0", 0), ("1200", 120_000), ("1,200", 120_000), ("1,234,567.89", 123_456_789),
    ("1200.5", 120_050), ("\uff11\uff12\uff10\uff10", 120_000), ("\uff11\uff0c\uff12\uff10\uff10", 120_000),
    (f"1200{YUAN}", 120_000), (f"1 200 {YUAN}", 120_000), ("\u00a51,200", 120_000), ("\uffe5800", 80_000),
    ("1200\u3002 5", 120_050), (f"1.2{TEN_THOUSAND}", 1_200_000), (f"3{TEN_THOUSAND}{YUAN}", 3_000_000),
    ("rmb 800", 80_000), ("800 RMB", 80_000), ("007", 700), (".5", 50), ("12.", 1_200), ("1.500", 150)])
def test_amounts_are_read_as_people_write_them(typed: str, minor: int) -> None:
    assert read_amount(typed) == minor


@pytest.mark.parametrize(("typed", "code"), [
    ("-5", "amount_negative"), ("\uff0d5", "amount_negative"), ("\u22125", "amount_negative"),
    ("1,20", "amount_separator"), ("1,2000", "amount_separator"), ("12,34.5", "amount_separator"),
    ("1.234", "amount_decimals"),
    ("eight hundred", "amount_unreadable"), ("1e5", "amount_unreadable"), ("1.2.3", "amount_unreadable"),
    (".", "amount_unreadable"), (TEN_THOUSAND, "amount_unreadable"), ("0x10", "amount_unreadable"),
    ("nan", "amount_unreadable"), ("1" * 30, "amount_unreadable"), ("9" * 15, "amount_too_large"),
    ("9" * 17, "amount_malformed"), ("=1+1", "amount_unreadable"), ("<b>5</b>", "amount_unreadable")])
def test_what_would_be_a_guess_is_refused_and_names_its_field(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_amount(typed, "salary")
    assert (refused.value.code, refused.value.field) == (code, "salary")


@given(st.integers(0, MAX_MINOR))
def test_what_is_written_is_read_back(minor: int) -> None:
    assert read_amount(write_amount(minor)) == minor


@given(st.text(max_size=40))
def test_no_text_whatever_is_anything_but_an_amount_or_a_refusal(typed: str) -> None:
    try:
        minor = read_amount(typed)
    except InvalidInput:
        return
    assert 0 <= minor <= MAX_MINOR
