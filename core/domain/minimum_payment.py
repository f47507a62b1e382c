"""The minimum payment of a statement.

A share of purchases and of cash, and all of what else fell due; each part is rounded half-up to a fen,
then summed, then capped at the balance. Source: policy ``min_payment.*``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType

from core.domain.errors import InvalidInput
from core.domain.money import share_minor


@dataclass(frozen=True, slots=True)
class MinimumPaymentRule:
    """Which share of each amount falls due now."""

    purchase_ratio: Decimal
    cash_ratio: Decimal
    fees_ratio: Decimal = Decimal(1)
    interest_ratio: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        for field in fields(self):
            ratio: Decimal = getattr(self, field.name)
            if not ratio.is_finite() or ratio < 0:
                raise InvalidInput("ratio_negative", "a ratio is a finite number, not negative", field=field.name)


@dataclass(frozen=True, slots=True)
class Billed:
    """What a statement bills, in fen; ``previous_minimum_unpaid_minor`` stands over from earlier ones."""

    purchases_minor: int = 0
    cash_minor: int = 0
    fees_minor: int = 0
    interest_minor: int = 0
    over_limit_minor: int = 0
    instalments_due_minor: int = 0
    previous_minimum_unpaid_minor: int = 0


@dataclass(frozen=True, slots=True)
class MinimumPayment:
    """The minimum in fen and its parts, named after the fields of ``Billed`` without ``_minor``."""

    minimum_minor: int
    parts: Mapping[str, int]


def minimum_payment(billed: Billed, rule: MinimumPaymentRule, balance_minor: int | None = None) -> MinimumPayment:
    """The minimum payment in fen and its parts.

    ``balance_minor`` caps the sum; without it the amounts billed are the balance.
    Raises ``InvalidInput`` for a negative amount.
    """
    ratios = {"purchases": rule.purchase_ratio, "cash": rule.cash_ratio,
              "fees": rule.fees_ratio, "interest": rule.interest_ratio}
    parts: dict[str, int] = {}
    whole = 0
    for field in fields(billed):
        name, amount = field.name.removesuffix("_minor"), getattr(billed, field.name)
        if amount < 0:
            raise InvalidInput("amount_negative", "an amount is not negative", field=name)
        whole += amount
        parts[name] = share_minor(amount, ratios[name]) if name in ratios else amount
    cap = whole if balance_minor is None else max(balance_minor, 0)
    return MinimumPayment(min(sum(parts.values()), cap), MappingProxyType(parts))
