"""What an account's last months say, in the six measures a scorecard looks at.

A cycle is the time from one statement to the next. Measures are exact: counts and ``Fraction``; None where
there is nothing to measure, as the paid share of an account that was never billed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from core.domain.errors import InvalidInput

CYCLES = 5
"""How many closed cycles are looked at, the newest included."""
LEAST_CYCLES = 3
"""Fewer say too little for an estimate."""
_LATELY = 2
"""How many of the cycles are the newer part when the paid share of newer and earlier ones is compared."""


class Part(StrEnum):
    """The measures."""

    MONTHS_LATE = "months_late"
    """Due dates missed in a row up to today, by what is agreed."""
    LATE_BEFORE = "late_before"
    """In how many of the earlier cycles the minimum payment was late; the newest one is ``MONTHS_LATE``'s."""
    MONTHS_UNPAID = "months_unpaid"
    """Cycles in which something was owed and nothing was paid."""
    PAID_SHARE = "paid_share"
    """What was paid of what was billed, over all cycles looked at, at most 1."""
    PAID_TREND = "paid_trend"
    """The paid share of the last two cycles less that of those before."""
    UTILISATION = "utilisation"
    """The newest bill as a share of the credit limit."""


FALLING = frozenset({Part.PAID_SHARE, Part.PAID_TREND})
"""Parts that say less risk the higher they are; all others say more."""

Measures = Mapping[Part, Fraction | None]


@dataclass(frozen=True, slots=True)
class Cycle:
    """One closed cycle: what the statement before asked to be repaid in all, and what came. Fen."""

    owed_minor: int
    paid_minor: int
    late: bool
    """The minimum payment of the statement before did not come in time."""

    @property
    def billed_minor(self) -> int:
        """What there was to pay; a credit balance asks for nothing."""
        return max(self.owed_minor, 0)


@dataclass(frozen=True, slots=True)
class RepaymentRecord:
    """An account's last cycles, oldest first, in any one currency. This is all that is ever asked of it."""

    credit_limit_minor: int
    bill_minor: int
    """The newest closing balance."""
    months_late: int
    cycles: tuple[Cycle, ...]

    def __post_init__(self) -> None:
        if len(self.cycles) > CYCLES:
            raise InvalidInput("count_out_of_range", f"at most {CYCLES} cycles are looked at", field="cycles")
        if self.credit_limit_minor < 0 or self.months_late < 0 or any(one.paid_minor < 0 for one in self.cycles):
            raise InvalidInput("count_out_of_range", "limits, payments and months are not negative", field="record")


def measures(record: RepaymentRecord) -> Measures:
    """The six measures of a record."""
    cycles = record.cycles
    lately, before = _paid_share(cycles[-_LATELY:]), _paid_share(cycles[:-_LATELY])
    return {
        Part.MONTHS_LATE: Fraction(record.months_late),
        Part.LATE_BEFORE: Fraction(sum(one.late for one in cycles[:-1])),
        Part.MONTHS_UNPAID: Fraction(sum(one.billed_minor > 0 and one.paid_minor == 0 for one in cycles)),
        Part.PAID_SHARE: _paid_share(cycles),
        Part.PAID_TREND: None if lately is None or before is None else lately - before,
        Part.UTILISATION: Fraction(record.bill_minor, record.credit_limit_minor) if record.credit_limit_minor else None,
    }


def _paid_share(cycles: Sequence[Cycle]) -> Fraction | None:
    """Paid of billed over cycles with a bill; None where nothing was billed."""
    billed = sum(one.billed_minor for one in cycles)
    if not billed:
        return None
    return min(Fraction(sum(one.paid_minor for one in cycles if one.billed_minor), billed), Fraction(1))
