"""An account while a cycle is played day by day: balances, what was asked for, what is overdue.

What bears interest is ``core.domain.bearing_parts``; ``core.domain.cycle_events`` has what happens and in which order,
``core.domain.closing`` the rules of interest in words.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from core.domain.account_state import AccountState, Balances, UnpaidMinimum
from core.domain.allocation import allocate
from core.domain.bearing_parts import BearingParts
from core.domain.cycle_events import Event, Happening, deferred
from core.domain.delinquency import days_past_due
from core.domain.interest import Interest
from core.domain.late_fee import late_fee
from core.domain.money import round_minor
from core.domain.statement import (
    Compounding,
    CycleRules,
    GrownInterest,
    JudgedMinimum,
    PostedAdjustment,
    PostedPayment,
    StatementCycle,
)


class AccountBook:
    """The balances while a cycle is played; ``post`` plays one event."""

    def __init__(self, opening: AccountState, cycle: StatementCycle, rules: CycleRules) -> None:
        self.rules = rules
        self.compounds = rules.compounding is Compounding.MONTHLY
        self.balances = opening.balances
        self.parts = BearingParts(opening.bearing, rules.interest, rules.grace.days)
        self.asks = [deferred(ask, cycle.deferrals, rules) for ask in opening.asks]
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
            self.parts.add_after(statement_date, interest_minor)
        self._charge(statement_date, Balances(interest_minor=interest_minor))

    def interest(self, to: date) -> Interest:
        """Interest of the cycle up to ``to``, rounded once over all parts; no bill undecided counts."""
        daily, billed = self.parts.daily(to), self.parts.of_bills(self.parts.missed_bills, to)
        exact = daily.exact + billed.exact
        return Interest(self._charged(exact), exact, daily.segments + billed.segments)

    def grown(self, to: date) -> GrownInterest:
        """The same in its parts, and what an undecided bill has at stake; one paid in full already has nothing."""
        daily, billed = self.parts.daily(to), self.parts.of_bills(self.parts.missed_bills, to)
        exact = daily.exact + billed.exact
        at_stake = [bill for bill in self.parts.undecided_bills if not self._in_full(bill)]
        return GrownInterest(self._charged(exact), exact, daily, billed, self.parts.of_bills(at_stake, to))

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
        if due_date in self.parts.undecided_bills:
            self.parts.decide(due_date, in_full=self._in_full(due_date))
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

    def _debit(self, on: date, amount_minor: int, cash: bool) -> None:
        credit = max(-self.balances.principal_minor, 0)
        bearing = max(amount_minor - credit, 0)
        if bearing:
            self.parts.add(on, bearing, purchase=not cash, cash=cash)
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
            self.parts.add(event.on, max(amount - credit, 0))
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
        self.held_minor += amount_minor - self.parts.set_aside(on, amount_minor)

    def _release(self, on: date, amount_minor: int) -> None:
        released = min(amount_minor, self.held_minor)
        if released:
            self.parts.add(on, released)
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
        self.held_minor -= min(self.parts.take(on, amount_minor), self.held_minor)
