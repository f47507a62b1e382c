"""The review queue on screen: order, score, filters, claiming, both languages, empty and crowded."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.db.tables.requests import proposals
from core.domain.actor import Authority, Role
from core.domain.decision import InformationItem
from core.domain.request_terms import AgreementTerms, PromiseTerms, SettlementTerms, as_record, kind_of
from core.services import requests, review
from core.services.context import ServiceContext
from core.services.review_queue import PAGE_SIZE, QueueFilters
from portal.components import queue_rows
from portal.i18n import day, speaking, t
from tests.screens.conftest import OpenAs
from tests.services.cards import TODAY
from tests.services.cases import agreement, asked, fill_queue, held, reviewer, state_of

PAGE = "pages/collector/queue.py"
ROOT = Path(__file__).resolve().parents[2]


def words(app: AppTest) -> str:
    """All Markdown on the page."""
    return "\n".join(block.value for block in app.markdown)


def button(app: AppTest, label: str) -> Any:
    """The first button with this label."""
    return next(one for one in app.button if one.label == label)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_an_empty_queue_says_that_nobody_waits(sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE, locale=locale)
    assert not app.exception
    with speaking(locale):
        assert any(t("collector.queue.empty_title") in one.value for one in app.info)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_page_lists_the_most_urgent_with_the_parts_of_their_score(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                      locale: str) -> None:
    fill_queue(sqlite_context, 40)
    actor = reviewer(sqlite_context, "r")
    app = open_as("r", PAGE, locale=locale)
    assert not app.exception
    first = review.queue(actor, sqlite_context, QueueFilters()).rows[0]
    text = words(app)
    with speaking(locale):
        assert t("collector.row.points", total=first.score.total) in text
        assert len([one for one in app.button if one.label == t("collector.queue.take")]) == PAGE_SIZE
        assert t("collector.queue.page", page=1, pages=4, total=40) in text
    positions = [text.index(row.reference) for row in review.queue(actor, sqlite_context, QueueFilters()).rows]
    assert positions == sorted(positions)


def test_a_broken_promise_is_said_in_words(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    fill_queue(sqlite_context, 40)
    reviewer(sqlite_context, "r")
    assert "**Late: an answer was promised by" in words(open_as("r", PAGE))


def test_filters_narrow_and_clear(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    fill_queue(sqlite_context, 8)
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE)
    app.selectbox(key="queue_bucket").set_value("M3").run()
    app.selectbox(key="queue_kind").set_value("personalised_agreement").run()
    assert app.selectbox(key="queue_bucket").value == "M3"
    shown = [one for one in app.button if one.label == "Take this case"]
    if not shown:
        button(app, "Clear the filters").click().run()
        shown = [one for one in app.button if one.label == "Take this case"]
        assert len(shown) == 8
    assert not app.exception


def test_filters_and_page_are_kept_over_a_visit_to_a_case(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    fill_queue(sqlite_context, 60)
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE)
    app.selectbox(key="queue_kind").set_value("extension").run()
    app.checkbox(key="queue_mine").check().run()
    button(app, "Later in the order").click().run()
    button(app, "Take this case").click().run()
    assert "Back to the queue" in [one.label for one in app.button]
    app.switch_page(str(ROOT / "pages/collector/case.py")).run().run()  # by now the fields themselves have forgotten
    app.switch_page(str(ROOT / PAGE)).run()
    assert not app.exception
    assert app.selectbox(key="queue_kind").value == "extension"
    assert app.checkbox(key="queue_mine").value is True
    assert "Page 2 of 2, 19 cases" in words(app)


def test_a_case_is_opened_by_its_reference(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE)
    app.text_input(key="queue_reference").input("nothing!")
    button(app, "Find").click().run()
    assert [one.value for one in app.info] == [t_en("collector.find.nothing")]
    assert app.text_input(key="queue_reference").value == "nothing!"
    app.text_input(key="queue_reference").input(sent.reference.lower())
    button(app, "Find").click().run()
    assert not app.exception
    assert any("Nobody holds this case" in one.value for one in app.error)
    assert "Take this case" in [one.label for one in app.button]


def test_supervisors_find_held_cases_and_take_them_over(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    one = reviewer(sqlite_context, "one")
    reviewer(sqlite_context, "boss", Authority.L3, Role.SUPERVISOR)
    review.claim(one, sqlite_context, sent.proposal_id, idempotency_key="1")
    assert not open_as("one", PAGE).toggle
    app = open_as("boss", PAGE)
    assert sent.reference not in words(app)
    app.toggle(key="queue_held").set_value(True).run()
    assert sent.reference in words(app)
    assert "With One since" in words(app)
    button(app, "Take over from the colleague").click().run()
    assert not app.exception
    assert any("In your hands until" in one.value for one in app.caption)


def test_an_answered_question_is_marked(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    person, sent = asked(sqlite_context)
    actor = reviewer(sqlite_context, "r")
    review.request_information(actor, sqlite_context, sent.proposal_id, items=[InformationItem.CREDIT_REPORT],
                               expected_version=held(sqlite_context, actor, sent.proposal_id), idempotency_key="q")
    requests.answer_information_request(person, sqlite_context, sent.proposal_id, "done", idempotency_key="a")
    assert "**Cardholder answered on" in words(open_as("r", PAGE))


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_points_can_be_recomputed_from_what_the_page_says(sqlite_context: ServiceContext, open_as: OpenAs,
                                                              locale: str) -> None:
    fill_queue(sqlite_context, 2)
    reviewer(sqlite_context, "r")
    text = words(open_as("r", PAGE, locale=locale))
    with speaking(locale):
        days, above = t("collector.score.days"), t("collector.score.days_from", first=181)
        assert f"| {days} | {above} | 16 |\n| {days} | {t('collector.score.days_between', first=91, last=180)} | 20 |" \
            in text
        assert t("collector.score.why_less") in text


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_long_delay_says_beside_its_points_why_it_counts_less(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                locale: str) -> None:
    fill_queue(sqlite_context, 8)
    actor = reviewer(sqlite_context, "r")
    page = review.queue(actor, sqlite_context, QueueFilters())
    with speaking(locale):
        lines = {row.days_past_due: queue_rows.score(row.score, page.rule) for row in page.rows}
        assert max(lines) > 180 > min(lines)
        less = t("collector.row.score_less", score="", first=91, last=180)
        for days, line in lines.items():
            assert (less in line) is (days > 180), days
    text = words(open_as("r", PAGE, locale=locale))
    assert all(line in text for line in lines.values())


@pytest.mark.parametrize(("named", "passed", "starts"), [
    (TODAY - timedelta(days=40), True, True), (TODAY + timedelta(days=1), False, True),
    (TODAY + timedelta(days=20), False, False)])
@pytest.mark.parametrize("kind", ["agreement", "settlement", "promise"])
def test_a_day_that_has_passed_or_is_too_near_is_marked_in_the_queue(
        sqlite_context: ServiceContext, open_as: OpenAs, kind: str, named: date, passed: bool, starts: bool) -> None:
    _, sent = asked(sqlite_context, agreement)
    terms = {"agreement": AgreementTerms(12, named), "settlement": SettlementTerms(500_000, named, 1_000),
             "promise": PromiseTerms(60_000, named)}[kind]
    with sqlite_context.writing() as connection:
        connection.execute(proposals.update().values(terms=as_record(terms), kind=kind_of(terms).value))
    [row] = review.queue(reviewer(sqlite_context, "r"), sqlite_context, QueueFilters()).rows
    starts = starts and kind != "promise"  # a promised day is the cardholder's own word
    assert (row.day_passed, row.start_if_granted is not None) == (passed, starts)
    text = words(open_as("r", PAGE))
    assert sent.reference in text
    assert ("The day it names has passed: it cannot be granted as it stands." in text) is passed
    assert ("The day it names is too near" in text) is (starts and not passed)
    assert ("Granted today" in text) is starts
    if row.start_if_granted is not None:
        with speaking("en"):
            assert day(row.start_if_granted) in text


def test_pages_turn_and_a_filter_goes_back_to_the_first(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    fill_queue(sqlite_context, 25)
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE)
    button(app, "Later in the order").click().run()
    assert "Page 2 of 3" in words(app)
    app.checkbox(key="queue_mine").check().run()
    assert "Page 2 of" not in words(app)
    assert not app.exception


def test_taking_the_next_case_opens_it(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE)
    button(app, "Take the next case").click().run()
    assert state_of(sqlite_context, sent.proposal_id) == "in_review"
    assert not app.exception


def test_a_case_that_somebody_was_faster_to_take_is_said_calmly(sqlite_context: ServiceContext,
                                                                open_as: OpenAs) -> None:
    fill_queue(sqlite_context, 3)
    reviewer(sqlite_context, "r")
    other = reviewer(sqlite_context, "other")
    app = open_as("r", PAGE)
    for row in review.queue(other, sqlite_context, QueueFilters()).rows:
        review.claim(other, sqlite_context, row.proposal_id, idempotency_key=row.proposal_id)
    button(app, "Take this case").click().run()
    assert not app.exception
    assert any(t_en("collector.queue.empty_title") in one.value for one in app.info)


def test_a_recommendation_of_ones_own_has_no_button(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    actor = reviewer(sqlite_context, "r", Authority.L2)
    version = review.claim(actor, sqlite_context, sent.proposal_id, idempotency_key="1").version
    review.refer(actor, sqlite_context, sent.proposal_id, expected_version=version, recommendation="approved",
                 internal_note="fits", idempotency_key="2")
    app = open_as("r", PAGE)
    assert not [one for one in app.button if one.label == "Take this case"]
    assert any(t_en("collector.queue.not_yours") in one.value for one in app.caption)


def t_en(key: str) -> str:
    """A text in English."""
    with speaking("en"):
        return t(key)
