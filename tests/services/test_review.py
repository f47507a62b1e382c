"""Deciding: who may, on what grounds, once, and all of it together or not at all."""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.records import audit_log, outbox
from core.db.tables.requests import arrangements, decisions, proposal_events
from core.domain.actor import Actor
from core.domain.authority import FourEyesNeeded
from core.domain.decision import ApproveReason, InformationItem, Outcome, RefuseReason
from core.domain.errors import AuthorityExceeded, Conflict, InvalidInput, NotFound, NotPermitted, Unavailable
from core.domain.proposal import ProposalState, PublicStatus
from core.services import records, requests, review
from core.services.context import ServiceContext
from core.services.review_queue import QueueFilters
from tests.conftest import TestTime
from tests.services.cards import OTHER_ROLES, TODAY, add_card, cardholder
from tests.services.cases import agreement, asked, count, extension, held, reviewer, state_of, team

FITS = [ApproveReason.AFFORDABLE]


def approve(actor: Actor, context: ServiceContext, proposal_id: str, version: int, **more: Any) -> None:
    """Approve with what most tests do not care about filled in."""
    more = {"reasons": FITS, "idempotency_key": f"approve-{actor.user_id}-{version}", **more}
    review.approve(actor, context, proposal_id, expected_version=version, **more)


def refer(actor: Actor, context: ServiceContext, proposal_id: str, version: int) -> None:
    """Recommend to approve."""
    review.refer(actor, context, proposal_id, expected_version=version, recommendation=Outcome.APPROVED,
                 internal_note="the plan fits", idempotency_key=f"refer-{actor.user_id}-{version}")


def test_a_short_extension_is_granted_by_one_person_and_told_at_once(context: ServiceContext) -> None:
    person, sent = asked(context)
    one = team(context)["one"]
    approve(one, context, sent.proposal_id, held(context, one, sent.proposal_id), message="We wish you well")
    detail = requests.my_request(person, context, sent.proposal_id)
    assert detail.summary.public_status is PublicStatus.APPROVED
    assert detail.decision is not None
    assert (detail.decision.reasons, detail.decision.message) == (("affordable",), "We wish you well")
    assert detail.granted is not None
    assert detail.granted.state == "active"
    assert detail.granted.last_due_date >= TODAY + timedelta(days=30)
    assert count(context, outbox, outbox.c.template == "request_approved") == 2
    with context.reading() as connection:
        assert records.first_broken_link(connection) is None


def test_the_arrangement_holds_the_schedule_that_the_form_and_the_case_showed(context: ServiceContext) -> None:
    person, sent = asked(context, agreement)
    shown = requests.my_request(person, context, sent.proposal_id).schedule
    people = team(context)
    refer(people["one"], context, sent.proposal_id, held(context, people["one"], sent.proposal_id))
    version = held(context, people["two"], sent.proposal_id)
    case = review.case(people["two"], context, sent.proposal_id)
    assert case.figures is not None
    assert case.figures.schedule is not None
    assert shown is not None
    assert case.figures.schedule.instalments == shown.instalments
    approve(people["two"], context, sent.proposal_id, version)
    granted = requests.my_request(person, context, sent.proposal_id).granted
    assert granted is not None
    assert granted.state == "awaiting_signature"
    assert granted.dues == tuple((row.due_date, row.amount_minor) for row in shown.instalments)
    assert sum(amount for _, amount in granted.dues) == shown.principal_minor


@pytest.mark.parametrize(("draft_of", "more", "level"), [
    (extension, {"days": 31}, "L3"), (agreement, {"months": 24}, "L2"), (agreement, {"months": 25}, "L3"),
])
def test_what_exceeds_a_level_is_refused_naming_the_level_needed(context: ServiceContext, draft_of: Any,
                                                                 more: dict[str, int], level: str) -> None:
    _, sent = asked(context, draft_of, **more)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    with pytest.raises(AuthorityExceeded) as refusal:
        approve(one, context, sent.proposal_id, version, internal_note="x")
    assert refusal.value.data["needed"] == level
    assert review.case(one, context, sent.proposal_id).authority.obstacle == "authority_exceeded"
    assert state_of(context, sent.proposal_id) == "in_review"


def test_large_balances_go_to_the_committee_even_for_a_short_extension(context: ServiceContext) -> None:
    _, sent = asked(context)
    with context.writing() as connection:
        connection.execute(accounts.update().values(principal_minor=19_999_999))
    three = team(context)["three"]
    version = held(context, three, sent.proposal_id)
    with pytest.raises(AuthorityExceeded) as refusal:
        approve(three, context, sent.proposal_id, version, internal_note="x")
    assert refusal.value.data["needed"] == "L4"


def test_from_level_two_on_nobody_grants_alone_or_what_they_recommended(context: ServiceContext) -> None:
    _, sent = asked(context, agreement)
    people = team(context)
    version = held(context, people["three"], sent.proposal_id)
    with pytest.raises(FourEyesNeeded) as alone:
        approve(people["three"], context, sent.proposal_id, version)
    assert alone.value.code == "four_eyes_needed"
    refer(people["three"], context, sent.proposal_id, version)
    with pytest.raises(FourEyesNeeded) as own:
        held(context, people["three"], sent.proposal_id)
    assert own.value.code == "four_eyes_own"
    version = held(context, people["other"], sent.proposal_id)
    case = review.case(people["other"], context, sent.proposal_id)
    assert case.authority is not None
    assert (case.authority.obstacle, case.authority.recommended_by) == (None, "Supervisor-One")
    approve(people["other"], context, sent.proposal_id, version)
    assert state_of(context, sent.proposal_id) == "approved"


def test_an_answer_from_the_cardholder_wipes_the_recommendation(context: ServiceContext) -> None:
    person, sent = asked(context, agreement)
    people = team(context)
    refer(people["one"], context, sent.proposal_id, held(context, people["one"], sent.proposal_id))
    review.request_information(people["three"], context, sent.proposal_id,
                               expected_version=held(context, people["three"], sent.proposal_id),
                               items=[InformationItem.CREDIT_REPORT], idempotency_key="q")
    requests.answer_information_request(person, context, sent.proposal_id, "done", idempotency_key="a")
    version = held(context, people["three"], sent.proposal_id)
    with pytest.raises(FourEyesNeeded):
        approve(people["three"], context, sent.proposal_id, version)


def test_a_failed_check_can_be_set_aside_only_with_a_written_reason(context: ServiceContext) -> None:
    _, sent = asked(context, agreement, assessed=False)
    people = team(context)
    refer(people["one"], context, sent.proposal_id, held(context, people["one"], sent.proposal_id))
    version = held(context, people["two"], sent.proposal_id)
    with pytest.raises(InvalidInput) as refusal:
        approve(people["two"], context, sent.proposal_id, version)
    assert refusal.value.code == "exception_note_missing"
    assert "assessment_present" in refusal.value.data["checks"]
    approve(people["two"], context, sent.proposal_id, version, internal_note="Income seen at the branch",
            idempotency_key="second")
    assert state_of(context, sent.proposal_id) == "approved"


def test_a_refusal_needs_a_reason_and_says_what_would_pass(context: ServiceContext) -> None:
    person, sent = asked(context, agreement, months=6)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    with pytest.raises(InvalidInput):
        review.refuse(one, context, sent.proposal_id, expected_version=version, reasons=[], idempotency_key="1")
    with pytest.raises(InvalidInput):
        review.refuse(one, context, sent.proposal_id, expected_version=version, reasons=["because"],
                      idempotency_key="2")
    review.refuse(one, context, sent.proposal_id, expected_version=version,
                  reasons=[RefuseReason.NOT_AFFORDABLE], message="Longer would work", idempotency_key="3")
    detail = requests.my_request(person, context, sent.proposal_id)
    assert detail.summary.public_status is PublicStatus.NOT_APPROVED
    assert detail.nearest_terms is not None
    again = requests.preview(person, context, agreement(detail.account_id, months=detail.nearest_terms.months), TODAY)
    assert all(check.passed for check in again.checks)
    assert count(context, arrangements) == 0


def test_a_plan_decided_late_starts_whole_months_later(context: ServiceContext, time_: TestTime) -> None:
    person, sent = asked(context, agreement)
    people = team(context)
    refer(people["one"], context, sent.proposal_id, held(context, people["one"], sent.proposal_id))
    time_.advance(days=25)
    version = held(context, people["two"], sent.proposal_id)
    case = review.case(people["two"], context, sent.proposal_id)
    assert case.start_moved
    assert case.overdue
    approve(people["two"], context, sent.proposal_id, version, internal_note="late on our side")
    granted = requests.my_request(person, context, sent.proposal_id).granted
    assert granted is not None
    assert granted.first_due_date.isoformat() == "2027-01-12"


def test_two_tabs_decide_and_one_of_them_wins(context: ServiceContext) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    outcomes: list[str] = []

    def decide(verb: str) -> None:
        try:
            if verb == "approve":
                approve(one, context, sent.proposal_id, version)
            else:
                review.refuse(one, context, sent.proposal_id, expected_version=version,
                              reasons=[RefuseReason.WITHIN_ABILITY], idempotency_key="refuse")
            outcomes.append("decided")
        except Conflict as refusal:
            outcomes.append(refusal.code)

    tabs = [threading.Thread(target=decide, args=(verb,)) for verb in ("approve", "refuse")]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(outcomes) == ["case_closed", "decided"]
    assert count(context, decisions) == 1
    assert count(context, outbox, outbox.c.template.in_(("request_approved", "request_refused"))) == 2


def test_a_decision_repeated_with_its_key_is_made_once(context: ServiceContext) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    for _ in range(3):
        approve(one, context, sent.proposal_id, version)
    assert count(context, decisions) == count(context, arrangements) == 1


def test_a_case_that_changed_since_it_was_read_is_not_decided(context: ServiceContext) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    review.release(one, context, sent.proposal_id, idempotency_key="r")
    review.claim(one, context, sent.proposal_id, idempotency_key="again")
    with pytest.raises(Conflict) as refusal:
        approve(one, context, sent.proposal_id, version)
    assert refusal.value.code == "case_changed"


def test_a_withdrawn_request_cannot_be_granted(context: ServiceContext) -> None:
    person, sent = asked(context)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    requests.withdraw(person, context, sent.proposal_id, idempotency_key="w")
    with pytest.raises(Conflict) as refusal:
        approve(one, context, sent.proposal_id, version)
    assert refusal.value.code == "case_closed"


def test_without_the_claim_nobody_decides(context: ServiceContext, time_: TestTime) -> None:
    _, sent = asked(context)
    people = team(context)
    version = held(context, people["one"], sent.proposal_id)
    with pytest.raises(Conflict) as other:
        approve(people["three"], context, sent.proposal_id, version)
    assert other.value.code == "claimed_by_other"
    time_.advance(minutes=31)
    with pytest.raises(Conflict) as late:
        approve(people["one"], context, sent.proposal_id, version)
    assert late.value.code == "claim_expired"


def test_a_paid_off_account_needs_no_arrangement(context: ServiceContext) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    with context.writing() as connection:
        connection.execute(accounts.update().values(principal_minor=0, interest_minor=0, late_fee_minor=0,
                                                    oldest_unpaid_due_date=None))
    assert review.case(one, context, sent.proposal_id).position.total_minor == 0
    with pytest.raises(Conflict) as refusal:
        approve(one, context, sent.proposal_id, version)
    assert refusal.value.code == "nothing_owed"


def test_terms_that_no_longer_fit_show_the_case_and_say_why(context: ServiceContext) -> None:
    _, sent = asked(context, agreement, down_payment_minor=100_000)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    with context.writing() as connection:
        connection.execute(accounts.update().values(principal_minor=5_000, interest_minor=0, late_fee_minor=0))
    case = review.case(one, context, sent.proposal_id)
    assert case.figures is None
    assert case.unworkable == "down_payment_out_of_range"
    with pytest.raises(InvalidInput):
        approve(one, context, sent.proposal_id, version)


def test_a_case_shows_the_name_but_only_part_of_the_phone(context: ServiceContext) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    held(context, one, sent.proposal_id)
    case = review.case(one, context, sent.proposal_id)
    assert case.cardholder_name == "Wang Fang"
    assert case.phone_masked == "138****0000"


def test_looking_at_a_case_is_audited_once_a_claim(context: ServiceContext, time_: TestTime) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    viewed = audit_log.c.event == "case_viewed"
    held(context, one, sent.proposal_id)
    for _ in range(3):
        review.case(one, context, sent.proposal_id)
        time_.advance(minutes=2)
    assert count(context, audit_log, viewed) == 1
    review.release(one, context, sent.proposal_id, idempotency_key="r")
    time_.advance(minutes=1)
    held(context, one, sent.proposal_id)
    review.case(one, context, sent.proposal_id)
    assert count(context, audit_log, viewed) == 2


def test_a_case_opens_for_its_holder_its_workers_and_supervisors_only(context: ServiceContext) -> None:
    _, sent = asked(context)
    people = team(context)
    with pytest.raises(Conflict) as free:
        review.case(people["two"], context, sent.proposal_id)
    assert free.value.code == "claim_needed"
    assert not review.case(people["three"], context, sent.proposal_id).in_my_hands
    approve(people["one"], context, sent.proposal_id, held(context, people["one"], sent.proposal_id))
    assert review.case(people["one"], context, sent.proposal_id).granted is not None
    with pytest.raises(NotFound):
        review.case(people["two"], context, sent.proposal_id)


def test_earlier_requests_of_the_person_are_part_of_the_case(context: ServiceContext) -> None:
    person, first = asked(context)
    requests.withdraw(person, context, first.proposal_id, idempotency_key="w")
    account_id = requests.my_request(person, context, first.proposal_id).account_id
    second = requests.submit(person, context, extension(account_id), acknowledged=True, idempotency_key="2")
    one = team(context)["one"]
    held(context, one, second.proposal_id)
    case = review.case(one, context, second.proposal_id)
    assert [(one.reference, one.state) for one in case.earlier] == [(first.reference, ProposalState.WITHDRAWN)]


@pytest.mark.parametrize("role", ["cardholder", "staff", "admin"])
def test_no_other_role_reads_or_decides_a_case(sqlite_context: ServiceContext, role: str) -> None:
    person, sent = asked(sqlite_context)
    actor = person if role == "cardholder" else OTHER_ROLES[role]
    more = {"expected_version": 1, "idempotency_key": "k"}
    for call in (lambda: review.case(actor, sqlite_context, sent.proposal_id),
                 lambda: review.approve(actor, sqlite_context, sent.proposal_id, reasons=FITS, **more),
                 lambda: review.refuse(actor, sqlite_context, sent.proposal_id,
                                       reasons=[RefuseReason.WITHIN_ABILITY], **more),
                 lambda: review.request_information(actor, sqlite_context, sent.proposal_id,
                                                    items=[InformationItem.TERMS_UNCLEAR], **more),
                 lambda: review.refer(actor, sqlite_context, sent.proposal_id, recommendation=Outcome.APPROVED,
                                      internal_note="x", **more)):
        with pytest.raises(NotPermitted):
            call()
    assert state_of(sqlite_context, sent.proposal_id) == "submitted"


@pytest.mark.parametrize("table", ["proposals", "decisions", "arrangements", "outbox", "audit_log"])
def test_a_database_that_fails_in_the_middle_leaves_the_case_undecided(context: ServiceContext, table: str) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    version = held(context, one, sent.proposal_id)
    before = {name: count(context, name) for name in (decisions, arrangements, outbox, audit_log, proposal_events)}

    def break_down(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith((f"INSERT INTO {table}", f"UPDATE {table}")):
            raise sa.exc.OperationalError(statement, {}, Exception("server closed the connection"))

    sa.event.listen(context.engine, "before_cursor_execute", break_down)
    with pytest.raises(Unavailable):
        approve(one, context, sent.proposal_id, version)
    sa.event.remove(context.engine, "before_cursor_execute", break_down)
    assert {name: count(context, name) for name in before} == before
    assert state_of(context, sent.proposal_id) == "in_review"
    approve(one, context, sent.proposal_id, version)
    assert state_of(context, sent.proposal_id) == "approved"


def test_a_locked_database_is_said_to_be_busy_and_the_decision_can_be_repeated(sqlite_context: ServiceContext) -> None:
    _, sent = asked(sqlite_context)
    one = team(sqlite_context)["one"]
    version = held(sqlite_context, one, sent.proposal_id)
    sa.event.listen(sqlite_context.engine, "begin", lambda connection: connection.exec_driver_sql(
        "PRAGMA busy_timeout=50"), insert=True)  # the default waits five seconds
    lock = sqlite3.connect(sqlite_context.engine.url.database, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        approve(one, sqlite_context, sent.proposal_id, version)
    lock.execute("ROLLBACK")
    lock.close()
    assert state_of(sqlite_context, sent.proposal_id) == "in_review"
    approve(one, sqlite_context, sent.proposal_id, version)
    assert state_of(sqlite_context, sent.proposal_id) == "approved"


def test_a_case_costs_a_fixed_number_of_queries(context: ServiceContext, counted_queries: Any) -> None:
    _, sent = asked(context)
    one = team(context)["one"]
    held(context, one, sent.proposal_id)
    review.case(one, context, sent.proposal_id)
    with counted_queries(context.engine) as queries:
        review.case(one, context, sent.proposal_id)
    assert len(queries) <= 16, queries.statements


def test_vulnerable_people_come_first_among_equals(context: ServiceContext) -> None:
    asked(context, person="p1", card="c1")
    add_card(context, person="p2", card="c2")
    with context.writing() as connection:
        connection.execute(cardholders.update().where(cardholders.c.source_reference == "p2").values(vulnerable=True))
    person = cardholder(context, "p2")
    account_id = requests.request_options(person, context, TODAY).accounts[0].account_id
    sent = requests.submit(person, context, extension(account_id), acknowledged=True, idempotency_key="2")
    first, second = review.queue(reviewer(context, "r"), context, QueueFilters()).rows
    assert first.proposal_id == sent.proposal_id
    assert first.score.total - second.score.total == first.score.vulnerability == 20
