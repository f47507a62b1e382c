"""One wish out of many messages: what is named later adds, replaces, or puts aside what contradicts it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from core.domain import understanding
from core.domain.calendar import Frequency
from core.domain.hardship import HardshipReason
from core.domain.money import MAX_MINOR
from core.domain.offers.model import NO_WISH, Wish
from core.domain.understanding.crisis import speaks_of_self_harm
from core.services.assistant.document import wish_document
from core.services.assistant.wishes import added, at_pace, carried, limited, merged, reason_of, wish_of
from core.services.calculator.offer_documents import WishInput
from core.services.calculator.offers import _wish

MONTHLY, WEEKLY = Wish(monthly_at_most_minor=50_000), Wish(instalment_at_most_minor=20_000, frequency=Frequency.WEEKLY)

AFTER_THE_FIFTH = Wish(earliest_first_due_date=date(2027, 1, 5))


@pytest.mark.parametrize(("before", "new", "after"), [
    (MONTHLY, Wish(months_at_most=24), Wish(monthly_at_most_minor=50_000, months_at_most=24)),
    (MONTHLY, Wish(monthly_at_most_minor=60_000), Wish(monthly_at_most_minor=60_000)),
    (MONTHLY, WEEKLY, WEEKLY),
    (WEEKLY, MONTHLY, MONTHLY),
    (MONTHLY, Wish(lump_sum_minor=900_000), Wish(lump_sum_minor=900_000)),
    (Wish(lump_sum_minor=900_000), MONTHLY, MONTHLY),
    (Wish(pause_months=3), Wish(first_due_date=date(2027, 1, 5)), Wish(first_due_date=date(2027, 1, 5))),
    (Wish(pause_months=3), AFTER_THE_FIFTH, AFTER_THE_FIFTH),
    (Wish(first_due_date=date(2027, 1, 5)), AFTER_THE_FIFTH, AFTER_THE_FIFTH),
    (AFTER_THE_FIFTH, Wish(first_due_date=date(2027, 1, 8)), Wish(first_due_date=date(2027, 1, 8))),
    (AFTER_THE_FIFTH, Wish(pause_months=3), Wish(pause_months=3)),
    (Wish(waive_interest=True), Wish(waive_late_fee=True), Wish(waive_interest=True, waive_late_fee=True)),
    (Wish(due_day=5), MONTHLY, Wish(due_day=5, monthly_at_most_minor=50_000)),
    (MONTHLY, NO_WISH, MONTHLY),
])
def test_later_word_adds_or_replaces(before: Wish, new: Wish, after: Wish) -> None:
    assert merged(before, new) == after


def test_single_payment_beside_instalments_is_paid_down_in_whatever_order_it_is_said() -> None:
    once, monthly = understanding.Wish(lump_sum_minor=100_000), understanding.Wish(monthly_at_most_minor=50_000)
    wished = Wish(monthly_at_most_minor=50_000, down_payment_minor=100_000)
    assert added(MONTHLY, once, 300_000) == wished
    assert added(Wish(lump_sum_minor=100_000), monthly, 300_000) == wished


def test_single_payment_beyond_any_down_payment_is_one_for_everything() -> None:
    once = understanding.Wish(lump_sum_minor=900_000)
    assert added(MONTHLY, once, 300_000) == Wish(lump_sum_minor=900_000)


def test_monthly_said_in_so_many_words_undoes_a_weekly_pace() -> None:
    assert added(WEEKLY, understanding.Wish(frequency="monthly"), 0).frequency is Frequency.MONTHLY
    assert added(Wish(frequency=Frequency.WEEKLY), understanding.Wish(frequency="monthly"), 0) == NO_WISH


@pytest.mark.parametrize(("pace", "same_money", "half"), [
    # 200 a week, 52 weeks, 12 months; and where 500 a month was named beside it, the smaller of the two
    (Frequency.FORTNIGHTLY, Wish(instalment_at_most_minor=40_000, frequency=Frequency.FORTNIGHTLY),
     Wish(instalment_at_most_minor=23_076, frequency=Frequency.FORTNIGHTLY)),
    (Frequency.MONTHLY, Wish(monthly_at_most_minor=86_667), MONTHLY)])
def test_another_pace_keeps_the_money_of_a_month_and_never_the_amount_of_a_payment(
        pace: Frequency, same_money: Wish, half: Wish) -> None:
    assert added(WEEKLY, understanding.Wish(frequency=pace.value), 0) == same_money
    assert at_pace(WEEKLY, pace) == same_money
    assert at_pace(replace(WEEKLY, monthly_at_most_minor=50_000), pace) == half


@pytest.mark.parametrize("amount", [1, 19_999, 20_000, 20_001, 123_457])
def test_a_week_and_a_fortnight_turn_into_one_another_to_the_fen(amount: int) -> None:
    week, fortnight = limited(NO_WISH, amount, Frequency.WEEKLY), limited(NO_WISH, 2 * amount, Frequency.FORTNIGHTLY)
    assert at_pace(week, Frequency.FORTNIGHTLY) == fortnight
    assert at_pace(fortnight, Frequency.WEEKLY) == week


def test_the_same_pace_said_again_changes_no_amount() -> None:
    assert added(WEEKLY, understanding.Wish(frequency="weekly"), 0) == WEEKLY


def test_amount_whose_period_is_not_known_is_left_out() -> None:
    assert added(NO_WISH, understanding.Wish(amount_minor=80_000), 0) == NO_WISH


def test_more_than_the_books_hold_means_as_much_as_they_hold() -> None:
    endless = understanding.Wish(monthly_at_most_minor=10**30, months_at_most=10**6, first_due_on=date(9000, 1, 1))
    wish = added(NO_WISH, endless, 0)
    assert (wish.monthly_at_most_minor, wish.months_at_most) == (MAX_MINOR, 600)
    assert _wish(WishInput.model_validate(wish_document(wish))) == wish


def test_first_day_that_has_passed_is_not_carried_over() -> None:
    wish = Wish(monthly_at_most_minor=50_000, first_due_date=date(2026, 11, 22))
    assert carried(wish, date(2026, 11, 22)) == wish
    assert carried(wish, date(2026, 11, 23)) == MONTHLY
    assert carried(AFTER_THE_FIFTH, date(2027, 1, 5)) == AFTER_THE_FIFTH
    assert carried(AFTER_THE_FIFTH, date(2027, 1, 6)) == NO_WISH


def test_after_a_day_is_taken_as_not_before_it_and_from_a_day_as_that_day() -> None:
    on = date(2027, 1, 5)
    assert wish_of(understanding.Wish(first_due_on=on, first_due_is_earliest=True)) == AFTER_THE_FIFTH
    assert wish_of(understanding.Wish(first_due_on=on)) == Wish(first_due_date=on)


_SAMPLES: dict[str, Any] = {
    "monthly_at_most_minor": 50_000, "instalment_at_most_minor": 20_000, "frequency": Frequency.WEEKLY,
    "months_at_most": 24, "down_payment_minor": 100_000, "lump_sum_minor": 900_000,
    "first_due_date": date(2027, 1, 5), "due_day": 15, "interest_free_months": 3, "pause_months": 2,
    "waive_interest": True, "waive_late_fee": True, "step_up": True, "first_monthly_at_most_minor": 30_000,
    "later_monthly_minor": 80_000, "lean_months": (2, 3), "lean_monthly_at_most_minor": 10_000,
    "earliest_first_due_date": date(2027, 1, 5)}


@pytest.mark.parametrize("name", [one.name for one in fields(Wish)])
def test_document_says_every_part_of_a_wish(name: str) -> None:
    wish = Wish(**{name: _SAMPLES[name]})
    read = _wish(WishInput.model_validate(wish_document(wish)))
    assert read == wish, f"{name} is lost between the wish and its document"


@pytest.mark.parametrize(("said", "reason"), [
    (("unemployment",), HardshipReason.JOB_LOSS), (("family_illness", "illness"), HardshipReason.CARING),
    ((), None), (("no_such_code",), None)])
def test_hardship_said_becomes_the_reason_of_the_request(said: tuple[str, ...], reason: HardshipReason | None) -> None:
    assert reason_of(said) is reason


@pytest.mark.parametrize("text", ["I want to die", "\u6211\u60f3\u81ea\u6740", "life is not worth living"])
def test_words_of_self_harm_are_heard(text: str) -> None:
    assert speaks_of_self_harm(text)


@pytest.mark.parametrize("text", ["500 a month", "\u6bcf\u6708\u8fd8500\u5143", "", "\U0001f480"])
def test_other_words_are_not(text: str) -> None:
    assert not speaks_of_self_harm(text)


def test_a_pause_takes_the_place_of_instalments_named_before_and_those_named_later_follow_it() -> None:
    paused = merged(Wish(monthly_at_most_minor=10_000, months_at_most=12), Wish(pause_months=2))
    assert paused == Wish(pause_months=2)
    assert merged(paused, Wish(months_at_most=24)) == Wish(pause_months=2, months_at_most=24)
    both = Wish(pause_months=2, monthly_at_most_minor=80_000)
    assert merged(Wish(monthly_at_most_minor=10_000), both) == both
