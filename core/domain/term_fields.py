"""What the terms of every kind of request have in common: bounds beyond which a figure is a slip, and later days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.domain.calendar import add_months
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR

LONGEST_THINKABLE_MONTHS = 600
"""Beyond this a term is a slip of the finger, not a request; policy limits lie far below."""
LONGEST_THINKABLE_DAYS = 3_660
HIGHEST_THINKABLE_RATE = Decimal(1)


def check_whole(value: object, field: str, lowest: int, highest: int) -> None:
    """Raise ``InvalidInput`` unless ``value`` is a whole number between the bounds."""
    if type(value) is not int:
        raise InvalidInput("not_a_whole_number", f"{field} is a whole number", field=field)
    if not lowest <= value <= highest:
        raise InvalidInput("out_of_range", f"{field} lies between {lowest} and {highest}", field=field,
                           lowest=lowest, highest=highest)


def check_amounts(terms: object, *names: str, lowest: int = 0) -> None:
    """Raise ``InvalidInput`` unless each named attribute is an amount in fen from ``lowest`` on."""
    for name in names:
        check_whole(getattr(terms, name), name, lowest, MAX_MINOR)


def check_rate(rate: Decimal) -> None:
    """Raise ``InvalidInput`` unless ``rate`` lies between 0 and 1 (100 % a year)."""
    if not rate.is_finite() or not 0 <= rate <= HIGHEST_THINKABLE_RATE:
        raise InvalidInput("rate_out_of_range", "a yearly rate lies between 0 and 1", field="annual_rate")


def months_later(day: date, earliest: date) -> date:
    """``day``, or the same day of the first month in which it is not before ``earliest``."""
    months, moved = 0, day
    while moved < earliest:
        months += 1
        moved = add_months(day, months)
    return moved
