"""A whole plan space in arrays: every plan's figures, each with the bounds between which the exact one lies.

Binary floating point guesses, the domain decides: payments and totals without interest are exact integers;
the level payment with interest is exact but for rows near half a fen, whose error is carried along; the
last instalment differs from the others by at most ``reserve``; a value differs by at most ``error``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.evaluation import RANKS, Situation, whole_months
from core.domain.offers.model import Bound, Facts, Wish
from core.domain.offers.rule import OfferRule
from core.domain.offers.space import Space, most_down_minor
from core.domain.offers.value import base_hazard, bucket_of, buffer_minor, monthly_discount, wait_discount
from core.domain.request_terms import PERIODS_PER_YEAR
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offer_geometry import Floats, Geometry, geometry, powers

Interval = tuple[NDArray[Any], NDArray[Any]]
"""The least and the greatest the exact figure can be."""

_ERROR_PER_PERIOD = 5e-16
_RELATIVE_ERROR = 1e-10
"""Of a value; far above what a few dozen operations lose."""


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


def tabulate(situation: Situation, *, feasible_only: bool = False) -> Plans:
    """Every plan of the space, or only those that cheap constraints leave possible."""
    facts, space, rule = situation.facts, situation.space, situation.rule
    shape = geometry(facts.as_of, space.first_due_dates, space.prices, space.lasting, space.longest, space.frequency)
    financed = np.array([facts.balance_minor - one.waived_minor - one.down_payment_minor
                         for one in space.concessions], np.int64)
    level, unsure = _levels(financed, shape, space)
    wanted = np.broadcast_to(shape.exists, level.shape)
    if feasible_only:
        wanted = wanted & _cheaply_possible(level, shape, financed, situation)
    index = np.flatnonzero(wanted)
    which, start, price, month = np.unravel_index(index, level.shape)
    return _complete(_Rows(situation, shape, index, which, start, price, month, financed, financed[which],
                           level.ravel()[index], unsure.ravel()[index], feasible_only), rule)


def _levels(financed: Ints, shape: Geometry, space: Space) -> tuple[Ints, Flags]:
    """Level instalments ``[concession, start, price, month]``, and where one may be a fen off."""
    guess = financed[:, None, None, None] / shape.annuity
    shifted = guess + 0.5
    level = np.floor(shifted).astype(np.int64)
    unsure = np.abs(shifted - np.rint(shifted)) <= guess * (_ERROR_PER_PERIOD * (shape.count + 8)) + 1e-12
    free = [number for number, price in enumerate(space.prices) if not price.annual_rate]
    exact = (2 * financed[:, None] + shape.count) // (2 * shape.count)
    level[:, :, free], unsure[:, :, free] = exact[:, None, None], False
    return level, unsure


def _cheaply_possible(level: Ints, shape: Geometry, financed: Ints, situation: Situation) -> Flags:
    """What passes payment, minimum, authority and waivers as far as a glance can tell."""
    facts, rule = situation.facts, situation.rule
    monthly = level * PERIODS_PER_YEAR[situation.space.frequency] // 12
    least = _least(financed, rule)[:, None, None, None]
    months = np.arange(1, situation.space.longest + 1)
    given = [one.late_fee_waived_minor <= rule.waivers.late_fee_minor(facts.authority, facts.fees_minor)
             and one.interest_waived_minor <= rule.waivers.interest_minor(facts.authority, facts.interest_minor)
             for one in situation.space.concessions]
    possible: Flags = (monthly <= facts.limit_minor + 2) & (monthly + 2 * shape.reserve + shape.count + 4 >= least)
    possible &= (months <= rule.authority.plan_months[facts.authority]) & np.array(given)[:, None, None, None]
    return possible


def _least(financed: Ints, rule: OfferRule) -> Ints:
    """The least instalment for each amount financed."""
    return np.array([rule.limits.minimum_instalment_minor(one) for one in financed.tolist()], np.int64)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The plans chosen, with where each lies on the axes."""

    situation: Situation
    shape: Geometry
    index: Ints
    which: Ints
    start: Ints
    price: Ints
    month: Ints
    """From 0."""
    each_financed: Ints
    """By concession; ``financed`` by row."""
    financed: Ints
    level: Ints
    unsure: Flags
    feasible_only: bool

    def of_concession(self, name: str) -> Ints:
        return np.array([getattr(one, name) for one in self.situation.space.concessions], np.int64)[self.which]


def _complete(rows: _Rows, rule: OfferRule) -> Plans:
    situation, shape = rows.situation, rows.shape
    space = situation.space
    months, count = rows.month + 1, shape.count[rows.month]
    reserve = shape.reserve[rows.start, rows.price, rows.month] + rows.unsure * count
    free = ~np.array([bool(price.annual_rate) for price in space.prices])[rows.price]
    last = np.where(free, rows.financed - rows.level * (count - 1), rows.level)
    dearest = np.maximum(rows.level, last)
    instalment = (np.where(free, dearest, rows.level - rows.unsure), dearest + reserve)
    down = rows.of_concession("down_payment_minor")
    total = down + np.where(free, rows.financed, rows.level * count)
    lender, debtor, completion = _values(rows, months, count, down, rule)
    error = 1 + np.abs(lender) * _RELATIVE_ERROR + rows.unsure * count
    error_debtor = 1 + debtor * _RELATIVE_ERROR + rows.unsure * count * (1 + float(rule.value.buffer_weight))
    plans = Plans(rows.index, months, rows.of_concession("waived_minor"),
                  _monthly(instalment, PERIODS_PER_YEAR[space.frequency]), instalment,
                  (total - reserve, total + reserve), _capped(lender, error, situation.facts.balance_minor),
                  (debtor - error_debtor, debtor + error_debtor), {})
    plans.slacks.update(_slacks(rows, plans, completion))
    return plans


def _capped(value: Floats, error: Floats, highest: int) -> tuple[Floats, Floats]:
    """What is surely above the highest is exactly the highest."""
    return np.minimum(value - error, highest), np.minimum(value + error, highest)


def _monthly(instalment: tuple[Ints, Ints], per_year: int) -> tuple[Ints, Ints]:
    """As ``core.domain.request_terms.monthly_minor``."""
    if per_year == 12:
        return instalment
    return -(-instalment[0] * per_year // 12), -(-instalment[1] * per_year // 12)


def _values(rows: _Rows, months: Ints, count: Ints, down: Ints, rule: OfferRule) -> tuple[Floats, Floats, Floats]:
    """``core.domain.offers.value.plan_values`` over all rows."""
    facts, value, space = rows.situation.facts, rule.value, rows.situation.space
    monthly = rows.level * count / months
    chance = _hazards(monthly, facts, rule)
    survival = 1 - chance
    kept = np.exp(months * np.log1p(-chance))
    discount, discount_debtor = float(monthly_discount(value.cost_of_funds)), float(
        monthly_discount(value.debtor_discount))
    step = survival * discount
    payments = (1 - kept * powers(discount, space.longest)[rows.month]) / (1 - step)
    open_parts = (months - step * payments) / (months * (1 - step))
    recovered = float(value.recovery[bucket_of(facts, rule)]) * rows.financed * chance * open_parts
    waits = [(one - facts.as_of).days for one in space.first_due_dates]
    wait = np.array([float(wait_discount(value.cost_of_funds, days)) for days in waits])[rows.start]
    wait_debtor = np.array([float(wait_discount(value.debtor_discount, days)) for days in waits])[rows.start]
    lender = down + wait * (monthly * survival * payments + recovered)
    missing = np.maximum(0, buffer_minor(facts, value) - (facts.disposable_minor - monthly))
    series = (np.cumsum(powers(discount_debtor, space.longest)) / discount_debtor)[rows.month]
    debtor = down + (monthly + float(value.buffer_weight) * missing) * wait_debtor * series
    return lender, debtor, kept


def _hazards(monthly: Floats, facts: Facts, rule: OfferRule) -> Floats:
    value = rule.value
    highest = float(value.highest_hazard)
    if facts.disposable_minor <= 0:
        return np.where(monthly > 0, highest, 0.0)
    strain = monthly / (facts.disposable_minor * float(value.reference_share))
    found: Floats = np.minimum(float(base_hazard(facts, rule)) * strain ** float(value.elasticity), highest)
    return found


def _slacks(rows: _Rows, plans: Plans, completion: Floats) -> dict[Bound, Interval]:
    """Every constraint of the ledger that can fail within the space."""
    situation = rows.situation
    facts, rule, nothing = situation.facts, situation.rule, situation.nothing
    held, waivers = facts.authority, rule.waivers
    least = _least(rows.each_financed, rule)[rows.which]
    totals = np.array(nothing.totals_minor, np.int64)[rows.month]
    floor = float(rule.value.completion_floor)
    found: dict[Bound, Interval] = {
        Bound.AFFORDABLE: _below(facts.limit_minor, plans.payment),
        Bound.MINIMUM_INSTALMENT: (plans.payment[0] - least, plans.payment[1] - least),
        Bound.TOTAL: (totals - plans.total[1], totals - plans.total[0]),
        # The domain rounds to four digits: half a step either way, and what floating point may lose.
        Bound.COMPLETION: (completion - (floor + 6e-5), completion - (floor - 6e-5)),
        Bound.LENDER_VALUE: _above(nothing.lender_value_minor, plans.lender),
        Bound.DEBTOR_VALUE: _below(nothing.debtor_cost_minor, plans.debtor),
    }
    if not rows.feasible_only:
        found |= {
            Bound.LATE_FEE_WAIVER: _sure(waivers.late_fee_minor(held, facts.fees_minor)
                                         - rows.of_concession("late_fee_waived_minor")),
            Bound.INTEREST_WAIVER: _sure(waivers.interest_minor(held, facts.interest_minor)
                                         - rows.of_concession("interest_waived_minor")),
            Bound.AUTHORITY_TERM: _sure(rule.authority.plan_months[held] - plans.months)}
    if not held_covers_balance(facts, rule):
        found[Bound.AUTHORITY_BALANCE] = _sure(np.full(
            len(plans), rule.authority.large_balance_minor - 1 - facts.balance_minor))
    return found | _wished(rows, plans, situation)


def held_covers_balance(facts: Facts, rule: OfferRule) -> bool:
    """Whether the level held may decide a balance of this size."""
    large = facts.balance_minor >= rule.authority.large_balance_minor
    return not large or RANKS[facts.authority] >= RANKS[rule.authority.large_balance_level]


def _wished(rows: _Rows, plans: Plans, situation: Situation) -> dict[Bound, Interval]:
    wish, facts, space = situation.wish, situation.facts, situation.space
    found: dict[Bound, Interval] = {}
    if wish.monthly_at_most_minor is not None:
        found[Bound.WISH_MONTHLY] = _below(wish.monthly_at_most_minor, plans.payment)
    if wish.instalment_at_most_minor is not None:
        found[Bound.WISH_INSTALMENT] = _below(wish.instalment_at_most_minor, plans.instalment)
    if wish.months_at_most is not None:
        found[Bound.WISH_MONTHS] = _sure(wish.months_at_most - plans.months)
    if wish.down_payment_minor is not None:
        most = most_down_minor(facts, situation.rule, wish)
        found[Bound.WISH_DOWN_PAYMENT] = _sure(rows.of_concession("down_payment_minor") - most)
    if wish.first_due_date is not None:
        apart = [-abs((one - wish.first_due_date).days) for one in space.first_due_dates]
        found[Bound.WISH_FIRST_DUE_DATE] = _sure(np.array(apart)[rows.start])
    if wish.pause_months is not None:
        paused = [whole_months(facts.as_of, one) - wish.pause_months for one in space.first_due_dates]
        found[Bound.WISH_PAUSE] = _sure(np.array(paused)[rows.start])
    return found | _wished_price(rows, plans.months, wish, facts, space)


def _wished_price(rows: _Rows, months: Ints, wish: Wish, facts: Facts, space: Space) -> dict[Bound, Interval]:
    found: dict[Bound, Interval] = {}
    bears = np.array([bool(price.annual_rate) for price in space.prices])[rows.price]
    if wish.interest_free_months is not None:
        free = np.array([price.interest_free_months for price in space.prices])[rows.price]
        granted = np.where(bears, free, months)
        found[Bound.WISH_INTEREST_FREE] = _sure(granted - np.minimum(wish.interest_free_months, months))
    if wish.waive_interest:
        stopped = ~bears | (rows.of_concession("interest_waived_minor") > 0)
        found[Bound.WISH_WAIVE_INTEREST] = _sure(stopped.astype(np.int64) - 1)
    if wish.waive_late_fee:
        waived = (rows.of_concession("late_fee_waived_minor") > 0) | (facts.fees_minor == 0)
        found[Bound.WISH_WAIVE_LATE_FEE] = _sure(waived.astype(np.int64) - 1)
    return found


def _below(limit: int, interval: Interval) -> Interval:
    return limit - interval[1], limit - interval[0]


def _above(limit: int, interval: Interval) -> Interval:
    return interval[0] - limit, interval[1] - limit


def _sure(exact: Ints) -> Interval:
    return exact, exact
