"""Card accounts for tests: months of purchases and payments played through the rules, loaded as a file would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.domain.account_state import AccountState, Balances
from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.calendar import add_months
from core.domain.closing import close_cycle
from core.domain.interest import Movement
from core.domain.money import format_yuan
from core.domain.statement import ClosedCycle, StatementCycle
from core.policy.rules.account import cycle_rules
from core.services.context import ServiceContext
from core.services.importing.bundle import (
    AccountBundle,
    CardholderRecord,
    EntryRecord,
    PaymentRecord,
    StatementRecord,
)
from core.services.importing.load import Batch, load
from core.services.ledger import balances_of

TODAY = date(2026, 11, 22)
"""The day of ``NOON`` in conftest, in China."""


@dataclass(frozen=True)
class Month:
    """What happens in a cycle: amounts in fen, ``purchases`` as (day in cycle, fen)."""

    purchases: Sequence[tuple[int, int]] = ()
    cash: Sequence[tuple[int, int]] = ()
    payments: Sequence[tuple[int, int]] = ()


SPENT, QUIET = Month(purchases=((3, 400_000), (12, 255_050))), Month()
MISSED_SINCE_AUGUST = (SPENT, SPENT, Month(cash=((5, 100_000),), payments=((18, 60_000),)), QUIET, QUIET, QUIET)
"""A card used until the third month, one payment below the minimum, then nothing: about three months overdue."""


def add_card(context: ServiceContext, months: Sequence[Month] = MISSED_SINCE_AUGUST, *, person: str = "p1",
             card: str = "c1", issuer: str = "standard", statement_day: int = 5,
             since: Sequence[tuple[str, int, int]] = (), in_transit_minor: int = 0, disputed_minor: int = 0,
             city: str | None = None, name: str = "Wang Fang") -> str:
    """Play ``months`` up to the newest statement before ``TODAY`` and load the account; returns its id.

    ``since`` is what came after the newest statement: (``purchase``, ``payment``, ``late_fee`` or ``other_fee``,
    days after it, fen); such a payment goes to principal, as if nothing else were owed.
    """
    last = TODAY.replace(day=statement_day)
    player = played(context, months, issuer, last)
    for kind, days, amount in since:
        player.later(kind, last + timedelta(days=days), amount)
    bundle = AccountBundle(
        reference=card, cardholder=CardholderRecord(person, name, "13800000000", city), card_last4=f"{len(card):04d}",
        product="gold", issuer=issuer, credit_limit_minor=5_000_000, statement_day=statement_day,
        balances=player.balances(), interest_through_date=player.interest_through,
        oldest_unpaid_due_date=player.oldest_unpaid(), in_transit_minor=in_transit_minor,
        disputed_minor=disputed_minor, statements=tuple(player.statements), payments=tuple(player.payments),
        entries=tuple(player.entries))
    load(SYSTEM, context, [bundle], Batch("test", "test", TODAY, f"{person}{card}".ljust(64, "0")))
    with context.reading() as connection:
        return str(connection.execute(sa.select(accounts.c.id).where(accounts.c.source_reference == card)).scalar_one())


def played(context: ServiceContext, months: Sequence[Month], issuer: str, last: date) -> CardHistory:
    """``months`` closed one after the other, the newest statement on ``last``."""
    dates = [add_months(last, number + 1 - len(months)) for number in range(len(months))]
    history = CardHistory(context, issuer, add_months(dates[0], -1))
    for on, month in zip(dates, months, strict=True):
        history.play(on, month)
    return history


def cardholder(context: ServiceContext, person: str = "p1") -> Actor:
    """The person called ``person``, signed in."""
    with context.reading() as connection:
        found = connection.execute(sa.select(cardholders.c.id).where(
            cardholders.c.source_reference == person)).scalar_one()
    return Actor(user_id=f"user-{person}", role=Role.CARDHOLDER, cardholder_id=found)


OTHER_ROLES: Mapping[str, Actor] = {
    "collector": Actor("u-collector", Role.COLLECTOR, authority=Authority.L1),
    "supervisor": Actor("u-supervisor", Role.SUPERVISOR, authority=Authority.L3),
    "staff": Actor("u-staff", Role.STAFF), "admin": Actor("u-admin", Role.ADMIN)}


class CardHistory:
    """Closes cycle after cycle and writes down what a bank's books would show."""

    def __init__(self, context: ServiceContext, issuer: str, opened: date) -> None:
        self.book, self.issuer, self.since = context.policy, issuer, opened
        self.state = AccountState()
        self.closed: ClosedCycle | None = None
        self.statements: list[StatementRecord] = []
        self.payments: list[PaymentRecord] = []
        self.entries: list[EntryRecord] = []
        self.interest_through = opened

    def play(self, on: date, month: Month) -> None:
        cycle = StatementCycle(on, self._moves(month.purchases), self._moves(month.cash), (),
                               self._moves(month.payments))
        rules = cycle_rules(self.book, self.issuer, self.state, cycle)
        closed = close_cycle(self.state, cycle, rules)
        self._keep(cycle, closed)
        counted = rules.interest.count_last_day
        self.interest_through = on if counted else on - timedelta(days=1)
        self.state, self.closed, self.since = closed.state, closed, on

    def later(self, kind: str, on: date, amount: int) -> None:
        signed = -amount if kind == "payment" else amount
        component = {"late_fee": "late_fee", "other_fee": "other_fees"}.get(kind, "principal")
        self._entry(kind, component, signed, on)

    def balances(self) -> Balances:
        return balances_of((entry.component, entry.amount_minor) for entry in self.entries)

    def oldest_unpaid(self) -> date | None:
        return self.state.oldest_unpaid_due_date

    def _moves(self, days: Sequence[tuple[int, int]]) -> tuple[Movement, ...]:
        return tuple(Movement(self.since + timedelta(days=day), amount) for day, amount in days)

    def _keep(self, cycle: StatementCycle, closed: ClosedCycle) -> None:
        if self.statements:
            self.statements[-1] = replace(self.statements[-1], paid_by_due_minor=closed.paid_by_due_minor)
        for kind, moves in (("purchase", cycle.purchases), ("cash", cycle.cash)):
            for move in moves:
                self._entry(kind, "principal", move.amount_minor, move.on)
        self._entry("interest", "interest", closed.interest.interest_minor, cycle.statement_date)
        self._entry("late_fee", "late_fee", closed.late_fee_minor, closed.late_fee_on or cycle.statement_date)
        for paid in closed.payments:
            applied = paid.applied
            for component in ("principal", "interest", "late_fee", "other_fees"):
                self._entry("payment", component, -getattr(applied, f"{component}_minor"), paid.on)
            self.payments.append(PaymentRecord(
                f"pay{len(self.payments)}", paid.on, applied.total_minor, "transfer", "posted",
                applied.principal_minor - paid.unapplied_minor, applied.interest_minor,
                applied.late_fee_minor + applied.other_fees_minor,
                paid.unapplied_minor))
        self.statements.append(StatementRecord(
            cycle.statement_date, closed.due_date, closed.opening.total_minor,
            sum(move.amount_minor for move in cycle.purchases), sum(move.amount_minor for move in cycle.cash),
            closed.interest.interest_minor, closed.late_fee_minor, 0,
            sum(move.amount_minor for move in cycle.payments), 0, closed.closing.total_minor,
            closed.minimum.minimum_minor, 0, "test"))

    def _entry(self, kind: str, component: str, amount: int, on: date) -> None:
        if amount:
            key = f"{len(self.entries)}-{kind}-{component}-{format_yuan(amount)}"
            self.entries.append(EntryRecord(key, kind, component, amount, on, on))
