"""What a cash advance costs: a fee, and interest from the day of the withdrawal.

There is no interest-free period and no interest on the fee (People's Bank document 111
of 2016, part three; policy ``cash_advance.*``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.domain.errors import InvalidInput
from core.domain.interest import Base, Interest, InterestTerms, Movement, accumulated_interest
from core.domain.money import share_minor


@dataclass(frozen=True, slots=True)
class CashAdvanceRule:
    """Fee rate on the amount, then floor, then cap (None: no cap), in fen."""

    fee_rate: Decimal
    fee_floor_minor: int = 0
    fee_cap_minor: int | None = None

    def __post_init__(self) -> None:
        if not self.fee_rate.is_finite() or self.fee_rate < 0:
            raise InvalidInput("rate_negative", "a rate is a finite number, not negative", field="fee_rate")
        if self.fee_floor_minor < 0 or (self.fee_cap_minor is not None and self.fee_cap_minor < 0):
            raise InvalidInput("amount_negative", "floor and cap are not negative", field="fee_floor")


@dataclass(frozen=True, slots=True)
class CashAdvanceCost:
    """Fee and interest in fen, with the segments of the interest."""

    fee_minor: int
    interest: Interest

    @property
    def total_cost_minor(self) -> int:
        """Fee and interest together."""
        return self.fee_minor + self.interest.interest_minor


def cash_advance_fee(amount_minor: int, rule: CashAdvanceRule) -> int:
    """The fee in fen for taking ``amount_minor``; nothing for nothing."""
    if amount_minor < 0:
        raise InvalidInput("amount_negative", "an amount is not negative", field="amount")
    if amount_minor == 0:
        return 0
    fee = max(share_minor(amount_minor, rule.fee_rate), rule.fee_floor_minor)
    return fee if rule.fee_cap_minor is None else min(fee, rule.fee_cap_minor)


def cash_advance(
    amount_minor: int, from_date: date, to: date, rule: CashAdvanceRule, terms: InterestTerms
) -> CashAdvanceCost:
    """The cost of ``amount_minor`` taken on ``from_date`` and repaid on ``to``.

    The terms' base does not matter: with no due date there is no interest-free part.
    """
    if to < from_date:
        raise InvalidInput("dates_reversed", "the end is before the start", field="to")
    fee = cash_advance_fee(amount_minor, rule)
    terms = replace(terms, base=Base.FULL_BALANCE)
    return CashAdvanceCost(fee, accumulated_interest([Movement(from_date, amount_minor)], [], to, terms))
