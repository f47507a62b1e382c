"""By when the bank promises an answer: whole working days, ending at the close of business in China.

The day a request comes in is not counted (Civil Code Art. 201); a request that comes in on a day off
counts from the next working day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from core.domain.calendar import WorkingDay, is_mainland_working_day
from core.domain.errors import InvalidInput

LONGEST_PROMISE = 60


def add_working_days(start: date, working_days: int, working_day: WorkingDay | None = None) -> date:
    """The ``working_days``-th working day after ``start``. Raises ``InvalidInput`` unless 1 to 60."""
    if not 1 <= working_days <= LONGEST_PROMISE:
        raise InvalidInput("count_out_of_range", field="working_days", lowest=1, highest=LONGEST_PROMISE)
    is_working = working_day or is_mainland_working_day
    day, left = start, working_days
    while left:
        day += timedelta(days=1)
        left -= is_working(day)
    return day


def promised_by(asked_at: datetime, working_days: int, close_of_business: time, zone: tzinfo,
                working_day: WorkingDay | None = None) -> datetime:
    """The instant until which the answer is promised: ``close_of_business`` in ``zone`` on the last day."""
    last = add_working_days(asked_at.astimezone(zone).date(), working_days, working_day)
    return datetime.combine(last, close_of_business, tzinfo=zone)
