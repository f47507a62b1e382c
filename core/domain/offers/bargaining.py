"""Two classic answers to "which of these deals is fair", over any set of points.

A point is (gain of one side, gain of the other) over no deal. Both are exact and break ties by the order
given. Kalai and Smorodinsky (1975): the largest equal share of each side's best gain. Nash (1950): the
largest product of the gains.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Point = tuple[int | Fraction, int | Fraction]


def kalai_smorodinsky(points: Sequence[Point]) -> int | None:
    """The index of the point whose smaller share of the ideal is largest; None if nobody can gain on any."""
    rational = _rational(points)
    if not rational:
        return None
    ideal = [max(points[index][side] for index in rational) for side in (0, 1)]

    def share(index: int) -> Fraction:
        return min(Fraction(points[index][side]) / Fraction(ideal[side]) if ideal[side] > 0 else Fraction(1)
                   for side in (0, 1))

    return max(rational, key=lambda index: (share(index), -index))


def nash(points: Sequence[Point]) -> int | None:
    """The index of the point with the largest product of gains; None if there is none both sides accept."""
    rational = _rational(points)
    return max(rational, key=lambda index: (points[index][0] * points[index][1], -index)) if rational else None


def frontier(points: Sequence[Point]) -> list[int]:
    """The indices of the points no other point beats on one side without losing on the other, first side falling."""
    order = sorted(range(len(points)), key=lambda index: (-points[index][0], -points[index][1], index))
    kept: list[int] = []
    for index in order:
        if not kept or points[index][1] > points[kept[-1]][1]:
            kept.append(index)
    return kept


def _rational(points: Sequence[Point]) -> list[int]:
    return [index for index, (one, other) in enumerate(points) if one >= 0 and other >= 0]
