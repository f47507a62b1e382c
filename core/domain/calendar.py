"""Due dates: months that lack a day, weeks, and the mainland's working days.

Civil Code Art. 201-203: a period of months ends on the day of the same number, or on the last day of
a month that has none; a last day that is a day off moves to the next working day.

The State Council publishes next year's days off each autumn, so the statutory calendar is known only
up to the current year (``chinese_calendar``). Other years are **provisional**: weekends and the days of
the Regulation on Public Holidays (State Council order 795, Art. 2) are off, the lunar festivals among
them (``festivals``); which weekends will be exchanged is not known yet, so they count as they fall in the week.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from core.domain.errors import InvalidInput
from core.domain.festivals import lunar_days_off

WorkingDay = Callable[[date], bool]
"""Whether a day is a working day: the mainland's by default, another's in a test or another market."""

LAST_COUNT = 600
"""The longest list of due dates: fifty years of months."""

_EVERY_MONTH_HAS = 28
_FIXED_DAYS_OFF = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


class Frequency(StrEnum):
    """How far apart two due dates are."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class MonthEnd(StrEnum):
    """What becomes of the 31st in a month of 30 days."""

    CLAMP = "clamp"
    """The last day of that month (Civil Code Art. 202)."""
    ROLL = "roll"
    """The first day of the month after it."""


class BusinessDay(StrEnum):
    """What becomes of a due date on a day off."""

    NONE = "none"
    """It stays."""
    FOLLOWING = "following"
    """It moves to the next working day (Civil Code Art. 203)."""


def add_months(anchor: date, months: int, month_end: MonthEnd = MonthEnd.CLAMP) -> date:
    """The day ``months`` after ``anchor``, always counted from the anchor, never from a clamped date."""
    year, month0 = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if anchor.day <= _EVERY_MONTH_HAS:  # most dates: no calendar to ask
        return date(year, month0 + 1, anchor.day)
    last = monthrange(year, month0 + 1)[1]
    if anchor.day <= last:
        return date(year, month0 + 1, anchor.day)
    clamped = date(year, month0 + 1, last)
    return clamped if month_end is MonthEnd.CLAMP else clamped + timedelta(days=1)


def due_dates(
    first_on: date,
    count: int,
    frequency: Frequency = Frequency.MONTHLY,
    month_end: MonthEnd = MonthEnd.CLAMP,
    business_day: BusinessDay = BusinessDay.NONE,
    working_day: WorkingDay | None = None,
) -> tuple[date, ...]:
    """``count`` due dates from ``first_on``, which is the first date and the anchor of all others.

    A moved date never moves a later one, so that across a long holiday two weekly dates may fall on the
    same working day. Raises ``InvalidInput`` unless 1 ≤ ``count`` ≤ 600.
    """
    if not 1 <= count <= LAST_COUNT:
        raise InvalidInput("count_out_of_range", f"count goes from 1 to {LAST_COUNT}", field="count",
                           lowest=1, highest=LAST_COUNT)
    if frequency is Frequency.MONTHLY and first_on.day <= _EVERY_MONTH_HAS:
        day, first = first_on.day, first_on.year * 12 + first_on.month - 1
        dates = [date(month // 12, month % 12 + 1, day) for month in range(first, first + count)]
    elif frequency is Frequency.MONTHLY:
        dates = [add_months(first_on, n, month_end) for n in range(count)]
    else:
        step = timedelta(days=7 if frequency is Frequency.WEEKLY else 14)
        dates = [first_on + n * step for n in range(count)]
    if business_day is BusinessDay.FOLLOWING:
        dates = [following_working_day(day, working_day) for day in dates]
    return tuple(dates)


def following_working_day(day: date, working_day: WorkingDay | None = None) -> date:
    """``day`` itself if it is a working day, else the next one."""
    is_working = working_day or is_mainland_working_day
    while not is_working(day):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=8192)
def is_mainland_working_day(day: date) -> bool:
    """Whether mainland banks work on ``day``, make-up weekends included; see the module for far years."""
    if not is_provisional(day.year):
        from chinese_calendar import is_workday

        return bool(is_workday(day))
    if day.weekday() >= 5 or (day.month, day.day) in _FIXED_DAYS_OFF or _is_qingming(day):
        return False
    return day not in lunar_days_off()


def is_provisional(year: int) -> bool:
    """Whether the statutory calendar of ``year`` is not known here, so that its dates may still move."""
    first, last = _known_years()
    return not first <= year <= last


@lru_cache(maxsize=1)
def _known_years() -> tuple[int, int]:
    # Imported on first use: most rules never ask for a working day.
    from chinese_calendar.constants import holidays

    return min(holidays).year, max(holidays).year


def _is_qingming(day: date) -> bool:
    # The solar term drifts between 4 and 6 April. The usual interpolation has one constant per century.
    if day.month != 4 or not 4 <= day.day <= 6:
        return False
    century, year = divmod(day.year, 100)
    constant = {19: 559, 20: 481, 21: 503}.get(century, 503)
    return day.day == (year * 2422 + constant * 100) // 10000 - year // 4
