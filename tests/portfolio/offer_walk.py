"""The plan space walked one plan at a time, written from the rule and sharing no code with the engine.

Only the schedule is the product's own (``make_schedule``, which the published examples hold to account);
the values are computed with fractions and a high-precision power, term by term instead of in closed form.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction
from math import floor

from core.domain.actor import Authority
from core.domain.calendar import add_months
from core.domain.delinquency import bucket
from core.domain.offers.evaluation import Situation
from core.domain.schedule import Method, Schedule, SchedulePlan, make_schedule

LEVELS = list(Authority)


@dataclass(frozen=True)
class Walked:
    """One plan of the walk that meets every constraint, or why it does not."""

    first_due: date
    rate: Decimal
    free: int
    months: int
    fee_waived: int
    interest_waived: int
    payment: int
    total: int
    lender: int
    debtor: int

    @property
    def waived(self) -> int:
        return self.fee_waived + self.interest_waived

    @property
    def terms(self) -> tuple[object, ...]:
        return self.first_due, self.rate, self.free, self.months, self.fee_waived, self.interest_waived


def walk(situation: Situation, named: date | None = None) -> list[Walked]:
    """Every plan that meets every constraint, in the order of the space, which may have one more day ``named``."""
    getcontext().prec = 40
    facts, rule = situation.facts, situation.rule
    balance = facts.principal_minor + facts.interest_minor + facts.fees_minor
    level = facts.authority
    if balance >= rule.authority.large_balance_minor and level < rule.authority.large_balance_level:
        return []
    fees = {floor(Fraction(share) * facts.fees_minor) for share in rule.grid.late_fee_shares}
    most_fee = floor(Fraction(rule.waivers.late_fee_ratio[level]) * facts.fees_minor)
    most_fee = min(most_fee, rule.waivers.late_fee_amount_minor.get(level, most_fee))
    interests = {floor(Fraction(share) * facts.interest_minor) for share in rule.grid.interest_shares}
    most_interest = floor(Fraction(rule.waivers.interest_ratio[level]) * facts.interest_minor)
    longest = min(60, rule.authority.plan_months[level])
    starts = [day for day in (add_months(facts.as_of, 1), add_months(facts.as_of, 2))
              if 14 <= (day - facts.as_of).days <= 62][: rule.grid.start_months]
    if named is not None:
        first, last = facts.as_of + timedelta(days=14), facts.as_of + timedelta(days=62)
        starts = sorted({*starts, min(max(named, first), last)})
    prices = [(rate, free) for rate in rule.grid.annual_rates for free in (range(4) if rate else (0,))]
    given = sorted(((fee, part) for fee in fees | {most_fee}
                    for part in interests | {most_interest}
                    if fee <= most_fee and part <= most_interest and fee + part < balance),
                   key=lambda one: (sum(one), one[1]))
    found = []
    for (fee, part), start, (rate, free), months in itertools.product(given, starts, prices, range(1, longest + 1)):
        if rate and free >= months:
            continue
        one = _plan(situation, balance, fee, part, start, rate, free, months)
        if one is not None:
            found.append(one)
    return found


def again(situation: Situation, plan: Walked) -> Walked | None:
    """A plan of one situation in another, of the same debt; None if it breaks a constraint there."""
    facts = situation.facts
    balance = facts.principal_minor + facts.interest_minor + facts.fees_minor
    return _plan(situation, balance, plan.fee_waived, plan.interest_waived, plan.first_due, plan.rate, plan.free,
                 plan.months)


def _plan(situation: Situation, balance: int, fee: int, part: int, start: date, rate: Decimal, free: int,
          months: int) -> Walked | None:
    facts, rule = situation.facts, situation.rule
    financed = balance - fee - part
    if financed / months > facts.affordable_minor * 1.01 + 100:
        return None  # surely not affordable: spare the schedule
    made = make_schedule(SchedulePlan(
        financed, facts.as_of, months, Method.EQUAL_INSTALMENT if rate else Method.INTEREST_FREE, start,
        rate=rate, interest_free_periods=free))
    payment = max(row.amount_minor for row in made.instalments)
    first = made.instalments[0]
    if rate and not free and first.interest_minor > 0 and not _covers(financed, rate, start, facts.as_of, months):
        return None
    least = min(max(rule.limits.least_instalment_minor, -(-financed // 60)), financed)
    if payment > facts.affordable_minor or payment < least:
        return None
    if made.amount_minor > situation.nothing.totals_minor[months - 1]:
        return None
    lender, debtor, kept = _values(situation, made, start, months, balance)
    if kept < rule.value.completion_floor or lender < situation.nothing.lender_value_minor \
            or debtor > situation.nothing.debtor_cost_minor:
        return None
    return Walked(start, rate, free, months, fee, part, payment, made.amount_minor, lender, debtor)


def _covers(financed: int, rate: Decimal, start: date, as_of: date, months: int) -> bool:
    """Whether the level payment exceeds the first period's interest, exactly."""
    apart = (start.year - as_of.year) * 12 + start.month - as_of.month
    first, later = Fraction(rate) * apart / 12, Fraction(rate) / 12
    worth, discount = Fraction(0), 1 / (1 + first)
    for _ in range(months):
        worth += discount
        discount /= 1 + later
    return 1 / worth > first


def _values(situation: Situation, made: Schedule, start: date, months: int, balance: int
            ) -> tuple[int, int, Decimal]:
    facts, value = situation.facts, situation.rule.value
    band = bucket(facts.days_past_due, situation.rule.projection.delinquency)
    monthly = Decimal(made.instalments[0].amount_minor)
    strain = monthly / facts.disposable_minor / value.reference_share
    base = value.monthly_hazard[band] * (value.hardship_factor if facts.hardship else 1)
    chance = min(base * (value.elasticity * strain.ln()).exp(), value.highest_hazard)
    days = (start - facts.as_of).days
    lender, alive = Decimal(0), Decimal(1)
    weight = 1 / (1 + value.cost_of_funds * days / 365)
    for month in range(months):
        still_open = Decimal(made.principal_minor) * (months - month) / months
        lender += weight * alive * (chance * value.recovery[band] * still_open + (1 - chance) * monthly)
        alive *= 1 - chance
        weight /= 1 + value.cost_of_funds / 12
    buffer = max(floor(Fraction(value.buffer_share) * facts.disposable_minor), value.buffer_floor_minor)
    missing = max(Decimal(0), buffer - (facts.disposable_minor - monthly))
    debtor, weight = Decimal(0), 1 / (1 + value.debtor_discount * days / 365)
    for _ in range(months):
        debtor += weight * (monthly + value.buffer_weight * missing)
        weight /= 1 + value.debtor_discount / 12
    return min(_fen(lender), balance), _fen(debtor), alive.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _fen(exact: Decimal) -> int:
    return int(exact.to_integral_value(ROUND_HALF_UP))


def lightest(plans: list[Walked]) -> Walked:
    return min(plans, key=lambda one: (one.payment, one.total, one.months, one.waived))


def cheapest(plans: list[Walked]) -> Walked:
    return min(plans, key=lambda one: (one.total, one.months, one.payment, one.waived))


def best_for_lender(plans: list[Walked]) -> Walked:
    return min(plans, key=lambda one: (-one.lender, one.total, one.months, one.payment, one.waived))


def best_for_debtor(plans: list[Walked]) -> Walked:
    return min(plans, key=lambda one: (one.debtor, one.total, one.months, one.payment, one.waived))


def balanced(plans: list[Walked], situation: Situation) -> Walked:
    nothing = situation.nothing
    ideal = (best_for_lender(plans).lender - nothing.lender_value_minor,
             nothing.debtor_cost_minor - best_for_debtor(plans).debtor)

    def share(one: Walked) -> Fraction:
        gains = (one.lender - nothing.lender_value_minor, nothing.debtor_cost_minor - one.debtor)
        return min(Fraction(gain, best) if best > 0 else Fraction(1) for gain, best in zip(gains, ideal, strict=True))

    return min(plans, key=lambda one: (-share(one), one.total, one.months, one.payment, one.waived))


def days_ahead(as_of: date, days: int) -> date:
    return as_of + timedelta(days=days)
