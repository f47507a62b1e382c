"""The rows of a tabulated plan space, whatever the instalments look like, and the constraints all of them have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.evaluation import RANKS, Situation, whole_months
from core.domain.offers.model import Bound, Facts, Wish
from core.domain.offers.rule import OfferRule
from core.domain.offers.space import Space
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offer_geometry import Floats

Interval = tuple[NDArray[Any], NDArray[Any]]
"""The least and the greatest the exact figure can be."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans that are worth a look, one entry each; amounts in fen."""

    index: Ints
    months: Ints
    waived: Ints
    payment: Interval
    instalment: Interval
    total: Interval
    lender: Interval
    debtor: Interval
    slacks: dict[Bound, Interval]

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, slots=True)
class Rows:
    """The plans chosen, with where each lies on the axes."""

    situation: Situation
    index: Ints
    which: Ints
    """The concession."""
    start: Ints
    price: Ints
    month: Ints
    """From 0."""
    each_financed: Ints
    """What the instalments repay, by concession."""
    feasible_only: bool

    def of_concession(self, name: str) -> Ints:
        """An attribute of each row's concession."""
        return np.array([getattr(one, name) for one in self.situation.space.concessions], np.int64)[self.which]


def least_instalments(financed: Ints, rule: OfferRule) -> Ints:
    """The least instalment for each amount financed."""
    return np.array([rule.limits.minimum_instalment_minor(one) for one in financed.tolist()], np.int64)


def grantable(situation: Situation) -> Flags:
    """``[concession, month]``: what the level held may grant by its waivers and its length."""
    facts, rule = situation.facts, situation.rule
    months = np.arange(1, situation.space.longest + 1)
    given = [one.late_fee_waived_minor <= rule.waivers.late_fee_minor(facts.authority, facts.fees_minor)
             and one.interest_waived_minor <= rule.waivers.interest_minor(facts.authority, facts.interest_minor)
             for one in situation.space.concessions]
    found: Flags = np.array(given)[:, None] & (months <= rule.authority.plan_months[facts.authority])
    return found


def capped(value: Floats, error: Floats, highest: int) -> tuple[Floats, Floats]:
    """What is surely above the highest is exactly the highest."""
    return np.minimum(value - error, highest), np.minimum(value + error, highest)


def monthly_of(instalment: tuple[Ints, Ints], per_year: int) -> tuple[Ints, Ints]:
    """As ``core.domain.request_terms.monthly_minor``."""
    if per_year == 12:
        return instalment
    return -(-instalment[0] * per_year // 12), -(-instalment[1] * per_year // 12)


def slacks(rows: Rows, plans: Plans, completion: Floats) -> dict[Bound, Interval]:
    """Every constraint of the ledger that can fail within the space."""
    situation = rows.situation
    facts, rule, nothing = situation.facts, situation.rule, situation.nothing
    held, waivers = facts.authority, rule.waivers
    least = least_instalments(rows.each_financed, rule)[rows.which]
    totals = np.array(nothing.totals_minor, np.int64)[rows.month]
    floor = float(rule.value.completion_floor)
    found: dict[Bound, Interval] = {
        Bound.AFFORDABLE: below(facts.limit_minor, plans.payment),
        Bound.MINIMUM_INSTALMENT: (plans.payment[0] - least, plans.payment[1] - least),
        Bound.TOTAL: (totals - plans.total[1], totals - plans.total[0]),
        # The domain rounds to four digits: half a step either way, and what floating point may lose.
        Bound.COMPLETION: (completion - (floor + 6e-5), completion - (floor - 6e-5)),
        Bound.LENDER_VALUE: above(nothing.lender_value_minor, plans.lender),
        Bound.DEBTOR_VALUE: below(nothing.debtor_cost_minor, plans.debtor),
    }
    if not rows.feasible_only:
        found |= {
            Bound.LATE_FEE_WAIVER: sure(waivers.late_fee_minor(held, facts.fees_minor)
                                         - rows.of_concession("late_fee_waived_minor")),
            Bound.INTEREST_WAIVER: sure(waivers.interest_minor(held, facts.interest_minor)
                                         - rows.of_concession("interest_waived_minor")),
            Bound.AUTHORITY_TERM: sure(rule.authority.plan_months[held] - plans.months)}
    if not held_covers_balance(facts, rule):
        found[Bound.AUTHORITY_BALANCE] = sure(np.full(
            len(plans), rule.authority.large_balance_minor - 1 - facts.balance_minor))
    return found | _wished(rows, plans, situation)


def held_covers_balance(facts: Facts, rule: OfferRule) -> bool:
    """Whether the level held may decide a balance of this size."""
    large = facts.balance_minor >= rule.authority.large_balance_minor
    return not large or RANKS[facts.authority] >= RANKS[rule.authority.large_balance_level]


def _wished(rows: Rows, plans: Plans, situation: Situation) -> dict[Bound, Interval]:
    wish, facts, space = situation.wish, situation.facts, situation.space
    found: dict[Bound, Interval] = {}
    if wish.monthly_at_most_minor is not None:
        found[Bound.WISH_MONTHLY] = below(wish.monthly_at_most_minor, plans.payment)
    if wish.instalment_at_most_minor is not None:
        found[Bound.WISH_INSTALMENT] = below(wish.instalment_at_most_minor, plans.instalment)
    if wish.months_at_most is not None:
        found[Bound.WISH_MONTHS] = sure(wish.months_at_most - plans.months)
    if wish.down_payment_minor is not None:
        found[Bound.WISH_DOWN_PAYMENT] = sure(rows.of_concession("down_payment_minor") - wish.down_payment_minor)
    if wish.first_due_date is not None:
        apart = [-abs((one - wish.first_due_date).days) for one in space.first_due_dates]
        found[Bound.WISH_FIRST_DUE_DATE] = sure(np.array(apart)[rows.start])
    if wish.earliest_first_due_date is not None:
        after = [(one - wish.earliest_first_due_date).days for one in space.first_due_dates]
        found[Bound.WISH_EARLIEST_FIRST_DUE_DATE] = sure(np.array(after)[rows.start])
    if wish.pause_months is not None:
        paused = [whole_months(facts.as_of, one) - wish.pause_months for one in space.first_due_dates]
        found[Bound.WISH_PAUSE] = sure(np.array(paused)[rows.start])
    return found | _wished_price(rows, plans.months, wish, facts, space)


def _wished_price(rows: Rows, months: Ints, wish: Wish, facts: Facts, space: Space) -> dict[Bound, Interval]:
    found: dict[Bound, Interval] = {}
    bears = np.array([bool(price.annual_rate) for price in space.prices])[rows.price]
    if wish.interest_free_months is not None:
        free = np.array([price.interest_free_months for price in space.prices])[rows.price]
        granted = np.where(bears, free, months)
        found[Bound.WISH_INTEREST_FREE] = sure(granted - np.minimum(wish.interest_free_months, months))
    if wish.waive_interest:
        stopped = ~bears | (rows.of_concession("interest_waived_minor") > 0)
        found[Bound.WISH_WAIVE_INTEREST] = sure(stopped.astype(np.int64) - 1)
    if wish.waive_late_fee:
        waived = (rows.of_concession("late_fee_waived_minor") > 0) | (facts.fees_minor == 0)
        found[Bound.WISH_WAIVE_LATE_FEE] = sure(waived.astype(np.int64) - 1)
    return found


def below(limit: int, interval: Interval) -> Interval:
    return limit - interval[1], limit - interval[0]


def above(limit: int, interval: Interval) -> Interval:
    return interval[0] - limit, interval[1] - limit


def sure(exact: Ints) -> Interval:
    return exact, exact
