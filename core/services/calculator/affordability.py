"""``affordability``: what a household can repay each month, by the function of the cardholder's page."""

from __future__ import annotations

from math import floor
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from core.domain.affordability import AffordabilityAssessment, Reason, assess
from core.domain.errors import InvalidInput
from core.domain.household import Evidence, Household, Income, Spending, SpendingKind
from core.domain.money import format_yuan
from core.policy.rules.plan import affordability_rule, living_cost_floor
from core.services.calculator.fields import Absent, Amount, Code, Day, Input, Output, Yuan
from core.services.calculator.kinds import Book

EvidenceInput = Literal["none", "provided", "verified"]
SpendingKindInput = Literal[
    "housing", "utilities", "medical", "education", "maintenance", "tax_and_social_insurance", "work_travel",
    "insurance", "food", "clothing", "household", "phone", "childcare", "leisure", "travel", "gifts", "other"]


class IncomeInput(Input):
    """One source of income, per month."""

    kind: Code
    monthly: Amount
    evidence: EvidenceInput


class SpendingInput(Input):
    """One kind of spending, per month."""

    kind: SpendingKindInput
    monthly: Amount
    evidence: EvidenceInput


class AffordabilityInput(Input):
    """What ``affordability`` reads; without ``living_cost_floor`` the city's figure of the date is used."""

    as_of: Day
    persons: Annotated[int, Field(ge=1, le=100)]
    living_cost_floor: Amount | Absent = None
    city: Annotated[str, Field(min_length=1, max_length=40)] | Absent = None
    income: list[IncomeInput]
    spending: list[SpendingInput]
    other_debt_payments: Amount = 0
    variable_income: bool = False
    hardship: list[Code] = Field(default_factory=list)


class CountedOutput(Output):
    """The figures the rule worked with."""

    income: Yuan
    priority: Yuan
    living: Yuan
    discretionary: Yuan
    other_debt_payments: Yuan


class LimitsOutput(Output):
    """The four limits, cut down to a fen for display."""

    share: Yuan
    buffer: Yuan
    stress: Yuan
    debt_service: Yuan


class ReasonOutput(Output):
    """A code and the figures that belong to it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    code: str


class NearestChangeOutput(Output):
    """The smallest single change that would alter the outcome."""

    lever: str
    amount: Yuan
    evidence: list[str]


class AffordabilityOutput(Output):
    """What ``affordability`` writes. A person decides; this prepares the decision."""

    disposable: Yuan
    counted: CountedOutput
    limits: LimitsOutput
    binding: str
    affordable: Yuan
    ceiling: Yuan
    outcome: str
    reasons: list[ReasonOutput]
    evidence_requested: list[str]
    nearest_change: NearestChangeOutput | None
    routes: list[str]
    policy_version: str


def affordability(given: AffordabilityInput, book: Book) -> AffordabilityOutput:
    """Assess a household by the policy in force on ``as_of``."""
    policy = book().on(given.as_of)
    if given.living_cost_floor is not None:
        floor_minor = given.living_cost_floor
    elif given.city is not None:
        floor_minor = living_cost_floor(policy, given.city)
    else:
        raise InvalidInput("missing", "either living_cost_floor or city is needed", field="living_cost_floor")
    household = Household(
        persons=given.persons, living_cost_floor_minor=floor_minor,
        income=[Income(row.kind, row.monthly, Evidence(row.evidence)) for row in given.income],
        spending=[Spending(SpendingKind(row.kind), row.monthly, Evidence(row.evidence)) for row in given.spending],
        other_debt_payments_minor=given.other_debt_payments, variable_income=given.variable_income,
        hardship=given.hardship)
    return _output(assess(household, affordability_rule(policy)), policy.version)


def _output(result: AffordabilityAssessment, version: str) -> AffordabilityOutput:
    counted, change = result.counted, result.nearest_change
    return AffordabilityOutput(
        disposable=result.disposable_minor,
        counted=CountedOutput(
            income=counted.income_minor, priority=counted.priority_minor, living=counted.living_minor,
            discretionary=counted.discretionary_minor, other_debt_payments=counted.other_debt_payments_minor),
        limits=LimitsOutput(**{name: floor(limit) for name, limit in result.limits.items()}),
        binding=result.binding, affordable=result.affordable_minor, ceiling=result.ceiling_minor,
        outcome=result.outcome, reasons=[_reason(reason) for reason in result.reasons],
        evidence_requested=list(result.evidence_requested),
        nearest_change=None if change is None else NearestChangeOutput(
            lever=change.lever, amount=change.amount_minor, evidence=list(change.evidence)),
        routes=list(result.routes), policy_version=version)


def _reason(reason: Reason) -> ReasonOutput:
    figures: dict[str, Any] = {}
    for name, figure in reason.figures.items():
        is_money = name.endswith("_minor")
        figures[name.removesuffix("_minor")] = format_yuan(figure) if is_money else figure
    return ReasonOutput(code=reason.code, **figures)
