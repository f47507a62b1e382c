"""The books of one account in memory, kept as the services keep them in the database, without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from core.domain.account_history import Fact, FactKind, Replay
from core.domain.account_state import AccountState, Balances
from core.domain.projection_model import statement_dates
from core.services.books.forward import Books, BucketMove, Changes, NewStatement, bring_forward, play, post_facts
from core.services.books.reading import books_of
from core.services.books.rules import RuleShelf
from core.services.books.states import write_state

ONE_DAY = timedelta(days=1)
TERMS = (FactKind.ADJUSTMENT, FactKind.WAIVER, FactKind.HOLD, FactKind.RELEASE, FactKind.DEFERRAL)


class KeptBooks:
    """Rows as the tables hold them; ``arrive`` and ``close`` do what the commands and the close of day do."""

    def __init__(self, shelf: RuleShelf, issuer: str, statement_day: int, opened_on: date) -> None:
        self.shelf = shelf
        state = write_state(AccountState())
        self.row = SimpleNamespace(
            account_id="account", cardholder_id="person", issuer=issuer, statement_day=statement_day,
            principal_minor=0, interest_minor=0, late_fee_minor=0, other_fees_minor=0, oldest_unpaid_due_date=None,
            interest_through_date=opened_on, opened_on=opened_on, opening_state=state, state_on=opened_on,
            state=state, run_through=opened_on, next_event_date=next(statement_dates(opened_on, statement_day, 1)))
        self.ledger: list[Any] = []
        self.terms: list[Any] = []
        self.statements: list[NewStatement] = []
        self.moves: list[BucketMove] = []
        self.missed = 0

    def close(self, day: date) -> None:
        """The close of a day."""
        if self.row.next_event_date <= day:
            self._keep(bring_forward(self.read(), day, self.shelf))

    def arrive(self, facts: Iterable[Fact], as_of: date, without: frozenset[str] = frozenset()) -> Changes:
        """Facts reach the bank on ``as_of``, or subjects are taken back."""
        facts = list(facts)
        self.close(as_of - ONE_DAY)
        days = [*(fact.on for fact in facts), *(one.value_date for one in self.ledger if one.subject in without)]
        changes = post_facts(self.read(from_opening=min(days) <= self.row.state_on), facts, as_of, self.shelf,
                             without=without, reason="test")
        self.terms += [SimpleNamespace(idempotency_key=fact.subject, kind=fact.kind.value, value_date=fact.on,
                                       amount_minor=fact.amount_minor, component=fact.component,
                                       until_date=fact.until) for fact in facts if fact.kind in TERMS]
        self._keep(changes)
        return changes

    def read(self, from_opening: bool = False) -> Books:
        """The books as they are read."""
        since = self.row.opened_on if from_opening else self.row.state_on
        issued = [SimpleNamespace(statement_date=one.statement_date, minimum_payment_minor=one.minimum_payment_minor,
                                  closing_balance_minor=one.closing_balance_minor)
                  for one in self.statements if one.statement_date >= since]
        return books_of(self.row, [one for one in self.ledger if one.value_date > since], self.terms, (), issued,
                        from_opening)

    def replayed(self) -> Replay:
        """Everything once more from the opening, in one go."""
        books = self.read(from_opening=True)
        return play(books, books.run_through, self.row.state_on,
                    self.shelf.cycle(books.issuer, books.rates, books.pauses))

    def fault(self) -> str | None:
        """The first difference between what is kept and what replaying the facts gives; None: there is none."""
        played, books = self.replayed(), self.read()
        posted: dict[tuple[str, str, date], int] = {}
        for one in self.ledger:
            key = (one.subject, one.component, one.value_date)
            posted[key] = posted.get(key, 0) + one.amount_minor
        wanted = {(one.subject, one.component, one.value_date): one.amount_minor for one in played.entries}
        if {key: amount for key, amount in posted.items() if amount} != wanted:
            return f"entries: {posted} for {wanted}"
        if books.balances != played.running.balances:
            return f"balances: {books.balances} for {played.running.balances}"
        if self.row.state != write_state(played.state):
            return f"state: {self.row.state} for {write_state(played.state)}"
        if books.oldest_unpaid_due_date != played.running.oldest_unpaid_due_date:
            return "oldest unpaid due date"
        return None

    @property
    def balances(self) -> Balances:
        """As cached."""
        return self.read().balances

    def _keep(self, changes: Changes) -> None:
        books, row = changes.books, self.row
        self.ledger += [SimpleNamespace(
            subject=new.entry.subject, kind=new.entry.kind, component=new.entry.component,
            amount_minor=new.entry.amount_minor, value_date=new.entry.value_date, posting_date=new.posting_date,
            idempotency_key=new.idempotency_key, reason=new.reason) for new in changes.entries]
        keys = [one.idempotency_key for one in self.ledger]
        assert len(set(keys)) == len(keys), "an idempotency key twice"
        self.statements += changes.statements
        self.moves += changes.moves
        self.missed += len(changes.missed)
        held = books.balances
        row.principal_minor, row.interest_minor = held.principal_minor, held.interest_minor
        row.late_fee_minor, row.other_fees_minor = held.late_fee_minor, held.other_fees_minor
        row.oldest_unpaid_due_date, row.interest_through_date = (
            books.oldest_unpaid_due_date, books.interest_through_date)
        row.state, row.state_on = write_state(books.state), books.state_on
        row.run_through, row.next_event_date = books.run_through, books.next_event_date


def charged_twice(played: Replay, opened_on: date) -> bool:
    """Whether any day bears interest on more than was owed on it: the only way to charge a day twice.

    What is owed on a day: principal and posted interest at its start, and the day's own debits.
    """
    charged: dict[date, int] = defaultdict(int)
    for closed in played.closed:
        for segment in closed.interest.segments:
            for number in range(segment.days):
                charged[segment.from_date + number * ONE_DAY] += segment.balance_minor
    moved: dict[date, list[int]] = defaultdict(list)
    for entry in played.entries:
        if entry.component in ("principal", "interest"):
            moved[entry.value_date].append(entry.amount_minor)
    owed = 0
    for number in range((played.running.through - opened_on).days + 1):
        day = opened_on + number * ONE_DAY
        peak = owed + sum(amount for amount in moved[day] if amount > 0)
        if charged[day] > max(peak, 0):
            return True
        owed += sum(moved[day])
    return False
