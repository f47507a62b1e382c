"""A statement cycle: what goes in, what one statement hands to the next, what comes out.

``core.domain.account_book`` plays a cycle day by day, ``core.domain.closing`` closes it. Sources: policy
``interest.*``, ``grace.*``, ``late_fee.*``, ``min_payment.*``, ``alloc.*``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

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
    due_date_rolls: bool = False
    """Whether a due date on a day off moves to the next working day (Civil Code Art. 203)."""


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


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction or waiver of one component: fen, positive for a debit."""

    on: date
    component: str
    """principal | interest | late_fee | other_fees."""
    amount_minor: int
    is_waiver: bool = False
    """Forgiven: takes off what is owed at most, of principal too (a correction of principal may leave a credit)."""


@dataclass(frozen=True, slots=True)
class PostedAdjustment:
    """A correction or waiver and what there was of it: fen, positive for a debit.

    A late fact may leave less of a charge than was once taken off it; then ``amount_minor`` is what there is.
    """

    on: date
    component: str
    asked_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Deferral:
    """An extension granted on ``on``: what was or will be asked for is due on ``until`` at the earliest."""

    on: date
    until: date


@dataclass(frozen=True, slots=True)
class IssuedStatement:
    """What a statement already sent says that later ones must respect, in fen."""

    minimum_minor: int
    closing_minor: int
    """Its balance: paid in full, it keeps its purchases free of interest. Negative on an account in credit."""


@dataclass(frozen=True, slots=True)
class StatementCycle:
    """What was posted after the last statement date up to and including ``statement_date``."""

    statement_date: date
    purchases: tuple[Movement, ...] = ()
    cash: tuple[Movement, ...] = ()
    other_fees: tuple[Movement, ...] = ()
    payments: tuple[Movement, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    deferrals: tuple[Deferral, ...] = ()
    holds: tuple[Movement, ...] = ()
    """Disputed principal put on hold."""
    releases: tuple[Movement, ...] = ()
    """Disputed principal that bears interest again from its day on; the days on hold stay free."""
    issued: IssuedStatement | None = None
    """What a statement already sent asked for: a later correction never asks for more in its place."""


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
class JudgedMinimum:
    """A minimum payment whose due date and grace have passed, and the late fee that followed (0: none)."""

    due_date: date
    on: date
    minimum_minor: int
    paid_minor: int
    late_fee_minor: int


@dataclass(frozen=True, slots=True)
class RunningCycle:
    """A cycle up to a day before its statement: what is posted by then."""

    through: date
    balances: Balances
    judged: tuple[JudgedMinimum, ...]
    payments: tuple[PostedPayment, ...]
    asks: tuple[Ask, ...]
    overdue: tuple[UnpaidMinimum, ...]
    consecutive_misses: int
    adjustments: tuple[PostedAdjustment, ...] = ()
    held_minor: int = 0

    @property
    def oldest_unpaid_due_date(self) -> date | None:
        """Where days past due are counted from; None when nothing is overdue."""
        return self.overdue[0].due_date if self.overdue else None

    @property
    def oldest_unpaid_by_contract(self) -> date | None:
        """Where they would be counted from without any extension: kept apart from days past due by the plan."""
        missed = [one.contract_due_date or one.due_date for one in self.overdue]
        moved = [ask.due_date for ask in self.asks
                 if ask.missing_minor and ask.due_date < self.through <= ask.agreed_due_date]
        return min([*missed, *moved], default=None)


@dataclass(frozen=True, slots=True)
class GrownInterest:
    """Interest between two statements, not posted yet: in fen, rounded once, with the parts that explain it."""

    interest_minor: int
    exact: Fraction
    carried: Interest
    """On what was carried over, and cash."""
    billed: Interest
    """On purchases of a bill that was missed, from their posting dates."""
    at_stake: Interest
    """What the undecided bill's purchases would have borne so far, were it missed."""


@dataclass(frozen=True, slots=True)
class Payoff:
    """What settles an account when it is paid on ``on``: the balances and the interest of the cycle, in fen."""

    on: date
    balances: Balances
    interest_minor: int

    @property
    def total_minor(self) -> int:
        """To be paid; negative on an account in credit."""
        return self.balances.total_minor + self.interest_minor


@dataclass(frozen=True, slots=True)
class ClosedCycle:
    """The statement, what explains it, and the state the next cycle starts from."""

    statement_date: date
    due_date: date
    opening: Balances
    closing: Balances
    interest: Interest
    judged: tuple[JudgedMinimum, ...]
    """Minimum payments whose grace ended in this cycle, with their late fees."""
    minimum: MinimumPayment
    payments: tuple[PostedPayment, ...]
    state: AccountState = field(repr=False)
    adjustments: tuple[PostedAdjustment, ...] = ()

    @property
    def late_fee_minor(self) -> int:
        """All late fees of the cycle."""
        return sum(one.late_fee_minor for one in self.judged)

    @property
    def late_fee_on(self) -> date | None:
        """The day of the last late fee; None when none fell."""
        return next((one.on for one in reversed(self.judged) if one.late_fee_minor), None)

    @property
    def paid_by_due_minor(self) -> int:
        """Paid towards the last judged statement by its due date and grace."""
        return self.judged[-1].paid_minor if self.judged else 0
