"""The account's rules carried forward: what a projection needs, from the policy of its first day."""

from __future__ import annotations

from decimal import Decimal

from core.domain.projection_model import ProjectionRule
from core.domain.statement import Compounding
from core.policy.book import Policy
from core.policy.rules.account import allocation_rule, delinquency_rule, late_fee_rule, minimum_payment_rule


def projection_rule(policy: Policy, daily_rate: Decimal | None = None) -> ProjectionRule:
    """Rules of ``core.domain.projection``; ``daily_rate`` replaces the policy's, as a contract may."""
    return ProjectionRule(
        daily_rate=policy.decimal("interest.daily_rate") if daily_rate is None else daily_rate,
        compounds=Compounding(policy.text("interest.compounding")) is Compounding.MONTHLY,
        days_to_due=policy.integer("statement.due_days"),
        minimum_payment=minimum_payment_rule(policy),
        late_fee=late_fee_rule(policy),
        allocation=allocation_rule(policy),
        delinquency=delinquency_rule(policy))
