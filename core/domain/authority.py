"""Who may grant what: the level a request needs, and the second pair of eyes.

The levels are a product default (policy ``authority.*``, status ``design``): banks do not publish
theirs. Refusing grants nothing and therefore needs no level; it needs a reason and a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.actor import Authority
from core.domain.allocation import NOTHING_OWED, Outstanding
from core.domain.errors import AuthorityExceeded, PortalError
from core.domain.proposal import ProposalKind
from core.domain.waivers import NOTHING_WAIVED, Waived, WaiverRule, waiver_need


class FourEyesNeeded(PortalError):
    """The decision takes two people: one recommends, another with enough authority decides."""

    def __init__(self, *, own_recommendation: bool) -> None:
        code = "four_eyes_own" if own_recommendation else "four_eyes_needed"
        super().__init__(code, "a second person has to decide on a recommendation")


@dataclass(frozen=True, slots=True)
class AuthorityRule:
    """What each level may grant; all bounds inclusive."""

    extension_days: Mapping[Authority, int]
    """Longest extension by level, in days."""
    promise_days: Mapping[Authority, int]
    """Latest promised payment by level, in days."""
    plan_months: Mapping[Authority, int]
    """Longest agreement, token payments or pause by level, in months; 0: none."""
    second_plan_level: Authority
    """Who may grant an agreement on an account that had one."""
    large_balance_minor: int
    large_balance_level: Authority
    """Who decides balances from ``large_balance_minor`` fen on (itself included)."""
    four_eyes_from: Authority
    """From this level on one person recommends and another decides."""
    waivers: WaiverRule


@dataclass(frozen=True, slots=True)
class Ask:
    """What the needed level depends on."""

    kind: ProposalKind
    balance_minor: int
    """All that is owed on the account, in fen."""
    days: int = 0
    """Length of an extension, or until a promised payment."""
    months: int = 0
    """Length of an agreement, of token payments or a pause in months, rounded up."""
    agreed_before: bool = False
    """The account already had a personalised agreement."""
    given: Waived = NOTHING_WAIVED
    """What is to be given up …"""
    owed: Outstanding = NOTHING_OWED
    """… of these parts …"""
    days_past_due: int = 0
    """… so late."""


@dataclass(frozen=True, slots=True)
class AuthorityNeed:
    """The needed level and the name of the bound that makes it so (for words: ``collector.authority.<limit>``)."""

    level: Authority
    limit: str


def needed_authority(ask: Ask, rule: AuthorityRule) -> AuthorityNeed:
    """The least level that may grant ``ask``, with the bound that decides."""
    match ask.kind:
        case ProposalKind.EXTENSION:
            need = AuthorityNeed(_least(rule.extension_days, ask.days), "extension_days")
        case ProposalKind.SETTLEMENT:
            need = AuthorityNeed(Authority.L1, "settlement")
        case ProposalKind.PROMISE_TO_PAY:
            # Nothing is given up: a large balance makes no difference.
            return AuthorityNeed(_least(rule.promise_days, ask.days), "promise_days")
        case ProposalKind.TOKEN_PAYMENT | ProposalKind.PAUSE:
            need = AuthorityNeed(_least(rule.plan_months, ask.months), "relief_months")
        case ProposalKind.PERSONALISED_AGREEMENT:
            need = AuthorityNeed(_least(rule.plan_months, ask.months), "plan_months")
            if ask.agreed_before:
                need = _higher(need, AuthorityNeed(rule.second_plan_level, "second_plan"))
    waiver = waiver_need(ask.given, ask.owed, ask.days_past_due, rule.waivers)
    if waiver.part is not None:
        given = AuthorityNeed(waiver.level, f"{waiver.part}_waiver")
        # A settlement grants nothing but what it gives up.
        need = given if ask.kind is ProposalKind.SETTLEMENT else _higher(need, given)
    if ask.balance_minor >= rule.large_balance_minor:
        need = _higher(need, AuthorityNeed(rule.large_balance_level, "large_balance"))
    return need


def _least(bounds: Mapping[Authority, int], value: int) -> Authority:
    # What no level reaches is stopped by the limits of the request; here it needs the highest.
    return next((level for level in Authority if value <= bounds[level]), Authority.L4)


def _higher(one: AuthorityNeed, other: AuthorityNeed) -> AuthorityNeed:
    return one if one.level.covers(other.level) else other


def needs_four_eyes(level: Authority, rule: AuthorityRule) -> bool:
    """Whether a decision of this level takes two people."""
    return level.covers(rule.four_eyes_from)


def check_may_grant(need: AuthorityNeed, held: Authority | None, decider_id: str, recommended_by: str | None,
                    rule: AuthorityRule) -> None:
    """Let pass only a decider with enough authority who is not granting their own recommendation.

    Raises ``AuthorityExceeded`` naming the level needed, or ``FourEyesNeeded`` when the decision
    takes two people and nobody else has recommended it yet.
    """
    if held is None or not held.covers(need.level):
        raise AuthorityExceeded(need.level, held or "none", need.limit)
    if needs_four_eyes(need.level, rule) and recommended_by in (None, decider_id):
        raise FourEyesNeeded(own_recommendation=recommended_by is not None)
