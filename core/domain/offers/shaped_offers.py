"""The plan whose instalments differ: one that starts lighter, or one with lean months, beside the level ones.

Of the plans of the shape asked for, or that the facts suggest, the one both sides gain most evenly from, measured
by the same ideal as the three offers. One that rises must start lighter than the recommended offer by as much as
two offers differ; else it would only be dearer later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.domain.money import Rounding, share_minor
from core.domain.offers.choice import Table, binding_bounds
from core.domain.offers.evaluation import Situation, situation_of
from core.domain.offers.model import Facts, Wish
from core.domain.offers.offer import Offer, offer_of
from core.domain.offers.ordering import Ideal, Objective, Purpose, Search, Searching, gains
from core.domain.offers.plan import Option

STARTS_LIGHTER = "starts_lighter"
LEAN_MONTHS = "lean_months"


@dataclass(frozen=True, slots=True)
class Shaped:
    """The plan found, with the search that found it."""

    label: str
    option: Option
    search: Search
    objective: Objective

    def offer(self, facts: Facts) -> Offer:
        """As it is shown."""
        return offer_of(self.label, self.option, facts, binding_bounds(self.search, self.objective, self.option))


def shaped_plan(situation: Situation, table: Table, searching: Searching) -> Shaped | None:
    """The plan of the shape wished for or suggested; None where there is none, or nothing speaks for one."""
    facts, wish = situation.facts, situation.wish
    if not wish.is_shaped and not facts.income_recovers:
        return None
    asked = _shape_of(wish) if wish.is_shaped else replace(_shape_of(wish), step_up=True)
    found = situation_of(facts, situation.rule, asked, situation.nothing)
    search = searching(replace(found, starts_at_most_minor=_lighter_minor(situation, table)) if asked.rises else found)
    objective = Objective(Purpose.BALANCED, table.ideal if table.options else _own_ideal(search))
    option = search.best(objective)
    label = LEAN_MONTHS if asked.lean_months else STARTS_LIGHTER
    return None if option is None else Shaped(label, option, search, objective)


def _shape_of(wish: Wish) -> Wish:
    """What of a wish shapes the instalments: the offer does not move with its limits."""
    return Wish(frequency=wish.frequency, due_day=wish.due_day, step_up=wish.step_up,
                first_monthly_at_most_minor=wish.first_monthly_at_most_minor,
                later_monthly_minor=wish.later_monthly_minor, lean_months=wish.lean_months,
                lean_monthly_at_most_minor=wish.lean_monthly_at_most_minor)


def _lighter_minor(situation: Situation, table: Table) -> int | None:
    """What a plan that rises may start at: clearly less than the recommended offer; None where there is none."""
    option = next((option for purpose, option in table.options if purpose is table.recommended), None)
    if option is None:
        return None
    return share_minor(option.monthly_minor, 1 - situation.rule.many.least_difference, Rounding.DOWN)


def _own_ideal(search: Search) -> Ideal:
    """Each side's best gain among the plans of this shape, where there are no level ones to measure by."""
    lender, debtor = search.best(Objective(Purpose.LENDER)), search.best(Objective(Purpose.DEBTOR))
    if lender is None or debtor is None:
        return Ideal(0, 0)
    return Ideal(gains(lender, search.situation)[0], gains(debtor, search.situation)[1])
