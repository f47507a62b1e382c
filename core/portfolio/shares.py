"""A ratio of many amounts, each rounded once: ``core.domain.money.share_minor`` over arrays.

One integer division does it while the product fits 64 bits, which is known before it is made. What does
not fit (a daily rate with 28 digits, an amount near the books' limit) is computed with Python's integers:
slower, never different.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InvalidInput
from core.domain.money import Rounding
from core.portfolio.arrays import Ints

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Share:
    """``amount`` × ratio as ``(amount · factor + addend) // divisor``; amounts are not negative."""

    factor: int
    addend: int
    divisor: int
    limit: int
    """The largest amount whose product fits 64 bits; -1 when no amount's does."""

    @classmethod
    def of(cls, ratio: Decimal | Fraction, rounding: Rounding = Rounding.HALF_UP) -> Share:
        """The share for ``ratio``, exact; not negative."""
        factor, divisor = ratio.as_integer_ratio()
        if rounding is Rounding.DOWN or divisor == 1:
            addend = 0
        elif divisor % 2 == 0:
            addend = divisor // 2
        else:  # half of an odd divisor is no integer: count in halves
            factor, addend, divisor = 2 * factor, divisor, 2 * divisor
        limit = (LARGEST - addend) // factor if factor else LARGEST
        return cls(factor, addend, divisor, limit if divisor <= LARGEST else -1)

    def __call__(self, values: Ints, out: Ints | None = None) -> Ints:
        """The share of each amount. Raises ``InvalidInput("amount_too_large")`` where it would not fit."""
        if len(values) and int(values.max()) > self.limit:
            return self.exactly(values.astype(object), out)
        return self.of_small(values, out)

    def of_small(self, values: Ints, out: Ints | None = None) -> Ints:
        """The same for amounts known to be within ``limit``."""
        if self.factor == 0 or (self.factor == self.divisor == 1):
            result = np.empty_like(values) if out is None else out
            result[:] = values if self.factor else 0
            return result
        if self.factor == 1:
            result = np.add(values, self.addend, out=out)
        else:
            result = np.multiply(values, self.factor, out=out)
            if self.addend:
                result += self.addend
        if self.divisor == 1:
            return result
        # Not negative, so the unsigned division, which needs no correction of the sign, is the same.
        unsigned = result.view(np.uint64)
        np.floor_divide(unsigned, np.uint64(self.divisor), out=unsigned)
        return result

    def whole(self, values: Ints, work: Ints) -> Ints:
        """As ``of_small``, into ``work`` unless the ratio is 1: then ``values`` themselves. Not to be written to."""
        return values if self.factor == self.divisor == 1 else self.of_small(values, out=work)

    def exactly(self, values: NDArray[np.object_], out: Ints | None = None) -> Ints:
        """The same for Python integers of any size, one at a time."""
        whole = (values * self.factor + self.addend) // self.divisor
        if int(whole.max()) > LARGEST:
            raise InvalidInput("amount_too_large", "a share does not fit the books", row=int(np.argmax(whole)))
        result = np.empty(len(values), np.int64) if out is None else out
        result[:] = whole.astype(np.int64)
        return result
