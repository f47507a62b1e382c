"""The close of a statement cycle: charges, payments, closing balances and the minimum payment.

Interest is computed once, at the statement:

- what was carried over unpaid, and cash, bears interest every day: it has no interest-free period;
- purchases of an earlier statement bear none when that was paid in full by its due date and grace
  (days and amount of grace), and from their posting dates otherwise, on the terms' base;
- purchases of this cycle bear none yet: their own due date decides at a later statement. What is
  repaid of them before it never bears interest;
- disputed principal bears none while it is on hold.

``core.domain.account_book`` plays the days. The same book read on a day in between gives what has grown
since the last statement (``grown_since``): one function for what a screen shows and what is posted.
"""

from __future__ import annotations

from datetime import date, timedelta

from core.domain.account_book import AccountBook
from core.domain.account_state import AccountState, Ask
from core.domain.calendar import following_working_day
from core.domain.cycle_events import events_of
from core.domain.minimum_payment import Billed, MinimumPayment, minimum_payment
from core.domain.statement import (
    ClosedCycle,
    CycleRules,
    GrownInterest,
    IssuedStatement,
    Payoff,
    RunningCycle,
    StatementCycle,
)


def close_cycle(opening: AccountState, cycle: StatementCycle, rules: CycleRules) -> ClosedCycle:
    """Close one cycle. Conserves every component: opening + debits + charges - payments = closing.

    Raises ``InvalidInput`` for a negative amount, a movement after the statement date, or an opening
    state that contradicts itself.
    """
    book = AccountBook(opening, cycle, rules)
    for event in events_of(opening, cycle, rules):
        book.post(event)
    interest = book.interest(cycle.statement_date)
    book.bill_interest(interest.interest_minor, cycle.statement_date)
    fees_minor = sum(fee.amount_minor for fee in cycle.other_fees) + sum(one.late_fee_minor for one in book.judged)
    minimum = _minimum(book, interest.interest_minor, fees_minor, cycle.issued)
    due_date = statement_due_date(cycle.statement_date, rules)
    deferred_to = max([one.until for one in cycle.deferrals] + [opening.deferred_to or date.min])
    still_deferred = deferred_to if deferred_to > cycle.statement_date else None
    ask = Ask(due_date, minimum.minimum_minor, _bill(book, cycle.issued), deferred_to=still_deferred)
    state = AccountState(book.balances, book.parts.carried(cycle.statement_date, due_date), (*book.asks, ask),
                         tuple(book.overdue), book.consecutive_misses, book.held_minor, still_deferred)
    return ClosedCycle(cycle.statement_date, due_date, opening.balances, book.balances, interest,
                       tuple(book.judged), minimum, tuple(book.payments), state, tuple(book.adjustments))


def run_cycle(opening: AccountState, cycle: StatementCycle, rules: CycleRules, through: date) -> RunningCycle:
    """The cycle up to and including ``through``, before its statement; the cycle holds nothing later.

    Raises ``InvalidInput`` as ``close_cycle``.
    """
    book = AccountBook(opening, cycle, rules)
    _play(book, opening, cycle, rules, through)
    return RunningCycle(through, book.balances, tuple(book.judged), tuple(book.payments), tuple(book.asks),
                        tuple(book.overdue), book.consecutive_misses, tuple(book.adjustments), book.held_minor)


def grown_since(opening: AccountState, cycle: StatementCycle, rules: CycleRules, through: date) -> GrownInterest:
    """The interest that has grown since the last statement up to and including ``through``, not posted yet."""
    book = AccountBook(opening, cycle, rules)
    _play(book, opening, cycle, rules, through)
    return book.grown(through)


def payoff(opening: AccountState, cycle: StatementCycle, rules: CycleRules, on: date) -> Payoff:
    """What, paid on ``on``, settles the account: nothing follows it but new purchases.

    The interest of the cycle is posted at its statement and met there by what was paid for it.
    """
    book = AccountBook(opening, cycle, rules)
    _play(book, opening, cycle, rules, on)
    balances = book.balances
    if balances.total_minor > 0:
        # A bill still open is then paid in full, and nothing bears interest from that day on.
        book.pay(on, balances.total_minor)
    return Payoff(on, balances, book.interest(cycle.statement_date).interest_minor)


def _play(book: AccountBook, opening: AccountState, cycle: StatementCycle, rules: CycleRules, through: date) -> None:
    for event in events_of(opening, cycle, rules):
        if event.on <= through:
            book.post(event)


def statement_due_date(statement_date: date, rules: CycleRules) -> date:
    """When what a statement asks for is due; moved off a day off where the rules say so (Civil Code Art. 203)."""
    due_date = statement_date + timedelta(days=rules.due_days)
    return following_working_day(due_date) if rules.due_date_rolls else due_date


def _bill(book: AccountBook, issued: IssuedStatement | None) -> int:
    """What is to be paid in full. What came late is on no bill that was sent: it waits for the next one."""
    total = book.balances.total_minor
    return max(total if issued is None else min(total, issued.closing_minor), 0)


def _minimum(book: AccountBook, interest_minor: int, fees_minor: int, issued: IssuedStatement | None
             ) -> MinimumPayment:
    """The new minimum: shares of principal and new cash, this cycle's charges, and what was missed before.

    Charges and cash of earlier cycles already stand in full in what was missed. Disputed principal on hold
    is not asked for.
    """
    held = book.balances
    principal = max(held.principal_minor - book.held_minor, 0)
    cash = min(book.parts.new_cash_minor, principal)
    billed = Billed(
        purchases_minor=principal - cash,
        cash_minor=cash,
        fees_minor=min(fees_minor, held.late_fee_minor + held.other_fees_minor),
        interest_minor=min(interest_minor, held.interest_minor),
        previous_minimum_unpaid_minor=book.unpaid_minimum_minor(),
    )
    minimum = minimum_payment(billed, book.rules.minimum, balance_minor=held.total_minor)
    if issued is not None and minimum.minimum_minor > issued.minimum_minor:
        return MinimumPayment(issued.minimum_minor, minimum.parts)
    return minimum
