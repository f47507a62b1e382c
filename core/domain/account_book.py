"""An account while a cycle is played day by day: balances, what bears interest, what is overdue.

``core.domain.cycle_events`` has what happens and in which order, ``core.domain.closing`` the rules of
interest in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from core.domain.allocation import allocate
from core.domain.cycle_events import Event, Happening, deferred
from core.domain.delinquency import days_past_due
from core.domain.interest import (
    NO_INTEREST,
    ONE_DAY,
    Base,
    Interest,
    InterestTerms,
    Movement,
    accumulated_interest,
)
from core.domain.late_fee import late_fee
from core.domain.money import round_minor
from core.domain.statement import (
    AccountState,
    Balances,
    Bearing,
    Compounding,
    CycleRules,
    GrownInterest,
    JudgedMinimum,
    PostedAdjustment,
    PostedPayment,
    StatementCycle,
    UnpaidMinimum,
)


class _Verdict(StrEnum):
    OPEN = "open"
    PAID = "paid"
    MISSED = "missed"


@dataclass(slots=True)
class _Part:
    """A part of what may bear interest. ``bill``: None bears daily, else the bill's due date decides."""

    on: date
    amount_minor: int
    bill: date | None = None
    is_new: bool = False
    """A purchase of this cycle: on no bill yet."""
    is_new_cash: bool = False
    payments: list[Movement] = field(default_factory=list)

    @property
    def left_minor(self) -> int:
        return self.amount_minor - sum(payment.amount_minor for payment in self.payments)


class AccountBook:
    """The balances while a cycle is played; ``post`` plays one event."""

    def __init__(self, opening: AccountState, cycle: StatementCycle, rules: CycleRules) -> None:
        self.rules = rules
        self.compounds = rules.compounding is Compounding.MONTHLY
        self.balances = opening.balances
        self.parts = [_Part(part.on, part.amount_minor, part.bill_due_date, payments=list(part.paid))
                      for part in opening.bearing]
        self.asks = [deferred(ask, cycle.deferrals, rules) for ask in opening.asks]
        self.bills = {part.bill: _Verdict.OPEN for part in self.parts if part.bill is not None}
        self.overdue = list(opening.overdue)
        self.consecutive_misses = opening.consecutive_misses
        self.held_minor = opening.held_minor
        self.judged: list[JudgedMinimum] = []
        self.payments: list[PostedPayment] = []
        self.adjustments: list[PostedAdjustment] = []

    def post(self, event: Event) -> None:
        """Play one event."""
        match event.kind:
            case Happening.PURCHASE | Happening.CASH:
                self._debit(event.on, event.amount_minor, cash=event.kind is Happening.CASH)
            case Happening.FEE:
                self._charge(event.on, Balances(other_fees_minor=event.amount_minor))
            case Happening.ADJUSTMENT:
                self._adjust(event)
            case Happening.RELEASE:
                self._release(event.on, event.amount_minor)
            case Happening.HOLD:
                self._hold(event.on, event.amount_minor)
            case Happening.BILL_DECIDED:
                self._decide_bill(event)
            case Happening.MINIMUM_JUDGED:
                self._judge(event)
            case Happening.PAYMENT:
                self.pay(event.on, event.amount_minor)

    def bill_interest(self, interest_minor: int, statement_date: date) -> None:
        """Post the interest of the cycle; where it compounds it bears interest from the next one on."""
        if self.compounds and interest_minor:
            self.parts.append(_Part(self._next_first_day(statement_date), interest_minor))
        self._charge(statement_date, Balances(interest_minor=interest_minor))

    def interest(self, to: date) -> Interest:
        """Interest of the cycle up to ``to``, rounded once over all parts; no bill undecided counts."""
        daily, billed = self._daily(to), self._of_bills(_Verdict.MISSED, to)
        exact = daily.exact + billed.exact
        return Interest(self._charged(exact), exact, daily.segments + billed.segments)

    def grown(self, to: date) -> GrownInterest:
        """The same in its parts, and what an undecided bill has at stake."""
        daily, billed = self._daily(to), self._of_bills(_Verdict.MISSED, to)
        exact = daily.exact + billed.exact
        return GrownInterest(self._charged(exact), exact, daily, billed, self._of_bills(_Verdict.OPEN, to))

    def carried(self, statement_date: date, new_bill: date) -> tuple[Bearing, ...]:
        """What may bear interest in the next cycle, in the order in which it is paid."""
        first = self._next_first_day(statement_date)
        old: list[Bearing] = []
        new: list[Bearing] = []
        for part in self.parts:
            verdict = None if part.bill is None else self.bills[part.bill]
            if part.is_new:
                new.append(Bearing(part.on, part.left_minor, new_bill))
            elif verdict is _Verdict.OPEN:
                old.append(Bearing(part.on, part.amount_minor, part.bill, tuple(part.payments)))
            elif verdict is _Verdict.PAID:  # within the amount of grace: the rest moves to the next bill
                old.append(Bearing(first, part.left_minor, new_bill))
            else:
                old.append(Bearing(first, part.left_minor))
        return tuple(_joined(part for part in old if part.left_minor or part.paid) + [
            part for part in new if part.amount_minor])

    @property
    def new_cash_minor(self) -> int:
        """Cash taken in this cycle and not repaid."""
        return sum(part.left_minor for part in self.parts if part.is_new_cash)

    def unpaid_minimum_minor(self) -> int:
        """What is missing of all minimum payments asked for so far, judged or not."""
        missed = sum(one.amount_minor for one in self.overdue)
        # A newer minimum payment contains what was missing of the older ones.
        return max([missed, *(ask.missing_minor for ask in self.asks)])

    def pay(self, on: date, amount_minor: int) -> None:
        """Post a payment: in the order of Art. 57, counted towards every minimum payment asked for."""
        self.payments.append(self._apply(on, amount_minor))
        self.asks = [replace(ask, paid_minor=ask.paid_minor + amount_minor) for ask in self.asks]
        self._lessen_overdue(amount_minor)

    def _lessen_overdue(self, amount_minor: int) -> None:
        """Take ``amount_minor`` off what was missed, the oldest first."""
        left, still = amount_minor, []
        for missed in self.overdue:
            taken = min(left, missed.amount_minor)
            left -= taken
            if missed.amount_minor > taken:
                still.append(replace(missed, amount_minor=missed.amount_minor - taken))
        self.overdue = still

    def _in_full(self, due_date: date) -> bool:
        # The amount of grace: a remainder this small counts as paid in full. What is disputed need not be paid.
        ask = next((one for one in self.asks if one.due_date == due_date), None)
        if ask is None:
            return False
        return (ask.bill_minor or 0) - self.held_minor - ask.paid_minor <= self.rules.grace.amount_minor

    def _decide_bill(self, event: Event) -> None:
        due_date = event.due_date
        if due_date in self.bills:
            self.bills[due_date] = _Verdict.PAID if self._in_full(due_date) else _Verdict.MISSED
        self.asks = [replace(ask, bill_minor=None) if ask.due_date == due_date else ask for ask in self.asks]

    def _judge(self, event: Event) -> None:
        ask = next(one for one in self.asks if one.due_date == event.due_date)
        self.asks.remove(ask)
        fee = 0
        if ask.missing_minor == 0:
            self.consecutive_misses = 0
        else:
            self.consecutive_misses += 1
            newly = ask.missing_minor - sum(earlier.amount_minor for earlier in self.overdue)
            if newly > 0:
                self.overdue.append(UnpaidMinimum(
                    ask.agreed_due_date, newly, ask.due_date if ask.agreed_due_date > ask.due_date else None))
            fee = late_fee(ask.minimum_minor, ask.paid_minor, self.rules.late_fee, self.consecutive_misses)
            self._charge(event.on, Balances(late_fee_minor=fee))
        self.judged.append(JudgedMinimum(ask.due_date, event.on, ask.minimum_minor, ask.paid_minor, fee))

    def _charged(self, exact: Fraction) -> int:
        interest_minor = round_minor(exact, self.rules.interest.rounding)
        return max(interest_minor, self.rules.least_interest_minor) if interest_minor else 0

    def _of_bills(self, verdict: _Verdict, to: date) -> Interest:
        """Interest on purchases of bills with this verdict; one paid in full before it is decided bears none."""
        exact, segments = Fraction(0), NO_INTEREST.segments
        for bill, found in self.bills.items():
            if found is verdict and not (verdict is _Verdict.OPEN and self._in_full(bill)):
                one = self._of_bill(bill, to)
                exact, segments = exact + one.exact, segments + one.segments
        return Interest(round_minor(exact, self.rules.interest.rounding), exact, segments)

    def _daily(self, to: date) -> Interest:
        terms = replace(self.rules.interest, base=Base.FULL_BALANCE)  # no due date, no interest-free part
        return _accrue([part for part in self.parts if part.bill is None and not part.is_new], to, terms, None)

    def _of_bill(self, bill: date, to: date) -> Interest:
        last_day_of_grace = bill + timedelta(days=self.rules.grace.days)
        return _accrue([part for part in self.parts if part.bill == bill], to, self.rules.interest,
                       min(last_day_of_grace, to))

    def _next_first_day(self, statement_date: date) -> date:
        return statement_date + ONE_DAY if self.rules.interest.count_last_day else statement_date

    def _debit(self, on: date, amount_minor: int, cash: bool) -> None:
        credit = max(-self.balances.principal_minor, 0)
        bearing = max(amount_minor - credit, 0)
        if bearing:
            self.parts.append(_Part(on, bearing, is_new=not cash, is_new_cash=cash))
        self.balances = replace(self.balances, principal_minor=self.balances.principal_minor + amount_minor)

    def _charge(self, on: date, charge: Balances) -> None:
        """Add a charge and, on an account in credit, pay it from the credit at once."""
        self.balances = self.balances.plus(charge)
        if charge.total_minor > 0:
            self._use_credit(on)

    def _use_credit(self, on: date) -> None:
        """Let a credit balance meet the charges that are owed."""
        credit = -self.balances.principal_minor
        if credit > 0 and self.balances.total_minor + credit > 0:
            self.balances = replace(self.balances, principal_minor=0)
            paid = self._apply(on, credit)
            moved = replace(paid.applied, principal_minor=paid.applied.principal_minor - credit)
            self.payments.append(replace(paid, applied=moved))

    def _adjust(self, event: Event) -> None:
        """Correct or waive one component; of a charge, or by a waiver, no more is taken off than is owed of it."""
        field_name = f"{event.component}_minor"
        before = getattr(self.balances, field_name)
        owed = max(before, 0)
        bounded = event.is_waiver or event.component != "principal"
        amount = max(event.amount_minor, -owed) if bounded else event.amount_minor
        bears = event.component == "principal" or (event.component == "interest" and self.compounds)
        if bears and amount < 0:
            self._take(event.on, min(-amount, owed))
        elif bears:
            credit = max(-before, 0) if event.component == "principal" else 0
            self.parts.append(_Part(event.on, max(amount - credit, 0)))
        if amount > 0 and event.component != "principal":
            self._charge(event.on, Balances(**{field_name: amount}))  # met by a credit at once, as any charge is
        else:
            self.balances = replace(self.balances, **{field_name: before + amount})
        if amount < 0:
            self._use_credit(event.on)
        self.adjustments.append(PostedAdjustment(event.on, event.component, event.amount_minor, amount))
        if amount < 0:
            self._ask_for_no_more_than_is_owed()

    def _ask_for_no_more_than_is_owed(self) -> None:
        """After a credit that is no payment: no bill, minimum payment or arrears beyond what is left to pay."""
        owed = max(self.balances.total_minor, 0)
        self.asks = [replace(ask, minimum_minor=min(ask.minimum_minor, ask.paid_minor + owed),
                             bill_minor=None if ask.bill_minor is None else min(ask.bill_minor, ask.paid_minor + owed))
                     for ask in self.asks]
        self._lessen_overdue(max(sum(missed.amount_minor for missed in self.overdue) - owed, 0))

    def _hold(self, on: date, amount_minor: int) -> None:
        """Set disputed principal aside, the newest first: it bears no interest from ``on``."""
        for part in reversed(self.parts):
            taken = min(amount_minor, part.left_minor)
            if taken:
                part.payments.append(Movement(on, taken))
                amount_minor -= taken
                self.held_minor += taken

    def _release(self, on: date, amount_minor: int) -> None:
        released = min(amount_minor, self.held_minor)
        if released:
            self.parts.append(_Part(on, released))
            self.held_minor -= released

    def _apply(self, on: date, amount_minor: int) -> PostedPayment:
        """Allocate to the components; what nothing is owed for becomes a credit balance."""
        held = self.balances
        dpd = days_past_due(self.overdue[0].due_date if self.overdue else None, on)
        result = allocate(amount_minor, dpd, held.outstanding, self.rules.allocation)
        other = min(result.applied.fees_minor, held.other_fees_minor)  # annual and cash fees before late fees
        applied = Balances(result.applied.principal_minor + result.unapplied_minor, result.applied.interest_minor,
                           result.applied.fees_minor - other, other)
        self.balances = held.less(applied)
        self._take(on, result.applied.principal_minor + (result.applied.interest_minor if self.compounds else 0))
        return PostedPayment(on, applied, result.unapplied_minor, dpd)

    def _take(self, on: date, amount_minor: int) -> None:
        """Let a credit reduce what bears interest, in its order; what is on hold comes last."""
        for part in self.parts:
            taken = min(amount_minor, part.left_minor)
            if taken:
                part.payments.append(Movement(on, taken))
                amount_minor -= taken
        self.held_minor -= min(amount_minor, self.held_minor)


def _accrue(parts: Sequence[_Part], to: date, terms: InterestTerms, due_on: date | None) -> Interest:
    """Interest on ``parts`` up to ``to``: a part that starts after it, or whose payments do, waits."""
    if not parts:
        return NO_INTEREST
    return accumulated_interest(
        [Movement(part.on, part.amount_minor) for part in parts if part.on <= to],
        [payment for part in parts if part.on <= to for payment in part.payments if payment.on <= to],
        to, terms, due_on)


def _joined(parts: Iterable[Bearing]) -> list[Bearing]:
    """Parts of the same day and kind as one; the order stays."""
    joined: list[Bearing] = []
    for part in parts:
        same = joined and not part.paid and not joined[-1].paid and (
            (joined[-1].on, joined[-1].bill_due_date) == (part.on, part.bill_due_date))
        if same:
            joined[-1] = replace(part, amount_minor=joined[-1].amount_minor + part.amount_minor)
        else:
            joined.append(part)
    return joined
