"""A statement cycle: what goes in, by which rules, what comes out.

What one statement hands to the next is ``core.domain.account_state``; ``core.domain.account_book`` plays a cycle
day by day, ``core.domain.closing`` closes it. Sources: policy ``interest.*``, ``grace.*``, ``late_fee.*``,
``min_payment.*``, ``alloc.*``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from core.domain.account_state import AccountState, Ask, Balances, UnpaidMinimum
from core.domain.allocation import AllocationRule
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
