"""What one statement hands to the next: balances, what may bear interest, what was asked for, what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.domain.allocation import Outstanding
from core.domain.interest import Movement


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

    def plus(self, other: Balances) -> Balances:
        """Component by component."""
        return Balances(self.principal_minor + other.principal_minor, self.interest_minor + other.interest_minor,
                        self.late_fee_minor + other.late_fee_minor, self.other_fees_minor + other.other_fees_minor)

    def less(self, other: Balances) -> Balances:
        """Component by component."""
        return Balances(self.principal_minor - other.principal_minor, self.interest_minor - other.interest_minor,
                        self.late_fee_minor - other.late_fee_minor, self.other_fees_minor - other.other_fees_minor)


@dataclass(frozen=True, slots=True)
class Bearing:
    """A part of the balance that may bear interest, from ``on``; oldest parts are paid first."""

    on: date
    amount_minor: int
    """As it was on that day; ``paid`` has been taken off it since."""
    bill_due_date: date | None = None
    """For a purchase on a bill of which it is not decided yet whether it was paid in full: the date that decides."""
    paid: tuple[Movement, ...] = ()
    """Kept while the bill is undecided: a paid part of a missed bill bears interest until it was paid."""

    @property
    def interest_free(self) -> bool:
        """Whether it bears no interest so far."""
        return self.bill_due_date is not None

    @property
    def left_minor(self) -> int:
        """What is still owed of it, in fen."""
        return self.amount_minor - sum(payment.amount_minor for payment in self.paid)


@dataclass(frozen=True, slots=True)
class Ask:
    """A minimum payment that a statement asked for and that has not been judged yet, with its bill."""

    due_date: date
    minimum_minor: int
    """What was missing of earlier ones included."""
    bill_minor: int | None
    """The statement's balance; None once it is decided whether it was paid in full."""
    paid_minor: int = 0
    """All payments since the statement."""
    deferred_to: date | None = None
    """The agreed later day of an extension (Civil Code Art. 678)."""

    @property
    def agreed_due_date(self) -> date:
        """The day by which the minimum payment is due: the later of its due date and what was agreed."""
        return self.due_date if self.deferred_to is None else max(self.due_date, self.deferred_to)

    @property
    def missing_minor(self) -> int:
        """What is still to be paid of the minimum payment, in fen."""
        return max(self.minimum_minor - self.paid_minor, 0)


@dataclass(frozen=True, slots=True)
class UnpaidMinimum:
    """What is missing of the minimum payment that was due on ``due_date``, as agreed last."""

    due_date: date
    amount_minor: int
    contract_due_date: date | None = None
    """The day it was due by the contract, where an extension moved it."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """All that one statement hands to the next; a new account starts with ``AccountState()``."""

    balances: Balances = Balances()
    bearing: tuple[Bearing, ...] = ()
    asks: tuple[Ask, ...] = ()
    """Minimum payments not judged yet, oldest first; a due date moved far may still wait behind a newer one."""
    overdue: tuple[UnpaidMinimum, ...] = ()
    """Missed minimum payments, oldest first."""
    consecutive_misses: int = 0
    held_minor: int = 0
    """Disputed principal on hold: it bears no interest and no minimum payment asks for it."""
    deferred_to: date | None = None
    """An extension that also holds for statements still to come; None: none is in force."""

    @property
    def oldest_unpaid_due_date(self) -> date | None:
        """Where days past due are counted from; None when nothing is overdue."""
        return self.overdue[0].due_date if self.overdue else None

    @property
    def due_date(self) -> date | None:
        """Due date of the last statement, None before the first and once it was judged."""
        return self.asks[-1].due_date if self.asks else None

    @property
    def minimum_minor(self) -> int:
        """The last statement's minimum payment, what was missing of earlier ones included."""
        return self.asks[-1].minimum_minor if self.asks else 0
