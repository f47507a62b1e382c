"""What an offer must keep, judged from its terms alone by code that shares nothing with the engine but the schedule."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from core.domain.calendar import Frequency
from core.domain.offers.evaluation import Situation
from core.domain.offers.plan import Option
from core.domain.schedule import Method, SchedulePlan, make_schedule
from tests.portfolio.offer_walk import _covers, _values


def broken(option: Option, situation: Situation) -> list[str]:
    """The rules a level monthly plan breaks, and the figures of the engine that are not those found here."""
    facts, rule, terms = situation.facts, situation.rule, option.terms
    assert terms.frequency is Frequency.MONTHLY
    assert terms.shape.is_level
    given, price, months, held = terms.concession, terms.price, terms.months, facts.authority
    balance = facts.principal_minor + facts.interest_minor + facts.fees_minor
    financed = balance - given.late_fee_waived_minor - given.interest_waived_minor - given.down_payment_minor
    made = make_schedule(SchedulePlan(
        financed, facts.as_of, months, Method.EQUAL_INSTALMENT if price.annual_rate else Method.INTEREST_FREE,
        terms.first_due_date, rate=price.annual_rate, interest_free_periods=price.interest_free_months))
    payment, total = max(row.amount_minor for row in made.instalments), made.amount_minor + given.down_payment_minor
    lender, debtor, kept = _values(situation, made, terms.first_due_date, months, balance)
    waivers, nothing = rule.authority.waivers, situation.nothing
    most_fee = floor(Fraction(waivers.late_fee_ratio[held]) * facts.fees_minor)
    most_fee = min(most_fee, waivers.late_fee_amount_minor.get(held, most_fee))
    holds = {
        "affordable": payment <= (facts.ceiling_minor if facts.chose_ceiling else facts.affordable_minor),
        "term": 1 <= months <= min(60, rule.authority.plan_months[held]),
        "minimum": payment >= min(max(rule.limits.least_instalment_minor, -(-financed // 60)), financed),
        "late_fee": 0 <= given.late_fee_waived_minor <= most_fee,
        "interest": 0 <= given.interest_waived_minor
        <= floor(Fraction(waivers.interest_ratio[held]) * facts.interest_minor),
        "down_payment": given.down_payment_minor == 0,
        "start": 14 <= (terms.first_due_date - facts.as_of).days <= 62,
        "rate": Decimal(0) <= price.annual_rate <= rule.limits.highest_annual_rate,
        "free_months": not price.annual_rate or price.interest_free_months < months,
        "covers": not price.annual_rate or price.interest_free_months > 0 or _covers(
            financed, price.annual_rate, terms.first_due_date, facts.as_of, months),
        "balance": balance < rule.authority.large_balance_minor or held >= rule.authority.large_balance_level,
        "total": total <= nothing.totals_minor[months - 1],
        "completion": kept >= rule.value.completion_floor,
        "lender": lender >= nothing.lender_value_minor, "debtor": debtor <= nothing.debtor_cost_minor,
        "figures": (option.monthly_minor, option.total_minor, option.lender_value_minor, option.debtor_cost_minor,
                    option.completion) == (payment, total, lender, debtor, kept)}
    return [name for name, kept_to in holds.items() if not kept_to]
