"""Whether a deal keeps every constraint, worked out apart from the engine, and how far it is from the frontier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.evaluation import Situation
from core.domain.offers.ordering import Ideal
from core.domain.offers.plan import Option
from core.evaluation.valuing import PlanColumns, Values

_A_FEN = 1.0
_COMPLETION_STEP = 6e-5
"""Chances are kept to four digits."""
_NOTICEABLE = 1e-6
"""A side loses nothing if it loses less of its best gain than this: what rounding to fen may do."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """A deal: the plan (one row), the engine's own work-out where it is known, and the round it was made in."""

    option: Option | None
    plan: PlanColumns
    round: int
    chose_ceiling: bool = False
    """The debtor chose, after a warning, to pay more than is affordable."""


def count_breaches(dealt: Dealt, values: Values, situation: Situation) -> int:
    """How many of the constraints the deal does not meet.

    Estimates are given a fen and half a step of their rounding; everything else is exact. What the engine's
    own ledger says of an offer is counted beside it.
    """
    facts, rule, nothing = situation.facts, situation.rule, situation.nothing
    plan = dealt.plan
    months, monthly, total = int(plan.months[0]), float(plan.monthly_minor[0]), float(plan.total_minor[0])
    held, waivers = facts.authority, rule.waivers
    large = facts.balance_minor >= rule.authority.large_balance_minor
    kept = [
        monthly <= (facts.ceiling_minor if dealt.chose_ceiling else facts.affordable_minor),
        1 <= months <= rule.limits.max_months,
        months <= rule.authority.plan_months[held],
        not large or held.covers(rule.authority.large_balance_level),
        monthly >= rule.limits.minimum_instalment_minor(int(plan.financed_minor[0])),
        float(plan.late_fee_waived_minor[0]) <= waivers.late_fee_minor(held, facts.fees_minor),
        float(plan.interest_waived_minor[0]) <= waivers.interest_minor(held, facts.interest_minor),
        total <= nothing.totals_minor[months - 1],
        float(values.kept[0]) >= float(rule.value.completion_floor) - _COMPLETION_STEP,
        float(values.lender[0]) >= nothing.lender_value_minor - _A_FEN,
        float(values.debtor[0]) <= nothing.debtor_cost_minor + _A_FEN]
    own = len(dealt.option.breaches()) if dealt.option is not None else 0
    return kept.count(False) + own


def frontier_gap(values: Values, lender: NDArray[np.float64], debtor: NDArray[np.float64], ideal: Ideal) -> float:
    """What the two sides could gain more in all without either losing, among ``lender`` and ``debtor``'s plans.

    Each side's gain is a share of its best gain over doing nothing; 0 on the frontier.
    """
    more = (lender - values.lender[0]) / max(ideal.lender_minor, 1)
    saved = (values.debtor[0] - debtor) / max(ideal.debtor_minor, 1)
    better = np.minimum(more, saved) >= -_NOTICEABLE
    return max(0.0, float((more + saved)[better].max())) if better.any() else 0.0
