"""The same debtors, negotiated with by somebody from outside: given both sides' wishes over the feasible plans.

What they choose is lived through like everything else, beside the portal's deals with the same people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.choice import lay_on_table
from core.evaluation.deals import Debtor, Feasible, converse, deal_row, feasible_plans
from core.evaluation.parts import Counted, Part, live_in_world, make_debtors
from core.evaluation.people import AS_OF, make_people
from core.evaluation.strategies import Strategy
from core.evaluation.valuing import model_values
from core.evaluation.world import make_events
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch


@dataclass(frozen=True, slots=True)
class Bargain:
    """One debtor's feasible plans, by what each side makes of them; 0 is no deal, below it nobody agrees.

    ``lender``: expected gain over doing nothing by the engine's model, uncapped, of its best. ``debtor``: what is
    saved of the most they would pay to be out of it; -1 where the payment is more than they will pay.
    """

    lender: NDArray[np.float64]
    debtor: NDArray[np.float64]


Choose = Callable[[Bargain], int | None]
"""Negotiates to the end: the number of a plan, None for no deal."""


def work_on_bargains(part: Part, choosers: Mapping[str, Choose]) -> tuple[Counted, NDArray[np.float64]]:
    """A part with ``choosers`` after the portal; also the deals, ``[strategy, person, field]``."""
    policy = PolicyBook.load().on(AS_OF)
    rule = offer_rule(policy)
    people = make_people(part.seed, part.number, part.count, policy)
    events = make_events(part.seed, part.number, part.count)
    debtors = make_debtors(people, part, events, rule)
    deals = np.array([_deals(debtor, choosers) for debtor in debtors]).transpose(1, 0, 2)
    owed_later = np.array([one.situation.nothing.debtor_cost_minor for one in debtors], np.int64)
    lived = [live_in_world(deals, people, owed_later, world, events, rule) for world in part.worlds]
    sums, paid, reached, shown = (np.array([one[place] for one in lived]) for place in range(4))
    return Counted(part, (Strategy.PORTAL, *choosers), sums, paid, reached, shown, people, None), deals


def bargain_of(debtor: Debtor, feasible: Feasible) -> Bargain:
    """What each side makes of the feasible plans."""
    facts, private = debtor.situation.facts, debtor.private
    gains = model_values(feasible.plans, facts, debtor.situation.rule).lender
    gains = gains - debtor.situation.nothing.lender_value_minor
    most = private.worth_avoiding()
    saved = np.where(feasible.plans.monthly_minor <= private.limit_minor,
                     (most - private.cost(feasible.plans)) / most, -1.0)
    return Bargain(gains / max(float(gains.max()), 1.0), saved)


def _deals(debtor: Debtor, choosers: Mapping[str, Choose]) -> list[NDArray[np.float64]]:
    search = ArraySearch(debtor.situation, feasible_only=True)
    table, feasible = lay_on_table(search), feasible_plans(search, debtor.private)
    found = [converse(debtor, table)]
    possible = bool(feasible.accepted.any())  # nobody needs to talk to know that there is nothing to agree on
    bargain = bargain_of(debtor, feasible) if possible else None
    for choose in choosers.values():
        row = choose(bargain) if bargain is not None else None
        found.append(None if row is None else feasible.deal(row))
    return [deal_row(one, debtor, feasible, table.ideal) for one in found]
