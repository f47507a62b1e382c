"""The close of a statement cycle: charges, payments, closing balances and the minimum payment.

A day of a cycle is played in this order: debits and fees, then the late fee of a due date whose grace
ended the day before, then payments. Interest is computed once, at the statement:

- what was carried over unpaid, and cash, bears interest every day: it has no interest-free period;
- purchases of the previous statement bear none when that was paid in full by its due date and grace
  (days and amount of grace), and from their posting dates otherwise, on the terms' base;
- purchases of this cycle bear none yet: their own due date decides at the next statement. What is
  repaid of them before it never bears interest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum, StrEnum

from core.domain.allocation import allocate
from core.domain.delinquency import days_past_due
from core.domain.errors import InvalidInput
from core.domain.interest import NO_INTEREST, ONE_DAY, Base, Interest, Movement, accumulated_interest
from core.domain.late_fee import late_fee
from core.domain.minimum_payment import Billed, MinimumPayment, minimum_payment
from core.domain.money import round_minor
from core.domain.statement import (
    AccountState,
    Balances,
    Bearing,
    ClosedCycle,
    Compounding,
    CycleRules,
    PostedPayment,
    StatementCycle,
    UnpaidMinimum,
)


def close_cycle(opening: AccountState, cycle: StatementCycle, rules: CycleRules) -> ClosedCycle:
    """Close one cycle. Conserves every component: opening + debits + charges - payments = closing.

    Raises ``InvalidInput`` for a negative amount, a movement after the statement date, a cycle that ends
    before the grace of the previous due date, or an opening state that contradicts itself.
    """
    events = _events(opening, cycle, rules)
    book = _Book(opening, rules)
    for on, kind, amount_minor in events:
        book.post(on, kind, amount_minor)
    interest = book.interest(cycle.statement_date)
    book.bill_interest(interest.interest_minor, cycle.statement_date)
    fees_minor = book.late_fee_minor + sum(fee.amount_minor for fee in cycle.other_fees)
    minimum = _minimum(book, interest.interest_minor, fees_minor)
    due_date = cycle.statement_date + timedelta(days=rules.due_days)
    state = AccountState(book.balances, book.carried(cycle.statement_date), due_date, minimum.minimum_minor,
                         tuple(book.overdue), book.consecutive_misses)
    return ClosedCycle(cycle.statement_date, due_date, opening.balances, book.balances, interest,
                       book.late_fee_minor, book.late_fee_on, minimum, tuple(book.payments),
                       book.paid_by_due_minor, state)


def _events(
    opening: AccountState, cycle: StatementCycle, rules: CycleRules
) -> list[tuple[date, _Kind, int]]:
    """Everything that happens in the cycle, day by day in the order in which a day is played."""
    _check_opening(opening, rules)
    posted = ((_Kind.PURCHASE, cycle.purchases), (_Kind.CASH, cycle.cash), (_Kind.FEE, cycle.other_fees),
              (_Kind.PAYMENT, cycle.payments))
    events = [(movement.on, kind, movement.amount_minor) for kind, movements in posted for movement in movements]
    if any(amount_minor < 0 for _, _, amount_minor in events):
        raise InvalidInput("amount_negative", "an amount is not negative", field="cycle")
    if opening.due_date is not None:
        events.append((_last_day_of_grace(opening.due_date, rules) + ONE_DAY, _Kind.GRACE_OVER, 0))
    events.sort(key=lambda event: (event[0], event[1].value))
    if events and events[-1][0] > cycle.statement_date:
        raise InvalidInput("movement_after_end", "a movement, or the grace of the last due date, ends after the "
                           "statement date", field="statement_date", on=str(events[-1][0]))
    return events


def _check_opening(opening: AccountState, rules: CycleRules) -> None:
    held = opening.balances
    compounds = rules.compounding is Compounding.MONTHLY
    bears = max(held.principal_minor, 0) + (held.interest_minor if compounds else 0)
    if sum(part.amount_minor for part in opening.bearing) != bears:
        raise InvalidInput("state_contradictory", "what bears interest is not what is owed", field="opening")


def _last_day_of_grace(due_date: date, rules: CycleRules) -> date:
    return due_date + timedelta(days=rules.grace.days)


def _minimum(book: _Book, interest_minor: int, fees_minor: int) -> MinimumPayment:
    """The new minimum: shares of principal and new cash, this cycle's charges, and what was missed before.

    Charges and cash of earlier cycles already stand in full in what was missed.
    """
    held = book.balances
    cash = min(book.new_cash_minor, max(held.principal_minor, 0))
    billed = Billed(
        purchases_minor=max(held.principal_minor, 0) - cash,
        cash_minor=cash,
        fees_minor=min(fees_minor, held.late_fee_minor + held.other_fees_minor),
        interest_minor=min(interest_minor, held.interest_minor),
        previous_minimum_unpaid_minor=sum(missed.amount_minor for missed in book.overdue),
    )
    return minimum_payment(billed, book.rules.minimum, balance_minor=held.total_minor)


def _joined(parts: list[Bearing]) -> list[Bearing]:
    """Parts of the same day and kind as one; the order stays."""
    joined: list[Bearing] = []
    for part in parts:
        if joined and (joined[-1].on, joined[-1].interest_free) == (part.on, part.interest_free):
            joined[-1] = replace(part, amount_minor=joined[-1].amount_minor + part.amount_minor)
        else:
            joined.append(part)
    return joined


class _Kind(Enum):
    """What happens on a day, in the order in which a day is played."""

    PURCHASE = 1
    CASH = 2
    FEE = 3
    GRACE_OVER = 4
    PAYMENT = 5


class _Status(StrEnum):
    CARRIED = "carried"  # bears interest every day: left over from earlier bills, and cash
    BILLED = "billed"  # on the last statement, its due date decides
    NEW = "new"  # on the statement being closed


@dataclass(slots=True)
class _Part:
    on: date
    amount_minor: int
    status: _Status
    payments: list[Movement] = field(default_factory=list)
    is_new_cash: bool = False

    @property
    def left_minor(self) -> int:
        return self.amount_minor - sum(payment.amount_minor for payment in self.payments)


class _Book:
    """The balances while a cycle is played day by day."""

    def __init__(self, opening: AccountState, rules: CycleRules) -> None:
        self.opening = opening
        self.rules = rules
        self.balances = opening.balances
        self.parts = [_Part(part.on, part.amount_minor, _Status.BILLED if part.interest_free else _Status.CARRIED)
                      for part in opening.bearing]
        self.overdue = list(opening.overdue)
        self.consecutive_misses = opening.consecutive_misses
        self.late_fee_minor = 0
        self.late_fee_on: date | None = None
        self.paid_by_due_minor = 0
        self.payments: list[PostedPayment] = []
        self._grace_over = opening.due_date is None

    def post(self, on: date, kind: _Kind, amount_minor: int) -> None:
        """Play one event."""
        match kind:
            case _Kind.PURCHASE | _Kind.CASH:
                self._debit(on, amount_minor, cash=kind is _Kind.CASH)
            case _Kind.FEE:
                self._charge(on, other_fees_minor=amount_minor)
            case _Kind.GRACE_OVER:
                self._end_grace(on)
            case _Kind.PAYMENT:
                self._pay(on, amount_minor)

    def bill_interest(self, interest_minor: int, statement_date: date) -> None:
        """Post the interest of the cycle; where it compounds it bears interest from the next one on."""
        if self.rules.compounding is Compounding.MONTHLY and interest_minor:
            self.parts.append(_Part(self._next_first_day(statement_date), interest_minor, _Status.CARRIED))
        self._charge(statement_date, interest_minor=interest_minor)

    def interest(self, to: date) -> Interest:
        """Interest of the cycle, rounded once over both kinds of parts."""
        daily = self._accrue(_Status.CARRIED, to, None)
        due_on = None if self.opening.due_date is None else _last_day_of_grace(self.opening.due_date, self.rules)
        billed = NO_INTEREST if self._bill_paid else self._accrue(_Status.BILLED, to, due_on)
        exact = daily.exact + billed.exact
        interest_minor = round_minor(exact, self.rules.interest.rounding)
        if interest_minor:
            interest_minor = max(interest_minor, self.rules.least_interest_minor)
        return Interest(interest_minor, exact, daily.segments + billed.segments)

    def carried(self, statement_date: date) -> tuple[Bearing, ...]:
        """What may bear interest in the next cycle, in the order in which it is paid."""
        first = self._next_first_day(statement_date)
        old = [Bearing(first, part.left_minor, part.status is _Status.BILLED and self._bill_paid)
               for part in self.parts if part.status is not _Status.NEW and part.left_minor]
        new = [Bearing(part.on, part.left_minor, True)
               for part in self.parts if part.status is _Status.NEW and part.left_minor]
        return tuple(_joined(old) + new)

    @property
    def new_cash_minor(self) -> int:
        """Cash taken in this cycle and not repaid."""
        return sum(part.left_minor for part in self.parts if part.is_new_cash)

    @property
    def _bill_paid(self) -> bool:
        # The amount of grace: a remainder this small counts as paid in full and moves to the next bill.
        missing = self.opening.balances.total_minor - self.paid_by_due_minor
        return missing <= self.rules.grace.amount_minor

    def _next_first_day(self, statement_date: date) -> date:
        return statement_date + ONE_DAY if self.rules.interest.count_last_day else statement_date

    def _accrue(self, status: _Status, to: date, due_on: date | None) -> Interest:
        parts = [part for part in self.parts if part.status is status]
        terms = self.rules.interest
        if due_on is None:
            terms = replace(terms, base=Base.FULL_BALANCE)  # no due date, no interest-free part
        return accumulated_interest([Movement(part.on, part.amount_minor) for part in parts],
                                    [payment for part in parts for payment in part.payments], to, terms, due_on)

    def _debit(self, on: date, amount_minor: int, cash: bool) -> None:
        credit = max(-self.balances.principal_minor, 0)
        bearing = max(amount_minor - credit, 0)
        status = _Status.CARRIED if cash else _Status.NEW
        if bearing:
            self.parts.append(_Part(on, bearing, status, is_new_cash=cash))
        self.balances = replace(self.balances, principal_minor=self.balances.principal_minor + amount_minor)

    def _charge(self, on: date, interest_minor: int = 0, late_fee_minor: int = 0, other_fees_minor: int = 0) -> None:
        """Add a charge and, on an account in credit, pay it from the credit at once."""
        held = self.balances
        self.balances = replace(held, interest_minor=held.interest_minor + interest_minor,
                                late_fee_minor=held.late_fee_minor + late_fee_minor,
                                other_fees_minor=held.other_fees_minor + other_fees_minor)
        credit = -held.principal_minor
        if credit > 0 and interest_minor + late_fee_minor + other_fees_minor > 0:
            self.balances = replace(self.balances, principal_minor=0)
            paid = self._apply(on, credit)
            moved = replace(paid.applied, principal_minor=paid.applied.principal_minor - credit)
            self.payments.append(replace(paid, applied=moved))

    def _end_grace(self, on: date) -> None:
        missing = self.opening.minimum_minor - self.paid_by_due_minor
        self._grace_over = True
        if missing <= 0 or self.opening.due_date is None:
            self.consecutive_misses = 0
            return
        self.consecutive_misses += 1
        newly = missing - sum(earlier.amount_minor for earlier in self.overdue)
        if newly > 0:
            self.overdue.append(UnpaidMinimum(self.opening.due_date, newly))
        fee = late_fee(self.opening.minimum_minor, self.paid_by_due_minor, self.rules.late_fee,
                       self.consecutive_misses)
        self.late_fee_minor, self.late_fee_on = fee, on
        self._charge(on, late_fee_minor=fee)

    def _pay(self, on: date, amount_minor: int) -> None:
        self.payments.append(self._apply(on, amount_minor))
        if not self._grace_over:
            self.paid_by_due_minor += amount_minor
        left, still = amount_minor, []
        for missed in self.overdue:
            taken = min(left, missed.amount_minor)
            left -= taken
            if missed.amount_minor > taken:
                still.append(replace(missed, amount_minor=missed.amount_minor - taken))
        self.overdue = still

    def _apply(self, on: date, amount_minor: int) -> PostedPayment:
        """Allocate to the components; what nothing is owed for becomes a credit balance."""
        held = self.balances
        dpd = days_past_due(self.overdue[0].due_date if self.overdue else None, on)
        result = allocate(amount_minor, dpd, held.outstanding, self.rules.allocation)
        other = min(result.applied.fees_minor, held.other_fees_minor)  # annual and cash fees before late fees
        applied = Balances(result.applied.principal_minor + result.unapplied_minor, result.applied.interest_minor,
                           result.applied.fees_minor - other, other)
        self.balances = held.less(applied)
        compounds = self.rules.compounding is Compounding.MONTHLY
        self._take(on, result.applied.principal_minor + (result.applied.interest_minor if compounds else 0))
        return PostedPayment(on, applied, result.unapplied_minor, dpd)

    def _take(self, on: date, amount_minor: int) -> None:
        """Let a payment reduce what bears interest, in its order."""
        for part in self.parts:
            taken = min(amount_minor, part.left_minor)
            if taken:
                part.payments.append(Movement(on, taken))
                amount_minor -= taken
