"""The plan nearest to what was named, shown beside the answer where that is another one.

An offer on the table that meets every limit stands, however much more a person can pay or however much longer they
have. Who names an instalment and no length uses it best with the cheapest plan it pays for; who names a length
and no instalment, with the lightest plan within it.
"""

from __future__ import annotations

from core.domain.offers.choice import Table, differ
from core.domain.offers.counter import lender_may_take
from core.domain.offers.model import Wish
from core.domain.offers.offer import Offer, offer_of
from core.domain.offers.ordering import Objective, Purpose, Search

AS_NAMED = "as_named"
"""The label of that plan."""


def purpose_named(wish: Wish) -> Purpose | None:
    """What makes best use of what was named; None where both an instalment and a length are, or neither."""
    instalment = wish.monthly_at_most_minor is not None or wish.instalment_at_most_minor is not None
    length = wish.months_at_most is not None
    if wish.is_shaped or instalment == length:
        return None
    return Purpose.CHEAPEST if instalment else Purpose.LIGHTEST


def plan_as_named(search: Search, table: Table, answered: Offer) -> Offer | None:
    """Of the plans that meet every constraint and every limit, the one that makes best use of what was named.

    ``search`` is that of the wish's situation. None where the lender would not take it (``lender_may_take``), and
    where a person would call it the plan they were answered with.
    """
    situation = search.situation
    purpose = purpose_named(situation.wish)
    if purpose is None:
        return None
    option, best = search.best(Objective(purpose)), search.best(Objective(Purpose.LENDER))
    if option is None or best is None or not lender_may_take(option, best, table, search):
        return None
    return offer_of(AS_NAMED, option, situation.facts) if differ(option, answered, situation.rule.many) else None
