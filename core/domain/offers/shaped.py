"""What differs when the instalments do: their value month by month, and the ledger of steps and lean months.

The model is that of a level plan (``value``): the same hazard, of each month's own payment over what is left over
today, so that later steps count on no recovery of income; an open balance that falls as the instalments are paid.
Its months are what the plan pays before rounding; weeks count by the month of the plan they fall in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

from core.domain.offers.model import Bound, Facts, Slack, Wish
from core.domain.offers.plan import PlanTerms
from core.domain.offers.rule import OfferRule
from core.domain.offers.value import (
    COMPLETION_STEP,
    EXACT,
    PlanValues,
    bucket_of,
    buffer_minor,
    hazard,
    monthly_discount,
    wait_discount,
    whole_minor,
)
from core.domain.request_terms import PERIODS_PER_YEAR, monthly_minor
from core.domain.schedule import Schedule, SchedulePlan, nominal_unit

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class ShapedPayments:
    """What the model needs of a plan: fen, ``monthly`` the payments of each of its months before rounding."""

    down_payment_minor: int
    financed_minor: int
    monthly: tuple[Decimal, ...]
    wait_days: int


def shaped_payments(terms: PlanTerms, plan: SchedulePlan, wait_days: int) -> ShapedPayments:
    """The payments of a plan month by month."""
    unit = nominal_unit(plan)
    with localcontext(EXACT):
        one = Decimal(unit.numerator) / Decimal(unit.denominator)
        return ShapedPayments(plan.down_payment_minor, plan.principal_minor - plan.down_payment_minor, tuple(
            one * total * _share_of_month(terms, count)
            for total, count in _weights_by_month(plan.weights, terms.months, PERIODS_PER_YEAR[terms.frequency])),
            wait_days)


def _weights_by_month(weights: Sequence[int], months: int, per_year: int) -> list[tuple[int, int]]:
    """For each month of the plan, the sum of the weights that fall in it and how many there are."""
    ends = [month * per_year // _MONTHS for month in range(months + 1)]
    return [(sum(weights[start:end]), end - start) for start, end in pairwise(ends)]


def _share_of_month(terms: PlanTerms, count: int) -> Decimal:
    """A month of four weeks or of five counts as one of 52 / 12."""
    return Decimal(PERIODS_PER_YEAR[terms.frequency]) / (_MONTHS * count)


def shaped_values(paid: ShapedPayments, facts: Facts, rule: OfferRule) -> PlanValues:
    """As ``value.plan_values``, month by month."""
    value = rule.value
    with localcontext(EXACT):
        recovery = value.recovery[bucket_of(facts, rule)] * paid.financed_minor
        buffer, chances = buffer_minor(facts, value), {one: hazard(one, facts, rule) for one in set(paid.monthly)}
        weight = wait_discount(value.cost_of_funds, paid.wait_days)
        weight_debtor = wait_discount(value.debtor_discount, paid.wait_days)
        step, step_debtor = monthly_discount(value.cost_of_funds), monthly_discount(value.debtor_discount)
        whole = left = sum(paid.monthly)
        lender = debtor = Decimal(paid.down_payment_minor)
        kept = Decimal(1)
        for monthly in paid.monthly:
            chance = chances[monthly]
            lender += weight * kept * (chance * recovery * left / whole + (1 - chance) * monthly)
            missing = max(Decimal(0), buffer - (facts.disposable_minor - monthly))
            debtor += weight_debtor * (monthly + value.buffer_weight * missing)
            kept *= 1 - chance
            left -= monthly
            weight, weight_debtor = weight * step, weight_debtor * step_debtor
        return PlanValues(min(whole_minor(lender), facts.balance_minor), whole_minor(debtor),
                          kept.quantize(COMPLETION_STEP, ROUND_HALF_UP))


def highest_monthly_minor(facts: Facts, wish: Wish) -> int:
    """What a later step may come to in a month: what was declared for later, up to the ceiling."""
    return max(facts.limit_minor, min(wish.later_monthly_minor or 0, facts.ceiling_minor))


def shaped_slacks(terms: PlanTerms, schedule: Schedule, facts: Facts, rule: OfferRule, wish: Wish
                  ) -> dict[Bound, Slack]:
    """The lines of the ledger that read otherwise for instalments that differ; the last one absorbs what rounding left.

    The dearest is held to the least instalment of a balance, and none to less than the least there is.
    """
    rows, financed = schedule.instalments, schedule.principal_minor
    amounts = [row.amount_minor for row in rows]
    most, first, least = (monthly_minor(one, terms.frequency) for one in (max(amounts), amounts[0], min(amounts[:-1])))
    floor = min(rule.limits.least_instalment_minor, financed)
    found: dict[Bound, Slack] = {
        Bound.AFFORDABLE: min(facts.limit_minor - first, highest_monthly_minor(facts, wish) - most),
        Bound.MINIMUM_INSTALMENT: min(most - rule.limits.minimum_instalment_minor(financed), least - floor),
        Bound.INTEREST_COVERED: min(row.principal_minor for row in rows[:-1]) - 1}
    if wish.first_monthly_at_most_minor is not None:
        found[Bound.WISH_FIRST_MONTHLY] = wish.first_monthly_at_most_minor - first
    if wish.lean_monthly_at_most_minor is not None and terms.shape.lean_months:
        found[Bound.WISH_LEAN_MONTHLY] = wish.lean_monthly_at_most_minor - lean_monthly_minor(terms, schedule)
    return found


def lean_monthly_minor(terms: PlanTerms, schedule: Schedule) -> int:
    """What the dearest instalment of a lean month comes to in a month; 0 where none falls into one."""
    lean = [row.amount_minor for row in schedule.instalments if row.due_date.month in terms.shape.lean_months]
    return monthly_minor(max(lean, default=0), terms.frequency)
