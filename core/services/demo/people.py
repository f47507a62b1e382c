"""Synthetic cardholders: who they are, what they earn and spend, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from core.domain.hardship import HardshipReason
from core.domain.household import Evidence, Income, Spending, SpendingKind
from core.domain.money import parse_yuan
from core.services.assessment_records import AssessmentInput, IncomeKind
from core.services.demo.lists import lists
from core.services.importing.bundle import CardholderRecord

_REASONS = {HardshipReason.INCOME_DROP: 28, HardshipReason.JOB_LOSS: 22, HardshipReason.OVER_INDEBTED: 16,
            HardshipReason.BUSINESS_FAILURE: 11, HardshipReason.ILLNESS: 10, HardshipReason.CARING: 6,
            HardshipReason.SEPARATION: 3, HardshipReason.BEREAVEMENT: 2, HardshipReason.DISASTER: 1,
            HardshipReason.OTHER: 1}
_VULNERABLE_REASONS = {HardshipReason.ILLNESS, HardshipReason.BEREAVEMENT, HardshipReason.CARING}
_INCOME_LEFT = {HardshipReason.JOB_LOSS: (0.15, 0.5), HardshipReason.BUSINESS_FAILURE: (0.4, 0.9),
                HardshipReason.INCOME_DROP: (0.6, 0.9), HardshipReason.ILLNESS: (0.5, 0.9)}
_YUAN = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A cardholder of the demo with everything that decides about their cards and their household."""

    record: CardholderRecord
    usual_income_minor: int
    """Per month, before anything went wrong: what the card limit was granted on."""
    household: AssessmentInput
    hardship: HardshipReason


def phone_of(number: int) -> str:
    """A phone number for the ``number``-th person; nothing is ever sent to it."""
    return f"199{number:08d}"


def draw_person(random: Random, number: int) -> Person:
    """The ``number``-th person of the portfolio."""
    city = weighted(random, {name: facts["weight"] for name, facts in lists()["cities"].items()})
    name = weighted(random, lists()["family_names"]) + random.choice(lists()["given_names"])
    usual = _rounded(random.lognormvariate(9.05, 0.45), 100, 3_000, 40_000) * _YUAN
    hardship = weighted(random, _REASONS)
    vulnerable = random.random() < (0.55 if hardship in _VULNERABLE_REASONS else 0.05)
    record = CardholderRecord(f"P{number:05d}", name, phone_of(number), city=city, vulnerable=vulnerable,
                              locale="en" if random.random() < 0.03 else "zh_CN")
    return Person(record, usual, draw_household(random, city, usual, hardship), hardship)


def draw_household(random: Random, city: str, usual_minor: int, hardship: HardshipReason) -> AssessmentInput:
    """What the person would declare today: income after what happened, spending, other debts."""
    persons = random.choices((1, 2, 3, 4), (46, 28, 21, 5))[0]
    low, high = _INCOME_LEFT.get(hardship, (0.85, 1.05))
    nothing_left = hardship is HardshipReason.JOB_LOSS and random.random() < 0.3
    own = 0 if nothing_left else _tens(usual_minor * random.uniform(low, high))
    kind = IncomeKind.SELF_EMPLOYMENT if hardship is HardshipReason.BUSINESS_FAILURE else (
        IncomeKind.BENEFITS if hardship is HardshipReason.JOB_LOSS else IncomeKind.SALARY)
    evidence = random.choices((Evidence.VERIFIED, Evidence.PROVIDED, Evidence.NONE), (35, 45, 20))[0]
    income = [Income(kind.value, own, evidence)] if own else []
    if persons > 1 and random.random() < 0.75:
        partner = _tens(usual_minor * random.uniform(0.35, 1.0))
        income.append(Income(IncomeKind.FAMILY_SUPPORT.value, partner, Evidence.PROVIDED))
    whole = sum(line.monthly_minor for line in income)
    content = AssessmentInput(
        persons=persons, city=city, income=tuple(income), spending=_spending(random, persons, whole),
        other_debt_payments_minor=_tens(whole * random.choice((0, 0, 0, 0.03, 0.06, 0.12))),
        variable_income=kind is IncomeKind.SELF_EMPLOYMENT, hardship=(hardship.value,), no_income=not income)
    declared = lists()["cities"][city].get("declared_allowance")
    if declared is None:
        return content
    return replace(content, city=None, local_allowance_minor=parse_yuan(declared))


def _spending(random: Random, persons: int, whole_minor: int) -> tuple[Spending, ...]:
    """Shares of income for the bills, living costs by the head."""
    provided = Evidence.PROVIDED if random.random() < 0.6 else Evidence.NONE
    amounts = {
        SpendingKind.HOUSING: (whole_minor * random.uniform(0.08, 0.22), provided),
        SpendingKind.UTILITIES: (random.uniform(120, 320) * _YUAN, provided),
        SpendingKind.WORK_TRAVEL: (random.uniform(0, 260) * _YUAN, Evidence.NONE),
        SpendingKind.FOOD: (random.uniform(550, 1_050) * _YUAN * (0.4 + 0.6 * persons), Evidence.NONE),
        SpendingKind.PHONE: (random.uniform(39, 129) * _YUAN, Evidence.NONE),
        SpendingKind.HOUSEHOLD: (random.uniform(60, 240) * _YUAN, Evidence.NONE),
        SpendingKind.LEISURE: (random.choice((0, 0, 80, 150, 300)) * _YUAN, Evidence.NONE),
    }
    if persons >= 3:
        amounts[SpendingKind.EDUCATION] = (random.uniform(100, 900) * _YUAN, provided)
    if random.random() < 0.2:
        amounts[SpendingKind.MEDICAL] = (random.uniform(100, 1_200) * _YUAN, provided)
    return tuple(Spending(kind, _tens(amount), evidence) for kind, (amount, evidence) in amounts.items()
                 if _tens(amount))


def weighted(random: Random, weights: dict[Any, int]) -> Any:
    """A key drawn by its weight."""
    return random.choices(list(weights), list(weights.values()))[0]


def _rounded(value: float, step: int, least: int, most: int) -> int:
    return int(min(max(round(value / step) * step, least), most))


def _tens(amount_minor: float) -> int:
    """Whole tens of yuan, as people say what they spend."""
    return int(amount_minor // (10 * _YUAN)) * 10 * _YUAN
