"""A row of the public file as an account of this bank. ``docs/importing.md`` has the mapping in words.

What the file says is kept to the fen: every bill is a closing balance, every amount paid a payment, each
converted and rounded once. What it does not say, how a bill divides into principal, interest and late
fee, is worked out by our own rules on the balance before, never more than the bill's own change leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from core.domain.account_state import AccountState, Balances, Bearing
from core.domain.accrual import SinceStatement, accrue, newest_up_to
from core.domain.allocation import Outstanding, allocate
from core.domain.calendar import add_months
from core.domain.closing import statement_due_date
from core.domain.interest import Movement
from core.domain.late_fee import late_fee
from core.domain.minimum_payment import Billed, minimum_payment
from core.domain.money import round_minor
from core.domain.statement import Compounding, CycleRules, StatementCycle
from core.policy.book import PolicyBook
from core.policy.rules.account import cycle_rules
from core.services.importing.bundle import (
    AccountBundle,
    CardholderRecord,
    EntryRecord,
    PaymentRecord,
    StatementRecord,
)
from core.services.importing.uci.file import MONTHS, ClientRow

SOURCE = "uci-card-clients"
PRODUCT = "Credit card"
FILE_CHANNEL = "file"
"""The channel of payments whose way the file does not tell."""
_FIRST_MONTH = 4  # April 2005 is the oldest statement
_LATE_PAYER_DAYS = 5
"""A month marked late was paid this many days after its due date: past any grace, before the next statement."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How the file is laid into the calendar and the currency of this bank."""

    as_of: date
    fx: Decimal
    """CNY per NT dollar."""
    issuer: str

    def minor(self, twd: Decimal) -> int:
        """NT dollars as fen, rounded once, half-up."""
        return round_minor(twd * self.fx * 100)

    def newest_statement_date(self, statement_day: int) -> date:
        """The latest statement date not after ``as_of``: where September 2005 comes to lie."""
        this_month = self.as_of.replace(day=statement_day)
        return this_month if this_month <= self.as_of else add_months(this_month, -1)


def statement_day(reference: str) -> int:
    """1 to 28 by the client's number: the file has none, and a bank spreads its statements over the month."""
    return 1 + (int(reference) - 1) % 28


RulesOn = Callable[[date, date], CycleRules]


def rules_of(book: PolicyBook, issuer: str) -> RulesOn:
    """The issuer's rules for a cycle (first day that bears interest, statement date), each built once."""

    @lru_cache(maxsize=4096)
    def rules(first: date, closes: date) -> CycleRules:
        bearing = (Bearing(first, 0),)
        return cycle_rules(book, issuer, AccountState(bearing=bearing), StatementCycle(closes))

    return rules


def bundle_of(client: ClientRow, placement: Placement, rules: RulesOn, policy_version: str) -> AccountBundle:
    """The account of one client with six statements, their payments and the ledger behind them."""
    day = statement_day(client.reference)
    newest = placement.newest_statement_date(day)
    account = _Account(client, placement, rules, policy_version, newest)
    for month in range(MONTHS):
        account.close(month)
    # An issuer that does not count the statement day charges it in the next cycle.
    counted = rules(newest, newest).interest.count_last_day
    owes = account.balances.total_minor > 0
    return AccountBundle(
        reference=client.reference,
        cardholder=CardholderRecord(client.reference, f"Client {int(client.reference):05d}", locale="en"),
        card_last4=f"{int(client.reference) % 10_000:04d}", product=PRODUCT, issuer=placement.issuer,
        credit_limit_minor=placement.minor(client.limit), statement_day=day, balances=account.balances,
        interest_through_date=newest if counted else newest - timedelta(days=1),
        # Nothing is past due on an account that owes nothing, whatever its status code says.
        oldest_unpaid_due_date=account.due_date(MONTHS - 1 - client.months_late) if owes else None,
        statements=tuple(account.statements), payments=tuple(account.payments), entries=tuple(account.entries))


class _Account:
    """An account while its six months are played, oldest first."""

    def __init__(self, client: ClientRow, placement: Placement, rules: RulesOn, policy_version: str,
                 newest: date) -> None:
        self.bills = [placement.minor(bill) for bill in client.bills]
        self.paid = [placement.minor(paid) for paid in client.paid]
        self.statuses = client.statuses
        self.newest = newest
        self.rules = rules
        self.policy_version = policy_version
        self.balances = Balances()
        self.minimum_minor = 0
        self.misses = 0
        self.statements: list[StatementRecord] = []
        self.payments: list[PaymentRecord] = []
        self.entries: list[EntryRecord] = []

    def statement_date(self, month: int) -> date:
        """The statement date of a month; months before the file's first lie before it."""
        return add_months(self.newest, month - (MONTHS - 1))

    def rules_for(self, month: int) -> CycleRules:
        return self.rules(self.statement_date(month - 1), self.statement_date(month))

    def due_date(self, month: int) -> date:
        """The due date of the statement of ``month``."""
        closes = self.statement_date(month)
        return statement_due_date(closes, self.rules(closes, closes))

    def close(self, month: int) -> None:
        """Play one month: what was paid, what was charged, and the bill as the file has it."""
        closes = self.statement_date(month)
        opening = self._open(month)
        late = self.statuses[month] >= 1
        paid_on = self.due_date(month - 1) + timedelta(days=_LATE_PAYER_DAYS if late else 0)
        before, paid = self.balances, self.paid[month]
        self._pay(month, paid, paid_on)
        in_time = 0 if late else paid
        left = self.bills[month] - (opening - paid)
        interest = min(self._interest(month, before, paid, paid_on), max(left, 0)) if month else 0
        fee = min(self._late_fee(month, in_time), max(left - interest, 0)) if month else 0
        rest = left - interest - fee
        self._post(month, "interest", "interest", interest)
        self._post(month, "late_fee", "late_fee", fee)
        if rest > 0:
            self._post(month, "purchase", "principal", rest)
        else:
            self._credit(month, -rest)
        if self.statements:
            self.statements[-1] = replace(self.statements[-1], paid_by_due_minor=in_time)
        self.minimum_minor = self._minimum(month, interest, fee, max(self.minimum_minor - paid, 0))
        self.statements.append(StatementRecord(
            statement_date=closes, due_date=self.due_date(month), opening_balance_minor=opening,
            purchases_minor=max(rest, 0), cash_minor=0, interest_minor=interest, late_fee_minor=fee,
            other_fees_minor=0, payments_minor=paid, adjustments_minor=min(rest, 0),
            closing_balance_minor=self.bills[month], minimum_payment_minor=self.minimum_minor, paid_by_due_minor=0,
            policy_version=self.policy_version))

    def _open(self, month: int) -> int:
        """The balance before the month. Before April the file is silent: it is what April's bill and payment leave."""
        if month == 0:
            carried_in = self.bills[0] + self.paid[0]
            self._entry("opening", "opening", "principal", carried_in, self.statement_date(-1))
        return self.balances.total_minor

    def _pay(self, month: int, paid: int, paid_on: date) -> None:
        """Apply a payment in the order of Art. 57 at the days past due of its day."""
        if paid == 0:
            return
        owed = self.balances
        status = max(self.statuses[month], 0)
        overdue = max((paid_on - self.due_date(month - status)).days, 0) if status else 0
        result = allocate(paid, overdue, Outstanding(owed.late_fee_minor, owed.interest_minor,
                                                     max(owed.principal_minor, 0)), self.rules_for(month).allocation)
        applied, key = result.applied, self._key(month)
        for component, amount in (("late_fee", applied.fees_minor), ("interest", applied.interest_minor),
                                  ("principal", applied.principal_minor + result.unapplied_minor)):
            self._entry(f"{key}:payment:{component}", "payment", component, -amount, paid_on)
        self.payments.append(PaymentRecord(
            reference=key, value_date=paid_on, amount_minor=paid, channel=FILE_CHANNEL,
            applied_principal_minor=applied.principal_minor, applied_interest_minor=applied.interest_minor,
            applied_fees_minor=applied.fees_minor, unapplied_minor=result.unapplied_minor))

    def _interest(self, month: int, before: Balances, paid: int, paid_on: date) -> int:
        """Our interest for the cycle, by the rule that accrues between statements, on what the last one left."""
        rules = self.rules_for(month)
        compounds = rules.compounding is Compounding.MONTHLY
        owed = before.principal_minor + (before.interest_minor if compounds else 0)
        if owed <= 0:
            return 0
        last = self.statements[-1]
        purchases = [Movement(last.statement_date, last.purchases_minor)] if last.purchases_minor else []
        billed = newest_up_to(purchases, before.principal_minor)
        first = last.statement_date
        if rules.interest.count_last_day:
            first += timedelta(days=1)  # the statement day was counted in the cycle it closed
        carried = owed - sum(debit.amount_minor for debit in billed)
        # What paid fees did not reduce what bears interest.
        reduced = owed - self.balances.principal_minor - (self.balances.interest_minor if compounds else 0)
        grace_ends = last.due_date + timedelta(days=rules.grace.days)
        in_time = paid if paid_on <= grace_ends else 0
        since = SinceStatement(
            carried=(Movement(first, carried),) if carried else (), billed=billed,
            payments=(Movement(paid_on, reduced),) if reduced else (), grace_ends=grace_ends,
            bill_paid=last.closing_balance_minor - in_time <= rules.grace.amount_minor)
        return accrue(since, self.statement_date(month), rules.interest).interest_minor

    def _late_fee(self, month: int, in_time: int) -> int:
        """The late fee on what was missed of the last minimum payment."""
        self.misses = self.misses + 1 if in_time < self.minimum_minor else 0
        return late_fee(self.minimum_minor, in_time, self.rules_for(month).late_fee, max(self.misses, 1))

    def _minimum(self, month: int, interest: int, fee: int, unpaid: int) -> int:
        """The minimum payment: a share of principal, this month's charges, and what is unpaid of the last one."""
        owed = self.balances
        billed = Billed(purchases_minor=max(owed.principal_minor, 0), fees_minor=min(fee, owed.late_fee_minor),
                        interest_minor=min(interest, owed.interest_minor), previous_minimum_unpaid_minor=unpaid)
        return minimum_payment(billed, self.rules_for(month).minimum, owed.total_minor).minimum_minor

    def _credit(self, month: int, amount: int) -> None:
        """A bill that fell by more than was paid: a credit of unknown origin, off principal first."""
        for component in ("principal", "interest", "late_fee"):
            taken = min(amount, max(getattr(self.balances, f"{component}_minor"), 0))
            self._post(month, "adjustment", component, -taken)
            amount -= taken
        self._entry(f"{self._key(month)}:credit", "adjustment", "principal", -amount, self.statement_date(month))

    def _post(self, month: int, kind: str, component: str, amount: int) -> None:
        self._entry(f"{self._key(month)}:{kind}:{component}", kind, component, amount, self.statement_date(month))

    def _entry(self, key: str, kind: str, component: str, amount: int, on: date) -> None:
        if amount == 0:
            return
        self.entries.append(EntryRecord(key, kind, component, amount, on, on))
        name = f"{component}_minor"
        self.balances = replace(self.balances, **{name: getattr(self.balances, name) + amount})

    @staticmethod
    def _key(month: int) -> str:
        return f"2005-{_FIRST_MONTH + month:02d}"
