"""Plans whose instalments differ, in arrays: ``core.domain.offers.shaped`` over a whole space.

As in ``offer_tables`` every figure has bounds between which the exact one lies. Here payments are what the plan
pays before rounding; each is rounded up to a fen, all are a fen larger where rounded interest needs it, and the
last absorbs the rest: two fen a payment at most, and over the plan ``reserve``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.domain.offers.evaluation import Situation
from core.domain.offers.model import Bound, Facts
from core.domain.offers.rule import OfferRule
from core.domain.offers.shaped import highest_monthly_minor
from core.domain.offers.value import base_hazard, bucket_of, buffer_minor, monthly_discount, wait_discount
from core.domain.request_terms import PERIODS_PER_YEAR
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offer_geometry import Floats
from core.portfolio.offer_rows import (
    Interval,
    Plans,
    Rows,
    below,
    capped,
    grantable,
    least_instalments,
    monthly_of,
    slacks,
)
from core.portfolio.offer_shapes import ShapedGeometry, shaped_geometry

_RELATIVE_ERROR = 1e-9
"""Of a figure; far above what some hundreds of operations lose."""


def tabulate_shaped(situation: Situation, *, feasible_only: bool = False) -> Plans:
    """Every plan of the space, or only those that cheap constraints leave possible."""
    facts, space = situation.facts, situation.space
    shapes = shaped_geometry(facts.as_of, space.first_due_dates, space.shapes, space.prices, space.uneven_from,
                             space.longest, space.frequency)
    financed = np.array([facts.balance_minor - one.waived_minor - one.down_payment_minor
                         for one in space.concessions], np.int64)
    unit = financed[:, None, None, None, None] / shapes.annuity
    # What does not cover its interest is no plan, whatever else is set aside.
    wanted = shapes.exists & (financed[:, None, None, None, None] * shapes.covered + _slip(
        financed[:, None, None, None, None], shapes.reserve) >= 0)
    if feasible_only:
        wanted = wanted & _cheaply_possible(unit, shapes, financed, situation)
    index = np.flatnonzero(wanted)
    which, start, shape, price, month = np.unravel_index(index, unit.shape)
    rows = Rows(situation, index, which, start, price, month, financed, feasible_only)
    return _complete(rows, _Units(shapes, shape, financed[which], unit.ravel()[index]))


@dataclass(frozen=True, slots=True)
class _Units:
    """What a first step of a month that is not lean pays, by row, before rounding."""

    shapes: ShapedGeometry
    shape: Ints
    financed: Ints
    unit: Floats


def _cheaply_possible(unit: Floats, shapes: ShapedGeometry, financed: Ints, situation: Situation) -> Flags:
    facts, rule = situation.facts, situation.rule
    monthly = PERIODS_PER_YEAR[situation.space.frequency] / 12
    dearest = unit * shapes.most[:, :, None] * monthly
    least = least_instalments(financed, rule)[:, None, None, None, None]
    floor = np.minimum(rule.limits.least_instalment_minor, financed)[:, None, None, None, None]
    possible: Flags = dearest <= highest_monthly_minor(facts, situation.wish) + 1
    possible &= (unit * shapes.first[:, :, None, None] * monthly <= facts.limit_minor + 1)
    possible &= (dearest + 16 >= least) & (unit * shapes.least[:, :, None] * monthly + 16 >= floor)
    return possible & grantable(situation)[:, None, None, None]


def _complete(rows: Rows, units: _Units) -> Plans:
    situation, shapes = rows.situation, units.shapes
    facts, space = situation.facts, situation.space
    months, per_year = rows.month + 1, PERIODS_PER_YEAR[space.frequency]
    at = (rows.start, units.shape, rows.price, rows.month)
    down, reserve = rows.of_concession("down_payment_minor"), shapes.reserve[at]
    dearest = _largest(rows, units, shapes.most, shapes.most_before_last)
    paid = units.unit * shapes.sum[rows.start, units.shape, rows.month]
    total = _around(np.where(reserve, paid, units.financed), np.where(reserve, reserve + paid * _RELATIVE_ERROR, 0))
    lender, debtor, completion = _values(rows, units, down)
    error, error_debtor = 1 + np.abs(lender) * _RELATIVE_ERROR, 1 + debtor * _RELATIVE_ERROR
    plans = Plans(rows.index, months, rows.of_concession("waived_minor"), monthly_of(dearest, per_year), dearest,
                  (down + total[0], down + total[1]), capped(lender, error, facts.balance_minor),
                  (debtor - error_debtor, debtor + error_debtor), {})
    plans.slacks.update(slacks(rows, plans, completion))
    plans.slacks.update(_shaped_slacks(rows, units, plans))
    return plans


def _rounded(exact: Floats) -> tuple[Ints, Ints]:
    """Between what a payment lies that is rounded up and may be a fen larger."""
    error = exact * _RELATIVE_ERROR
    return np.floor(exact - error).astype(np.int64), np.ceil(exact + error).astype(np.int64) + 1


def _largest(rows: Rows, units: _Units, sizes: Floats, before_last: Floats) -> tuple[Ints, Ints]:
    """The largest payment of some: the last one absorbs the rest and may be smaller than its size."""
    at = (rows.start, units.shape, rows.month)
    low, high = _rounded(units.unit * sizes[at])
    absorbed = units.shapes.reserve[rows.start, units.shape, rows.price, rows.month] + units.shapes.count[rows.month]
    return np.maximum(_rounded(units.unit * before_last[at])[0], low - absorbed), high


def _around(exact: Floats, error: Floats) -> tuple[Ints, Ints]:
    return np.floor(exact - error).astype(np.int64), np.ceil(exact + error).astype(np.int64)


def _shaped_slacks(rows: Rows, units: _Units, plans: Plans) -> dict[Bound, Interval]:
    """The lines that ``core.domain.offers.shaped.shaped_slacks`` reads otherwise."""
    situation, shapes = rows.situation, units.shapes
    facts, rule, wish = situation.facts, situation.rule, situation.wish
    per_year = PERIODS_PER_YEAR[situation.space.frequency]
    here = (rows.start, units.shape)
    first = monthly_of(_rounded(units.unit * shapes.first[here]), per_year)
    least = monthly_of(_rounded(units.unit * shapes.least[(*here, rows.month)]), per_year)
    of_balance = least_instalments(rows.each_financed, rule)[rows.which]
    floor = np.minimum(rule.limits.least_instalment_minor, units.financed)
    covered = units.financed * shapes.covered[(*here, rows.price, rows.month)]
    slip = _slip(units.financed, shapes.reserve[(*here, rows.price, rows.month)])
    found: dict[Bound, Interval] = {
        Bound.AFFORDABLE: _both(below(facts.limit_minor, first),
                                below(highest_monthly_minor(facts, wish), plans.payment)),
        Bound.MINIMUM_INSTALMENT: _both((plans.payment[0] - of_balance, plans.payment[1] - of_balance),
                                        (least[0] - floor, least[1] - floor)),
        # A payment below its interest repays nothing and adds nothing to the balance: the domain counts that as -1.
        Bound.INTEREST_COVERED: (np.maximum(covered - slip, -1), np.maximum(covered + slip, -1))}
    if situation.starts_at_most_minor is not None:
        found[Bound.STARTS_LIGHTER] = below(situation.starts_at_most_minor, first)
    if wish.first_monthly_at_most_minor is not None:
        found[Bound.WISH_FIRST_MONTHLY] = below(wish.first_monthly_at_most_minor, first)
    if wish.lean_monthly_at_most_minor is not None and wish.lean_months:
        lean = monthly_of(_largest(rows, units, shapes.lean, shapes.lean_before_last), per_year)
        found[Bound.WISH_LEAN_MONTHLY] = below(wish.lean_monthly_at_most_minor, lean)
    return found


def _slip(financed: Ints, reserve: Ints) -> Floats:
    """By how many fen the principal of an instalment may differ."""
    return np.asarray(financed * _RELATIVE_ERROR + reserve + 4, np.float64)


def _both(one: Interval, other: Interval) -> Interval:
    return np.minimum(one[0], other[0]), np.minimum(one[1], other[1])


def _values(rows: Rows, units: _Units, down: Ints) -> tuple[Floats, Floats, Floats]:
    """``core.domain.offers.shaped.shaped_values`` over all rows, month by month."""
    facts, rule = rows.situation.facts, rows.situation.rule
    order = np.argsort(-rows.month, kind="stable")  # the longest first: those that still run are the head
    month, unit = rows.month[order], units.unit[order]
    place = rows.start[order] * len(rows.situation.space.shapes) + units.shape[order]
    by_month = units.shapes.by_month.reshape(-1, units.shapes.by_month.shape[-1])
    # What is recovered falls as the sizes paid add up: in units of what a break in the first month would leave.
    left = np.cumsum(by_month, axis=1)[place, month]
    recovered = float(rule.value.recovery[bucket_of(facts, rule)]) * units.financed[order] / left
    lender, debtor, kept = np.zeros(len(unit)), np.zeros(len(unit)), np.ones(len(unit))
    at_one, highest = _hazard_of_one(unit, facts, rule), float(rule.value.highest_hazard)
    columns, powers = by_month.T.copy(), (by_month ** float(rule.value.elasticity)).T.copy()
    step, step_debtor = (float(monthly_discount(rate))
                         for rate in (rule.value.cost_of_funds, rule.value.debtor_discount))
    weight, weight_debtor = 1.0, 1.0
    runs = np.searchsorted(-month, -np.arange(columns.shape[0]), side="right").tolist()
    for number, running in enumerate(runs):
        head, where = slice(running), place[:running]
        size = columns[number].take(where)
        monthly = unit[head] * size
        chance = np.minimum(at_one[head] * powers[number].take(where), highest)
        still = kept[head]
        lender[head] += weight * still * (monthly + chance * (recovered[head] * left[head] - monthly))
        debtor[head] += weight_debtor * _burden(monthly, facts, rule)
        still *= 1 - chance
        left[head] -= size
        weight, weight_debtor = weight * step, weight_debtor * step_debtor
    back = np.empty(len(order), np.intp)
    back[order] = np.arange(len(order))
    wait, wait_debtor = _waits(rows)
    return down + wait * lender[back], down + wait_debtor * debtor[back], kept[back]


def _burden(monthly: Floats, facts: Facts, rule: OfferRule) -> Floats:
    missing = np.maximum(0, monthly + (buffer_minor(facts, rule.value) - facts.disposable_minor))
    found: Floats = monthly + float(rule.value.buffer_weight) * missing
    return found


def _hazard_of_one(unit: Floats, facts: Facts, rule: OfferRule) -> Floats:
    """The hazard of a payment of one unit before it is capped; a payment of so many units has that to the power."""
    value = rule.value
    if facts.disposable_minor <= 0:
        return np.full(len(unit), np.inf)
    strain = unit / (facts.disposable_minor * float(value.reference_share))
    found: Floats = float(base_hazard(facts, rule)) * strain ** float(value.elasticity)
    return found


def _waits(rows: Rows) -> tuple[Floats, Floats]:
    """The discount until the first payment, for lender and debtor."""
    facts, value = rows.situation.facts, rows.situation.rule.value
    days = [(one - facts.as_of).days for one in rows.situation.space.first_due_dates]
    lender, debtor = (np.array([float(wait_discount(rate, one)) for one in days])
                      for rate in (value.cost_of_funds, value.debtor_discount))
    return lender[rows.start], debtor[rows.start]
