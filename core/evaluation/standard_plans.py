"""Plans made without looking at the person's budget: what a fixed table or a bank that gives everything would offer."""

from __future__ import annotations

import numpy as np

from core.domain.offers.model import Facts
from core.domain.offers.rule import OfferRule
from core.domain.offers.space import longest_months
from core.evaluation.valuing import PlanColumns

GRID_MONTHS = (12, 24, 36, 60)


def grid_plans(facts: Facts, rule: OfferRule, annual_rate: float) -> PlanColumns:
    """The whole balance in 12, 24, 36 or 60 instalments, of those that are no smaller than the least there is."""
    months = np.array(GRID_MONTHS, np.int64)
    plans = _level(months, facts.balance_minor, annual_rate, 0, 0)
    kept = plans.monthly_minor >= rule.limits.minimum_instalment_minor(facts.balance_minor)
    return rows_of(plans, np.flatnonzero(kept))


def most_generous_plan(facts: Facts, rule: OfferRule) -> PlanColumns:
    """No interest, everything waived within the level held, as long as the least instalment allows."""
    fee = rule.waivers.late_fee_minor(facts.authority, facts.fees_minor)
    interest = rule.waivers.interest_minor(facts.authority, facts.interest_minor)
    financed = facts.balance_minor - fee - interest
    longest = min(longest_months(facts, rule), rule.authority.plan_months[facts.authority])
    least = rule.limits.minimum_instalment_minor(financed)
    months = max(1, min(longest, financed // max(least, 1)))
    return _level(np.array([months], np.int64), financed, 0.0, fee, interest)


def rows_of(plans: PlanColumns, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> PlanColumns:
    """Some of the plans."""
    return PlanColumns(*(getattr(plans, name)[rows] for name in PlanColumns.__slots__))


def _level(months: np.ndarray[tuple[int], np.dtype[np.int64]], financed: int, annual_rate: float, fee: int,
           interest: int) -> PlanColumns:
    monthly_rate = annual_rate / 12
    annuity = (1 - (1 + monthly_rate) ** -months) / monthly_rate if monthly_rate else months.astype(np.float64)
    payment = np.ceil(financed / annuity)
    total = payment * months if monthly_rate else np.full(len(months), float(financed))
    size = len(months)
    return PlanColumns(months, payment, total, np.full(size, float(financed)), np.full(size, annual_rate),
                       np.zeros(size), np.full(size, float(fee)), np.full(size, float(interest)))
