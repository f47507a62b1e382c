"""A point of the plan space, and the plan it stands for, worked out to the fen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.offers.model import Bound, Ledger
from core.domain.plan_shape import LEVEL, PlanShape
from core.domain.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Concession:
    """What is paid at once and what is given up before the rest is laid out in instalments, in fen."""

    down_payment_minor: int = 0
    late_fee_waived_minor: int = 0
    interest_waived_minor: int = 0

    @property
    def waived_minor(self) -> int:
        """Everything given up."""
        return self.late_fee_waived_minor + self.interest_waived_minor


@dataclass(frozen=True, slots=True)
class Price:
    """The plan's yearly rate (0.12 is 12 %) and its first months without interest."""

    annual_rate: Decimal = Decimal(0)
    interest_free_months: int = 0


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """One point of the plan space."""

    concession: Concession
    first_due_date: date
    price: Price
    months: int
    frequency: Frequency = Frequency.MONTHLY
    shape: PlanShape = LEVEL


@dataclass(frozen=True, slots=True)
class Option:
    """A plan worked out: its instalments to the fen, its model values rounded to the fen.

    ``instalment_minor`` is the dearest instalment, ``monthly_minor`` what that comes to in a month;
    ``total_minor`` is everything paid, the down payment included. ``completion`` is a model estimate.
    """

    index: int
    terms: PlanTerms
    schedule: Schedule
    instalment_minor: int
    monthly_minor: int
    total_minor: int
    lender_value_minor: int
    debtor_cost_minor: int
    completion: Decimal
    authority: Authority
    slacks: Ledger = field(compare=False)

    def breaches(self, without: frozenset[Bound] = frozenset()) -> tuple[Bound, ...]:
        """The constraints it does not meet, in order."""
        return tuple(name for name, slack in self.slacks.items()
                     if slack < 0 and (name not in without or name is Bound.INTEREST_COVERED))

    @property
    def months(self) -> int:
        """The length."""
        return self.terms.months

    @property
    def last_due_date(self) -> date:
        """The day of the last instalment."""
        return self.schedule.instalments[-1].due_date
