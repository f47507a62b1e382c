"""What a household declares about itself: income, spending by kind and class, dependants, and its sums.

All amounts are fen per month. The classes follow the order in which a court and a counsellor would
protect them: priority bills, living costs, the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR


class Evidence(StrEnum):
    """What stands behind a declared figure."""

    NONE = "none"
    PROVIDED = "provided"
    VERIFIED = "verified"


class SpendingClass(StrEnum):
    """How firmly a kind of spending is protected."""

    PRIORITY = "priority"
    LIVING = "living"
    DISCRETIONARY = "discretionary"


class SpendingKind(StrEnum):
    """The kinds of spending a person is asked about, priority first."""

    HOUSING = "housing"
    UTILITIES = "utilities"
    MEDICAL = "medical"
    EDUCATION = "education"
    MAINTENANCE = "maintenance"
    TAX_AND_SOCIAL_INSURANCE = "tax_and_social_insurance"
    WORK_TRAVEL = "work_travel"
    INSURANCE = "insurance"
    FOOD = "food"
    CLOTHING = "clothing"
    HOUSEHOLD = "household"
    PHONE = "phone"
    CHILDCARE = "childcare"
    LEISURE = "leisure"
    TRAVEL = "travel"
    GIFTS = "gifts"
    OTHER = "other"


_LIVING = frozenset({SpendingKind.FOOD, SpendingKind.CLOTHING, SpendingKind.HOUSEHOLD, SpendingKind.PHONE,
                     SpendingKind.CHILDCARE})
_DISCRETIONARY = frozenset({SpendingKind.LEISURE, SpendingKind.TRAVEL, SpendingKind.GIFTS, SpendingKind.OTHER})


def spending_class(kind: SpendingKind) -> SpendingClass:
    """The class of a kind of spending."""
    if kind in _LIVING:
        return SpendingClass.LIVING
    return SpendingClass.DISCRETIONARY if kind in _DISCRETIONARY else SpendingClass.PRIORITY


@dataclass(frozen=True, slots=True)
class Income:
    """One source of income, net, per month."""

    kind: str
    monthly_minor: int
    evidence: Evidence = Evidence.NONE


@dataclass(frozen=True, slots=True)
class Spending:
    """One kind of spending per month."""

    kind: SpendingKind
    monthly_minor: int
    evidence: Evidence = Evidence.NONE


@dataclass(frozen=True, slots=True)
class Household:
    """What a person declares. ``persons`` counts the cardholder and everyone who depends on them.

    ``living_cost_floor_minor`` is per person and month (policy: the dated allowance of the city, times
    the working factor).
    """

    persons: int
    living_cost_floor_minor: int
    income: Sequence[Income] = ()
    spending: Sequence[Spending] = ()
    other_debt_payments_minor: int = 0
    variable_income: bool = False
    hardship: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures the rule worked with, in fen per month."""

    income_minor: int
    priority_minor: int
    living_minor: int
    discretionary_minor: int
    other_debt_payments_minor: int

    @property
    def disposable_minor(self) -> int:
        """Income less everything counted; negative where spending exceeds income."""
        return (self.income_minor - self.priority_minor - self.living_minor - self.discretionary_minor
                - self.other_debt_payments_minor)


def count(household: Household) -> Counted:
    """Sum by class and raise living costs to the floor: nobody is asked to live on less."""
    sums = dict.fromkeys(SpendingClass, 0)
    for item in household.spending:
        sums[spending_class(item.kind)] += item.monthly_minor
    floor_minor = household.living_cost_floor_minor * household.persons
    return Counted(
        income_minor=sum(item.monthly_minor for item in household.income),
        priority_minor=sums[SpendingClass.PRIORITY],
        living_minor=max(sums[SpendingClass.LIVING], floor_minor),
        discretionary_minor=sums[SpendingClass.DISCRETIONARY],
        other_debt_payments_minor=household.other_debt_payments_minor)


def check(household: Household) -> None:
    """Refuse an empty household and amounts below zero or above the limit (``InvalidInput`` names the field)."""
    if household.persons < 1:
        raise InvalidInput("persons_out_of_range", "a household has at least one person", field="persons")
    amounts = {"living_cost_floor": household.living_cost_floor_minor,
               "other_debt_payments": household.other_debt_payments_minor,
               **{f"income.{n}.monthly": item.monthly_minor for n, item in enumerate(household.income)},
               **{f"spending.{n}.monthly": item.monthly_minor for n, item in enumerate(household.spending)}}
    for name, amount in amounts.items():
        if not 0 <= amount <= MAX_MINOR:
            raise InvalidInput("amount_out_of_range", "an amount is not negative and not above the limit", field=name)
