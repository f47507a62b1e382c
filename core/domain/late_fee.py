"""The late fee on the part of a minimum payment that was not paid by its due date.

Once per missed statement; it never bears interest. Source: policy ``late_fee.*``;
People's Bank document 111 of 2016, part three.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.errors import InvalidInput
from core.domain.money import share_minor


@dataclass(frozen=True, slots=True)
class HigherRate:
    """The rate from the ``misses``-th statement missed in a row on, this one included."""

    misses: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class LateFeeRule:
    """Rate on the unpaid minimum, then floor, then cap (None: no cap), in fen."""

    rate: Decimal
    floor_minor: int = 0
    cap_minor: int | None = None
    after_consecutive: HigherRate | None = None

    def __post_init__(self) -> None:
        rates = [self.rate] + ([self.after_consecutive.rate] if self.after_consecutive else [])
        if any(not rate.is_finite() or rate < 0 for rate in rates):
            raise InvalidInput("rate_negative", "a rate is a finite number, not negative", field="rate")
        if self.floor_minor < 0 or (self.cap_minor is not None and self.cap_minor < 0):
            raise InvalidInput("amount_negative", "floor and cap are not negative", field="floor")


def late_fee(minimum_minor: int, paid_by_due_minor: int, rule: LateFeeRule, consecutive_misses: int = 1) -> int:
    """The late fee in fen; 0 when the minimum was paid. ``consecutive_misses`` includes this one."""
    if minimum_minor < 0 or paid_by_due_minor < 0:
        raise InvalidInput("amount_negative", "an amount is not negative",
                           field="minimum_payment" if minimum_minor < 0 else "paid_by_due")
    unpaid = minimum_minor - paid_by_due_minor
    if unpaid <= 0:
        return 0
    higher = rule.after_consecutive
    rate = higher.rate if higher and consecutive_misses >= higher.misses else rule.rate
    fee = max(share_minor(unpaid, rate), rule.floor_minor)
    return fee if rule.cap_minor is None else min(fee, rule.cap_minor)
