"""A refusal stays in sight until something newer happens, and says which evidence was missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.domain.actor import Actor
from core.domain.decision import InformationItem, RefuseReason
from core.domain.household import Evidence
from core.services import accounts, assessments, requests, review, standing
from core.services.context import ServiceContext
from core.services.request_expiry import expire_unanswered
from tests.conftest import TestTime
from tests.services.cards import TODAY
from tests.services.cases import FAMILY, asked, extension, held, team


def account_of(context: ServiceContext, who: Actor) -> str:
    return accounts.overview(who, context, TODAY).accounts[0].account_id


def refused(context: ServiceContext, *reasons: RefuseReason, items: tuple[InformationItem, ...] = ()) -> tuple[
        Actor, str]:
    """A request that was refused, after a question and its answer where ``items`` were asked for."""
    who, sent = asked(context)
    people = team(context)
    if items:
        review.request_information(people["one"], context, sent.proposal_id, items=items, idempotency_key="ask",
                                   expected_version=held(context, people["one"], sent.proposal_id))
        requests.answer_information_request(who, context, sent.proposal_id, "coming", idempotency_key="answer")
    review.refuse(people["one"], context, sent.proposal_id, reasons=reasons, idempotency_key="refuse",
                  expected_version=held(context, people["one"], sent.proposal_id))
    return who, sent.proposal_id


def test_a_refusal_is_shown_for_a_quarter_and_not_longer(context: ServiceContext) -> None:
    who, proposal_id = refused(context, RefuseReason.NOT_AFFORDABLE)
    account_id = account_of(context, who)
    for as_of in (TODAY, TODAY + standing.SHOWN_FOR):
        shown = standing.last_ending(who, context, account_id, as_of)
        assert (shown.summary.proposal_id, shown.decision.reasons) == (proposal_id, ("not_affordable",))
    assert standing.last_ending(who, context, account_id, TODAY + standing.SHOWN_FOR + timedelta(days=1)) is None


def test_a_newer_request_takes_the_place_of_a_refusal(context: ServiceContext, time_: TestTime) -> None:
    who, _ = refused(context, RefuseReason.NOT_AFFORDABLE)
    account_id = account_of(context, who)
    time_.advance(minutes=1)
    requests.submit(who, context, extension(account_id, days=7), acknowledged=True, idempotency_key="again")
    assert standing.last_ending(who, context, account_id, TODAY) is None


def test_a_request_that_lapsed_is_shown_as_ended(context: ServiceContext, time_: TestTime) -> None:
    who, sent = asked(context)
    one = team(context)["one"]
    review.request_information(one, context, sent.proposal_id, items=[InformationItem.TERMS_UNCLEAR],
                               expected_version=held(context, one, sent.proposal_id), idempotency_key="ask")
    time_.advance(days=60)
    assert expire_unanswered(context) == 1
    shown = standing.last_ending(who, context, account_of(context, who), context.clock.today())
    assert (shown.summary.public_status, shown.decision) == ("expired", None)


def test_missing_evidence_is_what_the_bank_asked_for(context: ServiceContext) -> None:
    items = (InformationItem.INCOME_OR_BANK_FLOW, InformationItem.CREDIT_REPORT)
    who, proposal_id = refused(context, RefuseReason.EVIDENCE_MISSING, items=items)
    found = standing.missing_evidence(who, context, proposal_id)
    assert (found.items, found.kinds) == (("income_or_bank_flow", "credit_report"), ())


def test_missing_evidence_nobody_asked_for_is_what_the_assessment_found_wanting(
        context: ServiceContext, time_: TestTime) -> None:
    who, proposal_id = refused(context, RefuseReason.EVIDENCE_MISSING)
    time_.advance(minutes=1)
    income = tuple(replace(line, evidence=Evidence.NONE) for line in FAMILY.income)
    unproven = replace(FAMILY, variable_income=True, income=income)
    assessments.finish(who, context, unproven, "unproven")
    found = standing.missing_evidence(who, context, proposal_id)
    assert found.items == ()
    assert "salary" in found.kinds


def test_no_evidence_is_missing_where_that_was_no_reason(context: ServiceContext) -> None:
    who, proposal_id = refused(context, RefuseReason.WITHIN_ABILITY, items=(InformationItem.CREDIT_REPORT,))
    assert standing.missing_evidence(who, context, proposal_id) is None


def test_the_history_says_once_that_somebody_looks_however_many_hands_it_passes(context: ServiceContext) -> None:
    who, sent = asked(context)
    people = team(context)
    held(context, people["one"], sent.proposal_id)
    review.release(people["one"], context, sent.proposal_id, idempotency_key="back")
    held(context, people["two"], sent.proposal_id)
    shown = [event.event for event in requests.my_request(who, context, sent.proposal_id).timeline]
    assert shown == ["submit", "claim"]
