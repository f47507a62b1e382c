"""Spaces of plans whose instalments differ, walked one plan at a time; as ``offer_walk``, with code of its own.

Monthly instalments, due on the day of the month the plan is made. Only the schedule is the product's, and what it
pays is checked here against the exact amounts.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, getcontext
from fractions import Fraction
from math import floor, lcm

from core.domain.calendar import add_months
from core.domain.delinquency import bucket
from core.domain.offers.evaluation import Situation
from core.domain.offers.plan import Option
from core.domain.schedule import Method, Schedule, SchedulePlan, make_schedule
from tests.portfolio.offer_walk import Walked, _fen


@dataclass(frozen=True)
class WalkedShape(Walked):
    """A plan of the walk with its shape: months between steps, their size, and the share of a lean month."""

    shape: tuple[int, Decimal, Decimal]

    @property
    def terms(self) -> tuple[object, ...]:
        return (self.first_due, self.rate, self.free, self.months, self.fee_waived, self.interest_waived, self.shape)


def walk_shapes(situation: Situation) -> list[WalkedShape]:
    """Every plan that meets every constraint."""
    getcontext().prec = 40
    facts, rule, wish = situation.facts, situation.rule, situation.wish
    balance = facts.principal_minor + facts.interest_minor + facts.fees_minor
    level = facts.authority
    if balance >= rule.authority.large_balance_minor and level < rule.authority.large_balance_level:
        return []
    waivers = rule.authority.waivers
    most_fee = floor(Fraction(waivers.late_fee_ratio[level]) * facts.fees_minor)
    most_fee = min(most_fee, waivers.late_fee_amount_minor.get(level, most_fee))
    most_interest = floor(Fraction(waivers.interest_ratio[level]) * facts.interest_minor)
    fees = {floor(Fraction(share) * facts.fees_minor) for share in rule.grid.late_fee_shares} | {most_fee}
    parts = {floor(Fraction(share) * facts.interest_minor) for share in rule.grid.interest_shares} | {most_interest}
    starts = [day for day in (add_months(facts.as_of, 1), add_months(facts.as_of, 2))
              if 14 <= (day - facts.as_of).days <= 62][: rule.grid.start_months]
    prices = [(rate, free) for rate in rule.grid.annual_rates for free in (range(4) if rate else (0,))]
    steps = list(itertools.product(rule.grid.step_months, rule.grid.step_sizes)) if wish.rises else [(0, Decimal(0))]
    shapes = [(interval, size, share) for interval, size in steps
              for share in (rule.grid.lean_shares if wish.lean_months else [Decimal(1)])]
    found = []
    for fee, part, start, shape, (rate, free), months in itertools.product(
            fees, parts, starts, shapes, prices, range(2, min(60, rule.authority.plan_months[level]) + 1)):
        if fee > most_fee or part > most_interest or fee + part >= balance or (rate and free >= months):
            continue
        one = _plan(situation, balance, (fee, part), start, shape, (rate, free), months)
        if one is not None:
            found.append(one)
    return found


def keeps_every_rule(option: Option, situation: Situation) -> bool:
    """Whether a monthly plan found in ``situation`` is one this walk allows, with the same figures."""
    terms, facts, held = option.terms, situation.facts, situation.facts.authority
    given, waivers = terms.concession, situation.rule.authority.waivers
    most_fee = floor(Fraction(waivers.late_fee_ratio[held]) * facts.fees_minor)
    most_interest = floor(Fraction(waivers.interest_ratio[held]) * facts.interest_minor)
    balance = facts.principal_minor + facts.interest_minor + facts.fees_minor
    if (given.late_fee_waived_minor > min(most_fee, waivers.late_fee_amount_minor.get(held, most_fee))
            or given.interest_waived_minor > most_interest or given.down_payment_minor
            or terms.months > min(60, situation.rule.authority.plan_months[held])
            or not 14 <= (terms.first_due_date - facts.as_of).days <= 62
            or (balance >= situation.rule.authority.large_balance_minor
                and held < situation.rule.authority.large_balance_level)):
        return False
    shape = (terms.shape.step_months, terms.shape.step_share, terms.shape.lean_share)
    here = _plan(situation, balance, (given.late_fee_waived_minor, given.interest_waived_minor), terms.first_due_date,
                 shape, (terms.price.annual_rate, terms.price.interest_free_months), terms.months)
    return here is not None and (here.payment, here.total, here.lender, here.debtor) == (
        option.monthly_minor, option.total_minor, option.lender_value_minor, option.debtor_cost_minor)


def _sizes(situation: Situation, start: date, shape: tuple[int, Decimal, Decimal], months: int) -> list[Fraction]:
    interval, size, share = shape
    found = []
    for number in range(months):
        steps = min(number // interval, situation.rule.grid.most_steps) if interval else 0
        lean = (start.month - 1 + number) % 12 + 1 in situation.wish.lean_months
        found.append((1 + Fraction(size) * steps) * (Fraction(share) if lean else 1))
    return found


def _plan(situation: Situation, balance: int, given: tuple[int, int], start: date,
          shape: tuple[int, Decimal, Decimal], price: tuple[Decimal, int], months: int) -> WalkedShape | None:
    facts, rule, wish = situation.facts, situation.rule, situation.wish
    sizes = _sizes(situation, start, shape, months)
    if len(set(sizes)) == 1:
        return None
    (rate, free), financed = price, balance - sum(given)
    exact = _exact(financed, facts.as_of, start, sizes, rate, free)
    later = max(facts.affordable_minor, min(wish.later_monthly_minor or 0, facts.ceiling_minor))
    if max(exact) > later:
        return None
    whole = lcm(*(size.denominator for size in sizes))
    made = make_schedule(SchedulePlan(
        financed, facts.as_of, months, Method.EQUAL_INSTALMENT if rate else Method.INTEREST_FREE, start, rate=rate,
        interest_free_periods=free, weights=tuple(int(size * whole) for size in sizes)))
    paid = [row.amount_minor for row in made.instalments]
    if min(row.principal_minor for row in made.instalments[:-1]) < 1:
        return None
    assert all(0 <= one - due < 2 for one, due in zip(paid[:-1], exact, strict=False)), "not the amounts of the shape"
    if not _allowed(situation, made, paid, financed, later):
        return None
    lender, debtor, kept = _values(situation, exact, financed, start, balance)
    nothing = situation.nothing
    if kept < rule.value.completion_floor or lender < nothing.lender_value_minor or debtor > nothing.debtor_cost_minor:
        return None
    return WalkedShape(start, rate, free, months, *given, max(paid), made.amount_minor, lender, debtor, shape)


def _allowed(situation: Situation, made: Schedule, paid: list[int], financed: int, later: int) -> bool:
    facts, rule, wish = situation.facts, situation.rule, situation.wish
    least = rule.limits.least_instalment_minor
    lean = [row.amount_minor for row in made.instalments if row.due_date.month in wish.lean_months]
    limits = [(paid[0], facts.affordable_minor), (max(paid), later), (paid[0], wish.first_monthly_at_most_minor),
              (max(lean, default=0), wish.lean_monthly_at_most_minor), (paid[0], situation.starts_at_most_minor),
              (made.amount_minor, situation.nothing.totals_minor[len(paid) - 1])]
    return (all(limit is None or amount <= limit for amount, limit in limits)
            and min(paid[:-1]) >= min(least, financed)
            and max(paid) >= min(max(least, -(-financed // 60)), financed) and paid[-1] <= max(paid))


def _exact(financed: int, as_of: date, start: date, sizes: list[Fraction], rate: Decimal, free: int) -> list[Fraction]:
    """The amounts before rounding: whole months of a twelfth of the rate each."""
    apart = (start.year - as_of.year) * 12 + start.month - as_of.month
    worth, discount = Fraction(0), Fraction(1)
    for number, size in enumerate(sizes):
        bears = Fraction(rate) / 12 * (apart if number == 0 else 1)
        discount /= 1 + (0 if number < free else bears)
        worth += size * discount
    return [financed / worth * size for size in sizes]


def _values(situation: Situation, exact: list[Fraction], financed: int, start: date, balance: int
            ) -> tuple[int, int, Decimal]:
    facts, value = situation.facts, situation.rule.value
    band = bucket(facts.days_past_due, situation.rule.projection.delinquency)
    base = value.monthly_hazard[band] * (value.hardship_factor if facts.hardship else 1)
    days = (start - facts.as_of).days
    weight, weight_debtor = 1 / (1 + value.cost_of_funds * days / 365), 1 / (1 + value.debtor_discount * days / 365)
    buffer = max(floor(Fraction(value.buffer_share) * facts.disposable_minor), value.buffer_floor_minor)
    lender, debtor, alive, whole, left = Decimal(0), Decimal(0), Decimal(1), sum(exact), sum(exact)
    for amount in exact:
        monthly = Decimal(amount.numerator) / Decimal(amount.denominator)
        strain = monthly / facts.disposable_minor / value.reference_share
        chance = min(base * (value.elasticity * strain.ln()).exp(), value.highest_hazard)
        share = left / whole
        still_open = financed * Decimal(share.numerator) / Decimal(share.denominator)
        lender += weight * alive * (chance * value.recovery[band] * still_open + (1 - chance) * monthly)
        missing = max(Decimal(0), buffer - (facts.disposable_minor - monthly))
        debtor += weight_debtor * (monthly + value.buffer_weight * missing)
        alive, left = alive * (1 - chance), left - amount
        weight /= 1 + value.cost_of_funds / 12
        weight_debtor /= 1 + value.debtor_discount / 12
    return min(_fen(lender), balance), _fen(debtor), alive.quantize(Decimal("0.0001"))
