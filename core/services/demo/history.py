"""The life of one synthetic card: bought, paid, missed, month by month.

Every statement is closed by ``core.domain.closing``: each figure of the demo is one the rules made,
so "how this was worked out" holds for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from core.domain.account_state import AccountState, Balances
from core.domain.allocation import allocate
from core.domain.calendar import add_months
from core.domain.cash_advance import cash_advance_fee
from core.domain.closing import close_cycle
from core.domain.interest import ONE_DAY, Movement
from core.domain.late_fee import late_fee
from core.domain.statement import ClosedCycle, CycleRules, StatementCycle
from core.policy.book import PolicyBook
from core.policy.rules.account import cash_advance_rule, cycle_rules
from core.services.importing.bundle import EntryRecord, PaymentRecord, StatementRecord
from core.services.ledger import COMPONENTS

_YUAN = 100


@dataclass(frozen=True, slots=True)
class Card:
    """What a history needs to know of the card and of its holder's ways."""

    issuer: str
    limit_minor: int
    newest_statement: date
    cycles: int
    """Statements of the history, the newest one included."""
    missed_from: int | None
    """Index of the first statement whose payment is missed; None: none is."""
    pays_in_full: bool
    part_payer: bool
    """Pays something now and then after the first miss."""
    takes_cash: bool
    appetite: float
    """Share of the limit spent in an ordinary month."""


@dataclass(slots=True)
class History:
    """What the card's life left behind, ready for an account bundle."""

    balances: Balances
    oldest_unpaid_due_date: date | None
    interest_through_date: date
    in_transit_minor: int = 0
    statements: list[StatementRecord] = field(default_factory=list)
    payments: list[PaymentRecord] = field(default_factory=list)
    entries: list[EntryRecord] = field(default_factory=list)


def play(random: Random, book: PolicyBook, card: Card, as_of: date) -> History:
    """Play the card's cycles and the days since the last statement."""
    state, history = AccountState(), History(Balances(), None, card.newest_statement)
    rules: CycleRules | None = None
    for index in range(card.cycles):
        closes = add_months(card.newest_statement, index - card.cycles + 1)
        cycle = _cycle(random, book, card, state, index, closes)
        rules = cycle_rules(book, card.issuer, state, cycle)
        closed = close_cycle(state, cycle, rules)
        _keep(history, cycle, closed, rules, book.version)
        state = closed.state
    if rules is not None:
        _since_last_statement(random, card, history, state, rules, as_of)
    return history


def _cycle(random: Random, book: PolicyBook, card: Card, state: AccountState, index: int,
           closes: date) -> StatementCycle:
    """What happens between two statements, by the holder's ways and before or after the first miss."""
    opens = add_months(closes, -1) + ONE_DAY
    # Spending stops when the card is blocked, some weeks after the first missed payment.
    blocked = card.missed_from is not None and index > card.missed_from + 1
    room = card.limit_minor - state.balances.total_minor
    purchases: list[Movement] = []
    cash: list[Movement] = []
    if not blocked and room > 0:
        wanted = card.limit_minor * (random.uniform(0.25, 0.6) if index == 0 else card.appetite)
        purchases = _purchases(random, int(min(wanted * random.uniform(0.5, 1.4), room * 0.95)), opens, closes)
        room -= sum(one.amount_minor for one in purchases)
        if card.takes_cash and random.random() < 0.3 and room > 3_000 * _YUAN:
            cash.append(Movement(_day(random, opens, closes), random.randrange(5, 26) * 100 * _YUAN))
    fee = cash_advance_rule(book.on(closes, card.issuer))
    fees = tuple(Movement(one.on, cash_advance_fee(one.amount_minor, fee)) for one in cash)
    return StatementCycle(closes, tuple(purchases), tuple(cash), fees, _payments(random, card, state, index, opens))


def _purchases(random: Random, whole_minor: int, opens: date, closes: date) -> list[Movement]:
    """``whole_minor`` in a few purchases on different days."""
    count = random.randint(2, 6)
    weights = [random.random() + 0.1 for _ in range(count)]
    amounts = [max(int(whole_minor * weight / sum(weights)), 0) for weight in weights]
    return sorted((Movement(_day(random, opens, closes), amount) for amount in amounts if amount),
                  key=lambda one: one.on)


def _payments(random: Random, card: Card, state: AccountState, index: int, opens: date) -> tuple[Movement, ...]:
    """The payment towards the last statement: in full, a revolving share, a small part, or none."""
    owed = state.balances.total_minor
    if state.due_date is None or owed <= 0:
        return ()
    missing = card.missed_from is not None and index > card.missed_from
    if not missing:
        on = state.due_date - timedelta(days=random.randint(0, 6))
        wanted = owed if card.pays_in_full else state.minimum_minor + int(owed * random.uniform(0, 0.12))
        return (Movement(max(on, opens), min(wanted, owed)),)
    if card.part_payer and random.random() < 0.45:
        on = opens + timedelta(days=random.randint(2, 26))
        part = min(random.randrange(1, 9) * 100 * _YUAN, max(state.minimum_minor // 3, 50 * _YUAN), owed)
        return (Movement(on, part),)
    return ()


def _keep(history: History, cycle: StatementCycle, closed: ClosedCycle, rules: CycleRules, version: str) -> None:
    """Write the closed cycle into the history: statement, payments and one entry per movement."""
    month = f"{cycle.statement_date:%Y-%m}"
    if history.statements:
        history.statements[-1] = replace(history.statements[-1], paid_by_due_minor=closed.paid_by_due_minor)
    purchases, cash, fees, paid = (sum(one.amount_minor for one in kind) for kind in (
        cycle.purchases, cycle.cash, cycle.other_fees, cycle.payments))
    history.statements.append(StatementRecord(
        statement_date=closed.statement_date, due_date=closed.due_date,
        opening_balance_minor=closed.opening.total_minor, purchases_minor=purchases, cash_minor=cash,
        interest_minor=closed.interest.interest_minor, late_fee_minor=closed.late_fee_minor, other_fees_minor=fees,
        payments_minor=paid, adjustments_minor=0, closing_balance_minor=closed.closing.total_minor,
        minimum_payment_minor=closed.minimum.minimum_minor, paid_by_due_minor=0, policy_version=version))
    for kind, component, movements in (("purchase", "principal", cycle.purchases), ("cash", "principal", cycle.cash),
                                       ("other_fee", "other_fees", cycle.other_fees)):
        for number, one in enumerate(movements):
            _enter(history, f"{month}:{kind}:{number}", kind, component, one.amount_minor, one.on)
    if closed.late_fee_on is not None:
        _enter(history, f"{month}:late_fee", "late_fee", "late_fee", closed.late_fee_minor, closed.late_fee_on)
    _enter(history, f"{month}:interest", "interest", "interest", closed.interest.interest_minor,
           closed.statement_date)
    for number, payment in enumerate(closed.payments):
        _keep_payment(history, f"{month}:payment:{number}", payment.on, payment.applied, payment.unapplied_minor)
    history.balances = closed.closing
    # An issuer that does not count the statement day charges it in the next cycle.
    history.interest_through_date = (closed.statement_date if rules.interest.count_last_day
                                     else closed.statement_date - ONE_DAY)


def _keep_payment(history: History, key: str, on: date, applied: Balances, unapplied_minor: int) -> None:
    amount = applied.total_minor
    # A charge met by a credit balance moves money between components; nobody paid anything.
    kind = "payment" if amount else "credit"
    for component in COMPONENTS:
        _enter(history, f"{key}:{component}", kind, component, -getattr(applied, f"{component}_minor"), on,
               subject=f"payment:{key}" if amount else "")
    if amount:
        history.payments.append(PaymentRecord(
            reference=key, value_date=on, amount_minor=amount, channel="transfer",
            applied_principal_minor=applied.principal_minor - unapplied_minor,
            applied_interest_minor=applied.interest_minor,
            applied_fees_minor=applied.late_fee_minor + applied.other_fees_minor, unapplied_minor=unapplied_minor))


def _enter(history: History, key: str, kind: str, component: str, amount_minor: int, on: date,
           subject: str = "") -> None:
    if amount_minor:
        history.entries.append(EntryRecord(key, kind, component, amount_minor, on, on, subject=subject))


def _since_last_statement(random: Random, card: Card, history: History, state: AccountState, rules: CycleRules,
                          as_of: date) -> None:
    """What was paid, is on its way or was charged after the newest statement; where days past due count from."""
    due = state.due_date
    if due is None:
        return
    left_of_minimum = state.minimum_minor
    owed = history.balances.total_minor
    on = due - timedelta(days=random.randint(0, 5))
    if card.missed_from is None and card.newest_statement < on <= as_of and owed > 0:
        wanted = owed if card.pays_in_full else min(state.minimum_minor + int(owed * 0.05), owed)
        _pay_now(history, wanted, on, rules)
        left_of_minimum -= wanted
    elif card.missed_from is not None and owed > 0 and random.random() < 0.06:
        history.in_transit_minor = min(random.randrange(2, 21) * 100 * _YUAN, owed)
        history.payments.append(PaymentRecord(
            reference="in-transit:1", value_date=as_of, amount_minor=history.in_transit_minor, channel="transfer",
            status="in_transit"))
    grace_ends = due + timedelta(days=rules.grace.days)
    missed_now = left_of_minimum > 0 and as_of > grace_ends
    if missed_now:
        fee = late_fee(left_of_minimum, 0, rules.late_fee, state.consecutive_misses + 1)
        _enter(history, "since:late_fee", "late_fee", "late_fee", fee, grace_ends + ONE_DAY, subject=f"late_fee:{due}")
        history.balances = replace(history.balances, late_fee_minor=history.balances.late_fee_minor + fee)
    history.oldest_unpaid_due_date = state.oldest_unpaid_due_date or (due if missed_now else None)


def _pay_now(history: History, amount_minor: int, on: date, rules: CycleRules) -> None:
    """A payment since the statement, in the order of Art. 57; nothing is overdue on these cards."""
    held = history.balances
    result = allocate(amount_minor, 0, held.outstanding, rules.allocation)
    other = min(result.applied.fees_minor, held.other_fees_minor)
    applied = Balances(result.applied.principal_minor + result.unapplied_minor, result.applied.interest_minor,
                       result.applied.fees_minor - other, other)
    _keep_payment(history, "since:payment:0", on, applied, result.unapplied_minor)
    history.balances = held.less(applied)


def _day(random: Random, opens: date, closes: date) -> date:
    # The last days before a statement are often still in clearing.
    return opens + timedelta(days=random.randrange(max((closes - opens).days - 2, 1)))
