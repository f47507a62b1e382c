"""A message read wrongly is shown and does nothing: only a plan seen, chosen and agreed to becomes a request.

Played with every message the grammar is known to read wrongly, and with some it reads rightly.
"""

from __future__ import annotations

import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.db.tables.requests import arrangements, proposals
from core.domain.offers.model import NO_WISH
from core.services import assistant
from core.services.context import ServiceContext
from portal.components.assistant_words import chips
from portal.i18n import speaking
from tests.conftest import TestTime
from tests.services.assistant_talks import begun, key, said
from tests.understanding.test_cases import SETS, rows_of

MORE = 40


def _messages() -> list[str]:
    rows = [row for name in SETS for _, row, _ in rows_of(name) if row.get("say", "").strip()]
    missed = [row["say"] for row in rows if row.get("missed")]
    stated = [row["say"] for row in rows if row.get("wish") and not row.get("missed")]
    return missed + stated[:: max(len(stated) // MORE, 1)]


def _bank_holds(context: ServiceContext) -> list[object]:
    with context.reading() as connection:
        return [*(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                  for table in (proposals, arrangements)), *connection.execute(sa.select(accounts)).all()]


def test_no_message_alone_asks_for_or_changes_anything_and_what_was_understood_is_shown(
        sqlite_context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(sqlite_context)
    before, heard = _bank_holds(sqlite_context), _messages()
    assert len(heard) > MORE
    with speaking("en"):
        for number, text in enumerate(heard):
            if number % 60 == 0:
                talk = assistant.restart(actor, sqlite_context, talk.conversation_id, idempotency_key=key())
            time_.advance(seconds=5)
            talk = said(actor, sqlite_context, talk, text)
            assert _bank_holds(sqlite_context) == before, text
            shown = {name for name, words in chips(talk.wish) if words}
            assert shown == {name for name in NO_WISH.__dataclass_fields__
                             if getattr(talk.wish, name) != getattr(NO_WISH, name)}, text
