"""A statement cycle: what goes in, what one statement hands to the next, what comes out.

``core.domain.closing`` closes a cycle. Sources: policy ``interest.*``, ``grace.*``, ``late_fee.*``,
``min_payment.*``, ``alloc.*``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.domain.allocation import AllocationRule, Outstanding
from core.domain.interest import Interest, InterestTerms, Movement
from core.domain.late_fee import LateFeeRule
from core.domain.minimum_payment import MinimumPayment, MinimumPaymentRule


class Compounding(StrEnum):
    """Whether billed, unpaid interest joins what bears interest."""

    NONE = "none"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class GraceRule:
    """Grace: days after the due date, fen short of the full bill."""

    days: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CycleRules:
    """The issuer's rules for one cycle; ``due_days`` from statement to due date."""

    interest: InterestTerms
    compounding: Compounding
    least_interest_minor: int
    late_fee: LateFeeRule
    minimum: MinimumPaymentRule
    allocation: AllocationRule
    grace: GraceRule
    due_days: int


@dataclass(frozen=True, slots=True)
class Balances:
    """What is owed by component in fen. A negative principal is a credit balance."""

    principal_minor: int = 0
    interest_minor: int = 0
    late_fee_minor: int = 0
    other_fees_minor: int = 0

    @property
    def total_minor(self) -> int:
        """The balance of the statement."""
        return self.principal_minor + self.interest_minor + self.late_fee_minor + self.other_fees_minor

    @property
    def outstanding(self) -> Outstanding:
        """What a payment can be applied to: all fees as one, a credit balance as nothing owed."""
        return Outstanding(self.late_fee_minor + self.other_fees_minor, self.interest_minor,
                           max(self.principal_minor, 0))

    def less(self, other: Balances) -> Balances:
        """Component by component."""
        return Balances(self.principal_minor - other.principal_minor, self.interest_minor - other.interest_minor,
                        self.late_fee_minor - other.late_fee_minor, self.other_fees_minor - other.other_fees_minor)


@dataclass(frozen=True, slots=True)
class Bearing:
    """A part of the balance that may bear interest, from ``on``; oldest parts are paid first."""

    on: date
    amount_minor: int
    interest_free: bool
    """True for a purchase whose statement's due date has not been missed yet."""


@dataclass(frozen=True, slots=True)
class UnpaidMinimum:
    """What is missing of the minimum payment that was due on ``due_date``."""

    due_date: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AccountState:
    """All that one statement hands to the next; a new account starts with ``AccountState()``."""

    balances: Balances = Balances()
    bearing: tuple[Bearing, ...] = ()
    due_date: date | None = None
    """Due date of the last statement, None before the first."""
    minimum_minor: int = 0
    """Its minimum payment, what was missing of earlier ones included."""
    overdue: tuple[UnpaidMinimum, ...] = ()
    """Missed minimum payments, oldest first."""
    consecutive_misses: int = 0

    @property
    def oldest_unpaid_due_date(self) -> date | None:
        """Where days past due are counted from; None when nothing is overdue."""
        return self.overdue[0].due_date if self.overdue else None


@dataclass(frozen=True, slots=True)
class StatementCycle:
    """What was posted after the last statement date up to and including ``statement_date``."""

    statement_date: date
    purchases: tuple[Movement, ...] = ()
    cash: tuple[Movement, ...] = ()
    other_fees: tuple[Movement, ...] = ()
    payments: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class PostedPayment:
    """A payment and what it paid.

    ``applied`` sums to the payment; the part of it that became a credit balance, ``unapplied_minor``,
    is within its principal. A charge paid out of a credit balance shows as a payment of 0 in all.
    """

    on: date
    applied: Balances
    unapplied_minor: int
    days_past_due: int


@dataclass(frozen=True, slots=True)
class ClosedCycle:
    """The statement, what explains it, and the state the next cycle starts from."""

    statement_date: date
    due_date: date
    opening: Balances
    closing: Balances
    interest: Interest
    late_fee_minor: int
    late_fee_on: date | None
    minimum: MinimumPayment
    payments: tuple[PostedPayment, ...]
    paid_by_due_minor: int
    """Paid towards the previous statement by its due date and grace."""
    state: AccountState = field(repr=False)
