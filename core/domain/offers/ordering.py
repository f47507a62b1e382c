"""What "best" means: one order of plans for each purpose, exact, with every tie decided.

Ties: after the measure itself the smaller total, the fewer months, the smaller payment, the smaller
waiver, and last the number of the plan in its space, which runs from the least concession on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from core.domain.offers.evaluation import Situation
from core.domain.offers.model import Bound
from core.domain.offers.plan import Option

Key = tuple[Fraction | int, ...]


class Purpose(StrEnum):
    """What a plan is searched for."""

    LIGHTEST = "lightest"
    """The smallest payment."""
    CHEAPEST = "cheapest"
    """The least total."""
    BALANCED = "balanced"
    """Kalai-Smorodinsky: the larger of the two sides' smaller shares of their best gain."""
    LENDER = "lender"
    """The highest value to the lender."""
    DEBTOR = "debtor"
    """The least cost to the debtor."""
    NEAREST = "nearest"
    """The least breach of one constraint that is set aside."""


@dataclass(frozen=True, slots=True)
class Ideal:
    """Each side's best gain over doing nothing among all plans that meet every constraint, in fen."""

    lender_minor: int
    debtor_minor: int


@dataclass(frozen=True, slots=True)
class Objective:
    """A purpose with what it needs: the ideal for ``BALANCED``, the constraint for ``NEAREST``."""

    purpose: Purpose
    ideal: Ideal = Ideal(0, 0)
    breach: Bound = Bound.AFFORDABLE


class Search(Protocol):
    """Finds plans in one situation; whoever does it finds the same ones."""

    @property
    def situation(self) -> Situation:
        """What is searched."""
        ...

    def best(self, objective: Objective, without: frozenset[Bound] = frozenset()) -> Option | None:
        """The first plan by ``objective`` that meets every constraint but ``without``; None if there is none."""
        ...


Searching = Callable[[Situation], Search]
"""Begins the search of a situation."""


def gains(option: Option, situation: Situation) -> tuple[int, int]:
    """What the plan is worth to lender and debtor beyond doing nothing, in fen."""
    nothing = situation.nothing
    return (option.lender_value_minor - nothing.lender_value_minor,
            nothing.debtor_cost_minor - option.debtor_cost_minor)


def key(option: Option, objective: Objective, situation: Situation) -> Key:
    """Where a plan comes in the order of ``objective``; the least is the best."""
    given, months = option.terms.concession.waived_minor, option.terms.months
    total, payment, number = option.total_minor, option.monthly_minor, option.index
    match objective.purpose:
        case Purpose.LIGHTEST:
            return payment, total, months, given, number
        case Purpose.CHEAPEST:
            return total, months, payment, given, number
        case Purpose.LENDER:
            return -option.lender_value_minor, total, months, payment, given, number
        case Purpose.DEBTOR:
            return option.debtor_cost_minor, total, months, payment, given, number
        case Purpose.BALANCED:
            return -share_of_ideal(option, objective, situation), total, months, payment, given, number
        case Purpose.NEAREST:
            breach = max(-Fraction(option.slacks[objective.breach]), Fraction(0))
            return breach, total, months, payment, given, number


def share_of_ideal(option: Option, objective: Objective, situation: Situation) -> Fraction:
    """The smaller of the two sides' shares of their best gains; a side that can gain nothing has all of it."""
    pairs = zip(gains(option, situation), (objective.ideal.lender_minor, objective.ideal.debtor_minor), strict=True)
    return min(Fraction(gain, best) if best > 0 else Fraction(1) for gain, best in pairs)
