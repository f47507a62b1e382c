"""The balanced offer is NegMAS's Kalai-Smorodinsky point over every plan a debtor could have, and Nash is its Nash.

`python -m benchmarks.bargaining_points [CASES]`, where NegMAS (AGPL) is installed: in the bench environment alone. The
plans are those of the walk through whole spaces, with gains to the fen, so that nothing is compared with itself.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from random import Random

from negmas.preferences.ops import kalai_points, nash_points

from benchmarks.report import Row, merge, none_of
from core.domain.offers.bargaining import nash
from core.domain.offers.choice import lay_on_table
from core.domain.offers.evaluation import Situation, situation_of
from core.domain.offers.model import NO_WISH
from core.domain.offers.ordering import Objective, Purpose, gains
from core.portfolio.offers import ArraySearch
from tests.portfolio.offer_cases import random_facts, small_rule
from tests.portfolio.offer_walk import walk

CASES = 1_000
_NEAR = 1e-9
Points = list[tuple[int, int]]


class _Reserved:
    """All NegMAS asks of a utility function whose range is given: where no deal lies."""

    reserved_value = 0.0


def measure(cases: int) -> list[Row]:
    """In how many of so many random cases with plans the two differ."""
    seed = compared = unlike = unlike_nash = 0
    while compared < cases:
        chance, seed = Random(seed), seed + 1
        situation = situation_of(random_facts(chance), small_rule(chance), NO_WISH)
        nothing = situation.nothing
        points = [(plan.lender - nothing.lender_value_minor, nothing.debtor_cost_minor - plan.debtor)
                  for plan in walk(situation)]
        if points:
            compared += 1
            shares = _shares(points)
            unlike += _differs(points, shares, situation)
            unlike_nash += _differs_nash(points, shares)
    return [none_of("balanced offers that are not NegMAS's Kalai-Smorodinsky point", unlike,
                    f"of {compared:,} debtors"),
            none_of("Nash points whose product is not that of NegMAS's", unlike_nash, f"of {compared:,} sets of plans")]


def _shares(points: Points) -> list[tuple[float, float]]:
    ideal = [max(max(point[side] for point in points), 1) for side in (0, 1)]
    return [(one / ideal[0], other / ideal[1]) for one, other in points]


def _differs(points: Points, shares: list[tuple[float, float]], situation: Situation) -> bool:
    """Whether the engine's balanced plan lies at another point, and at another share, than all that NegMAS names."""
    search = ArraySearch(situation)
    option = search.best(Objective(Purpose.BALANCED, lay_on_table(search).ideal))
    theirs = kalai_points((_Reserved(), _Reserved()), shares, ranges=[(0.0, 1.0)] * 2)
    if option is None or not theirs:
        return True
    own = gains(option, situation)
    if any(points[index] == own for _, index in theirs):
        return False
    least = min(Fraction(own[side], max(max(point[side] for point in points), 1)) for side in (0, 1))
    return all(abs(float(least) - min(shares[index])) > _NEAR for _, index in theirs)


def _differs_nash(points: Points, shares: list[tuple[float, float]]) -> bool:
    index = nash(points)
    theirs = nash_points(None, shares, ranges=[(0.0, 1.0)] * 2)
    if index is None or not theirs:
        return True
    own = shares[index][0] * shares[index][1]
    return all(abs(own - shares[other][0] * shares[other][1]) > _NEAR for _, other in theirs)


if __name__ == "__main__":
    merge(measure(int(sys.argv[1]) if sys.argv[1:] else CASES))
