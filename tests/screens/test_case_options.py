"""What could be agreed, and the conversation before it, in a case: on demand, in both languages, sending nothing."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.db.tables.records import audit_log
from core.domain.actor import Actor, Authority, Role
from core.domain.decision import RefuseReason
from core.services import assistant, case_options, review
from core.services.context import ServiceContext
from portal.components.case_options import letter
from portal.components.case_options_words import beside, cells, heads, refusals, tables
from portal.i18n import speaking, t
from tests.screens.conftest import OpenAs
from tests.screens.test_collector_case import PAGE, button, taken, words
from tests.services.cases import agreement, asked, count, reviewer, state_of
from tests.services.test_case_options import talked

HOLDER = Actor("r", Role.COLLECTOR, authority=Authority.L2)


@pytest.fixture
def case_id(sqlite_context: ServiceContext) -> str:
    """A case in the hands of ``r`` that began as a conversation."""
    _, proposal_id, _ = talked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "r", Authority.L2), proposal_id)
    return proposal_id


def opened(app: AppTest, name: str, case_id: str) -> AppTest:
    """The page with one of its folded parts opened."""
    app.session_state[f"{name}_{case_id}"] = True
    return app.run()


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_option_stands_beside_what_was_asked_for(sqlite_context: ServiceContext, open_as: OpenAs, case_id: str,
                                                       locale: str) -> None:
    app = opened(open_as("r", PAGE, locale=locale, id=case_id), "options", case_id)
    assert not app.exception
    text = words(app)
    found = case_options.options(HOLDER, sqlite_context, case_id)
    with speaking(locale):
        assert tables(found) in text
        for row in cells(found):
            assert all(cell in tables(found) for cell in row)
            assert beside(heads(), row) in text
        assert refusals(found) in text
        assert "No, that is too much for me" in text.replace("\\", "")
        for one in found.suggestions:
            assert t(f"collector.options.why.{one.why}", bound="-", amount="-").split("-")[0] in text
        [look] = [one for one in app.selectbox if one.key == f"option_{case_id}"]
        assert look.value == found.recommended


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_counter_offer_goes_into_the_question_in_the_cardholders_language_and_nothing_is_sent(
        sqlite_context: ServiceContext, open_as: OpenAs, case_id: str, locale: str) -> None:
    app = opened(open_as("r", PAGE, locale=locale, id=case_id), "options", case_id)
    found = case_options.options(HOLDER, sqlite_context, case_id)
    with speaking("zh_CN"):
        expected = letter(found.suggestions[0].option.offer)
    with speaking(locale):
        button(app, t("collector.options.use")).click().run()
        assert not app.exception
        assert t("collector.options.filled") in words(app)
    assert app.session_state[f"message_{case_id}"] == expected
    assert str(app.session_state[f"choice_{case_id}"]) == "ask"
    [message] = [one for one in app.text_area if one.key == f"message_{case_id}"]
    assert message.value == expected
    assert state_of(sqlite_context, case_id) == "in_review"


def test_a_counter_offer_keeps_what_was_typed(open_as: OpenAs, case_id: str) -> None:
    app = open_as("r", PAGE, id=case_id)
    app.segmented_control(key=f"choice_{case_id}").set_value("ask").run()
    app.text_area(key=f"message_{case_id}").input("Good morning").run()
    opened(app, "options", case_id)
    button(app, t("collector.options.use")).click().run()
    assert not app.exception
    typed = app.session_state[f"message_{case_id}"]
    assert typed.startswith("Good morning\n\n")
    button(app, t("collector.options.use")).click().run()
    assert app.session_state[f"message_{case_id}"] == typed


def test_estimates_say_what_they_rest_on_when_asked(open_as: OpenAs, case_id: str) -> None:
    app = opened(open_as("r", PAGE, id=case_id), "options", case_id)
    assert "Insolvency Service" not in words(app)
    app.toggle(key=f"basis_{case_id}").set_value(True).run()
    assert not app.exception
    assert "Insolvency Service" in words(app)
    assert "a person decides" in words(app)


def test_without_an_assessment_the_way_on_is_named(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, assessed=False)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = opened(open_as("r", PAGE, id=sent.proposal_id), "options", sent.proposal_id)
    assert not app.exception
    assert "There is no finished assessment yet" in words(app)


def test_opening_a_case_asks_nothing_for_options_or_conversation(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                 case_id: str, counted_queries: Any) -> None:
    app = open_as("r", PAGE, id=case_id)
    assert count(sqlite_context, audit_log, audit_log.c.event == "case_options_viewed") == 0
    with counted_queries(sqlite_context.engine) as closed:
        app.run()
    assert not [one for one in closed.statements if "negotiation" in one]
    with counted_queries(sqlite_context.engine) as wide_open:
        opened(app, "options", case_id)
    assert count(sqlite_context, audit_log, audit_log.c.event == "case_options_viewed") == 1
    assert len(closed) < len(wide_open) <= len(closed) + 30


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_conversation_is_read_turn_by_turn_with_its_proof(sqlite_context: ServiceContext, open_as: OpenAs,
                                                              case_id: str, locale: str) -> None:
    app = opened(open_as("r", PAGE, locale=locale, id=case_id), "transcript", case_id)
    assert not app.exception
    text = words(app).replace("\\", "")
    found = assistant.transcript(HOLDER, sqlite_context, case_id)
    with speaking(locale):
        for turn in found.turns:
            assert t(f"collector.transcript.did.{turn.source}") in text
            assert turn.said is None or turn.said in text
            assert turn.result_hash is None or turn.result_hash[:12] in text
            assert turn.turn_id in text or turn.result_hash is None
        assert t("collector.transcript.replay_note") in text
    assert "<script>" not in text


def test_a_request_that_was_filled_in_says_there_was_no_conversation(sqlite_context: ServiceContext,
                                                                     open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = opened(open_as("r", PAGE, id=sent.proposal_id), "transcript", sent.proposal_id)
    assert "There was no conversation" in words(app)


def test_a_closed_case_keeps_its_conversation_and_offers_nothing(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                 case_id: str) -> None:
    version = review.case(HOLDER, sqlite_context, case_id).version
    review.refuse(HOLDER, sqlite_context, case_id, expected_version=version, reasons=[RefuseReason.WITHIN_ABILITY],
                  idempotency_key="no")
    app = open_as("r", PAGE, id=case_id)
    opened(app, "options", case_id)
    assert not app.exception
    labels = [one.label for one in app.expander]
    assert t("collector.options.title") not in labels
    assert t("collector.transcript.title") in labels
