"""How the instalments of a plan differ: they rise by steps, or are smaller in months named as lean.

A shape gives every instalment a weight; the schedule function makes the amounts from them. Nothing is put off to
a large last payment: no instalment lies above those of its own step or month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from math import lcm
from typing import Any

from core.domain.errors import InvalidInput

MOST_LEAN_MONTHS = 11
"""Whose every month is lean has no lean month."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class PlanShape:
    """Every ``step_months`` the instalment rises by ``step_share`` of the first one, ``most_steps`` times.

    In ``lean_months`` (1 January to 12 December, by the due date) it is ``lean_share`` of what it would be.
    """

    step_months: int = 0
    step_share: Decimal = Decimal(0)
    most_steps: int = 0
    lean_months: tuple[int, ...] = ()
    lean_share: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        rises = self.step_months, self.step_share, self.most_steps
        if not self.step_share.is_finite() or self.step_months < 0 or self.step_share < 0 or self.most_steps < 0 \
                or len({bool(one) for one in rises}) > 1:
            raise InvalidInput("shape_malformed", "a step has a length, a size and a number", field="shape")
        check_lean_months(self.lean_months, "shape")
        if not self.lean_share.is_finite() or not 0 < self.lean_share <= 1 \
                or bool(self.lean_months) != (self.lean_share < 1):
            raise InvalidInput("shape_malformed", "a lean month pays a share above 0 and below 1", field="shape")

    @property
    def is_level(self) -> bool:
        """Whether every instalment is the same."""
        return not self.step_months and not self.lean_months

    def sizes(self, due: Sequence[date], per_year: int) -> tuple[Fraction, ...]:
        """How large each instalment is beside one of 1: the first step of a month that is not lean."""
        return _sizes(self, tuple(day.month for day in due), per_year)

    def weights(self, due: Sequence[date], per_year: int) -> tuple[int, ...]:
        """``sizes`` as the smallest integers in that proportion to 1; none for a level plan."""
        return () if self.is_level else _weights(self, tuple(day.month for day in due), per_year)


@lru_cache(maxsize=4096)
def _sizes(shape: PlanShape, months: tuple[int, ...], per_year: int) -> tuple[Fraction, ...]:
    rise, lean = Fraction(shape.step_share), Fraction(shape.lean_share)
    found = []
    for number, month in enumerate(months):
        # The month of the plan it falls in: the first begins with the first instalment, the next after 52 // 12 weeks.
        past = ((number + 1) * _MONTHS - 1) // per_year
        steps = past // shape.step_months if shape.step_months else 0
        size = 1 + rise * min(steps, shape.most_steps)
        found.append(size * lean if month in shape.lean_months else size)
    return tuple(found)


@lru_cache(maxsize=4096)
def _weights(shape: PlanShape, months: tuple[int, ...], per_year: int) -> tuple[int, ...]:
    sizes = _sizes(shape, months, per_year)
    whole = lcm(*(size.denominator for size in sizes))
    return tuple(int(size * whole) for size in sizes)


def check_lean_months(months: Sequence[int], field: str) -> None:
    """Raise ``InvalidInput`` unless the months are different ones of the year, in order, and not all of it."""
    if list(months) != sorted(set(months)) or not all(1 <= one <= _MONTHS for one in months):
        raise InvalidInput("lean_months_malformed", "lean months are different months from 1 to 12, in order",
                           field=field)
    if len(months) > MOST_LEAN_MONTHS:
        raise InvalidInput("lean_months_all", "not every month can be lean", field=field)


LEVEL = PlanShape()


def runs(sizes: Sequence[Fraction]) -> list[tuple[int, int]]:
    """The stretches of equal instalments: (number of the first, how many)."""
    found, first = [], 0
    for _, group in groupby(sizes):
        count = len(list(group))
        found.append((first, count))
        first += count
    return found


def shape_record(shape: PlanShape) -> dict[str, Any]:
    """A shape as it is stored: only what it has."""
    record: dict[str, Any] = {}
    if shape.step_months:
        record |= {"step_months": shape.step_months, "step_share": str(shape.step_share),
                   "most_steps": shape.most_steps}
    if shape.lean_months:
        record |= {"lean_months": list(shape.lean_months), "lean_share": str(shape.lean_share)}
    return record


def shape_from(record: Mapping[str, Any] | None) -> PlanShape:
    """A stored shape read back; level where there is none. Raises ``InvalidInput`` for what is no shape."""
    if not record:
        return LEVEL
    try:
        return PlanShape(
            int(record.get("step_months", 0)), Decimal(record.get("step_share", "0")),
            int(record.get("most_steps", 0)), tuple(record.get("lean_months", ())),
            Decimal(record.get("lean_share", "1")))
    except (TypeError, ValueError, InvalidOperation) as fault:
        raise InvalidInput("shape_malformed", "not the shape of a plan", field="shape") from fault
