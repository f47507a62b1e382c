"""One case on screen: all of it, the decision and its words, refusals that keep what was typed."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from core.db.tables.requests import decisions
from core.domain.actor import Actor, Authority, Role
from core.services import review
from core.services.context import ServiceContext
from portal.i18n import money, speaking, t
from tests.conftest import TestTime
from tests.screens.conftest import OpenAs
from tests.services.cases import agreement, asked, count, fill_queue, reviewer, state_of

PAGE = "pages/collector/case.py"


def words(app: AppTest) -> str:
    """Everything written on the page."""
    return "\n".join(block.value for kind in (app.markdown, app.info, app.caption, app.error, app.success)
                     for block in kind)


def button(app: AppTest, label: str) -> Any:
    """The first button with this label."""
    return next(one for one in app.button if one.label == label)


def taken(context: ServiceContext, actor: Actor, proposal_id: str) -> None:
    """The case in this person's hands."""
    review.claim(actor, context, proposal_id, idempotency_key=f"take-{actor.user_id}")


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_case_shows_who_what_and_why_on_one_screen(sqlite_context: ServiceContext, open_as: OpenAs,
                                                     locale: str) -> None:
    _, sent = asked(sqlite_context, agreement, note="I lost <b>half</b> of my *hours*")
    actor = reviewer(sqlite_context, "r", Authority.L2)
    taken(sqlite_context, actor, sent.proposal_id)
    app = open_as("r", PAGE, locale=locale, id=sent.proposal_id)
    assert not app.exception
    text = words(app)
    case = review.case(actor, sqlite_context, sent.proposal_id)
    assert case.figures is not None
    with speaking(locale):
        for part in ("collector.case.person", "collector.case.asked", "collector.case.ability", "collector.case.owed",
                     "collector.case.earlier", "collector.case.timeline", "collector.authority.title"):
            assert t(part) in text
        assert money(case.position.total_minor) in text
        assert t("collector.case.checks_passed", all=len(case.figures.checks)) in text
    assert "138\\*\\*\\*\\*0000" in text
    assert "13800000000" not in text
    assert "<b>" not in text  # what a person wrote is shown, not obeyed


def test_without_the_level_granting_is_not_offered_and_the_way_is_named(sqlite_context: ServiceContext,
                                                                        open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    taken(sqlite_context, reviewer(sqlite_context, "r", Authority.L1), sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    assert "Refer it with your recommendation to somebody with level L2" in words(app)
    [choice] = [one for one in app.segmented_control if one.key == f"choice_{sent.proposal_id}"]
    assert [str(option) for option in choice.options] == ["Refuse", "Ask", "Refer"]


def test_a_decision_is_previewed_sent_once_and_said(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    choose(app, sent.proposal_id, "approve")
    app.checkbox(key=f"reasons_approve_{sent.proposal_id}_short_delay").check().run()
    app.text_area(key=f"message_{sent.proposal_id}").input("All the best").run()
    assert "The bank has agreed to your request." in words(app)
    assert "> All the best" in words(app)
    button(app, "Approve and tell the cardholder").click().run()
    assert not app.exception
    assert state_of(sqlite_context, sent.proposal_id) == "approved"
    assert "Approved. The cardholder has been told." in words(app)
    assert count(sqlite_context, decisions) == 1


def test_a_refusal_without_reason_is_pointed_out_and_keeps_the_words(sqlite_context: ServiceContext,
                                                                     open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    choose(app, sent.proposal_id, "refuse")
    app.text_area(key=f"message_{sent.proposal_id}").input("Longer would work").run()
    button(app, "Refuse and tell the cardholder").click().run()
    assert [one.value for one in app.error] == ["Please choose at least one reason."]
    assert app.text_area(key=f"message_{sent.proposal_id}").value == "Longer would work"
    assert state_of(sqlite_context, sent.proposal_id) == "in_review"


def test_a_claim_that_ran_out_loses_no_words(sqlite_context: ServiceContext, open_as: OpenAs,
                                             time_: TestTime) -> None:
    _, sent = asked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    choose(app, sent.proposal_id, "refuse")
    app.checkbox(key=f"reasons_refuse_{sent.proposal_id}_within_ability").check().run()
    app.text_area(key=f"message_{sent.proposal_id}").input("Long thought about").run()
    with sqlite_context.writing() as connection:
        connection.execute(sa.text("UPDATE proposals SET claim_expires_at = '2026-01-01 00:00:00.000000'"))
    button(app, "Refuse and tell the cardholder").click().run()
    assert state_of(sqlite_context, sent.proposal_id) == "in_review"
    app.run()
    button(app, "Take this case").click().run()
    assert app.text_area(key=f"message_{sent.proposal_id}").value == "Long thought about"
    button(app, "Refuse and tell the cardholder").click().run()
    assert state_of(sqlite_context, sent.proposal_id) == "refused"


@pytest.mark.parametrize("identifier", ["", "missing", "../../etc/passwd", "x" * 3_000])
def test_an_address_that_names_no_case_is_answered_calmly(sqlite_context: ServiceContext, open_as: OpenAs,
                                                          identifier: str) -> None:
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE, id=identifier)
    assert not app.exception
    assert not app.error
    assert len(app.info) == 1


def test_a_case_nobody_holds_can_be_taken_from_its_address(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    reviewer(sqlite_context, "r")
    app = open_as("r", PAGE, id=sent.proposal_id)
    assert "Wang Fang" not in words(app)
    button(app, "Take this case").click().run()
    assert "Wang Fang" in words(app)


def test_a_colleagues_case_stays_closed_and_a_supervisor_may_take_it_over(sqlite_context: ServiceContext,
                                                                          open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "one"), sent.proposal_id)
    reviewer(sqlite_context, "two")
    assert "Wang Fang" not in words(open_as("two", PAGE, id=sent.proposal_id))
    reviewer(sqlite_context, "boss", Authority.L3, Role.SUPERVISOR)
    app = open_as("boss", PAGE, id=sent.proposal_id)
    button(app, "Take over from the colleague").click().run()
    assert "In your hands until" in words(app)


def test_cases_with_odd_data_still_open(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    ids = fill_queue(sqlite_context, 2)
    actor = reviewer(sqlite_context, "r", Authority.L3, Role.SUPERVISOR)
    for proposal_id in ids:
        review.claim(actor, sqlite_context, proposal_id, idempotency_key=proposal_id)
        assert not open_as("r", PAGE, id=proposal_id).exception


def choose(app: AppTest, proposal_id: str, choice: str) -> None:
    """Press one of the choices of the decision panel."""
    [control] = [one for one in app.segmented_control if one.key == f"choice_{proposal_id}"]
    control.set_value(choice).run()
