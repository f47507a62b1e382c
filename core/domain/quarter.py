"""Calendar quarters: the periods statistics are published for.

Published periods never overlap. If one could ask for any first and last day, the difference of two
answers would be the figure of a single day, however carefully each answer hides its small counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from core.domain.errors import InvalidInput

_CODE = re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three calendar months, ``number`` 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter a day is in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, code: str) -> Quarter:
        """Read ``2026-Q4``. Raises ``InvalidInput``."""
        match = _CODE.fullmatch(code)
        if match is None or int(match[1]) < 1900:
            raise InvalidInput("quarter_malformed", "a quarter is written like 2026-Q4", field="period")
        return cls(int(match[1]), int(match[2]))

    @property
    def code(self) -> str:
        """``2026-Q4``."""
        return f"{self.year:04d}-Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def previous(self) -> Quarter:
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    def weeks(self) -> tuple[tuple[date, date], ...]:
        """(first day, last day) of each week, Monday to Sunday, cut off at the quarter's ends."""
        weeks = []
        first = self.first_day
        while first <= self.last_day:
            last = min(first + timedelta(days=6 - first.weekday()), self.last_day)
            weeks.append((first, last))
            first = last + timedelta(days=1)
        return tuple(weeks)
