"""A portfolio of any size, written straight into the database: the ground on which a close of day is measured.

Some thousands of account histories are played through the rules, eight months each; every account of the
portfolio is one of them under a name and number of its own. The books are therefore as the product would
have left them, balance entry by entry, and the same seed gives the same portfolio.

The mix: 45 in 100 pay their bills in full, 25 the minimum or a little more, 10 never use the card, and 20
have stopped paying between one and eight months ago. Statement days lie evenly on the 1st to the 28th, or
all on one day: the worst day there can be.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core import bootstrap
from core.db.bulk import refresh_estimates
from core.db.tables.accounts import accounts, cardholders, ledger_entries, payments, statements
from core.db.tables.books import account_books
from core.domain.account_history import COMPONENTS, Entry, Fact, FactKind, Replay, replay
from core.domain.account_state import AccountState
from core.domain.calendar import add_months
from core.domain.projection_model import statement_dates
from core.domain.statement import ClosedCycle
from core.portfolio.engines import Processes
from core.services.books.forward import next_event_date
from core.services.books.rules import RuleShelf
from core.services.books.states import write_state
from core.services.context import ServiceContext
from core.settings import Settings

AS_OF = date(2026, 9, 20)
"""The last day that is in the books; the days after it can be closed, because they are over."""
ISSUER = "standard"
MONTHS = 8
VARIANTS = 2_800
SOURCE = "generated"
ROWS_AT_ONCE = 5_000
"""Accounts whose rows are sent together."""
_WRITTEN_AT = datetime(2026, 9, 20, 12, 0, tzinfo=UTC)
_HABITS = (("full", 45), ("minimum", 25), ("unused", 10), ("stopped", 20))

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One account's rows but for its identifiers."""

    account: Values
    books: Values
    statement: Values
    entries: tuple[Values, ...]
    payments: tuple[Values, ...]


_ACCOUNT = ("principal_minor", "interest_minor", "late_fee_minor", "other_fees_minor", "oldest_unpaid_due_date",
            "interest_through_date", "statement_day", "product", "issuer", "credit_limit_minor", "source", "created_at",
            "card_last4")
_BOOKS = ("opened_on", "opening_state", "state_on", "state", "run_through", "next_event_date")
_STATEMENT = ("statement_date", "due_date", "opening_balance_minor", "purchases_minor", "cash_minor",
              "interest_minor", "late_fee_minor", "other_fees_minor", "payments_minor", "closing_balance_minor",
              "minimum_payment_minor", "policy_version")
_ENTRY = ("posting_date", "value_date", "kind", "component", "amount_minor", "source", "idempotency_key", "subject")
_PAYMENT = ("value_date", "amount_minor", "channel", "status", "applied_principal_minor", "applied_interest_minor",
            "applied_fees_minor", "unapplied_minor", "source_reference")
_PERSON = ("name_encrypted", "source", "created_at")

COLUMNS: dict[sa.Table, tuple[str, ...]] = {
    cardholders: ("id", "name_index", "source_reference", *_PERSON),
    accounts: ("id", "cardholder_id", "source_reference", *_ACCOUNT),
    account_books: ("account_id", *_BOOKS),
    statements: ("id", "account_id", *_STATEMENT),
    ledger_entries: ("account_id", *_ENTRY),
    payments: ("id", "account_id", *_PAYMENT),
}


def templates(context: ServiceContext, seed: int, statement_day: int | None = None, as_of: date = AS_OF,
              count: int = VARIANTS) -> list[Template]:
    """``count`` accounts' histories up to and including ``as_of``, played through the rules."""
    shelf = RuleShelf(context.policy)
    made = []
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        made.append(_template(_History(chance, statement_day or number % 28 + 1, as_of), shelf,
                              context.policy.version))
    return made


@dataclass(frozen=True, slots=True)
class _Played:
    """The last statement of a history, the entries of its cycle, and what happened since."""

    closed: ClosedCycle
    billed: tuple[Entry, ...]
    since: Replay


@dataclass(slots=True)
class _History:
    """What somebody did with a card; it depends on the bills, so it is played bill by bill."""

    chance: random.Random
    statement_day: int
    as_of: date
    facts: list[Fact] = field(default_factory=list)
    """Of the month being played."""

    def play(self, shelf: RuleShelf) -> _Played:
        """Eight months of purchases and payments."""
        habit = self.chance.choices([name for name, _ in _HABITS], [share for _, share in _HABITS])[0]
        last = add_months(next(statement_dates(self.as_of, self.statement_day, 1)), -1)
        stops = self.chance.randint(0, MONTHS - 1) if habit == "stopped" else MONTHS + 1
        state, rules_for = AccountState(), shelf.cycle(ISSUER)
        for month in range(MONTHS + 1):
            since = add_months(last, month - MONTHS)
            self.facts = []
            self._spend(habit, month, stops, since)
            self._pay(habit, month, stops, since, state)
            through = min(add_months(since, 1), self.as_of)
            played = replay(state, since, self.facts, self.statement_day, through, rules_for)
            state = played.state
            if played.closed:
                closed, billed = played.closed[-1], played.entries
        return _Played(closed, billed, played)

    def _spend(self, habit: str, month: int, stops: int, since: date) -> None:
        if habit == "unused" or month > stops:
            return
        for number in range(self.chance.randint(1, 4)):
            on = since + timedelta(days=self.chance.randint(1, 27))
            kind = FactKind.CASH if self.chance.random() < 0.03 else FactKind.PURCHASE
            if on <= self.as_of:
                self.facts.append(Fact(f"{kind}:{month}.{number}", kind, on, self.chance.randint(500, 400_000)))

    def _pay(self, habit: str, month: int, stops: int, since: date, state: AccountState) -> None:
        on = since + timedelta(days=self.chance.randint(5, 19))
        if not state.asks or month >= stops or on > self.as_of:
            return
        ask = state.asks[-1]
        amount = ask.bill_minor or 0 if habit == "full" else int(ask.minimum_minor * self.chance.uniform(1, 1.5))
        if amount:
            self.facts.append(Fact(f"payment:{month}", FactKind.PAYMENT, on, amount))


def _template(history: _History, shelf: RuleShelf, version: str) -> Template:
    played = history.play(shelf)
    closed, since = played.closed, played.since
    held, oldest, through = since.running.balances, since.running.oldest_unpaid_due_date, history.as_of
    text = write_state(since.state)
    counted = since.rules.interest.count_last_day
    return Template(
        account=(held.principal_minor, held.interest_minor, held.late_fee_minor, held.other_fees_minor, oldest,
                 closed.statement_date if counted else closed.statement_date - timedelta(days=1),
                 history.statement_day, "classic", ISSUER, 5_000_000, SOURCE, _WRITTEN_AT,
                 f"{history.chance.randrange(10_000):04d}"),
        books=(since.state_on, text, since.state_on, text, through,
               next_event_date(since, oldest, through, shelf.delinquency(ISSUER, through))),
        statement=_statement(played, version), entries=tuple(_entries(since, closed)),
        payments=tuple(_payments(since)))


def _statement(played: _Played, version: str) -> Values:
    closed = played.closed
    sums = {kind: sum(one.amount_minor for one in played.billed if one.kind == kind)
            for kind in ("purchase", "cash", "payment")}
    return (closed.statement_date, closed.due_date, closed.opening.total_minor, sums["purchase"], sums["cash"],
            closed.interest.interest_minor, closed.late_fee_minor, 0, -sums["payment"], closed.closing.total_minor,
            closed.minimum.minimum_minor, version)


def _entries(since: Replay, closed: ClosedCycle) -> Iterator[Values]:
    """What the account owed at its last statement as opening entries, then every entry since."""
    for component in COMPONENTS:
        amount = getattr(closed.closing, f"{component}_minor")
        if amount:
            yield (since.state_on, since.state_on, "opening", component, amount, SOURCE, f"opening:{component}",
                   f"opening:{component}")
    for one in since.entries:
        yield (one.value_date, one.value_date, one.kind, one.component, one.amount_minor, SOURCE,
               f"{one.subject}:{one.component}", one.subject)


def _payments(since: Replay) -> Iterator[Values]:
    for subject, paid in since.payments.items():
        applied = paid.applied
        yield (paid.on, applied.total_minor, "transfer", "posted", applied.principal_minor - paid.unapplied_minor,
               applied.interest_minor, applied.late_fee_minor + applied.other_fees_minor, paid.unapplied_minor,
               subject.removeprefix("payment:"))


def identifier(seed: int, number: int) -> str:
    """The id of account ``number``: without order, as the product makes them, but always the same."""
    return base64.urlsafe_b64encode(hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=16).digest())[:22].decode()


def rows_of(made: Sequence[Template], seed: int, numbers: range, person: Values) -> dict[sa.Table, list[Values]]:
    """The rows of the accounts with ``numbers`` by table; every account has a holder of its own."""
    rows: dict[sa.Table, list[Values]] = {table: [] for table in COLUMNS}
    for number in numbers:
        template, own, reference = made[number % len(made)], identifier(seed, number), str(number)
        rows[cardholders].append((own, own, reference, *person))
        rows[accounts].append((own, own, reference, *template.account))
        rows[account_books].append((own, *template.books))
        rows[statements].append((own, own, *template.statement))
        rows[ledger_entries] += [(own, *entry) for entry in template.entries]
        rows[payments] += [(f"{own[:20]}{at:02d}", own, *payment) for at, payment in enumerate(template.payments)]
    return rows


def write(context: ServiceContext, count: int, seed: int = 20261122, statement_day: int | None = None,
          as_of: date = AS_OF, variants: int = VARIANTS, workers: int = 1) -> None:
    """Write ``count`` accounts into an empty database, one batch a transaction, in ``workers`` processes."""
    made = templates(context, seed, statement_day, as_of, min(variants, count))
    batches = [range(first, min(first + ROWS_AT_ONCE, count)) for first in range(0, count, ROWS_AT_ONCE)]
    if workers == 1:
        for numbers in batches:
            _write_batch(context, made, seed, numbers)
    else:
        engine = Processes(workers, _prepare, (context.settings, made, seed))
        for _ in engine.run(_write_prepared, batches):
            pass
    with context.writing() as connection:
        refresh_estimates(connection, list(COLUMNS))


_prepared: list[Any] = []
"""In a process beside the first: the services, the templates and the seed."""


def _prepare(settings: Settings, made: Sequence[Template], seed: int) -> None:
    _prepared[:] = [bootstrap.start(settings), made, seed]


def _write_prepared(numbers: range) -> None:
    _write_batch(*_prepared, numbers)


def _write_batch(context: ServiceContext, made: Sequence[Template], seed: int, numbers: range) -> None:
    person = (context.vault.encrypt("Wang Fang"), SOURCE, _WRITTEN_AT)
    with context.writing() as connection:
        if connection.dialect.name == "postgresql":
            # Foreign keys hold by construction; looking each up would take longer than writing.
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for table, rows in rows_of(made, seed, numbers, person).items():
            _insert(connection, table, rows)


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    names = COLUMNS[table]
    if connection.dialect.name != "postgresql":
        connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
