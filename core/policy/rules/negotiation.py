"""Rules of a negotiation (policy ``negotiation.*``): plan space, model of values, what else may be offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.delinquency import DelinquencyBucket
from core.domain.offers.rule import GridRule, ManyRule, OfferRule, OtherKindsRule, ValueRule
from core.policy.book import Policy
from core.policy.rules.projection import projection_rule
from core.policy.rules.requests import authority_rule, term_limits

_DAYS_PER_YEAR = 365


def offer_rule(policy: Policy, daily_rate: Decimal | None = None) -> OfferRule:
    """Everything ``core.domain.offers`` needs; ``daily_rate`` replaces the policy's, as a contract may."""
    limits = term_limits(policy)
    if daily_rate is not None:
        limits = replace(limits, highest_annual_rate=daily_rate * _DAYS_PER_YEAR)
    return OfferRule(
        grid=_grid(policy, limits.highest_annual_rate), limits=limits, authority=authority_rule(policy),
        value=_values(policy),
        many=ManyRule(policy.decimal("negotiation.least_difference"),
                      policy.integer("negotiation.least_difference_months"), policy.decimal("negotiation.tolerance"),
                      policy.integer("negotiation.rounds")),
        others=_others(policy), projection=projection_rule(policy, daily_rate))


def default_authority(policy: Policy) -> Authority:
    """The level offers may use when none is named."""
    return Authority(policy.text("negotiation.default_authority"))


def _grid(policy: Policy, contract_rate: Decimal) -> GridRule:
    lowest = policy.decimal("p70.interest_during_plan")
    rates = [rate for rate in _decimals(policy, "negotiation.annual_rates") if lowest <= rate <= contract_rate]
    return GridRule(
        annual_rates=tuple(rates or [min(lowest, contract_rate)]),
        interest_free_months=policy.integer("negotiation.interest_free_months"),
        late_fee_shares=_decimals(policy, "negotiation.late_fee_shares"),
        interest_shares=_decimals(policy, "negotiation.interest_shares"),
        start_months=policy.integer("negotiation.start_months"),
        step_sizes=_decimals(policy, "negotiation.step_sizes"),
        step_months=tuple(int(months) for months in _decimals(policy, "negotiation.step_months")),
        most_steps=policy.integer("negotiation.most_steps"),
        recovering_reasons=tuple(sorted(str(item) for item in policy.items("negotiation.recovering_reasons"))),
        lean_shares=_decimals(policy, "negotiation.lean_shares"))


def _values(policy: Policy) -> ValueRule:
    return ValueRule(
        monthly_hazard=_by_bucket(policy, "negotiation.monthly_hazard"),
        reference_share=policy.decimal("negotiation.reference_share"),
        elasticity=policy.decimal("negotiation.elasticity"),
        hardship_factor=policy.decimal("negotiation.hardship_factor"),
        highest_hazard=policy.decimal("negotiation.highest_hazard"),
        completion_floor=policy.decimal("negotiation.completion_floor"),
        recovery=_by_bucket(policy, "negotiation.recovery"),
        cost_of_funds=policy.decimal("negotiation.cost_of_funds"),
        debtor_discount=policy.decimal("negotiation.debtor_discount"),
        buffer_share=policy.decimal("afford.buffer_ratio"),
        buffer_floor_minor=policy.money("afford.buffer_min"),
        buffer_weight=policy.decimal("negotiation.buffer_weight"),
        horizon_months=policy.integer("negotiation.horizon_months"))


def _others(policy: Policy) -> OtherKindsRule:
    return OtherKindsRule(
        settlement=policy.flag("settlement.early_with_waiver"),
        settlement_days=policy.integer("negotiation.settlement_days"),
        extension_days=policy.integer("negotiation.extension_days"),
        extension_until_days_past_due=policy.integer("negotiation.extension_until_days_past_due"),
        promise_days=_promise_days(policy),
        promise_until_days_past_due=policy.integer("negotiation.promise_until_days_past_due"),
        token_minor=policy.money("negotiation.token_payment"),
        token_months=policy.integer("token_plan.max_months"),
        pause_months=policy.integer("extension.max_months"),
        rate=policy.decimal("p70.interest_during_plan"))


def _promise_days(policy: Policy) -> Mapping[Authority, int]:
    longest, table = policy.integer("promise.max_days"), policy.table("authority.promise_days")
    return {level: min(int(table[level.value]), longest) for level in Authority}


def _decimals(policy: Policy, name: str) -> tuple[Decimal, ...]:
    return tuple(sorted(Decimal(str(item)) for item in policy.items(name)))


def _by_bucket(policy: Policy, name: str) -> Mapping[DelinquencyBucket, Decimal]:
    table = policy.table(name)
    return {bucket: Decimal(str(table[bucket.value])) for bucket in DelinquencyBucket}
