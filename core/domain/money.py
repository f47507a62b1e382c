"""Money: integers of fen, exact arithmetic in between, one rounding at the end.

An amount is an ``int`` of fen (1 yuan = 100 fen) and its name ends in ``_minor``. Rates are
``Decimal``. Anything in between (a product of balance, days and rate) is a ``Fraction``, so that no
precision is lost before the one place where a figure is rounded: ``round_minor``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.domain.errors import InvalidInput

MAX_MINOR = 10**15
"""10¹³ yuan. Far above any card portfolio, far below 2⁶³: sums stay inside a database BIGINT."""

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)


class Rounding(StrEnum):
    """How a fraction of a fen becomes a whole one."""

    HALF_UP = "half_up"
    """Half a fen goes away from zero: the convention of every published card example."""
    DOWN = "down"
    """Towards zero; where the payer gets the benefit."""


def round_minor(exact: Fraction | Decimal | int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return ``exact`` fen as whole fen. The only place where a figure loses precision."""
    return divide_minor(*exact.as_integer_ratio(), rounding)


def divide_minor(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """``numerator`` ÷ ``denominator`` (positive) in whole fen: the rounding itself, on integers alone."""
    magnitude = abs(numerator)
    half_up = rounding is Rounding.HALF_UP
    whole = (2 * magnitude + denominator) // (2 * denominator) if half_up else magnitude // denominator
    return whole if numerator >= 0 else -whole


def parse_yuan(text: object, field: str | None = None, *, signed: bool = False) -> int:
    """Read a decimal string of yuan (``"1000.00"``) as fen.

    Strict, for machines: plain ASCII digits, at most two decimals, no exponent, separator or sign
    (``signed`` allows a leading minus, for cash flows). Raises ``InvalidInput`` naming ``field``.
    """
    if not isinstance(text, str):
        raise InvalidInput("amount_not_text", f"an amount is a string such as \"1000.00\", not {type(text).__name__}",
                           field=field)
    sign, digits = (-1, text[1:]) if signed and text.startswith("-") else (1, text)
    # Leading zeros are harmless and appear in bank exports; anything else is not a plain amount.
    if len(digits) > 18 or not _AMOUNT.fullmatch(digits):
        raise InvalidInput("amount_malformed", "an amount has digits and at most two decimals, in yuan",
                           field=field)
    yuan, _, fen = digits.partition(".")
    minor = int(yuan) * 100 + int(fen.ljust(2, "0") or "0")
    if minor > MAX_MINOR:
        raise InvalidInput("amount_too_large", "amounts go up to 10000000000000 yuan", field=field)
    return sign * minor


def format_yuan(amount_minor: int) -> str:
    """Write fen as a decimal string of yuan with two decimals: ``-12345`` → ``"-123.45"``."""
    sign = "-" if amount_minor < 0 else ""
    yuan, fen = divmod(abs(amount_minor), 100)
    return f"{sign}{yuan}.{fen:02d}"


def share_minor(amount_minor: int, ratio: Decimal | Fraction, rounding: Rounding = Rounding.HALF_UP) -> int:
    """``ratio`` of an amount, rounded once."""
    numerator, denominator = ratio.as_integer_ratio()
    return divide_minor(amount_minor * numerator, denominator, rounding)


def shared_out(whole_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """``whole_minor`` (not negative) by ``weights`` (whole, some of them not 0): the parts add up to it, to the fen.

    Each part is rounded down; what is left over goes fen by fen to the largest remainders, alike in the order given.
    """
    whole = sum(weights)
    parts = [divmod(whole_minor * weight, whole) for weight in weights]
    left = whole_minor - sum(part for part, _ in parts)
    first = sorted(range(len(parts)), key=lambda place: -parts[place][1])[:left]
    return tuple(part + (place in first) for place, (part, _) in enumerate(parts))


def total_minor(amounts: Iterable[int]) -> int:
    """The exact sum; refuses one that would not fit the books."""
    total = sum(amounts)
    if abs(total) > MAX_MINOR:
        raise InvalidInput("amount_too_large", "the sum of these amounts is too large")
    return total
