"""The answer to what a cardholder asked for, and what to say when nothing fits.

An offer on the table that meets every limit stands: naming a limit never costs anybody what they already
had. Otherwise, of the plans that meet every limit, the one both sides gain most evenly from, measured by
the same ideal as the offers, so that a narrow wish does not move the yardstick. The bank says yes if that
leaves it within its tolerance of the best plan for it among them, and else answers with that plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from core.domain.offers.choice import Table
from core.domain.offers.evaluation import Situation, wished_slacks, work_out
from core.domain.offers.model import Bound
from core.domain.offers.offer import Answer, Change, Infeasible, offer_of
from core.domain.offers.ordering import Objective, Purpose, Search
from core.domain.offers.plan import Option

ANSWER = "answer"
"""The label of a plan that answers a wish; of one that is near it, ``nearest``."""
NEAREST = "nearest"


def standing_answer(situation: Situation, shown: Sequence[tuple[str, Option]]) -> Answer | None:
    """The first of the offers on the table that meets every limit of the wish, by their labels; None if none does."""
    for label, option in shown:
        slacks = wished_slacks(option.terms, option.instalment_minor, situation)
        if all(slack >= 0 for slack in slacks.values()):
            return Answer(True, offer_of(label, option, situation.facts), "offer_stands")
    return None


def answer_wish(search: Search, table: Table) -> Answer | None:
    """Answer the wish of ``search`` (its situation has it), which no offer meets; None when no plan does."""
    facts = search.situation.facts
    best = search.best(Objective(Purpose.LENDER))
    even = search.best(table.objective(Purpose.BALANCED))
    if best is None or even is None:
        return None
    if lender_may_take(even, best, table, search):
        return Answer(True, offer_of(ANSWER, even, facts), "meets_every_limit")
    return Answer(False, offer_of(ANSWER, best, facts), Bound.LENDER_VALUE.value)


def lender_may_take(option: Option, best: Option, table: Table, search: Search) -> bool:
    """Whether the plan is worth no less to the lender than its best one less the tolerance."""
    return option.lender_value_minor >= best.lender_value_minor - tolerance_minor(table, search)


def tolerance_minor(table: Table, search: Search) -> Fraction:
    """What the lender gives up of its best gain to say yes, in fen."""
    return Fraction(search.situation.rule.many.tolerance) * table.ideal.lender_minor


def explain(search: Search) -> Infeasible:
    """Why no plan meets every constraint and every limit, and what would.

    The change is looked for in the wish first; only where no single limit helps, in the constraints.
    """
    names = _names(search)
    if not names:
        # Nothing so small can be laid out in instalments that differ.
        return Infeasible(Bound.MINIMUM_INSTALMENT, ())
    wishes = _changes(search, [name for name in names if name.is_wish])
    rules = _changes(search, [name for name in names if not name.is_wish])
    changes = wishes or rules
    if rules:
        return Infeasible(rules[0].name, changes)
    if any(_at_the_end(one) for one in changes):
        return Infeasible(Bound.TERM, changes)
    return Infeasible(changes[0].name if changes else _out_of_reach(search, names), changes)


def _out_of_reach(search: Search, names: list[Bound]) -> Bound | None:
    """The first constraint no plan at all meets; None where it takes several together."""
    everything = frozenset(names)
    for name in names:
        option = search.best(Objective(Purpose.NEAREST, breach=name), everything)
        if option is not None and option.slacks[name] < 0:
            return name
    return None


def _names(search: Search) -> list[Bound]:
    space = search.situation.space
    first = next((index for index in range(len(space)) if space.exists(index)), None)
    return [] if first is None else list(work_out(first, search.situation).slacks)


def _changes(search: Search, names: list[Bound]) -> tuple[Change, ...]:
    """For each constraint that alone stands in the way, the plan that breaches it least."""
    found = []
    for name in names:
        option = search.best(Objective(Purpose.NEAREST, breach=name), frozenset({name}))
        if option is not None:
            plan = offer_of(NEAREST, option, search.situation.facts)
            found.append(Change(name, -option.slacks[name], plan))
    return tuple(found)


def _at_the_end(change: Change) -> bool:
    return any(line.name is Bound.TERM and line.slack == 0 for line in change.plan.constraints)
