"""A whole plan space in arrays: every plan's figures, each with the bounds between which the exact one lies.

Binary floating point guesses, the domain decides: payments and totals without interest are exact integers;
the level payment with interest is exact but for rows near half a fen, whose error is carried along; the
last instalment differs from the others by at most ``reserve``; a value differs by at most ``error``.
Instalments that differ are in ``offer_shaped``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.domain.offers.evaluation import Situation
from core.domain.offers.model import Facts
from core.domain.offers.rule import OfferRule
from core.domain.offers.value import base_hazard, bucket_of, buffer_minor, monthly_discount, wait_discount
from core.domain.request_terms import PERIODS_PER_YEAR
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offer_exact import ExactRows
from core.portfolio.offer_geometry import Floats, Geometry, every_plan, geometry, powers
from core.portfolio.offer_rows import Plans, Rows, capped, grantable, least_instalments, monthly_of, slacks
from core.portfolio.offer_shaped import tabulate_shaped

_ERROR_PER_PERIOD = 5e-16
_RELATIVE_ERROR = 1e-10
"""Of a value; far above what a few dozen operations lose."""


def tabulate(situation: Situation, *, feasible_only: bool = False) -> tuple[Plans, ExactRows | None]:
    """Every plan of the space, or only those that cheap constraints leave possible, and how to narrow their bounds."""
    facts, space = situation.facts, situation.space
    if space.is_shaped:
        return tabulate_shaped(situation, feasible_only=feasible_only), None
    shape = geometry(facts.as_of, space.first_due_dates, space.prices, space.lasting, space.longest, space.frequency)
    financed = np.array([facts.balance_minor - one.waived_minor - one.down_payment_minor
                         for one in space.concessions], np.int64)
    guess = financed[:, None, None, None] / shape.annuity
    if feasible_only:
        index = np.flatnonzero(shape.exists & _cheaply_possible(guess, shape, financed, situation))
        which, start, price, month = np.unravel_index(index, guess.shape)
    else:
        index, which, start, price, month = every_plan(shape, len(financed))
    rows = Rows(situation, index, which, start, price, month, financed, feasible_only)
    return _complete(rows, _levels(rows, shape, guess.ravel()[index]))


@dataclass(frozen=True, slots=True)
class _Levels:
    """The level instalments of the rows."""

    shape: Geometry
    financed: Ints
    level: Ints
    unsure: Flags
    """Where it may be a fen off."""
    count: Ints
    free: Flags
    """Where no interest is charged: exact."""


def _levels(rows: Rows, shape: Geometry, guess: Floats) -> _Levels:
    """The level instalments, rounded half-up from what floating point says they are."""
    financed, count = rows.each_financed[rows.which], shape.count[rows.month]
    free = np.array([not price.annual_rate for price in rows.situation.space.prices])[rows.price]
    shifted = guess + 0.5
    unsure = np.abs(shifted - np.rint(shifted)) <= guess * (_ERROR_PER_PERIOD * (count + 8)) + 1e-12
    level = np.where(free, (2 * financed + count) // (2 * count), np.floor(shifted).astype(np.int64))
    return _Levels(shape, financed, level, unsure & ~free, count, free)


def _cheaply_possible(guess: Floats, shape: Geometry, financed: Ints, situation: Situation) -> Flags:
    """What passes payment, minimum, authority and waivers as far as a glance can tell."""
    facts, rule = situation.facts, situation.rule
    monthly = guess * (PERIODS_PER_YEAR[situation.space.frequency] / 12)
    least = least_instalments(financed, rule)[:, None, None, None]
    possible: Flags = monthly <= facts.limit_minor + 6
    possible &= monthly + (5 * shape.reserve + 5 * shape.count + 8) >= least
    return possible & grantable(situation)[:, None, None]


def _complete(rows: Rows, levels: _Levels) -> tuple[Plans, ExactRows]:
    situation, shape = rows.situation, levels.shape
    space, rule = situation.space, situation.rule
    months, count, free = rows.month + 1, levels.count, levels.free
    reserve = shape.reserve[rows.start, rows.price, rows.month] + levels.unsure * count
    last = np.where(free, levels.financed - levels.level * (count - 1), levels.level)
    dearest = np.maximum(levels.level, last)
    instalment = (np.where(free, dearest, levels.level - levels.unsure), dearest + reserve)
    down = rows.of_concession("down_payment_minor")
    total = down + np.where(free, levels.financed, levels.level * count)
    lender, debtor, completion = _values(rows, levels, count, down)
    error = 1 + np.abs(lender) * _RELATIVE_ERROR + levels.unsure * count
    error_debtor = 1 + debtor * _RELATIVE_ERROR + levels.unsure * count * (1 + float(rule.value.buffer_weight))
    plans = Plans(rows.index, months, rows.of_concession("waived_minor"),
                  monthly_of(instalment, PERIODS_PER_YEAR[space.frequency]), instalment,
                  (total - reserve, total + reserve), capped(lender, error, situation.facts.balance_minor),
                  (debtor - error_debtor, debtor + error_debtor), {})
    plans.slacks.update(slacks(rows, plans, completion))
    return plans, ExactRows(rows, levels.financed, levels.level, free | levels.unsure)


def _values(rows: Rows, levels: _Levels, count: Ints, down: Ints) -> tuple[Floats, Floats, Floats]:
    """``core.domain.offers.value.plan_values`` over all rows."""
    facts, space, rule = rows.situation.facts, rows.situation.space, rows.situation.rule
    value, months = rule.value, rows.month + 1
    monthly = levels.level * count / months
    chance = _hazards(monthly, facts, rule)
    survival = 1 - chance
    kept = np.exp(months * np.log1p(-chance))
    discount, discount_debtor = float(monthly_discount(value.cost_of_funds)), float(
        monthly_discount(value.debtor_discount))
    step = survival * discount
    payments = (1 - kept * powers(discount, space.longest)[rows.month]) / (1 - step)
    open_parts = (months - step * payments) / (months * (1 - step))
    recovered = float(value.recovery[bucket_of(facts, rule)]) * levels.financed * chance * open_parts
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
