"""What a plan is worth to each side, and what doing nothing is: estimates, computed the same way everywhere.

Lender: the expected present value of the payments. A plan breaks in any month with the hazard
h = h0(bucket) × (x / reference)^elasticity, x being the month's payment over disposable income; a broken
plan leaves what is still open, counted as falling in equal steps, of which the lender recovers what it
recovers when nothing is agreed. Debtor: the present value of what is paid, plus a weight on whatever a
payment takes out of the buffer. Decimals of 28 digits, so that every machine finds the same fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from math import floor

from core.domain.allocation import Outstanding
from core.domain.delinquency import DelinquencyBucket, bucket
from core.domain.errors import InvalidInput
from core.domain.money import Rounding, share_minor
from core.domain.offers.model import Facts
from core.domain.offers.rule import OfferRule, ValueRule
from core.domain.projection import project
from core.domain.projection_model import Position, Scenario

EXACT = Context(prec=28)
COMPLETION_STEP = Decimal("0.0001")
MONTHS_PER_YEAR = 12
DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class StatusQuo:
    """Doing nothing. ``totals_minor[n - 1]`` is owed after n months; the other two are today's values, in fen."""

    totals_minor: tuple[int, ...]
    lender_value_minor: int
    debtor_cost_minor: int


@dataclass(frozen=True, slots=True)
class Payments:
    """What the model needs of a plan: fen, the first payment after ``wait_days``, then every month."""

    down_payment_minor: int
    financed_minor: int
    instalments_minor: int
    """The level instalment times their number; the few fen the last one absorbs do not enter an estimate."""
    months: int
    wait_days: int


@dataclass(frozen=True, slots=True)
class PlanValues:
    """Fen of today, and the chance that every instalment is paid."""

    lender_value_minor: int
    debtor_cost_minor: int
    completion: Decimal


def status_quo(facts: Facts, rule: OfferRule) -> StatusQuo:
    """What doing nothing leads to. Raises ``InvalidInput`` for a debt that outgrows the books."""
    owed = Outstanding(facts.fees_minor, facts.interest_minor, facts.principal_minor)
    position = Position(facts.as_of, owed, facts.days_past_due, facts.as_of.day)
    try:
        months = project(position, rule.limits.max_months, Scenario.DO_NOTHING, rule.projection).months
    except InvalidInput as refused:
        raise InvalidInput(refused.code, str(refused), field="account") from refused
    return status_quo_of(facts, rule, tuple(month.total_minor for month in months))


def status_quo_of(facts: Facts, rule: OfferRule, totals_minor: tuple[int, ...]) -> StatusQuo:
    """The same from what is owed after each month of doing nothing."""
    value = rule.value
    recovered = share_minor(facts.balance_minor, value.recovery[bucket_of(facts, rule)], Rounding.DOWN)
    after = totals_minor[min(value.horizon_months, len(totals_minor)) - 1]
    with localcontext(EXACT):
        worth = Decimal(after) * monthly_discount(value.debtor_discount) ** value.horizon_months
        return StatusQuo(totals_minor, recovered, whole_minor(worth))


def bucket_of(facts: Facts, rule: OfferRule) -> DelinquencyBucket:
    """The bucket today."""
    return bucket(facts.days_past_due, rule.projection.delinquency)


def base_hazard(facts: Facts, rule: OfferRule) -> Decimal:
    """The chance per month that a plan at the reference share breaks."""
    found = rule.value.monthly_hazard[bucket_of(facts, rule)]
    return found * rule.value.hardship_factor if facts.hardship else found


def buffer_minor(facts: Facts, value: ValueRule) -> int:
    """What should stay free each month: a share of disposable income, at least the floor."""
    share = floor(Fraction(value.buffer_share) * max(facts.disposable_minor, 0))
    return max(share, value.buffer_floor_minor)


def monthly_discount(annual_rate: Decimal) -> Decimal:
    """The factor of one month."""
    return 1 / (1 + annual_rate / MONTHS_PER_YEAR)


def wait_discount(annual_rate: Decimal, days: int) -> Decimal:
    """The factor of the days before the first payment (simple interest)."""
    return 1 / (1 + annual_rate * days / DAYS_PER_YEAR)


def hazard(monthly: Decimal, facts: Facts, rule: OfferRule) -> Decimal:
    """The chance that a month's payment of ``monthly`` fen breaks the plan."""
    value = rule.value
    if facts.disposable_minor <= 0:
        return value.highest_hazard if monthly else Decimal(0)
    strain = monthly / facts.disposable_minor / value.reference_share
    # As a power, in half the time.
    found = base_hazard(facts, rule) * (value.elasticity * strain.ln()).exp() if strain else Decimal(0)
    return min(found, value.highest_hazard)


def plan_values(paid: Payments, facts: Facts, rule: OfferRule) -> PlanValues:
    """What a plan is worth to both sides and how likely it is kept."""
    value, months = rule.value, paid.months
    with localcontext(EXACT):
        monthly = Decimal(paid.instalments_minor) / months
        chance = hazard(monthly, facts, rule)
        survival = 1 - chance
        kept = survival ** months
        step = survival * monthly_discount(value.cost_of_funds)
        payments = _series(step, months)
        open_parts = (months - step * payments) / (months * (1 - step))
        recovered = value.recovery[bucket_of(facts, rule)] * paid.financed_minor * chance * open_parts
        lender = paid.down_payment_minor + wait_discount(value.cost_of_funds, paid.wait_days) * (
            monthly * survival * payments + recovered)
        missing = max(Decimal(0), buffer_minor(facts, value) - (facts.disposable_minor - monthly))
        burden = monthly + value.buffer_weight * missing
        debtor = paid.down_payment_minor + burden * wait_discount(value.debtor_discount, paid.wait_days) * _series(
            monthly_discount(value.debtor_discount), months)
        # Nobody gains more from an agreement than what is owed, paid at once: relief is no product to earn on.
        return PlanValues(min(whole_minor(lender), facts.balance_minor), whole_minor(debtor),
                          kept.quantize(COMPLETION_STEP, ROUND_HALF_UP))


def lump_value_minor(amount_minor: int, wait_days: int, annual_rate: Decimal) -> int:
    """Today's value of one payment."""
    with localcontext(EXACT):
        return whole_minor(amount_minor * wait_discount(annual_rate, wait_days))


def _series(step: Decimal, months: int) -> Decimal:
    """1 + step + … + step^(months − 1)."""
    return Decimal(months) if step == 1 else (1 - step ** months) / (1 - step)


def whole_minor(exact: Decimal) -> int:
    """An estimate in whole fen."""
    return int(exact.to_integral_value(ROUND_HALF_UP))
