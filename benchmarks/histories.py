"""10,000 random lives of accounts, told late and taken back, against one replay of all facts.

Each history arrives day by day: payments that come late, purchases reported after their statement, cheques
that bounce, waivers, holds, extensions. Its books are then compared with a single replay of the facts, day by
day what was charged with what was owed, and all of them go into a database where ``verify`` looks at them.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from benchmarks.report import Row, none_of
from core import bootstrap
from core.db import migrate
from core.db.bulk import insert_many
from core.db.engine import make_engine
from core.db.tables.accounts import accounts, cardholders, ledger_entries, statements
from core.db.tables.books import account_books, account_terms
from core.domain.account_history import COMPONENTS, Fact, FactKind
from core.policy.book import PolicyBook
from core.services.books.rules import RuleShelf
from core.services.context import ServiceContext
from core.services.verification import verify
from core.settings import Settings
from tests.properties.kept_books import KeptBooks, charged_twice

COUNT = 10_000
OPENED, DAYS = date(2025, 12, 20), 240
_KINDS = (FactKind.PURCHASE, FactKind.PURCHASE, FactKind.PURCHASE, FactKind.CASH, FactKind.OTHER_FEE,
          FactKind.PAYMENT, FactKind.PAYMENT, FactKind.PAYMENT, FactKind.ADJUSTMENT, FactKind.WAIVER, FactKind.HOLD,
          FactKind.RELEASE, FactKind.DEFERRAL)
_REVERSIBLE = (FactKind.PURCHASE, FactKind.CASH, FactKind.OTHER_FEE, FactKind.PAYMENT)


def measure(count: int = COUNT, seed: int = 20261122) -> list[Row]:
    """Live ``count`` histories and count what differs, what is charged twice, and what ``verify`` finds."""
    chance, shelf = Random(seed), RuleShelf(PolicyBook.load())
    began, lived, differing, overcharged = time.perf_counter(), [], 0, 0
    for _ in range(count):
        books = live(chance, shelf)
        differing += books.fault() is not None
        overcharged += charged_twice(books.replayed(), OPENED)
        lived.append(books)
    print(f"{count:,} histories in {time.perf_counter() - began:.0f} s")
    return [none_of(f"histories that differ from one replay of their facts, of {count:,}", differing, "histories"),
            none_of(f"histories with a day charged beyond what was owed on it, of {count:,}", overcharged, "histories"),
            none_of(f"accounts in which verify finds a fault, of {count:,}", _verified(lived), "accounts")]


def live(chance: Random, shelf: RuleShelf) -> KeptBooks:
    """One account from its opening to the end, facts arriving when they do."""
    books = KeptBooks(shelf, chance.choice(["standard", "unpaid_exclusive"]), chance.randint(1, 28), OPENED)
    told = sorted(((fact.on + timedelta(days=chance.choice((0, 0, 0, 1, 15, 40))), number, fact)
                   for number, fact in enumerate(_facts(chance))), key=lambda one: one[:2])
    taken_back: list[tuple[date, str]] = []
    for on, _, fact in told:
        _take_back(books, taken_back, on)
        books.arrive([fact], on)
        if fact.kind in _REVERSIBLE and chance.random() < 0.15:
            taken_back.append((on + timedelta(days=chance.randint(0, 50)), fact.subject))
    _take_back(books, taken_back, OPENED + timedelta(days=DAYS + 60))
    books.close(OPENED + timedelta(days=DAYS + 60))
    return books


def _take_back(books: KeptBooks, waiting: list[tuple[date, str]], until: date) -> None:
    for one in sorted(waiting):
        if one[0] <= until:
            books.arrive([], one[0], without=frozenset([one[1]]))
            waiting.remove(one)


def _facts(chance: Random) -> list[Fact]:
    facts = []
    for number in range(chance.randint(3, 14)):
        kind = chance.choice(_KINDS)
        on = OPENED + timedelta(days=chance.randint(1, DAYS - 60))
        amount = chance.choice((chance.randint(1, 5_000), chance.randint(1, 900_000)))
        component, until = "principal", None
        if kind in (FactKind.ADJUSTMENT, FactKind.WAIVER):
            component = chance.choice(COMPONENTS)
            amount = -amount if kind is FactKind.WAIVER or chance.random() < 0.5 else amount
        if kind is FactKind.DEFERRAL:
            amount, until = 0, on + timedelta(days=chance.randint(1, 80))
        facts.append(Fact(f"{kind.value}:{number}", kind, on, amount, component, until))
    return facts


def _verified(lived: list[KeptBooks]) -> int:
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(database_url=f"sqlite:///{name}/books.sqlite", secret_key="x" * 48, var_dir=Path(name))
        engine = make_engine(settings.database_url)
        migrate.upgrade(engine)
        engine.dispose()
        context = bootstrap.start(settings)
        _write(context, lived)
        found = verify(context, replay=True)
        context.engine.dispose()
    if found.accounts != len(lived) or found.replayed != len(lived):
        raise RuntimeError(f"{found.accounts} accounts were verified, {found.replayed} replayed")
    return found.faults


def _write(context: ServiceContext, lived: list[KeptBooks]) -> None:
    at = datetime.now(UTC)
    with context.writing() as connection:
        connection.execute(cardholders.insert().values(id="person", name_encrypted=b"", name_index="", source="bench",
                                                       source_reference="person", created_at=at))
        for number, books in enumerate(lived):
            _write_one(connection, f"a{number}", books, at)


def _write_one(connection: sa.Connection, account_id: str, books: KeptBooks, at: datetime) -> None:
    row = vars(books.row)
    both = {**row, "id": account_id, "account_id": account_id, "cardholder_id": "person", "card_last4": "0000",
            "product": "gold", "credit_limit_minor": 0, "source": "bench", "source_reference": account_id,
            "created_at": at}
    insert_many(connection, accounts, [_of(accounts, both, without="opened_on")])
    insert_many(connection, account_books, [_of(account_books, both)])
    insert_many(connection, ledger_entries, [
        {"account_id": account_id, "source": "bench", **vars(one)} for one in books.ledger])
    insert_many(connection, account_terms, [
        {"id": f"{account_id}-{number}", "account_id": account_id, "reason": "bench", "source": "bench",
         "posting_date": one.value_date, **vars(one)} for number, one in enumerate(books.terms)])
    insert_many(connection, statements, [
        {"id": f"{account_id}-{number}", "account_id": account_id, "policy_version": "bench",
         **{name: getattr(one, name) for name in one.__dataclass_fields__}}
        for number, one in enumerate(books.statements)])


def _of(table: sa.Table, values: dict[str, Any], without: str = "") -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in table.c and name != without}
