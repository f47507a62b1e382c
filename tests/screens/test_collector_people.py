"""People who asked for somebody of the bank: seen in the queue, taken up by one, named only then."""

from __future__ import annotations

import pytest

from core.services import assistant
from core.services.context import ServiceContext
from portal.i18n import speaking, t
from tests.conftest import CountedQueries, TestTime
from tests.screens.conftest import OpenAs
from tests.screens.test_collector_queue import PAGE, button, words
from tests.services.assistant_talks import begun, said
from tests.services.cases import reviewer

SCRIPT = "<script>alert(1)</script> I want to talk to a person"


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_who_waits_is_listed_without_a_name_and_named_to_whoever_takes_it_up(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    actor, talk = begun(sqlite_context)
    said(actor, sqlite_context, talk, SCRIPT)
    reviewer(sqlite_context, "one")
    app = open_as("one", PAGE, locale=locale)
    with speaking(locale):
        assert t("collector.people.cause.asked") in words(app)
        assert "Wang Fang" not in words(app)
        button(app, t("collector.people.take")).click().run()
        assert not app.exception
    app.session_state[f"talk_{talk.conversation_id}"] = True
    app.run()
    assert not app.exception
    assert "Wang Fang" in words(app)
    assert "<script>" not in words(app)


def test_nobody_waiting_takes_no_room(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    reviewer(sqlite_context, "one")
    app = open_as("one", PAGE)
    assert "People waiting" not in words(app)


def test_line_costs_one_query_however_many_wait(sqlite_context: ServiceContext, open_as: OpenAs,
                                                counted_queries: type[CountedQueries]) -> None:
    reviewer(sqlite_context, "one")
    open_as("one", PAGE)
    with counted_queries(sqlite_context.engine) as alone:
        open_as("one", PAGE)
    for number in range(3):
        actor, talk = begun(sqlite_context, person=f"p{number}", card=f"c{number}")
        said(actor, sqlite_context, talk, SCRIPT)
    with counted_queries(sqlite_context.engine) as crowded:
        open_as("one", PAGE)
    assert len(crowded) == len(alone)


def test_whoever_takes_it_up_reads_what_was_said_before_the_day_changed(sqlite_context: ServiceContext,
                                                                       open_as: OpenAs, time_: TestTime) -> None:
    actor, talk = begun(sqlite_context)
    said(actor, sqlite_context, talk, SCRIPT)
    time_.advance(days=1)
    talk = assistant.open_conversation(actor, sqlite_context, talk.account_id, sqlite_context.clock.today())
    assistant.take_up(reviewer(sqlite_context, "one"), sqlite_context, talk.conversation_id, idempotency_key="t")
    app = open_as("one", PAGE, locale="en")
    app.session_state[f"talk_{talk.conversation_id}"] = True
    app.run()
    assert "I want to talk to a person" in words(app)
