"""Points by part and what they have meant: a scorecard that anybody can add up.

More points, more risk. Ten points double the odds; what a sum of points has meant in the sample is looked up in a
table of frequencies, never extrapolated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from core.domain.errors import InvalidInput
from core.domain.risk.record import FALLING, LEAST_CYCLES, Measures, Part, RepaymentRecord, measures

POINTS_TO_DOUBLE = 10
"""So many points more, and the odds of trouble are twice as high."""


@dataclass(frozen=True, slots=True)
class Rung:
    """From ``bound`` on (itself included) a part counts ``points``."""

    bound: Decimal
    points: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of one part, ascending by bound; a value below the first counts as the first."""

    rungs: tuple[Rung, ...]
    unmeasured: int = 0
    """Points where there is nothing to measure."""

    @property
    def highest(self) -> int:
        """The most points a measured value can count."""
        return max(rung.points for rung in self.rungs)

    def points(self, value: Fraction | None) -> int:
        """The points of a value."""
        if value is None:
            return self.unmeasured
        reached = [rung.points for rung in self.rungs if value >= rung.bound]
        return reached[-1] if reached else self.rungs[0].points


@dataclass(frozen=True, slots=True)
class Band:
    """What so many points or more have meant in the sample, up to the next band."""

    lowest_points: int
    share: Decimal
    """Of the accounts in the band, those in default a month later."""
    accounts: int
    """How many accounts of the sample were in the band."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Points by part and bands by sum. Raises ``InvalidInput`` unless every ladder runs one way, as its part must."""

    ladders: Mapping[Part, Ladder]
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        if set(self.ladders) != set(Part):
            raise InvalidInput("risk_points_malformed", "a scorecard has a ladder for every part", field="ladders")
        for part, ladder in self.ladders.items():
            _check_ladder(part, ladder)
        _check_bands(self.bands)


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part of a score: what was measured, what it counts, and what a measured value could count at most."""

    part: Part
    value: Fraction | None
    points: int
    highest: int


@dataclass(frozen=True, slots=True)
class Score:
    """A sum of points by part, and what such a sum has meant."""

    parts: tuple[PartScore, ...]
    band: Band

    @property
    def total(self) -> int:
        """The plain sum of the parts."""
        return sum(one.points for one in self.parts)


def score(record: RepaymentRecord, card: Scorecard) -> Score | None:
    """The score of a record; None if it has too few closed cycles to say anything."""
    return None if len(record.cycles) < LEAST_CYCLES else score_measures(measures(record), card)


def score_measures(measured: Measures, card: Scorecard) -> Score:
    """The score of measures, the parts in the order of ``Part``."""
    parts = tuple(PartScore(part, measured[part], card.ladders[part].points(measured[part]),
                            card.ladders[part].highest) for part in Part)
    total = sum(one.points for one in parts)
    return Score(parts, next(band for band in reversed(card.bands) if total >= band.lowest_points))


def _check_ladder(part: Part, ladder: Ladder) -> None:
    if not ladder.rungs:
        raise InvalidInput("risk_points_malformed", f"{part} has no rung", field=part)
    sign = -1 if part in FALLING else 1
    for one, other in pairwise(ladder.rungs):
        if one.bound >= other.bound or (other.points - one.points) * sign < 0:
            raise InvalidInput("risk_points_malformed", f"the points of {part} do not run one way", field=part)
    if min(ladder.unmeasured, *(rung.points for rung in ladder.rungs), 0) < 0:
        raise InvalidInput("risk_points_malformed", f"{part} has negative points", field=part)


def _check_bands(bands: Sequence[Band]) -> None:
    rising = all(one.lowest_points < other.lowest_points and one.share <= other.share
                 for one, other in pairwise(bands))
    if not bands or bands[0].lowest_points != 0 or not rising or any(not 0 <= band.share <= 1 for band in bands):
        raise InvalidInput("risk_points_malformed", "bands start at 0 points and never fall", field="bands")
