"""Rules of requests and their review: limits of terms, levels of authority, the order of the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, tzinfo
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.authority import AuthorityRule
from core.domain.money import parse_yuan
from core.domain.priority import PriorityRule, Step
from core.domain.promise import promised_by
from core.domain.proposal import ProposalKind
from core.domain.request_checks import TermLimits
from core.domain.waivers import WaiverRule
from core.policy.book import Policy
from core.policy.rules.account import displayed_annual_rate


def term_limits(policy: Policy) -> TermLimits:
    """Bounds of what may be asked for (policy ``p70.*``, ``plan.*``, ``afford.*``, ``requests.*`` and others)."""
    return TermLimits(
        min_months=policy.integer("plan.min_months"),
        max_months=policy.integer("p70.max_months"),
        least_instalment_minor=policy.money("afford.min_instalment"),
        instalment_months=policy.integer("afford.min_instalment_months"),
        max_down_payment_ratio=policy.decimal("requests.max_down_payment"),
        first_due_after_days=policy.integer("requests.first_due_after_days"),
        first_due_within_days=policy.integer("requests.first_due_within_days"),
        lowest_annual_rate=policy.decimal("p70.interest_during_plan"),
        highest_annual_rate=displayed_annual_rate(policy),
        min_extension_days=policy.integer("requests.min_extension_days"),
        max_extension_days=policy.integer("requests.max_extension_days"),
        assessment_fresh_days=policy.integer("requests.assessment_fresh_days"),
        exceeds_ability_months=policy.integer("requests.exceeds_ability_months"),
        settlement_days=policy.integer("negotiation.settlement_days"),
        promise_days=policy.integer("promise.max_days"),
        least_token_minor=policy.money("negotiation.token_payment"),
        min_token_months=policy.integer("token_plan.min_months"),
        max_token_months=policy.integer("token_plan.max_months"),
        max_pause_months=policy.integer("extension.max_months"),
        waivers=_waiver_rule(policy))


def authority_rule(policy: Policy) -> AuthorityRule:
    """What each level may grant (policy ``authority.*``)."""
    return AuthorityRule(
        waivers=_waiver_rule(policy),
        promise_days=_by_level(policy, "authority.promise_days"),
        extension_days=_by_level(policy, "authority.extension_days"),
        plan_months=_by_level(policy, "authority.plan_months"),
        second_plan_level=Authority(policy.text("authority.second_plan_level")),
        large_balance_minor=policy.money("authority.large_balance"),
        large_balance_level=Authority(policy.text("authority.large_balance_level")),
        four_eyes_from=Authority(policy.text("authority.four_eyes_from")))


def _waiver_rule(policy: Policy) -> WaiverRule:
    """What each level may give up (policy ``authority.*``, ``negotiation.principal_from_days``)."""
    amounts = policy.table("authority.late_fee_waiver_amount")
    return WaiverRule(
        late_fee_ratio=_shares(policy, "authority.late_fee_waiver_ratio"),
        late_fee_amount_minor={level: int(amounts[level.value]) for level in Authority if level.value in amounts},
        interest_ratio=_shares(policy, "authority.interest_waiver_ratio"),
        principal_level=Authority(policy.text("authority.principal_waiver_level")),
        principal_from_days=policy.integer("negotiation.principal_from_days"))


def priority_rule(policy: Policy) -> PriorityRule:
    """The ladders of the queue's score (policy ``queue.*``)."""
    return PriorityRule(
        amount=_ladder(policy, "queue.amount_points", money=True),
        days_past_due=_ladder(policy, "queue.days_past_due_points"),
        waiting=_ladder(policy, "queue.waiting_points"),
        vulnerable_points=policy.integer("queue.vulnerable_points"))


def decision_promise(policy: Policy, kind: ProposalKind, asked_at: datetime, zone: tzinfo) -> datetime:
    """By when a request that comes in now is decided (policy ``p70.review_sla``, ``requests.*``)."""
    soon = kind in (ProposalKind.EXTENSION, ProposalKind.PROMISE_TO_PAY)
    name = "requests.extension_review_days" if soon else "p70.review_sla"
    return promised_by(asked_at, policy.integer(name), _close_of_business(policy), zone)


def answered_promise(policy: Policy, answered_at: datetime, zone: tzinfo) -> datetime:
    """By when a request is decided whose question was answered now."""
    return promised_by(answered_at, policy.integer("requests.answer_review_days"), _close_of_business(policy), zone)


def _close_of_business(policy: Policy) -> time:
    return time.fromisoformat(policy.text("requests.close_of_business"))


def _by_level(policy: Policy, name: str) -> Mapping[Authority, int]:
    table = policy.table(name)
    return {level: int(table[level.value]) for level in Authority}


def _shares(policy: Policy, name: str) -> Mapping[Authority, Decimal]:
    table = policy.table(name)
    return {level: Decimal(str(table[level.value])) for level in Authority}


def _ladder(policy: Policy, name: str, *, money: bool = False) -> tuple[Step, ...]:
    steps = [Step(parse_yuan(bound) if money else int(bound), int(points))
             for bound, points in policy.table(name).items()]
    return tuple(sorted(steps, key=lambda step: step.bound))
