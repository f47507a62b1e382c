"""What is read between two statements is what the next one bills, whatever happened to the card before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.domain.account_state import AccountState
from core.domain.calendar import add_months
from core.domain.closing import close_cycle
from core.domain.interest import Movement
from core.domain.statement import ClosedCycle, StatementCycle
from core.policy.book import PolicyBook
from core.policy.rules.account import cycle_rules
from core.services.accruals import BearingAccount, accrued
from core.services.ledger import COMPONENTS, balances_of

BOOK = PolicyBook.load()
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """A movement of the ledger as a query reads it."""

    value_date: date
    kind: str
    component: str
    amount_minor: int


@st.composite
def lives(draw: st.DrawFn) -> tuple[str, list[StatementCycle]]:
    """An issuer and two to five months of a card: purchases, cash, fees, and payments small and large.

    Every amount is above what counts as nothing (policy ``grace.amount``): a whole bill below it is paid unpaid.
    """
    issuer = draw(st.sampled_from(BOOK.issuers))
    cycles = []
    for number in range(draw(st.integers(2, 5))):
        closes = add_months(date(2024, 1, 5), number)
        first = add_months(closes, -1) + ONE_DAY
        within = st.integers(0, (closes - first).days).map(lambda n, first=first: first + timedelta(days=n))

        def some(most: int, amount: int, within: st.SearchStrategy[date] = within) -> tuple[Movement, ...]:
            movement = st.builds(Movement, within, st.integers(min(2_000, amount), amount))
            return tuple(draw(st.lists(movement, max_size=most)))

        cycles.append(StatementCycle(closes, some(3, 300_000), some(1, 200_000), some(1, 3_000), some(2, 900_000)))
    return issuer, cycles


def entries_of(cycle: StatementCycle, closed: ClosedCycle) -> list[Entry]:
    """The closed cycle as a ledger: one entry per movement and component."""
    found = [Entry(one.on, kind, component, one.amount_minor)
             for kind, component, moved in (("purchase", "principal", cycle.purchases),
                                            ("cash", "principal", cycle.cash),
                                            ("other_fee", "other_fees", cycle.other_fees)) for one in moved]
    found.append(Entry(closed.statement_date, "interest", "interest", closed.interest.interest_minor))
    if closed.late_fee_on is not None:
        found.append(Entry(closed.late_fee_on, "late_fee", "late_fee", closed.late_fee_minor))
    found += [Entry(paid.on, "payment" if paid.applied.total_minor else "adjustment", component,
                    -getattr(paid.applied, f"{component}_minor"))
              for paid in closed.payments for component in COMPONENTS]
    return [entry for entry in found if entry.amount_minor]


def as_row(cycle: StatementCycle, closed: ClosedCycle) -> Any:
    return SimpleNamespace(
        purchases_minor=sum(one.amount_minor for one in cycle.purchases),
        statement_date=closed.statement_date, due_date=closed.due_date, interest_minor=closed.interest.interest_minor,
        closing_balance_minor=closed.closing.total_minor)


@given(lives())
def test_the_accrued_interest_on_a_statement_day_is_what_that_statement_bills(
        life: tuple[str, list[StatementCycle]]) -> None:
    issuer, cycles = life
    state, ledger, statements = AccountState(), [], []
    for cycle in cycles:
        rules = cycle_rules(BOOK, issuer, state, cycle)
        closed = close_cycle(state, cycle, rules)
        before_close = [entry for entry in entries_of(cycle, closed) if entry.kind != "interest"]
        held = balances_of((entry.component, entry.amount_minor) for entry in [*ledger, *before_close])
        if statements:
            through = statements[0].statement_date - (timedelta(0) if rules.interest.count_last_day else ONE_DAY)
            account = BearingAccount(issuer, held.principal_minor, held.interest_minor, through,
                                     state.oldest_unpaid_due_date)
            context: Any = SimpleNamespace(policy=BOOK)
            found = accrued(context, account, statements[:2], [*ledger, *before_close], cycle.statement_date)
            assert found.interest_minor == closed.interest.interest_minor
        ledger += entries_of(cycle, closed)
        statements.insert(0, as_row(cycle, closed))
        state = closed.state
