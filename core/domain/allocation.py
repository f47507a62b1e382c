"""Which part of the debt a payment pays first.

Up to 90 days past due: fees, interest, principal. From day 91: principal, interest, fees.
Source: Measures on Commercial Banks' Credit-Card Business Art. 57; policy ``alloc.*``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import InvalidInput


class Component(StrEnum):
    """A part of what is owed that is paid, waived and explained by itself."""

    FEES = "fees"
    INTEREST = "interest"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Fen owed, or applied, by component; none is negative."""

    fees_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All components together."""
        return self.fees_minor + self.interest_minor + self.principal_minor

    def of(self, component: Component) -> int:
        """The fen of one component."""
        match component:
            case Component.FEES:
                return self.fees_minor
            case Component.INTEREST:
                return self.interest_minor
            case Component.PRINCIPAL:
                return self.principal_minor


NOTHING_OWED = Outstanding()


@dataclass(frozen=True, slots=True)
class AllocationRule:
    """Two orders and the last day past due on which the first of them holds."""

    last_day_of_first_order: int
    first_order: tuple[Component, ...]
    later_order: tuple[Component, ...]

    def __post_init__(self) -> None:
        for order in (self.first_order, self.later_order):
            if sorted(order) != sorted(Component):
                raise InvalidInput("order_incomplete", "an order names every component once")

    def order(self, days_past_due: int) -> tuple[Component, ...]:
        """The order in force at ``days_past_due``."""
        return self.first_order if days_past_due <= self.last_day_of_first_order else self.later_order


@dataclass(frozen=True, slots=True)
class Allocation:
    """``applied`` + ``remaining`` = what was owed; ``applied`` + ``unapplied_minor`` = what was paid."""

    applied: Outstanding
    remaining: Outstanding
    unapplied_minor: int


def allocate(amount_minor: int, days_past_due: int, outstanding: Outstanding, rule: AllocationRule) -> Allocation:
    """Apply a payment to ``outstanding`` in the rule's order at ``days_past_due``.

    Raises ``InvalidInput`` for a negative amount, component or number of days.
    """
    if amount_minor < 0:
        raise InvalidInput("amount_negative", "an amount is not negative", field="amount")
    if days_past_due < 0:
        raise InvalidInput("days_negative", "days past due are not negative", field="days_past_due")
    if any(outstanding.of(component) < 0 for component in Component):
        raise InvalidInput("amount_negative", "what is owed is not negative", field="outstanding")
    left = amount_minor
    applied: dict[Component, int] = {}
    for component in rule.order(days_past_due):
        applied[component] = min(left, outstanding.of(component))
        left -= applied[component]
    fees, interest, principal = (applied[component] for component in Component)
    remaining = Outstanding(outstanding.fees_minor - fees, outstanding.interest_minor - interest,
                            outstanding.principal_minor - principal)
    return Allocation(Outstanding(fees, interest, principal), remaining, left)
