"""Rules of what can be agreed: affordability, limits of arrangements, and how schedules are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.affordability import AffordabilityRule
from core.domain.errors import InvalidInput
from core.domain.money import Rounding, share_minor
from core.domain.schedule import DayCount
from core.policy.book import Policy

_ROUNDINGS = {"truncate": Rounding.DOWN, "half_up": Rounding.HALF_UP}


@dataclass(frozen=True, slots=True)
class AgreementLimits:
    """What a personalised agreement may look like (办法 Art. 70; policy ``p70.*`` and ``plan.*``)."""

    shortest_months: int
    longest_months: int
    minimum_instalment_minor: int
    """For the principal asked about: the least instalment, or principal over the longest term if more."""
    annual_rate: Decimal
    """Proposed during the agreement; 0 is 停息."""
    down_payment_share: Decimal


@dataclass(frozen=True, slots=True)
class ExtensionLimits:
    """How long an extension may be, and what runs meanwhile (policy ``extension.*``)."""

    shortest_months: int
    longest_months: int
    interest_continues: bool
    late_fee_suspended: bool


def affordability_rule(policy: Policy) -> AffordabilityRule:
    """Every number of ``core.domain.affordability`` (policy ``afford.*``)."""
    return AffordabilityRule(
        share_of_disposable=policy.decimal("afford.share_of_disposable"),
        buffer_share=policy.decimal("afford.buffer_ratio"),
        buffer_floor_minor=policy.money("afford.buffer_min"),
        stress_income_share=1 - policy.decimal("afford.stress_income_cut"),
        stress_essentials_share=1 + policy.decimal("afford.stress_essentials_rise"),
        debt_service_share=policy.decimal("afford.dsr_cap"),
        ceiling_share=policy.decimal("afford.ceiling_share"),
        ceiling_share_variable_income=policy.decimal("afford.ceiling_share_variable"),
        ceiling_debt_service_share=policy.decimal("afford.dsr_refer"),
        minimum_instalment_minor=policy.money("afford.min_instalment"),
        spending_trigger_minor=_spending_trigger(policy),
        token_payment_months=policy.integer("token_plan.max_months"))


def _spending_trigger(policy: Policy) -> int | None:
    """Fen per person and month; None on dates for which no reference figure is known."""
    if not policy.has("afford.trigger_total"):
        return None
    return share_minor(policy.money("afford.trigger_total"), policy.decimal("afford.trigger_factor"))


def living_cost_floor(policy: Policy, city: str) -> int:
    """Fen per person and month: the city's 低保 of the date times the working factor.

    ``city`` is its name in Chinese or English. A city without a value raises
    ``InvalidInput("city_unknown")``: the mean of other cities would be a guess.
    """
    table = policy.table("afford.dibao_table")
    english = {name.casefold(): str(chinese) for name, chinese in policy.table("afford.dibao_city_names").items()}
    name = city.strip()
    legal_floor = table.get(english.get(name.casefold(), name))
    if not isinstance(legal_floor, int):
        raise InvalidInput("city_unknown", f"no minimum living allowance of this city is known on {policy.on}",
                           field="city", cities=sorted(table))
    return share_minor(legal_floor, policy.decimal("afford.working_floor"))


def minimum_instalment(policy: Policy, principal_minor: int) -> int:
    """The least instalment in fen: the policy's floor, or principal over the longest term rounded up."""
    months = policy.integer("afford.min_instalment_months")
    return max(policy.money("afford.min_instalment"), -(-principal_minor // months))


def agreement_limits(policy: Policy, principal_minor: int) -> AgreementLimits:
    """Limits of a personalised agreement on ``principal_minor`` fen."""
    return AgreementLimits(
        shortest_months=policy.integer("plan.min_months"),
        longest_months=policy.integer("p70.max_months"),
        minimum_instalment_minor=minimum_instalment(policy, principal_minor),
        annual_rate=policy.decimal("p70.interest_during_plan"),
        down_payment_share=policy.decimal("p70.down_payment"))


def extension_limits(policy: Policy) -> ExtensionLimits:
    """Limits of an extension (Civil Code Art. 678: by consent)."""
    return ExtensionLimits(
        shortest_months=policy.integer("extension.min_months"),
        longest_months=policy.integer("extension.max_months"),
        interest_continues=policy.flag("extension.interest_continues"),
        late_fee_suspended=policy.flag("extension.late_fee_suspended"))


def instalment_rounding(policy: Policy) -> Rounding:
    """How the principal share of an instalment is rounded where the terms do not say."""
    return _ROUNDINGS[policy.text("instalment.rounding")]


def instalment_day_count(policy: Policy) -> DayCount:
    """The day count of an annual rate where the terms do not say."""
    return DayCount(policy.text("instalment.day_count"))


def instalment_annual_rate(policy: Policy) -> Decimal:
    """The yearly rate during an instalment agreement where the terms do not say; 0 is 停息."""
    return policy.decimal("p70.interest_during_plan")


def disclosure_method(policy: Policy) -> str:
    """``monthly_irr_x12`` or ``effective``: the fields of ``core.domain.apr.AnnualisedRate``."""
    return policy.text("disclosure.annualised_rate")
