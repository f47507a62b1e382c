"""The close of day: what it does to the books, on time or late, once or twice, and whom it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import accounts, ledger_entries, statements
from core.db.tables.books import account_books, bucket_moves, closed_days
from core.db.tables.records import outbox
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import InvalidInput, NotPermitted, Unavailable
from core.services import ledger
from core.services.close_day import day as closing
from core.services.close_day import patience
from core.services.close_day.day import close_day, last_closed_day, waiting_accounts
from core.services.close_day.patience import patiently
from core.services.context import ServiceContext
from core.services.verification import verify
from tests.services.portfolios import OPENED, digest, fill, new_sqlite, wired

ACCOUNTS = 280
NEXT = OPENED + timedelta(days=1)
LAST = OPENED + timedelta(days=35)


@pytest.fixture
def portfolio(database_url: str) -> Iterator[ServiceContext]:
    """Some accounts of every kind, their books as of ``OPENED``."""
    context = wired(database_url)
    fill(context, ACCOUNTS)
    yield context
    context.engine.dispose()


@pytest.fixture(scope="module")
def closed_daily(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the same portfolio closed every day up to ``LAST``."""
    context = wired(new_sqlite(sqlite_template, tmp_path_factory.mktemp("daily") / "portal.sqlite"))
    fill(context, ACCOUNTS)
    day = OPENED
    while day < LAST:
        day += timedelta(days=1)
        close_day(SYSTEM, context, day)
    found = digest(context)
    context.engine.dispose()
    return found


def scalar(context: ServiceContext, query: sa.Select[tuple[int]]) -> int:
    with context.reading() as connection:
        return connection.execute(query).scalar_one()


def statements_of(day: date) -> sa.Select[tuple[int]]:
    return sa.select(sa.func.count()).select_from(statements).where(statements.c.statement_date == day)


def test_every_account_with_this_statement_day_gets_its_statement(portfolio: ServiceContext) -> None:
    closed = close_day(SYSTEM, portfolio, NEXT)
    due = scalar(portfolio, sa.select(sa.func.count()).select_from(accounts).where(
        accounts.c.statement_day == NEXT.day))
    assert due > 0
    assert closed.tally.statements == scalar(portfolio, statements_of(NEXT)) == due
    assert last_closed_day(portfolio) == NEXT
    assert waiting_accounts(portfolio, NEXT) == 0


def test_days_without_an_event_leave_an_account_untouched(portfolio: ServiceContext) -> None:
    resting = sa.select(account_books).where(account_books.c.next_event_date > NEXT).order_by(
        account_books.c.account_id)
    with portfolio.reading() as connection:
        before = connection.execute(resting).all()
    closed = close_day(SYSTEM, portfolio, NEXT)
    with portfolio.reading() as connection:
        after = {row.account_id: row for row in connection.execute(sa.select(account_books))}
    assert len(before) + closed.tally.accounts == ACCOUNTS
    assert all(after[row.account_id] == row for row in before)


def test_a_missed_minimum_payment_is_charged_moved_and_told(portfolio: ServiceContext) -> None:
    closed = close_day(SYSTEM, portfolio, LAST)
    fees = sa.select(sa.func.count()).select_from(ledger_entries).where(
        ledger_entries.c.kind == "late_fee", ledger_entries.c.source == "close_of_day")
    told = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.template == "minimum_missed")
    assert closed.tally.late_fees == scalar(portfolio, fees) > 0
    assert scalar(portfolio, told) > 0
    assert closed.tally.bucket_moves >= scalar(portfolio, sa.select(sa.func.count()).select_from(bucket_moves)) > 0
    assert closed.tally.notices == scalar(portfolio, sa.select(sa.func.count()).select_from(outbox))


def test_missed_days_caught_up_at_once_leave_the_books_of_the_daily_close(
        portfolio: ServiceContext, closed_daily: str) -> None:
    close_day(SYSTEM, portfolio, LAST)
    assert digest(portfolio) == closed_daily


def test_days_missed_now_and_then_leave_the_books_of_the_daily_close(
        portfolio: ServiceContext, closed_daily: str) -> None:
    for days in (1, 4, 5, 17, 35):
        close_day(SYSTEM, portfolio, OPENED + timedelta(days=days))
    assert digest(portfolio) == closed_daily


def test_each_entry_of_a_day_caught_up_is_posted_on_its_own_day(portfolio: ServiceContext) -> None:
    close_day(SYSTEM, portfolio, LAST)
    late = sa.select(sa.func.count()).select_from(ledger_entries).where(
        ledger_entries.c.source == "close_of_day", ledger_entries.c.posting_date != ledger_entries.c.value_date)
    assert scalar(portfolio, late) == 0


def test_balances_are_the_sum_of_their_entries_after_every_close(portfolio: ServiceContext) -> None:
    close_day(SYSTEM, portfolio, LAST)
    with portfolio.reading() as connection:
        ids = connection.execute(sa.select(accounts.c.id)).scalars().all()
        assert ledger.accounts_out_of_balance(connection, ids) == []


def test_facts_played_again_give_the_books_that_the_close_left(portfolio: ServiceContext) -> None:
    close_day(SYSTEM, portfolio, LAST)
    found = verify(portfolio, replay=True)
    assert (found.accounts, found.replayed, found.first) == (ACCOUNTS, ACCOUNTS, None)


def test_a_day_closed_twice_is_the_same_and_says_that_nothing_was_left(portfolio: ServiceContext) -> None:
    first = close_day(SYSTEM, portfolio, NEXT)
    books = digest(portfolio)
    with portfolio.reading() as connection:
        record = connection.execute(sa.select(closed_days)).one()
    again = close_day(SYSTEM, portfolio, NEXT)
    assert first.tally.accounts > 0
    assert (again.opened, again.tally, again.ended) == (0, closing.Tally(), 0)
    assert digest(portfolio) == books
    with portfolio.reading() as connection:
        assert connection.execute(sa.select(closed_days)).one() == record


def test_an_account_at_fault_is_left_as_it_is_and_keeps_no_other_from_being_closed(
        portfolio: ServiceContext) -> None:
    with portfolio.writing() as connection:
        broken = connection.execute(sa.select(account_books.c.account_id).where(
            account_books.c.next_event_date == NEXT).order_by(account_books.c.account_id).limit(1)).scalar_one()
        unknown = connection.execute(sa.select(account_books.c.account_id).where(
            account_books.c.next_event_date == NEXT).order_by(account_books.c.account_id.desc()).limit(1)).scalar_one()
        connection.execute(accounts.update().where(accounts.c.id == broken).values(
            principal_minor=accounts.c.principal_minor + 1))
        connection.execute(accounts.update().where(accounts.c.id == unknown).values(issuer="nobody"))
    before = scalar(portfolio, sa.select(sa.func.count()).select_from(account_books).where(
        account_books.c.next_event_date == NEXT))
    closed = close_day(SYSTEM, portfolio, NEXT)
    assert closed.tally.faulty == waiting_accounts(portfolio, NEXT) == 2
    assert closed.tally.accounts == before - 2
    assert scalar(portfolio, statements_of(NEXT).where(statements.c.account_id.in_([broken, unknown]))) == 0


def test_books_that_cannot_be_read_keep_no_other_from_being_closed_and_are_named(portfolio: ServiceContext) -> None:
    due = sa.select(account_books.c.account_id).where(account_books.c.next_event_date == NEXT).order_by(
        account_books.c.account_id)
    with portfolio.writing() as connection:
        ids = connection.execute(due).scalars().all()
        for account_id, text in ((ids[0], "{}"), (ids[-1], '{"form":99}')):
            connection.execute(account_books.update().where(account_books.c.account_id == account_id).values(
                state=text, opening_state=text))
    closed = close_day(SYSTEM, portfolio, NEXT)
    assert (closed.tally.faulty, closed.tally.accounts) == (2, len(ids) - 2)
    assert waiting_accounts(portfolio, NEXT) == 2
    found = verify(portfolio, [ids[0], ids[1], ids[-1]], replay=True)
    assert (found.faults, found.replayed) == (2, 1)
    assert found.first is not None
    assert (found.first.account_id, found.first.kind, found.first.found) == (ids[0], "replay", "books_unreadable")


def test_a_day_that_has_not_come_is_refused_and_nothing_is_written(portfolio: ServiceContext) -> None:
    before = digest(portfolio)
    with pytest.raises(InvalidInput) as refused:
        close_day(SYSTEM, portfolio, portfolio.clock.today() + timedelta(days=1))
    assert refused.value.code == "day_not_over"
    assert digest(portfolio) == before
    assert last_closed_day(portfolio) is None


def test_nobody_but_the_system_closes_a_day(sqlite_context: ServiceContext) -> None:
    for role in Role:
        if role is not SYSTEM.role:
            with pytest.raises(NotPermitted):
                close_day(Actor("u1", role), sqlite_context, NEXT)


def test_the_digest_knows_one_fen_from_another_and_no_identifiers(
        sqlite_template: Path, tmp_path: Path) -> None:
    one, two = (wired(new_sqlite(sqlite_template, tmp_path / f"{name}.sqlite")) for name in ("one", "two"))
    for context in (one, two):
        fill(context, 28)
        close_day(SYSTEM, context, LAST)
    with one.reading() as first, two.reading() as second:
        ids = sa.select(statements.c.id).where(statements.c.statement_date > OPENED)
        assert set(first.execute(ids).scalars()).isdisjoint(second.execute(ids).scalars())
    assert digest(one) == digest(two)
    with two.writing() as connection:
        connection.execute(account_books.update().where(account_books.c.account_id == sa.select(
            sa.func.min(accounts.c.id)).scalar_subquery()).values(next_event_date=LAST + timedelta(days=400)))
    assert digest(one) != digest(two)
    for context in (one, two):
        context.engine.dispose()


def test_a_database_that_comes_back_in_a_moment_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (0.0, 0.0))
    answers = iter([Unavailable("away"), Unavailable("away"), "done"])

    def transaction() -> str:
        answer = next(answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    assert patiently(transaction) == "done"


def test_a_database_that_stays_away_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (0.0, 0.0))

    def transaction() -> None:
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        patiently(transaction)


def test_accounts_new_since_the_last_close_get_their_books_first(portfolio: ServiceContext) -> None:
    with portfolio.writing() as connection:
        ids = connection.execute(sa.select(accounts.c.id).order_by(accounts.c.id).limit(3)).scalars().all()
        connection.execute(account_books.delete().where(account_books.c.account_id.in_(ids)))
    opened = close_day(SYSTEM, portfolio, OPENED).opened
    assert opened == 3
    assert scalar(portfolio, sa.select(sa.func.count()).select_from(account_books)) == ACCOUNTS
