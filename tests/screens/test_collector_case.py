"""One case on screen: all of it, the decision and its words, refusals that keep what was typed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from core.db.tables.requests import decisions, proposals
from core.domain.actor import Actor, Authority, Role
from core.domain.decision import ApproveReason, InformationItem, Outcome, approve_reasons
from core.domain.plan_shape import PlanShape
from core.domain.proposal import ProposalKind
from core.domain.request_terms import AgreementTerms, as_record
from core.services import requests, review
from core.services.context import ServiceContext
from portal.i18n import money, speaking, t
from tests.conftest import TestTime
from tests.screens.conftest import OpenAs
from tests.services.cases import FIRST_DUE, agreement, asked, count, fill_queue, held, reviewer, state_of

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
                     "collector.case.earlier", "collector.case.timeline"):
            assert t(part) in text
        assert [one.value for one in app.subheader] == [t("collector.decide.title")]
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


def test_an_approval_reads_as_a_person_would_say_it(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    actor = reviewer(sqlite_context, "r", Authority.L2)
    waived = AgreementTerms(24, FIRST_DUE, interest_waived_minor=100)
    with sqlite_context.writing() as connection:
        connection.execute(proposals.update().values(terms=as_record(waived)))
    other = reviewer(sqlite_context, "s", Authority.L2)
    review.refer(other, sqlite_context, sent.proposal_id,
                 expected_version=held(sqlite_context, other, sent.proposal_id), recommendation=Outcome.APPROVED,
                 internal_note="fits", idempotency_key="refer")
    taken(sqlite_context, actor, sent.proposal_id)
    figures = review.case(actor, sqlite_context, sent.proposal_id).figures
    assert figures is not None
    app = open_as("r", PAGE, id=sent.proposal_id)
    choose(app, sent.proposal_id, "approve")
    text = words(app)
    assert f"{money(figures.dues[0][1])} a month" in text
    assert "24 instalments in all" in text
    assert "no interest." in text
    assert f"{money(100)} is given up once the agreement has been kept to the end." in text
    assert "It still has to be signed; until then the old terms hold." in text


def test_a_request_that_rises_says_what_is_paid_first_and_last(sqlite_context: ServiceContext,
                                                              open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    rising = AgreementTerms(24, FIRST_DUE, shape=PlanShape(6, Decimal("0.2"), 3))
    with sqlite_context.writing() as connection:
        connection.execute(proposals.update().values(terms=as_record(rising)))
    actor = reviewer(sqlite_context, "r", Authority.L2)
    taken(sqlite_context, actor, sent.proposal_id)
    figures = review.case(actor, sqlite_context, sent.proposal_id).figures
    assert figures is not None
    assert figures.schedule is not None
    rows = figures.schedule.instalments
    assert rows[0].amount_minor < rows[-1].amount_minor
    text = words(open_as("r", PAGE, id=sent.proposal_id))
    assert f"{money(rows[0].amount_minor)} a month at first, {money(rows[-1].amount_minor)} at the end" in text


@pytest.mark.parametrize("kind", list(ProposalKind))
def test_only_reasons_that_fit_the_kind_are_offered_for_an_approval(kind: ProposalKind) -> None:
    offered = approve_reasons(kind)
    assert ApproveReason.EXCEPTION_JUSTIFIED in offered
    assert len(set(offered)) == len(offered) > 1
    assert (ApproveReason.ENDS_THE_DEBT in offered) is (kind is ProposalKind.SETTLEMENT)
    assert (ApproveReason.PROMISE_TAKEN in offered) is (kind is ProposalKind.PROMISE_TO_PAY)
    assert (ApproveReason.AFFORDABLE in offered) is (kind in (
        ProposalKind.EXTENSION, ProposalKind.PERSONALISED_AGREEMENT, ProposalKind.TOKEN_PAYMENT))


def test_an_extension_is_not_approved_as_one_payment_for_everything(sqlite_context: ServiceContext,
                                                                    open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    choose(app, sent.proposal_id, "approve")
    ticks = [str(one.key).rsplit(f"{sent.proposal_id}_", 1)[1] for one in app.checkbox]
    assert ticks == ["affordable", "hardship_shown", "short_delay", "exception_justified"]


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


def test_who_lost_a_case_is_told_to_whom_and_keeps_their_words(sqlite_context: ServiceContext,
                                                               open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "one"), sent.proposal_id)
    boss = reviewer(sqlite_context, "boss", Authority.L3, Role.SUPERVISOR)
    app = open_as("one", PAGE, id=sent.proposal_id)
    choose(app, sent.proposal_id, "refuse")
    app.checkbox(key=f"reasons_refuse_{sent.proposal_id}_within_ability").check().run()
    app.text_area(key=f"message_{sent.proposal_id}").input("Long thought about").run()
    review.claim(boss, sqlite_context, sent.proposal_id, idempotency_key="over", take_over=True)
    button(app, "Refuse and tell the cardholder").click().run()
    assert "Boss has taken this case over" in words(app)
    assert app.text_area(key=f"message_{sent.proposal_id}").value == "Long thought about"
    assert button(app, "Refuse and tell the cardholder").disabled
    assert not [one for one in app.button if one.label in ("Take this case", "Put the case back")]
    assert state_of(sqlite_context, sent.proposal_id) == "in_review"


def test_after_referring_nothing_is_offered_but_the_next_case(sqlite_context: ServiceContext,
                                                              open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    taken(sqlite_context, reviewer(sqlite_context, "r", Authority.L2), sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    choose(app, sent.proposal_id, "refer")
    app.radio(key=f"reasons_refer_{sent.proposal_id}").set_value("approved").run()
    app.text_area(key=f"note_{sent.proposal_id}").input("It fits").run()
    button(app, "Refer with this recommendation").click().run()
    assert state_of(sqlite_context, sent.proposal_id) == "referred"
    assert not app.error
    assert "You recommended it. Another person with level L2 decides." in words(app)
    assert not [one for one in app.segmented_control if one.key == f"choice_{sent.proposal_id}"]
    offered = [one.label for one in app.button if not str(one.key or "").startswith("portal_")]
    assert offered == ["Back to the queue", "Take the next case"]


def test_the_next_case_is_one_press_away_from_a_decided_one(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    _, other = asked(sqlite_context, person="p2", card="c2")
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    assert not [one for one in app.button if one.label == "Take the next case"]
    choose(app, sent.proposal_id, "refuse")
    app.checkbox(key=f"reasons_refuse_{sent.proposal_id}_within_ability").check().run()
    button(app, "Refuse and tell the cardholder").click().run()
    button(app, "Take the next case").click().run()
    assert not app.exception
    assert state_of(sqlite_context, other.proposal_id) == "in_review"
    assert other.reference in words(app)


def test_refusing_as_not_affordable_against_all_checks_asks_to_look_again(sqlite_context: ServiceContext,
                                                                          open_as: OpenAs) -> None:
    hint = "All checks passed. Please look at them once more"
    _, sent = asked(sqlite_context)
    _, unassessed = asked(sqlite_context, agreement, person="p2", card="c2", assessed=False)
    actor = reviewer(sqlite_context, "r")
    for proposal_id, expected in ((sent.proposal_id, True), (unassessed.proposal_id, False)):
        review.claim(actor, sqlite_context, proposal_id, idempotency_key=proposal_id)
        app = open_as("r", PAGE, id=proposal_id)
        choose(app, proposal_id, "refuse")
        assert hint not in words(app)
        app.checkbox(key=f"reasons_refuse_{proposal_id}_not_affordable").check().run()
        assert (hint in words(app)) is expected
        assert not button(app, "Refuse and tell the cardholder").disabled


def test_a_question_and_its_answer_stand_at_the_top_one_item_a_line(sqlite_context: ServiceContext,
                                                                    open_as: OpenAs) -> None:
    person, sent = asked(sqlite_context)
    actor = reviewer(sqlite_context, "r")
    items = [InformationItem.MEDICAL_RECORD, InformationItem.CREDIT_REPORT]
    review.request_information(actor, sqlite_context, sent.proposal_id, items=items, idempotency_key="q",
                               expected_version=held(sqlite_context, actor, sent.proposal_id))
    requests.answer_information_request(person, sqlite_context, sent.proposal_id, "Both are at the branch",
                                        idempotency_key="a")
    taken(sqlite_context, actor, sent.proposal_id)
    app = open_as("r", PAGE, id=sent.proposal_id)
    text = words(app)
    assert "- Medical records\n- Your credit report\n\n> Both are at the branch" in text
    assert "  \n  – Medical records  \n  – Your credit report" in text
    assert text.index("Both are at the branch") < text.index("What is asked for")


def test_a_check_says_whether_its_bound_is_a_least_or_a_most(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    text = words(open_as("r", PAGE, id=sent.proposal_id))
    assert re.search(r"\(24 months; \d+ months to 60 months; 36 months to spare\)", text)
    assert re.search(r"; at least \xa5[\d,.]+; \xa5[\d,.]+ to spare\)", text)
    assert re.search(r"; at most \xa5[\d,.]+; \xa5[\d,.]+ to spare\)", text)


def test_what_other_cards_take_of_the_budget_is_told(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    asked(sqlite_context, agreement)
    _, second = asked(sqlite_context, agreement, card="c2", assessed=False)
    actor = reviewer(sqlite_context, "r")
    taken(sqlite_context, actor, second.proposal_id)
    means = review.case(actor, sqlite_context, second.proposal_id).figures.means
    text = words(open_as("r", PAGE, id=second.proposal_id))
    assert means.promised_minor > 0
    assert f"Asked for a month on the card ending {means.promised[0].card_last4}: {money(means.promised_minor)}" in text
    assert f"**Left a month for this card: {money(means.left_minor)}**" in text


def test_what_was_only_declared_is_called_declared(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context)
    taken(sqlite_context, reviewer(sqlite_context, "r"), sent.proposal_id)
    text = words(open_as("r", PAGE, id=sent.proposal_id))
    assert "declared by the cardholder, can be shown" in text
    assert "| provided |" not in text


def test_a_recommendation_beyond_ones_level_cannot_be_taken_from_its_address(sqlite_context: ServiceContext,
                                                                             open_as: OpenAs) -> None:
    _, sent = asked(sqlite_context, agreement)
    actor = reviewer(sqlite_context, "r", Authority.L2)
    review.refer(actor, sqlite_context, sent.proposal_id, recommendation=Outcome.APPROVED, internal_note="fits",
                 expected_version=held(sqlite_context, actor, sent.proposal_id), idempotency_key="f")
    reviewer(sqlite_context, "junior", Authority.L1)
    app = open_as("junior", PAGE, id=sent.proposal_id)
    assert "Somebody with level L2 decides it." in words(app)
    assert not [one for one in app.button if one.label == "Take this case"]


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
