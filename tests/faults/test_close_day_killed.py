"""A close of day killed at random points and started again leaves the books of one that ran undisturbed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db.tables.books import closed_days
from core.services.close_day.day import waiting_accounts
from core.services.records import first_broken_link
from tests.services.portfolios import OPENED, closed_with_kills, digest, fill, new_sqlite, wired

ACCOUNTS = 1_500
LAST = OPENED + timedelta(days=20)
KILLS = 8


@pytest.fixture(scope="module")
def undisturbed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, float]:
    """The digest of the books after an undisturbed run, and how long it took."""
    url = new_sqlite(sqlite_template, tmp_path_factory.mktemp("undisturbed") / "portal.sqlite")
    context = wired(url)
    fill(context, ACCOUNTS)
    outcome = closed_with_kills(url, LAST, kills=0, seconds=0, seed=0)
    found = digest(context)
    context.engine.dispose()
    return found, outcome["seconds"]


def test_killed_anywhere_and_started_again_the_books_are_the_same(
        database_url: str, undisturbed: tuple[str, float]) -> None:
    wanted, seconds = undisturbed
    context = wired(database_url)
    fill(context, ACCOUNTS)
    outcome = closed_with_kills(database_url, LAST, KILLS, seconds, seed=20261122)
    assert outcome["kills"] >= KILLS
    assert digest(context) == wanted
    assert waiting_accounts(context, LAST) == 0
    with context.reading() as connection:
        assert first_broken_link(connection) is None
        unfinished = sa.select(sa.func.count()).select_from(closed_days).where(closed_days.c.finished_at.is_(None))
        assert connection.execute(unfinished).scalar_one() == 0
    context.engine.dispose()
