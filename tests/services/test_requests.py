"""A cardholder's request: figures before it is sent, sent once, read by its owner, answered, withdrawn."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from core.clock import CHINA
from core.db.tables.records import audit_log, outbox
from core.db.tables.requests import proposal_events, proposals
from core.domain.decision import InformationItem, RefuseReason
from core.domain.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    PortalError,
    Unavailable,
)
from core.domain.hardship import HardshipReason
from core.domain.proposal import ProposalEvent, ProposalKind, ProposalState, PublicStatus
from core.domain.request_checks import CheckName
from core.domain.request_terms import AgreementTerms, ExtensionTerms
from core.services import assessments, requests, review
from core.services.context import ServiceContext
from core.services.cost_marks import cost_marks
from core.services.positions import account_position
from core.services.request_expiry import expire_unanswered
from tests.conftest import TestTime
from tests.services.cards import OTHER_ROLES, TODAY, add_card, cardholder
from tests.services.cases import FAMILY, FIRST_DUE, agreement, asked, count, extension, held, state_of, team


def test_a_preview_adds_up_and_compares_with_doing_nothing(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    assessments.finish(person, context, FAMILY, "a")
    seen = requests.preview(person, context, agreement(account_id), TODAY)
    assert seen.schedule is not None
    assert seen.schedule.principal_minor == seen.balance_minor
    assert seen.cost_minor == 0
    assert seen.annualised_rate == Decimal("0.00")
    assert seen.total_minor == seen.balance_minor + seen.cost_minor < seen.do_nothing.total_minor
    assert all(check.passed for check in seen.checks), seen.checks
    assert seen.nearest_terms is None
    assert "restarts_limitation" in seen.legal_effects


def test_an_extension_costs_interest_but_no_late_fee(context: ServiceContext) -> None:
    account_id = add_card(context)
    seen = requests.preview(cardholder(context), context, extension(account_id, 90), TODAY)
    assert seen.until_date >= TODAY + timedelta(days=90)
    assert 0 < seen.cost_minor < seen.do_nothing.total_minor - seen.balance_minor
    assert seen.annualised_rate == Decimal("18.25")
    assert seen.deferred_minor > 0


def test_the_nearest_terms_pass_every_check_that_terms_can_change(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    assessments.finish(person, context, FAMILY, "a")
    wild = replace(agreement(account_id), terms=AgreementTerms(
        2, TODAY + timedelta(days=200), down_payment_minor=600_000, annual_rate=Decimal("0.9")))
    seen = requests.preview(person, context, wild, TODAY)
    failed = {check.name for check in seen.checks if not check.passed}
    assert {CheckName.TERM, CheckName.DOWN_PAYMENT, CheckName.FIRST_DUE_DATE, CheckName.RATE} <= failed
    assert seen.nearest_terms is not None
    again = requests.preview(person, context, replace(wild, terms=seen.nearest_terms), TODAY)
    assert all(check.passed for check in again.checks), again.checks


def test_options_suggest_the_fewest_affordable_months(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    done = assessments.finish(person, context, FAMILY, "a")
    option = requests.request_options(person, context, TODAY).accounts[0]
    assert option.suggested_agreement is not None
    best = option.suggested_agreement.months
    burden = option.suggested_agreement.schedule(option.balance_minor, TODAY).instalments[0].amount_minor
    assert burden <= done.affordable_minor
    if best > option.limits.min_months:
        shorter = requests.preview(person, context, agreement(account_id, best - 1), TODAY)
        assert CheckName.AFFORDABLE in {check.name for check in shorter.checks if not check.passed}


def test_hardship_declared_in_the_assessment_need_not_be_said_again(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    assert requests.request_options(person, context, TODAY).declared_hardship is None
    assessments.finish(person, context, FAMILY, "a")
    assert requests.request_options(person, context, TODAY).declared_hardship is HardshipReason.INCOME_DROP


def test_a_failed_check_does_not_keep_a_request_from_a_person(context: ServiceContext) -> None:
    _, sent = asked(context, agreement, assessed=False, months=40, hardship_reason=None)
    assert state_of(context, sent.proposal_id) == "submitted"


def test_beyond_five_years_is_refused_with_the_limit_and_the_nearest(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    assessments.finish(person, context, FAMILY, "a")
    assert not requests.preview(person, context, agreement(account_id, 61), TODAY).may_send
    with pytest.raises(InvalidInput) as refusal:
        requests.submit(person, context, agreement(account_id, 61), acknowledged=True, idempotency_key="k")
    assert (refusal.value.code, refusal.value.data["check"]) == ("limit_passed", "term")
    assert refusal.value.data["limit"] == 60
    assert refusal.value.data["nearest"]["months"] <= 60
    assert count(context, proposals) == 0


def test_the_legal_effect_has_to_be_acknowledged(context: ServiceContext) -> None:
    account_id = add_card(context)
    with pytest.raises(InvalidInput) as refusal:
        requests.submit(cardholder(context), context, extension(account_id), acknowledged=False, idempotency_key="k")
    assert refusal.value.code == "acknowledgement_missing"


def test_a_double_click_sends_one_request(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    answers: list[Any] = []

    def click() -> None:
        answers.append(requests.submit(person, context, extension(account_id), acknowledged=True,
                                       idempotency_key="one-form"))

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert count(context, proposals) == 1
    assert count(context, proposal_events) == 1
    assert count(context, outbox) == 1


def test_two_tabs_with_two_forms_still_leave_one_open_request(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    outcomes: list[str] = []

    def send(key: str) -> None:
        try:
            requests.submit(person, context, extension(account_id), acknowledged=True, idempotency_key=key)
            outcomes.append("sent")
        except Conflict as refusal:
            outcomes.append(refusal.code)

    tabs = [threading.Thread(target=send, args=(f"tab-{number}",)) for number in range(6)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(outcomes) == ["open_request_exists"] * 5 + ["sent"]
    assert count(context, proposals) == 1


def test_what_was_sent_can_be_read_with_its_promise(context: ServiceContext) -> None:
    person, sent = asked(context, agreement)
    [line] = requests.my_requests(person, context)
    detail = requests.my_request(person, context, sent.proposal_id)
    assert detail.summary == line
    assert line.public_status is PublicStatus.RECEIVED
    assert line.promised_by == sent.promised_by
    assert sent.promised_by.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") == "2026-12-01 18:00"
    assert detail.schedule is not None
    assert detail.schedule.principal_minor == line.amount_minor
    assert detail.may_withdraw
    assert [step.event for step in detail.timeline] == [ProposalEvent.SUBMIT]


def test_pages_of_requests_follow_one_another(context: ServiceContext, time_: TestTime) -> None:
    person, sent = asked(context)
    requests.withdraw(person, context, sent.proposal_id, idempotency_key="w1")
    time_.advance(hours=1)
    account_id = requests.request_options(person, context, TODAY).accounts[0].account_id
    second = requests.submit(person, context, extension(account_id), acknowledged=True, idempotency_key="s2")
    newest = requests.my_requests(person, context, limit=1)
    older = requests.my_requests(person, context, limit=1, before=newest[0].submitted_at)
    assert [line.proposal_id for line in newest + older] == [second.proposal_id, sent.proposal_id]


def test_a_question_and_its_answer_keep_the_promise_honest(context: ServiceContext, time_: TestTime) -> None:
    person, sent = asked(context)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    review.request_information(one, context, sent.proposal_id, expected_version=version,
                               items=[InformationItem.MEDICAL_RECORD], message="Please add it", idempotency_key="q")
    detail = requests.my_request(person, context, sent.proposal_id)
    assert detail.summary.public_status is PublicStatus.ANSWER_NEEDED
    assert detail.information is not None
    assert detail.information.items == ("medical_record",)
    assert detail.information.answer_by == TODAY + timedelta(days=14)
    time_.advance(days=6)
    requests.answer_information_request(person, context, sent.proposal_id, "Here it is", idempotency_key="a")
    answered = requests.my_request(person, context, sent.proposal_id)
    assert answered.summary.state is ProposalState.SUBMITTED
    assert answered.summary.promised_by > sent.promised_by
    assert answered.timeline[-1].message == "Here it is"


def test_an_unanswered_question_ends_the_request_after_its_day_not_on_it(context: ServiceContext,
                                                                         time_: TestTime) -> None:
    person, sent = asked(context)
    one = team(context)["one"]
    review.request_information(one, context, sent.proposal_id, expected_version=held(context, one, sent.proposal_id),
                               items=[InformationItem.TERMS_UNCLEAR], idempotency_key="q")
    time_.advance(days=14)
    assert expire_unanswered(context) == 0
    time_.advance(days=1)
    assert expire_unanswered(context) == 1
    assert expire_unanswered(context) == 0
    assert requests.my_request(person, context, sent.proposal_id).summary.public_status is PublicStatus.EXPIRED


def test_a_withdrawn_request_frees_the_account_and_cannot_be_withdrawn_again(context: ServiceContext) -> None:
    person, sent = asked(context)
    requests.withdraw(person, context, sent.proposal_id, idempotency_key="w")
    requests.withdraw(person, context, sent.proposal_id, idempotency_key="w")
    with pytest.raises(IllegalTransition):
        requests.withdraw(person, context, sent.proposal_id, idempotency_key="another")
    assert requests.request_options(person, context, TODAY).accounts[0].blocked_by is None


def _owned_calls(proposal_id: str, account_id: str) -> dict[str, Any]:
    """Every service function here as a call by (actor, context)."""
    return {
        "preview": lambda a, c: requests.preview(a, c, extension(account_id), TODAY),
        "submit": lambda a, c: requests.submit(a, c, extension(account_id), acknowledged=True, idempotency_key="x"),
        "my_request": lambda a, c: requests.my_request(a, c, proposal_id),
        "answer": lambda a, c: requests.answer_information_request(a, c, proposal_id, "x", idempotency_key="x"),
        "withdraw": lambda a, c: requests.withdraw(a, c, proposal_id, idempotency_key="x"),
    }


def test_another_cardholder_finds_nothing_and_changes_nothing(context: ServiceContext) -> None:
    _, sent = asked(context)
    add_card(context, person="p2", card="c2")
    stranger = cardholder(context, "p2")
    with context.reading() as connection:
        account_id = connection.execute(sa.select(proposals.c.account_id)).scalar_one()
    for name, call in _owned_calls(sent.proposal_id, account_id).items():
        with pytest.raises(NotFound):
            call(stranger, context)
        assert state_of(context, sent.proposal_id) == "submitted", name
    assert requests.my_requests(stranger, context) == []


@pytest.mark.parametrize("role", sorted(OTHER_ROLES))
def test_no_other_role_asks_in_a_cardholders_place(sqlite_context: ServiceContext, role: str) -> None:
    _, sent = asked(sqlite_context)
    calls = {**_owned_calls(sent.proposal_id, "any"),
             "options": lambda a, c: requests.request_options(a, c, TODAY),
             "list": lambda a, c: requests.my_requests(a, c)}
    for name, call in calls.items():
        with pytest.raises(NotPermitted):
            call(OTHER_ROLES[role], sqlite_context)
        assert state_of(sqlite_context, sent.proposal_id) == "submitted", name


@pytest.mark.parametrize("identifier", ["", "x" * 500, "\x00", "../../etc", "\u540d", None, 7])
def test_ids_nobody_issued_are_not_found(context: ServiceContext, identifier: Any) -> None:
    add_card(context)
    with pytest.raises(NotFound):
        requests.my_request(cardholder(context), context, identifier)
    with pytest.raises(NotFound):
        requests.preview(cardholder(context), context, extension(identifier), TODAY)
    with pytest.raises(NotFound):
        requests.submit(cardholder(context), context, extension(identifier), acknowledged=True, idempotency_key="k")


@pytest.mark.parametrize(("before", "found"), [("0001-01-01T00:00:00+23:59", 0), ("9999-12-31T23:59:59-23:59", 1)])
def test_before_the_first_instant_there_is_nothing_and_before_the_last_everything(context: ServiceContext, before: str,
                                                                                  found: int) -> None:
    actor, _ = asked(context)
    assert len(requests.my_requests(actor, context, before=datetime.fromisoformat(before))) == found


@pytest.mark.parametrize("draft", [
    lambda a: agreement(a, note="x" * 2_001),
    lambda a: agreement(a, first_due_date=TODAY - timedelta(days=1)),
    lambda a: agreement(a, first_due_date=date(9999, 12, 31)),
    lambda a: agreement(a, down_payment_minor=10**14),
    lambda a: replace(extension(a), kind=ProposalKind.PERSONALISED_AGREEMENT),
    lambda a: replace(extension(a), hardship_reason="made_up"),
    lambda a: extension(a, 91),
])
def test_bad_drafts_are_refused_and_leave_nothing(context: ServiceContext, draft: Any) -> None:
    account_id = add_card(context)
    with pytest.raises(InvalidInput):
        requests.submit(cardholder(context), context, draft(account_id), acknowledged=True, idempotency_key="k")
    assert count(context, proposals) == count(context, outbox) == 0


def test_notes_keep_what_can_be_read_and_drop_what_cannot(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    note = " two\nlines \x00\x07\ud800 end "
    sent = requests.submit(person, context, extension(account_id, note=note), acknowledged=True, idempotency_key="k")
    assert requests.my_request(person, context, sent.proposal_id).note == "two\nlines  end"


def test_a_fault_in_the_middle_leaves_nothing_behind(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    audited = count(context, audit_log)

    def break_down(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO outbox"):
            raise sa.exc.OperationalError("insert", {}, Exception("server closed the connection"))

    sa.event.listen(context.engine, "before_cursor_execute", break_down)
    with pytest.raises(Unavailable):
        requests.submit(person, context, extension(account_id), acknowledged=True, idempotency_key="k")
    sa.event.remove(context.engine, "before_cursor_execute", break_down)
    assert count(context, proposals) == count(context, proposal_events) == 0
    assert count(context, audit_log) == audited
    assert requests.submit(person, context, extension(account_id), acknowledged=True, idempotency_key="k").reference


@pytest.mark.parametrize(("name", "most"), [("options", 8), ("preview", 9), ("list", 1), ("detail", 5)])
def test_screens_cost_a_fixed_number_of_queries(context: ServiceContext, counted_queries: Any, name: str,
                                                most: int) -> None:
    person, sent = asked(context)
    account_id = add_card(context, person="p1", card="c2")
    calls = {"options": lambda: requests.request_options(person, context, TODAY),
             "preview": lambda: requests.preview(person, context, extension(account_id), TODAY),
             "list": lambda: requests.my_requests(person, context),
             "detail": lambda: requests.my_request(person, context, sent.proposal_id)}
    with counted_queries(context.engine) as queries:
        calls[name]()
    assert len(queries) <= most, queries.statements


def test_terms_that_are_no_terms_are_refused_at_once() -> None:
    for build in (lambda: ExtensionTerms(0), lambda: ExtensionTerms(True), lambda: AgreementTerms(0, FIRST_DUE),
                  lambda: AgreementTerms(12, FIRST_DUE, down_payment_minor=-1),
                  lambda: AgreementTerms(12, FIRST_DUE, annual_rate=Decimal("NaN")),
                  lambda: AgreementTerms(12, FIRST_DUE, interest_free_months=13)):
        with pytest.raises(PortalError):
            build()




def test_doing_nothing_is_compared_a_year_ahead_at_most(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    long, short = (requests.preview(person, context, agreement(account_id, months), TODAY) for months in (60, 6))
    assert long.do_nothing.until_date == date(2027, 11, 22)
    assert long.do_nothing.capped
    assert short.do_nothing.until_date == short.until_date < date(2027, 11, 22)
    assert not short.do_nothing.capped
    for seen in (long, short):
        assert seen.do_nothing.total_minor == (
            seen.balance_minor + seen.do_nothing.interest_minor + seen.do_nothing.late_fees_minor)
        assert seen.paid_meanwhile_minor + seen.left_meanwhile_minor == seen.total_minor
    assert short.left_meanwhile_minor == 0


def test_a_court_is_spoken_of_only_above_its_yearly_rate_and_with_its_source(context: ServiceContext) -> None:
    account_id = add_card(context)
    with context.reading() as connection:
        position = account_position(connection, context, account_id, TODAY)
    most = position.principal_minor * 24 // 100
    year = TODAY + timedelta(days=365)
    assert cost_marks(context, position, year, most).court is None
    above = cost_marks(context, position, year, most + 1).court
    assert above is not None
    assert (above.amount_minor, above.yearly_rate) == (most, Decimal("0.24"))
    assert [source.parameter for source in above.cited] == ["cost.court_soft_cap"]
    owed_beyond = position.principal_minor - (position.total_minor - position.principal_minor)
    assert cost_marks(context, position, year, owed_beyond).above_principal == ()
    assert cost_marks(context, position, year, owed_beyond + 1).above_principal[0].unconfirmed


def test_what_is_paid_first_falls_due_some_days_after_the_decision_and_is_stored_so(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    assessments.finish(person, context, FAMILY, "a")
    first = requests.preview(person, context, agreement(account_id, down_payment_minor=50_000), TODAY)
    assert first.down_payment_due_date == TODAY + timedelta(days=3) < FIRST_DUE
    assert requests.preview(person, context, agreement(account_id), TODAY).down_payment_due_date is None


def test_the_first_due_date_is_measured_against_the_days_that_are_offered(context: ServiceContext) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    option = requests.request_options(person, context, TODAY).accounts[0]
    seen = requests.preview(person, context, agreement(account_id), TODAY)
    check = next(one for one in seen.checks if one.name is CheckName.FIRST_DUE_DATE)
    assert (check.lowest, check.highest) == (option.first_due_from, option.first_due_to)


def test_an_extension_is_charged_the_interest_that_runs_anyway(context: ServiceContext) -> None:
    account_id = add_card(context)
    seen = requests.preview(cardholder(context), context, extension(account_id, 30), TODAY)
    assert seen.interest_minor == seen.do_nothing.interest_minor > 0
    assert seen.total_minor <= seen.do_nothing.total_minor


def test_after_a_refusal_it_is_known_whether_the_terms_asked_for_pass_today(context: ServiceContext) -> None:
    person, sent = asked(context, agreement)
    assert not requests.my_request(person, context, sent.proposal_id).passes_today
    one = team(context)["one"]
    review.refuse(one, context, sent.proposal_id, expected_version=held(context, one, sent.proposal_id),
                  reasons=[RefuseReason.NOT_AFFORDABLE], idempotency_key="r")
    detail = requests.my_request(person, context, sent.proposal_id)
    assert detail.passes_today
    assert detail.nearest_terms is None
