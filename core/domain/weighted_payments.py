"""Payments of different sizes that repay a principal: all in one proportion, none above its own size."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from core.domain.money import divide_minor


def weighted_unit(principal: int, rates: Sequence[int], denominator: int, weights: Sequence[int]) -> Fraction:
    """What one unit of weight pays, exactly: principal ÷ Σ_k weight_k · Π_{j≤k} 1/(1 + rate_j)."""
    growth, worth = 1, 0
    for rate, weight in zip(reversed(rates), reversed(weights), strict=True):
        growth, worth = growth * (denominator + rate), denominator * (weight * growth + worth)
    return Fraction(principal * growth, worth)


def weighted_payments(principal: int, rates: Sequence[int], denominator: int, weights: Sequence[int]) -> list[int]:
    """Payments in proportion to ``weights`` in fen, each rounded up.

    Rounding the interest of each period may still leave the last one a few fen above its size; then every payment
    is a fen larger.
    """
    unit = weighted_unit(principal, rates, denominator, weights)
    by_weight = {weight: -(-unit.numerator * weight // unit.denominator) for weight in set(weights)}
    payments = [by_weight[weight] for weight in weights]
    while _last_payment(principal, rates, denominator, payments) > payments[-1]:
        payments = [payment + 1 for payment in payments]
    return payments


def _last_payment(principal: int, rates: Sequence[int], denominator: int, payments: Sequence[int]) -> int:
    """What the last period has to pay when the ones before it pay ``payments``."""
    balance = principal
    for rate, payment in zip(rates[:-1], payments, strict=False):
        share = payment - divide_minor(balance * rate, denominator)
        balance -= min(max(share, 0), balance)
    return balance + divide_minor(balance * rates[-1], denominator)
