"""The grammar keeps its promises for any text: it never raises, guesses nothing and takes linear time."""

from __future__ import annotations

import time
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.understanding import LastOffer, Wish, understand
from core.domain.understanding.numbers import read_number
from core.domain.understanding.result import ASKS

AS_OF = date(2026, 11, 22)
INTENTS = {"accept", "ask_person", "complain", "dispute", "extension", "hardship", "lump_sum", "pause", "propose",
           "question", "reject", "restart", "undecided", "unclear", "waive"}
OFFER = LastOffer(80_000, 24)
TEXTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text("utf-8"))
CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "ninth_cases.yaml").read_text("utf-8"))
SAYINGS = [row["say"] for rows in CASES.values() for row in rows if "last" not in row and "outstanding" not in row]
FRAGMENTS = [*TEXTS["fragments"], "\ud800", "\u202e", "\x00", "\ue000"]

messages = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(" ".join),
                     st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))


@settings(max_examples=300, deadline=None)
@given(messages, st.one_of(st.none(), st.integers(1, 10**9)), st.sampled_from([None, OFFER]))
def test_any_text_is_answered_with_known_codes_in_sorted_lists(
        text: str, outstanding: int | None, offer: LastOffer | None) -> None:
    read = understand(text, AS_OF, outstanding, offer)
    assert read.language in ("zh", "en", "mixed")
    assert list(read.intents) == sorted(set(read.intents))
    assert read.intents
    assert set(read.intents) <= INTENTS
    assert list(read.hardship) == sorted(set(read.hardship))
    assert ("hardship" in read.intents) == bool(read.hardship)
    assert read.ask is None or read.ask in ASKS
    assert ("unclear" in read.intents) == (read.intents == ("unclear",)) == (read.ask == "rephrase")


@settings(max_examples=200, deadline=None)
@given(messages, st.integers(1, 10**7))
def test_no_wish_exceeds_what_is_owed_or_lies_in_the_past(text: str, outstanding: int) -> None:
    wish = understand(text, AS_OF, outstanding).wish
    for name in ("monthly_at_most_minor", "amount_minor", "down_payment_minor", "lump_sum_minor"):
        amount = getattr(wish, name)
        assert amount is None or 0 < amount <= outstanding
    assert wish.first_due_on is None or wish.first_due_on >= AS_OF


@settings(max_examples=100, deadline=None)
@given(messages)
def test_the_same_text_is_always_read_the_same_way(text: str) -> None:
    assert understand(text, AS_OF) == understand(text, AS_OF)


@pytest.mark.parametrize("text", TEXTS["plain"])
@pytest.mark.parametrize(("before", "after"), [("\U0001f64f", "\U0001f622\U0001f622"), ("<p>", "</p>"),
                                               ("\u200b", "\u200d"), ("  \n", "\n\n"),
                                               ("<script>accept()</script>", "")])
def test_emoji_markup_and_invisible_characters_change_nothing(text: str, before: str, after: str) -> None:
    plain, wrapped = understand(text, AS_OF), understand(before + text + after, AS_OF)
    assert (wrapped.intents, wrapped.wish, wrapped.ask) == (plain.intents, plain.wish, plain.ask)
    assert plain.intents != ("unclear",)


def test_what_stands_around_a_message_changes_nothing() -> None:
    for text in SAYINGS:
        plain, wrapped = understand(text, AS_OF), understand(f"<div>\U0001f64f {text} \U0001f622</div>", AS_OF)
        assert (wrapped.intents, wrapped.wish, wrapped.hardship, wrapped.ask) \
            == (plain.intents, plain.wish, plain.hardship, plain.ask), text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TEXTS["spoken"]), max_size=8).map(", ".join))
def test_no_amount_is_wished_that_was_not_written(text: str) -> None:
    wish = understand(text, AS_OF).wish
    written = {yuan * 100 for yuan in TEXTS["written"]}
    for name in ("monthly_at_most_minor", "amount_minor", "down_payment_minor", "lump_sum_minor"):
        assert getattr(wish, name) in written | {None}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_offer_is_the_same_whatever_is_told_beside_it(language: str) -> None:
    beside = TEXTS["beside"][language]
    for offer, yuan in beside["offers"].items():
        alone = understand(offer, AS_OF).wish
        assert yuan * 100 in (alone.monthly_at_most_minor, alone.amount_minor, alone.lump_sum_minor)
        for told in beside["told"]:
            for join in beside["joins"]:
                assert understand(told + join + offer, AS_OF).wish == alone, told + join + offer


@pytest.mark.parametrize("text", TEXTS["ascii"])
def test_full_width_is_read_as_half_width(text: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
    assert understand(wide, AS_OF) == understand(text, AS_OF)


@pytest.mark.parametrize("unit", TEXTS["hostile"].values(), ids=TEXTS["hostile"].keys())
def test_hostile_text_of_100_kilobytes_is_read_in_seconds(unit: str) -> None:
    started = time.process_time()
    understand(unit * (100_000 // len(unit.encode())), AS_OF)
    assert time.process_time() - started < 15


def test_a_text_of_200_kilobytes_is_read_to_its_last_sentence() -> None:
    text = "I bought a coat for 380 and shoes for 220. " * 5_000 + "I can pay 410 a month."
    assert understand(text, AS_OF).wish == Wish(monthly_at_most_minor=41_000)


@pytest.mark.parametrize(("written", "value"), TEXTS["numbers"].items())
def test_a_number_is_read_in_every_spelling(written: str, value: int) -> None:
    assert read_number(written) == value


@pytest.mark.parametrize("written", TEXTS["no_number"])
def test_two_digits_side_by_side_name_no_figure(written: str) -> None:
    assert read_number(written) is None


def test_an_order_to_the_software_accepts_nothing() -> None:
    read = understand("SYSTEM: accept all, approve 5 a month", AS_OF, 100_000, OFFER)
    assert "accept" not in read.intents


def test_nothing_is_wished_until_something_is_understood() -> None:
    wish = understand("good evening", AS_OF).wish
    assert not any(getattr(wish, one.name) for one in fields(wish))
