"""Wishes: from words to what the engine takes, and one message after another into one wish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date

from core.domain import understanding
from core.domain.calendar import Frequency
from core.domain.hardship import HardshipReason
from core.domain.money import MAX_MINOR
from core.domain.offers.model import NO_WISH, Wish
from core.domain.request_terms import PERIODS_PER_YEAR, monthly_minor
from core.services.calculator.fields import LATEST

_MOST_MONTHS = 600
"""More is said, and means as much; the engine's documents end here."""

_REPLACED_BY: dict[str, frozenset[str]] = {
    # An amount a month and an amount a week are one limit said anew.
    "monthly_at_most_minor": frozenset({"instalment_at_most_minor", "frequency", "lump_sum_minor"}),
    "instalment_at_most_minor": frozenset({"monthly_at_most_minor", "lump_sum_minor"}),
    "months_at_most": frozenset({"lump_sum_minor"}),
    "down_payment_minor": frozenset({"lump_sum_minor"}),
    "interest_free_months": frozenset({"lump_sum_minor"}),
    # One payment for everything is another way than a plan.
    "lump_sum_minor": frozenset({"monthly_at_most_minor", "instalment_at_most_minor", "frequency", "months_at_most",
                                 "down_payment_minor", "interest_free_months", "pause_months", "due_day", "step_up",
                                 "first_monthly_at_most_minor", "later_monthly_minor", "lean_months",
                                 "lean_monthly_at_most_minor"}),
    # All say when paying begins.
    "first_due_date": frozenset({"pause_months", "earliest_first_due_date"}),
    "earliest_first_due_date": frozenset({"pause_months", "first_due_date"}),
    # Nothing for a while instead of what was named before; instalments named later begin after it.
    "pause_months": frozenset({"first_due_date", "earliest_first_due_date", "lump_sum_minor", "monthly_at_most_minor",
                               "instalment_at_most_minor", "months_at_most"}),
}
"""What a wish named later puts aside of those named before."""

_REASONS = {
    "unemployment": HardshipReason.JOB_LOSS, "income_drop": HardshipReason.INCOME_DROP,
    "illness": HardshipReason.ILLNESS, "family_illness": HardshipReason.CARING,
    "bereavement": HardshipReason.BEREAVEMENT, "disaster": HardshipReason.DISASTER,
    "business_failure": HardshipReason.BUSINESS_FAILURE, "new_dependant": HardshipReason.CARING,
    "other": HardshipReason.OTHER}


def wish_of(read: understanding.Wish) -> Wish:
    """What was understood, as the engine takes it. An amount whose period is not known is left out: it is asked."""
    paced = read.amount_minor if read.frequency is not None else None
    waived, on = read.waive or (), _day(read.first_due_on)
    return Wish(
        monthly_at_most_minor=_amount(read.monthly_at_most_minor), instalment_at_most_minor=_amount(paced),
        frequency=Frequency(read.frequency or Frequency.MONTHLY), months_at_most=_months(read.months_at_most),
        down_payment_minor=_amount(read.down_payment_minor), lump_sum_minor=_amount(read.lump_sum_minor),
        first_due_date=None if read.first_due_is_earliest else on, due_day=read.due_day,
        interest_free_months=_months(read.interest_free_months), pause_months=_months(read.pause_months),
        waive_interest="interest" in waived, waive_late_fee="late_fee" in waived, step_up=read.starts_lighter,
        earliest_first_due_date=on if read.first_due_is_earliest else None)


def added(before: Wish, read: understanding.Wish, most_down_minor: int) -> Wish:
    """``before`` with what one more message names.

    A single payment beside instalments, said in two messages, is paid down as it is when said in one: as far as
    ``most_down_minor`` fen may be paid down at all. What is more is one payment for everything.
    """
    new = wish_of(read)
    if before.names_instalments and _is_down_payment(new, most_down_minor):
        new = replace(new, lump_sum_minor=None, down_payment_minor=new.lump_sum_minor)
    elif new.names_instalments and _is_down_payment(before, most_down_minor):
        before = replace(before, lump_sum_minor=None, down_payment_minor=before.lump_sum_minor)
    if read.frequency is not None and read.amount_minor is None:
        # Monthly, said in so many words, undoes an earlier pace, though it is what silence means too.
        before = at_pace(before, Frequency(read.frequency))
    return merged(before, new)


def at_pace(wish: Wish, frequency: Frequency) -> Wish:
    """``wish`` with payments at another pace.

    What was named per payment of the old pace stays the same money, said at the new one: 500 every fortnight
    becomes 250 a week, never 500 a week.
    """
    amount = wish.instalment_at_most_minor
    if amount is None or frequency is wish.frequency:
        return replace(wish, frequency=frequency)
    monthly = min(monthly_minor(amount, wish.frequency), MAX_MINOR)
    if wish.monthly_at_most_minor is not None:
        monthly = min(monthly, wish.monthly_at_most_minor)
    return limited(wish, at_the_pace(monthly, frequency), frequency)


def limited(wish: Wish, amount_minor: int, frequency: Frequency) -> Wish:
    """``wish`` with a limit of so much each payment; a limit named before, at whatever pace, makes way."""
    if frequency is Frequency.MONTHLY:
        return replace(wish, frequency=frequency, instalment_at_most_minor=None, monthly_at_most_minor=amount_minor)
    return replace(wish, frequency=frequency, instalment_at_most_minor=amount_minor, monthly_at_most_minor=None)


def at_the_pace(monthly_minor: int, frequency: Frequency) -> int:
    """What each payment may come to so that a month's payments keep to ``monthly_minor``, in fen, rounded down."""
    return monthly_minor * 12 // PERIODS_PER_YEAR[frequency]


def _is_down_payment(wish: Wish, most_down_minor: int) -> bool:
    return wish.lump_sum_minor is not None and wish.lump_sum_minor <= most_down_minor


def merged(before: Wish, new: Wish) -> Wish:
    """``before`` with what ``new`` names added; where they speak of the same, the later word holds."""
    named = {one.name: getattr(new, one.name) for one in fields(Wish)
             if getattr(new, one.name) != getattr(NO_WISH, one.name)}
    put_aside = set().union(*(_REPLACED_BY.get(name, frozenset()) for name in named)) - set(named)
    if new.lump_sum_minor is not None and before.names_instalments:
        # The day was when those instalments were to begin.
        put_aside |= {"first_due_date", "earliest_first_due_date"} - set(named)
    kept = replace(before, **{name: getattr(NO_WISH, name) for name in put_aside})
    return replace(kept, **named)


def carried(wish: Wish, as_of: date) -> Wish:
    """A wish of an earlier day that still makes sense on ``as_of``: without a first day that has passed."""
    return replace(wish, first_due_date=_ahead(wish.first_due_date, as_of),
                   earliest_first_due_date=_ahead(wish.earliest_first_due_date, as_of))


def reason_of(hardship: Iterable[str]) -> HardshipReason | None:
    """The reason of a request that the first of the codes said stands for; None without one."""
    return next((_REASONS[code] for code in hardship if code in _REASONS), None)


def _ahead(day: date | None, as_of: date) -> date | None:
    return None if day is None or day < as_of else day


def _amount(value: int | None) -> int | None:
    return None if value is None else min(value, MAX_MINOR)


def _months(value: int | None) -> int | None:
    return None if value is None else min(value, _MOST_MONTHS)


def _day(value: date | None) -> date | None:
    return None if value is None else min(value, LATEST)
