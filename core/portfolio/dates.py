"""Days and months of many accounts at once: ``core.domain.calendar`` and the day counts of ``schedule``."""

from __future__ import annotations

import numpy as np

from core.domain.calendar import Frequency, MonthEnd
from core.portfolio.arrays import Flags, Ints

_FULL_YEAR = 365 * 366
"""A year's weight over (365 × 366), whichever of the two lengths it has."""


def add_months(days: Ints, months: int | Ints, month_end: MonthEnd = MonthEnd.CLAMP) -> Ints:
    """The day ``months`` after each day, by the day of the month; see ``core.domain.calendar.add_months``."""
    month, day = month_and_day(days)
    first = _first_day(month + months)
    length = _first_day(month + months + 1) - first
    past_end = length - 1 if month_end is MonthEnd.CLAMP else length
    moved: Ints = first + np.where(day < length, day, past_end)
    return moved


def step_days(days: Ints, steps: int, frequency: Frequency, month_end: MonthEnd) -> Ints:
    """The date so many periods after each."""
    if frequency is Frequency.MONTHLY:
        return add_months(days, steps, month_end)
    return days + steps * (7 if frequency is Frequency.WEEKLY else 14)


def month_and_day(days: Ints) -> tuple[Ints, Ints]:
    """Months since January 1970, and the day within the month from 0."""
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return month, days - _first_day(month)


def days_30_360(start: Ints, end: Ints) -> Ints:
    """Days under 30/360, see ``core.domain.schedule.days_30_360``."""
    (start_month, start_day), (end_month, end_day) = month_and_day(start), month_and_day(end)
    months = end_month - start_month
    whole = (end == add_months(start, months)) | (start == add_months(end, -months))
    apart = np.minimum(end_day + 1, 30) - np.minimum(start_day + 1, 30)
    counted: Ints = 30 * months + np.where(whole, 0, apart)
    return counted


def weighted_days(start: Ints, end: Ints) -> Ints:
    """Days over (365 × 366): a day of a common year counts 366, a day of a leap year 365."""
    return _weight_before(end) - _weight_before(start)


def _weight_before(days: Ints) -> Ints:
    year = days.astype("datetime64[D]").astype("datetime64[Y]")
    within = days - year.astype("datetime64[D]").astype(np.int64)
    number = year.astype(np.int64)
    return number * _FULL_YEAR + within * np.where(_is_leap(number + 1970), 365, 366)


def _is_leap(year: Ints) -> Flags:
    leap: Flags = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return leap


def _first_day(month: Ints) -> Ints:
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
