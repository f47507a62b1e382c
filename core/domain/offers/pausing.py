"""A pause as the answer to a wish: as long as was asked for, until the day named, and held to everything else named.

What it leaves out of the wish is said: a pause until February is none until March, and no late fee is waived by it.
"""

from __future__ import annotations

from dataclasses import replace

from core.domain.calendar import add_months
from core.domain.offers import other_kinds
from core.domain.offers.counter import NEAREST
from core.domain.offers.editions import SECOND
from core.domain.offers.evaluation import Situation
from core.domain.offers.model import Bound, Slack
from core.domain.offers.offer import Change, Infeasible, Offer, ledger_lines


def pause_asked(situation: Situation) -> Offer | None:
    """The pause the wish asks for, longer where the day it names takes that and policy and authority allow it.

    None where none is asked for or none so long can be had.
    """
    wish, as_of = situation.wish, situation.facts.as_of
    if wish.pause_months is None:
        return None
    months, day = wish.pause_months, wish.day_named
    if day is not None and situation.edition >= SECOND:
        while months < situation.rule.others.pause_months and add_months(as_of, months) < day:
            months += 1
    tried = (other_kinds.pause(situation, one) for one in range(months, wish.pause_months - 1, -1))
    return next((one for one in tried if one is not None), None)


def missed_by(paused: Offer, situation: Situation) -> dict[Bound, Slack]:
    """What of the wish a pause leaves out, each with its slack (negative); how payments fall later is none of it."""
    wish, facts = situation.wish, situation.facts
    if situation.edition < SECOND:
        return {}
    found: dict[Bound, Slack] = {}
    if wish.first_due_date is not None:
        found[Bound.WISH_FIRST_DUE_DATE] = -abs((paused.first_due_date - wish.first_due_date).days)
    if wish.earliest_first_due_date is not None:
        found[Bound.WISH_EARLIEST_FIRST_DUE_DATE] = (paused.first_due_date - wish.earliest_first_due_date).days
    found[Bound.WISH_DOWN_PAYMENT] = -(wish.down_payment_minor or 0)
    if paused.annual_rate:
        found[Bound.WISH_INTEREST_FREE] = -(wish.interest_free_months or 0)
        found[Bound.WISH_WAIVE_INTEREST] = -int(wish.waive_interest)
    found[Bound.WISH_WAIVE_LATE_FEE] = -int(wish.waive_late_fee and facts.fees_minor > 0)
    return {name: slack for name, slack in found.items() if slack < 0}


def with_pause(why: Infeasible, paused: Offer, missed: dict[Bound, Slack]) -> Infeasible:
    """``why`` no plan meets the wish, and first of what would help the pause, where it leaves out one limit only."""
    if len(missed) != 1:
        return why
    [(name, slack)] = missed.items()
    plan = replace(paused, label=NEAREST, constraints=(*paused.constraints, *ledger_lines(missed)))
    return Infeasible(name, (Change(name, -slack, plan), *[one for one in why.nearest if one.name is not name]))
