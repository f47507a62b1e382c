"""Which case comes next: a score from 0 to 100 that is a sum of four visible parts.

Each part is a ladder of steps from the policy (``queue.*``), so that the database orders by exactly
what the screen explains, and so that the order does not creep while a reviewer reads. Equal scores
are ordered by the promised time, then by id: the order is total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Step:
    """From ``bound`` on (itself included) the part counts ``points``."""

    bound: int
    points: int


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """The ladders, each ascending by bound."""

    amount: Sequence[Step]
    """Bounds in fen of all that is posted on the account."""
    days_past_due: Sequence[Step]
    """Bounds in days past due today."""
    waiting: Sequence[Step]
    """Bounds in hours past the promised time; negative while it lies ahead."""
    vulnerable_points: int
    """Points for a person known to be vulnerable."""

    @property
    def highest(self) -> PriorityScore:
        """What each part can reach, for "20 of 40"."""
        amount, days, waiting = (max((step.points for step in ladder), default=0)
                                 for ladder in (self.amount, self.days_past_due, self.waiting))
        return PriorityScore(amount, days, waiting, self.vulnerable_points)

    @property
    def peak_days(self) -> tuple[int, int] | None:
        """First and last of the days past due that count most, where a longer delay counts less again."""
        most = self.highest.days_past_due
        for step, following in pairwise(self.days_past_due):
            if step.points == most > following.points:
                return step.bound, following.bound - 1
        return None


@dataclass(frozen=True, slots=True)
class PriorityScore:
    """Points by part; ``total`` is their plain sum."""

    amount: int
    days_past_due: int
    waiting: int
    vulnerability: int
    beyond_peak: bool = False
    """The delay is longer than the days that count most."""

    @property
    def total(self) -> int:
        """0 to 100."""
        return self.amount + self.days_past_due + self.waiting + self.vulnerability


def points(value: int, ladder: Sequence[Step]) -> int:
    """The points of the highest step reached; 0 below the first."""
    reached = 0
    for step in ladder:
        if value >= step.bound:
            reached = step.points
    return reached


def waiting_bounds(now: datetime, ladder: Sequence[Step]) -> list[tuple[datetime, int]]:
    """The waiting ladder as instants: promised at or before the instant counts the points.

    ``now − promised ≥ h hours`` is the same as ``promised ≤ now − h hours``: the database compares a
    stored instant with a parameter and needs no arithmetic on times, which differs between databases.
    """
    return [(now - timedelta(hours=step.bound), step.points) for step in ladder]


def score(amount_minor: int, days_past_due: int, promised_by: datetime, vulnerable: bool, now: datetime,
          rule: PriorityRule) -> PriorityScore:
    """The score of one case at ``now``."""
    waiting = 0
    for instant, step_points in waiting_bounds(now, rule.waiting):
        if promised_by <= instant:
            waiting = step_points
    peak = rule.peak_days
    return PriorityScore(points(amount_minor, rule.amount), points(days_past_due, rule.days_past_due), waiting,
                         rule.vulnerable_points if vulnerable else 0, peak is not None and days_past_due > peak[1])
