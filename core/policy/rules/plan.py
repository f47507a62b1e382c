"""Rules of what can be agreed: affordability, limits of arrangements, and how schedules are laid out."""

from __future__ import annotations

from decimal import Decimal

from core.domain.affordability import AffordabilityRule
from core.domain.errors import InvalidInput
from core.domain.money import Rounding, share_minor
from core.domain.schedule import DayCount
from core.policy.book import Policy

_ROUNDINGS = {"truncate": Rounding.DOWN, "half_up": Rounding.HALF_UP}


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
    """Fen per person and month: the city's living allowance of the date times the working factor.

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


def instalment_rounding(policy: Policy) -> Rounding:
    """How the principal share of an instalment is rounded where the terms do not say."""
    return _ROUNDINGS[policy.text("instalment.rounding")]


def instalment_day_count(policy: Policy) -> DayCount:
    """The day count of an annual rate where the terms do not say."""
    return DayCount(policy.text("instalment.day_count"))


def instalment_annual_rate(policy: Policy) -> Decimal:
    """The yearly rate during an instalment agreement where the terms do not say; 0 stops interest."""
    return policy.decimal("p70.interest_during_plan")
