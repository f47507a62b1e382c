"""``portal conversations`` as an operator types it: it counts, and erases only when it is told to."""

from __future__ import annotations

import sqlalchemy as sa

from core.db.engine import make_engine
from core.db.tables.negotiations import negotiation_turns, negotiations
from core.services.context import ServiceContext
from tests.commands.operator import Portal, refused
from tests.services.assistant_talks import begun


def _turns(context: ServiceContext) -> int:
    with context.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(negotiation_turns)).scalar_one())


def _long_ago(url: str) -> None:
    """Nobody has touched the conversations for some years, by the clock of this machine."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(negotiations.update().values(updated_at=sa.text("'2020-01-01 00:00:00'")))
    engine.dispose()


def test_command_counts_first_and_erases_when_it_is_told_to(portal: Portal, sqlite_context: ServiceContext,
                                                            sqlite_url: str) -> None:
    begun(sqlite_context)
    secret = sqlite_context.settings.key().decode()
    _long_ago(sqlite_url)
    counted = portal("conversations", "purge", url=sqlite_url, PORTAL_SECRET_KEY=secret)
    assert (counted.status, counted.err) == (0, "")
    assert counted.out.startswith("1 conversation with 1 turn, not touched for more than 92 days; nothing was erased")
    assert _turns(sqlite_context) == 1
    erased = portal("conversations", "purge", "--older-than", "100", "--apply", url=sqlite_url,
                    PORTAL_SECRET_KEY=secret)
    assert erased.out == "1 conversation with 1 turn, not touched for more than 100 days: erased\n"
    assert _turns(sqlite_context) == 0
    again = portal("conversations", "purge", "--apply", url=sqlite_url, PORTAL_SECRET_KEY=secret)
    assert again.out.startswith("0 conversations with 0 turns")


def test_command_refuses_less_than_the_policy_keeps(portal: Portal, sqlite_url: str) -> None:
    answer = portal("conversations", "purge", "--older-than", "5", "--apply", url=sqlite_url)
    assert "92 days (records.conversation_days)" in refused(answer, 2)
