"""Whether our bargaining points are those of NegMAS: over random sets of deals, and over the plans of debtors."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from negmas.preferences.ops import kalai_points, nash_points, pareto_frontier_bf

from core.domain.offers.bargaining import Point, frontier, kalai_smorodinsky, nash
from core.domain.offers.choice import lay_on_table
from core.domain.offers.ordering import Purpose, gains
from core.evaluation.deals import feasible_plans
from core.evaluation.parts import Part, make_debtors
from core.evaluation.people import AS_OF, make_people
from core.evaluation.world import WORLDS, make_events
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch

SETS = 1_000
_NEAR = 1e-9
_A_FEN_OF_AN_IDEAL = 2e-3
"""Arrays know a plan's value to a fen or two; of a best gain of a hundred yuan that is so much."""


def measure(sets: int = SETS) -> dict[str, Any]:
    """How many sets and debtors were compared, and in how many the two differ."""
    return {"random_sets": sets, **_random_sets(sets), **_debtors(sets)}


def _random_sets(sets: int) -> dict[str, int]:
    chance, differ = Random(20261122), {"kalai_smorodinsky": 0, "nash": 0, "frontier": 0}
    for _ in range(sets):
        points: list[Point] = [(chance.randrange(1, 10**6), chance.randrange(1, 10**6))
                               for _ in range(chance.randrange(2, 120))]
        ideal = [max(point[side] for point in points) for side in (0, 1)]
        shares = [(one / ideal[0], other / ideal[1]) for one, other in points]
        ours, theirs = kalai_smorodinsky(points), kalai_points(_UFUNS, shares, ranges=[(0.0, 1.0)] * 2)
        differ["kalai_smorodinsky"] += ours not in [index for _, index in theirs]
        ours, theirs = nash(points), nash_points(None, shares, ranges=[(0.0, 1.0)] * 2)
        differ["nash"] += ours not in [index for _, index in theirs]
        differ["frontier"] += set(frontier(points)) != set(map(int, pareto_frontier_bf(np.array(points, np.float64))))
    return {f"{name}_differs": count for name, count in differ.items()}


class _Reserved:
    """All ``kalai_points`` asks of a utility function when ranges are given: where no deal lies."""

    reserved_value = 0.0


_UFUNS: Any = (_Reserved(), _Reserved())


def _debtors(count: int) -> dict[str, int]:
    """The engine's balanced offer against NegMAS's point over all of a debtor's feasible plans."""
    policy = PolicyBook.load().on(AS_OF)
    rule, part = offer_rule(policy), Part(1, 20_000, 2 * count, (next(iter(WORLDS.values())),))
    people = make_people(part.seed, part.number, part.count, policy)
    compared = differ = 0
    for debtor in make_debtors(people, part, make_events(part.seed, part.number, part.count), rule):
        search = ArraySearch(debtor.situation, feasible_only=True)
        table = lay_on_table(search)
        if not table.options or compared == count:
            continue
        best = search.best(table.objective(Purpose.BALANCED))
        feasible, nothing = feasible_plans(search, debtor.private), debtor.situation.nothing
        ideal = (max(table.ideal.lender_minor, 1), max(table.ideal.debtor_minor, 1))
        points = list(zip(((feasible.lender - nothing.lender_value_minor) / ideal[0]).tolist(),
                          ((nothing.debtor_cost_minor - feasible.debtor) / ideal[1]).tolist(), strict=True))
        theirs = kalai_points(_UFUNS, [(max(one, 0.0), max(other, 0.0)) for one, other in points],
                              ranges=[(0.0, 1.0)] * 2)
        own = min(gain / most for gain, most in zip(gains(best, debtor.situation), ideal, strict=True)) if best else 0
        compared += 1
        differ += not theirs or abs(min(theirs[0][0]) - own) > _A_FEN_OF_AN_IDEAL
    return {"debtors": compared, "balanced_offer_differs": differ}
