"""What a household can repay each month without going short.

Priority bills, a floor of living costs nobody is asked to go below, and other debts come first; of what
is left, four limits are computed and the smallest one binds. The result prepares a human decision and
never takes one (PIPL Art. 24): an outcome below ``affordable`` names the hardship routes and the
smallest single change that would alter it. All amounts are fen per month; every number of the rule is
policy (``afford.*``). Sources: the provisions on seizure Art. 3(2) and the living-allowance regulation
Art. 6 for the floor, HMRC time-to-pay guidance for the share, the banking regulator's document 57 of 2004
Art. 36 for debt service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from core.domain.household import (
    Counted,
    Evidence,
    Household,
    SpendingClass,
    SpendingKind,
    check,
    count,
    spending_class,
)
from core.domain.money import MAX_MINOR


class Limit(StrEnum):
    """The four limits; on a tie the first one binds."""

    SHARE = "share"
    """A share of what is left."""
    BUFFER = "buffer"
    """What is left after a reserve for small emergencies."""
    STRESS = "stress"
    """What would be left if income fell and essentials rose."""
    DEBT_SERVICE = "debt_service"
    """A share of income for all debts together, less the other debts."""


class Outcome(StrEnum):
    """The first that holds."""

    NO_INCOME = "no_income"
    NO_SURPLUS = "no_surplus"
    REFER = "refer"
    AFFORDABLE = "affordable"


class Route(StrEnum):
    """Ways on for a household that cannot afford an instalment now (CONC 7.3 is the model)."""

    TOKEN_PAYMENT = "token_payment"  # noqa: S105 - a small payment, not a credential
    PAUSE = "pause"
    FREE_DEBT_ADVICE = "free_debt_advice"
    CALL_A_PERSON = "call_a_person"


class Lever(StrEnum):
    """What a nearest change would change; on a tie the first one is named."""

    EVIDENCE = "evidence"
    DISCRETIONARY = "discretionary"
    OTHER_DEBT_PAYMENTS = "other_debt_payments"
    LIVING = "living"
    PRIORITY = "priority"
    INCOME = "income"


@dataclass(frozen=True, slots=True)
class AffordabilityRule:
    """Every number of the rule, from policy. Shares are fractions of one."""

    share_of_disposable: Decimal
    buffer_share: Decimal
    buffer_floor_minor: int
    stress_income_share: Decimal
    """0.90: income after a fall of a tenth."""
    stress_essentials_share: Decimal
    """1.05: priority and living costs after a rise of a twentieth."""
    debt_service_share: Decimal
    ceiling_share: Decimal
    ceiling_share_variable_income: Decimal
    ceiling_debt_service_share: Decimal
    minimum_instalment_minor: int
    spending_trigger_minor: int | None
    """Per person: non-housing spending above it is counted, but asks for evidence. None: nothing asks."""
    token_payment_months: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A code for words and the figures that fill them (fen where the name ends in ``_minor``)."""

    code: str
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NearestChange:
    """The smallest single change that would alter the outcome: fen a month, or evidence of kinds."""

    lever: Lever
    amount_minor: int = 0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AffordabilityAssessment:
    """The result, with everything needed to explain and to replay it.

    ``limits`` are exact fen (a product may end in half a fen) and may be negative; ``affordable_minor``
    and ``ceiling_minor`` are cut down to whole fen and never negative.
    """

    counted: Counted
    limits: Mapping[Limit, Fraction]
    binding: Limit
    affordable_minor: int
    ceiling_minor: int
    outcome: Outcome
    reasons: tuple[Reason, ...]
    evidence_requested: tuple[str, ...]
    nearest_change: NearestChange | None
    routes: tuple[Route, ...]

    @property
    def disposable_minor(self) -> int:
        """Income less everything counted; may be negative."""
        return self.counted.disposable_minor


def assess(household: Household, rule: AffordabilityRule) -> AffordabilityAssessment:
    """Apply the rule to what a household declared.

    Raises ``InvalidInput`` for negative or oversized amounts and for fewer than one person.
    """
    check(household)
    counted = count(household)
    limits = _limits(counted, rule)
    binding = min(limits, key=lambda name: limits[name])  # min keeps the first of equals
    affordable = _affordable(counted, rule)
    asked, asked_because = _evidence_asked(household, rule)
    outcome = _outcome(counted, affordable, asked, rule)
    return AffordabilityAssessment(
        counted=counted, limits=limits, binding=binding, affordable_minor=affordable,
        ceiling_minor=_ceiling(counted, household.variable_income, rule), outcome=outcome,
        reasons=(*_reasons(household, counted, affordable, outcome, rule),
                 Reason(f"limit_{binding}", {"limit_minor": floor(limits[binding])}), *asked_because),
        evidence_requested=asked,
        nearest_change=_nearest_change(household, counted, outcome, asked, rule),
        routes=() if outcome is Outcome.AFFORDABLE else tuple(Route))


def _buffer(disposable: int, rule: AffordabilityRule) -> Fraction:
    return max(Fraction(rule.buffer_share) * disposable, Fraction(rule.buffer_floor_minor))


def _limits(counted: Counted, rule: AffordabilityRule) -> dict[Limit, Fraction]:
    disposable = counted.disposable_minor
    essentials = counted.priority_minor + counted.living_minor
    others = counted.other_debt_payments_minor
    return {
        Limit.SHARE: Fraction(rule.share_of_disposable) * disposable,
        Limit.BUFFER: disposable - _buffer(disposable, rule),
        Limit.STRESS: (Fraction(rule.stress_income_share) * counted.income_minor
                       - Fraction(rule.stress_essentials_share) * essentials - others),
        Limit.DEBT_SERVICE: Fraction(rule.debt_service_share) * counted.income_minor - others,
    }


def _affordable(counted: Counted, rule: AffordabilityRule) -> int:
    return max(0, floor(min(_limits(counted, rule).values())))


def _ceiling(counted: Counted, variable_income: bool, rule: AffordabilityRule) -> int:
    """What may be chosen above the affordable amount after a warning; above it no plan is offered."""
    disposable = counted.disposable_minor
    share = rule.ceiling_share_variable_income if variable_income else rule.ceiling_share
    return max(0, floor(min(
        Fraction(share) * disposable,
        disposable - _buffer(disposable, rule),
        Fraction(rule.ceiling_debt_service_share) * counted.income_minor - counted.other_debt_payments_minor)))


def _evidence_asked(household: Household, rule: AffordabilityRule) -> tuple[tuple[str, ...], list[Reason]]:
    """Kinds whose evidence is asked for and not yet there, and why anything is asked at all."""
    kinds: list[str] = []
    reasons: list[Reason] = []
    non_housing = [item for item in household.spending if item.kind is not SpendingKind.HOUSING]
    declared = sum(item.monthly_minor for item in non_housing)
    trigger = None if rule.spending_trigger_minor is None else rule.spending_trigger_minor * household.persons
    if trigger is not None and declared > trigger:
        kinds += [item.kind for item in non_housing if item.monthly_minor and item.evidence is Evidence.NONE]
        reasons.append(Reason("spending_above_trigger", {"declared_minor": declared, "trigger_minor": trigger}))
    if household.variable_income:
        kinds += [item.kind for item in household.income if item.evidence is Evidence.NONE]
        reasons.append(Reason("variable_income"))
    return tuple(dict.fromkeys(str(kind) for kind in kinds)), reasons


def _outcome(counted: Counted, affordable: int, asked: Sequence[str], rule: AffordabilityRule) -> Outcome:
    if counted.income_minor == 0:
        return Outcome.NO_INCOME
    if affordable < rule.minimum_instalment_minor:
        return Outcome.NO_SURPLUS
    return Outcome.REFER if asked else Outcome.AFFORDABLE


def _reasons(
    household: Household, counted: Counted, affordable: int, outcome: Outcome, rule: AffordabilityRule
) -> list[Reason]:
    reasons = []
    if outcome is Outcome.NO_INCOME:
        reasons.append(Reason("no_income"))
    elif outcome is Outcome.NO_SURPLUS:
        reasons.append(Reason("below_minimum_instalment", {
            "affordable_minor": affordable, "minimum_minor": rule.minimum_instalment_minor}))
    elif outcome is Outcome.REFER:
        reasons.append(Reason("evidence_missing"))
    if counted.disposable_minor < 0:
        reasons.append(Reason("spending_exceeds_income", {"shortfall_minor": -counted.disposable_minor}))
    declared = sum(item.monthly_minor for item in household.spending
                   if spending_class(item.kind) is SpendingClass.LIVING)
    if declared < counted.living_minor:
        reasons.append(Reason("living_raised_to_floor", {
            "declared_minor": declared, "counted_minor": counted.living_minor, "persons": household.persons}))
    return reasons


def _nearest_change(
    household: Household, counted: Counted, outcome: Outcome, asked: tuple[str, ...], rule: AffordabilityRule
) -> NearestChange | None:
    """The single change of the least money that makes an instalment affordable, or the evidence missing."""
    if outcome is Outcome.AFFORDABLE:
        return None
    if outcome is Outcome.REFER:
        return NearestChange(Lever.EVIDENCE, evidence=asked)
    floor_minor = household.living_cost_floor_minor * household.persons
    # Spending can only fall as far as it goes, and living costs only to the floor; income has no bound.
    reach = {Lever.DISCRETIONARY: counted.discretionary_minor,
             Lever.OTHER_DEBT_PAYMENTS: counted.other_debt_payments_minor,
             Lever.LIVING: counted.living_minor - floor_minor,
             Lever.PRIORITY: counted.priority_minor,
             Lever.INCOME: None}
    changes = [NearestChange(lever, amount) for lever, most in reach.items()
               if (amount := _least_change(counted, lever, most, rule)) is not None]
    return min(changes, key=lambda change: change.amount_minor, default=None)


def _least_change(counted: Counted, lever: Lever, most: int | None, rule: AffordabilityRule) -> int | None:
    """The least fen by which ``lever`` must move until the minimum instalment is affordable.

    The affordable amount never falls as a lever moves, so the answer is found by halving.
    """
    name = f"{lever}_minor"
    sign = 1 if lever is Lever.INCOME else -1

    def suffices(amount: int) -> bool:
        moved = replace(counted, **{name: getattr(counted, name) + sign * amount})
        return moved.income_minor > 0 and _affordable(moved, rule) >= rule.minimum_instalment_minor

    if most is None:
        most = 1
        while not suffices(most):
            most *= 2
            if most > 4 * MAX_MINOR * MAX_MINOR:  # a rule whose shares are zero never suffices
                return None
    elif not suffices(most):
        return None
    least = 0
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if suffices(middle) else (middle, most)
    return most
