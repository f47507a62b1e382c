"""What is found in a clause: amounts, dates and lengths of time, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Trouble(StrEnum):
    """Why something found cannot be acted on as it stands."""

    VAGUE = "vague"
    LOWER_BOUND = "lower_bound"
    ALTERNATIVE = "alternative"
    FOREIGN = "foreign"
    PAST = "past"
    IMPOSSIBLE = "impossible"


@dataclass(slots=True)
class Mention:
    """A part of a clause; ``start`` and ``end`` are places in the clause's text."""

    start: int
    end: int
    trouble: Trouble | None = None


@dataclass(slots=True)
class DateMention(Mention):
    """A date. ``on`` is absent for what names no day: now, this month, or what is in ``trouble``."""

    on: date | None = None
    whole_month: bool = False
    """A month alone: its first day, unless a day of every month is known."""


@dataclass(slots=True)
class DueDayMention(Mention):
    """A day of every month; 31 is its end."""

    day: int = 0


@dataclass(slots=True)
class LengthMention(Mention):
    """A length of time: ``count`` of ``unit`` (day, week, fortnight, month, year)."""

    count: Fraction = Fraction(0)
    unit: str = "month"

    def months(self) -> int | None:
        """As whole months, if it is that."""
        months = self.count * {"month": 1, "quarter": 3, "year": 12}.get(self.unit, 0)
        return int(months) if months > 0 and months.denominator == 1 else None


@dataclass(slots=True)
class AmountMention(Mention):
    """An amount of yuan, a share of the debt, or something compared with the last offer."""

    yuan: Fraction | None = None
    share: Fraction | None = None
    relative: str = ""
    """``less`` or ``more`` than the last offer, or ``share`` of it."""
    role: str = ""
    """``offer``, ``refused``, ``asked`` or what else it is; empty if nothing tells."""
    period: str = ""
    """``monthly``, ``weekly``, ``fortnightly``, ``odd`` or empty."""
    unsure: bool = False
    """Offered by no verb, only by what stands beside it."""
    bare: bool = False
    """In digits, with neither unit nor currency."""
