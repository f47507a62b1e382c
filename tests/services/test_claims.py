"""The queue's order is exact, and a case is in one pair of hands at a time."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.records import audit_log
from core.domain.actor import Actor, Authority, Role
from core.domain.decision import InformationItem, Outcome, RefuseReason
from core.domain.errors import AuthorityExceeded, Conflict, InvalidInput, NotFound, NotPermitted, Unavailable
from core.domain.proposal import ProposalKind, ProposalState
from core.services import requests, review
from core.services.context import ServiceContext
from core.services.review_queue import PAGE_SIZE, QueueFilters
from tests.conftest import TestTime
from tests.services.cards import OTHER_ROLES, TODAY
from tests.services.cases import agreement, asked, count, fill_queue, held, reviewer, state_of, team

EVERYTHING = QueueFilters()


def whole_queue(actor: Actor, context: ServiceContext, filters: QueueFilters = EVERYTHING) -> list[Any]:
    """All pages, one after the other."""
    first = review.queue(actor, context, filters)
    rows = list(first.rows)
    for number in range(1, first.pages):
        rows += review.queue(actor, context, filters, number).rows
    return rows


def test_the_database_orders_by_the_score_that_is_shown(context: ServiceContext) -> None:
    fill_queue(context, 300)
    rows = whole_queue(reviewer(context, "r"), context)
    assert len(rows) == 300
    keys = [(-row.score.total, row.promised_by, row.proposal_id) for row in rows]
    assert keys == sorted(keys)
    assert len({row.score.total for row in rows}) > 20
    assert all(0 <= row.score.total <= 100 for row in rows)


def test_the_queue_tells_and_orders_by_todays_books(context: ServiceContext, time_: TestTime) -> None:
    _, sent = asked(context)
    actor = reviewer(context, "r")
    [before] = review.queue(actor, context, EVERYTHING).rows
    with context.writing() as connection:
        connection.execute(cardholders.update().values(vulnerable=True))
        connection.execute(accounts.update().values(
            principal_minor=10_000_000, interest_minor=1, late_fee_minor=2, other_fees_minor=3,
            oldest_unpaid_due_date=TODAY - timedelta(days=90)))
    time_.advance(days=1)
    page = review.queue(actor, context, EVERYTHING)
    [row] = page.rows
    assert (row.amount_minor, row.days_past_due, row.bucket) == (10_000_006, 91, "M4")
    assert page.by_bucket == {"M4": 1}
    assert review.queue(actor, context, QueueFilters(bucket="M4")).total == 1
    assert review.queue(actor, context, QueueFilters(bucket=before.bucket)).total == 0
    assert (row.score.amount, row.score.days_past_due, row.score.vulnerability) == (20, 20, 20)
    assert before.amount_minor != row.amount_minor
    review.claim(actor, context, sent.proposal_id, idempotency_key="1")
    assert review.case(actor, context, sent.proposal_id).score == row.score


def test_buckets_of_the_database_begin_on_the_days_of_the_policy(context: ServiceContext) -> None:
    fill_queue(context, 9)
    actor = reviewer(context, "r")
    edges = (None, 0, 1, 30, 31, 60, 61, 180, 181)
    with context.writing() as connection:
        for number, late in enumerate(edges):
            connection.execute(accounts.update().where(accounts.c.id == f"q{number:05d}").values(
                oldest_unpaid_due_date=None if late is None else TODAY - timedelta(days=late)))
    page = review.queue(actor, context, EVERYTHING)
    assert page.by_bucket == {"M0": 2, "M1": 2, "M2": 2, "M3": 1, "M6": 1, "M7+": 1}
    shown = {row.proposal_id: row.bucket for row in page.rows}
    assert [shown[f"q{number:05d}"] for number in range(9)] == [
        "M0", "M0", "M1", "M1", "M2", "M2", "M3", "M6", "M7+"]
    for name, cases in page.by_bucket.items():
        assert {row.bucket for row in whole_queue(actor, context, QueueFilters(bucket=name))} == {name}
        assert review.queue(actor, context, QueueFilters(bucket=name)).total == cases


def test_an_answer_from_the_cardholder_is_marked_in_the_queue(context: ServiceContext, time_: TestTime) -> None:
    person, sent = asked(context)
    actor = reviewer(context, "r")
    [row] = review.queue(actor, context, EVERYTHING).rows
    assert row.answered_at is None
    review.request_information(actor, context, sent.proposal_id, expected_version=held(
        context, actor, sent.proposal_id), items=[InformationItem.TERMS_UNCLEAR], idempotency_key="q")
    time_.advance(hours=2)
    requests.answer_information_request(person, context, sent.proposal_id, "here it is", idempotency_key="a")
    [row] = review.queue(actor, context, EVERYTHING).rows
    assert row.answered_at == time_.instant


def test_supervisors_see_who_holds_what_and_collectors_do_not(context: ServiceContext, time_: TestTime) -> None:
    ids = fill_queue(context, 4)
    people = team(context)
    review.claim(people["one"], context, ids[0], idempotency_key="1")
    review.claim(people["two"], context, ids[1], idempotency_key="2")
    review.claim(people["three"], context, ids[2], idempotency_key="3")
    held_now = {one.row.proposal_id: one for one in review.held_cases(people["three"], context)}
    assert {key: one.holder for key, one in held_now.items()} == {ids[0]: "Collector-One", ids[1]: "Collector-Two"}
    assert held_now[ids[0]].row.claimed_at == time_.instant
    assert held_now[ids[0]].row.claim_expires_at == time_.instant + timedelta(minutes=30)
    with pytest.raises(NotPermitted):
        review.held_cases(people["one"], context)
    time_.advance(minutes=31)
    assert review.held_cases(people["three"], context) == ()


def test_held_cases_cost_one_query(context: ServiceContext, counted_queries: Any) -> None:
    people = team(context)
    for proposal_id in fill_queue(context, 30):
        review.claim(people["one"], context, proposal_id, idempotency_key=proposal_id)
    with counted_queries(context.engine) as queries:
        assert len(review.held_cases(people["three"], context)) == 30
    assert len(queries) == 1, queries.statements


def test_a_case_is_found_by_its_reference_as_people_read_it_out(context: ServiceContext) -> None:
    _, sent = asked(context)
    actor = reviewer(context, "r")
    said = f"  {sent.reference[:4].lower()} {sent.reference[4:].lower()} "
    assert review.find_case(actor, context, said) == sent.proposal_id


@pytest.mark.parametrize("reference", ["", " ", "NONE0000", "x" * 5_000, "%", "\x00", "a'--", None])
def test_a_reference_of_nothing_is_not_found(context: ServiceContext, reference: Any) -> None:
    asked(context)
    with pytest.raises(NotFound):
        review.find_case(reviewer(context, "r"), context, reference)


def test_a_closed_case_of_colleagues_is_not_found_by_its_reference(context: ServiceContext) -> None:
    _, sent = asked(context)
    people = team(context)
    review.refuse(people["one"], context, sent.proposal_id, expected_version=held(
        context, people["one"], sent.proposal_id), reasons=[RefuseReason.WITHIN_ABILITY], idempotency_key="n")
    with pytest.raises(NotFound):
        review.find_case(people["two"], context, sent.reference)
    for reader in ("one", "three"):
        assert review.find_case(people[reader], context, sent.reference) == sent.proposal_id


def test_what_may_be_taken_follows_state_and_person(context: ServiceContext) -> None:
    _, sent = asked(context, agreement)
    people = team(context)
    version = held(context, people["one"], sent.proposal_id)
    assert review.case(people["three"], context, sent.proposal_id).may_take  # a supervisor takes over
    assert not review.case(people["one"], context, sent.proposal_id).may_take  # it is in these hands
    review.refer(people["one"], context, sent.proposal_id, expected_version=version,
                 recommendation=Outcome.APPROVED, internal_note="fits", idempotency_key="r")
    own = review.case(people["one"], context, sent.proposal_id)
    assert own.authority is not None
    assert (own.may_take, own.authority.obstacle) == (False, "four_eyes_own")
    assert review.case(people["three"], context, sent.proposal_id).may_take
    review.refuse(people["three"], context, sent.proposal_id, expected_version=held(
        context, people["three"], sent.proposal_id), reasons=[RefuseReason.WITHIN_ABILITY], idempotency_key="n")
    assert not review.case(people["three"], context, sent.proposal_id).may_take


def test_a_recommendation_beyond_the_level_says_who_decides(context: ServiceContext) -> None:
    _, sent = asked(context, agreement, months=30)
    people = team(context)
    version = held(context, people["one"], sent.proposal_id)
    review.release(people["one"], context, sent.proposal_id, idempotency_key="p")
    version = held(context, people["two"], sent.proposal_id)
    review.refer(people["two"], context, sent.proposal_id, expected_version=version,
                 recommendation=Outcome.APPROVED, internal_note="fits", idempotency_key="r")
    view = review.case(people["one"], context, sent.proposal_id)
    assert view.authority is not None
    assert (view.may_take, view.authority.obstacle, view.authority.need.level) == (False, "recommended", "L3")


def test_who_lost_a_case_reads_who_has_it(context: ServiceContext) -> None:
    _, sent = asked(context)
    people = team(context)
    review.claim(people["one"], context, sent.proposal_id, idempotency_key="1")
    review.claim(people["three"], context, sent.proposal_id, idempotency_key="2", take_over=True)
    lost = review.case(people["one"], context, sent.proposal_id)
    assert lost.lost_to is not None
    assert (lost.lost_to.name, lost.held_by, lost.may_take) == ("Supervisor-One", lost.lost_to, False)
    assert review.case(people["other"], context, sent.proposal_id).lost_to is None


def test_counts_agree_with_what_the_filters_leave_in(context: ServiceContext) -> None:
    fill_queue(context, 120)
    actor = reviewer(context, "r")
    page = review.queue(actor, context, EVERYTHING)
    assert page.waiting == page.total == 120 == sum(page.by_bucket.values()) == sum(page.by_kind.values())
    for filters in (QueueFilters(kind=ProposalKind.EXTENSION), QueueFilters(bucket="M3"),
                    QueueFilters(overdue_only=True), QueueFilters(within_authority=True),
                    QueueFilters(kind=ProposalKind.EXTENSION, bucket="M2", overdue_only=True),
                    QueueFilters(state=ProposalState.REFERRED)):
        rows = whole_queue(actor, context, filters)
        assert review.queue(actor, context, filters).total == len(rows)
    assert review.queue(actor, context, QueueFilters(overdue_only=True)).total == page.overdue


def test_a_page_past_the_end_shows_the_last_one(context: ServiceContext) -> None:
    fill_queue(context, PAGE_SIZE + 1)
    page = review.queue(reviewer(context, "r"), context, EVERYTHING, page=7)
    assert (page.page, page.pages, len(page.rows)) == (1, 2, 1)
    with pytest.raises(InvalidInput):
        review.queue(Actor("r", Role.COLLECTOR), context, EVERYTHING, page=-1)


def test_nobody_is_led_to_a_page_that_would_be_refused(context: ServiceContext,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    fill_queue(context, 4 * PAGE_SIZE)
    monkeypatch.setattr("core.services.review_queue.LAST_PAGE", 1)
    actor = reviewer(context, "r")
    last = review.queue(actor, context, EVERYTHING).pages - 1
    assert last == 1
    assert review.queue(actor, context, EVERYTHING, last).total == 4 * PAGE_SIZE


def test_twenty_reviewers_at_once_share_two_hundred_cases_without_meeting(context: ServiceContext) -> None:
    ids = fill_queue(context, 200)
    reviewers = [reviewer(context, f"r{number}", Authority.L2) for number in range(20)]
    taken: list[tuple[str, str]] = []
    faults: list[BaseException] = []

    def work(actor: Actor) -> None:
        number = 0
        while True:
            number += 1
            try:
                case = review.claim_next(actor, context, EVERYTHING, idempotency_key=f"next-{number}")
            except Unavailable:
                continue  # the database asked to try again
            except Exception as fault:
                faults.append(fault)
                return
            if case is None:
                return
            taken.append((case.proposal_id, actor.user_id))

    threads = [threading.Thread(target=work, args=(actor,)) for actor in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Counter(proposal_id for proposal_id, _ in taken) == Counter(ids)
    assert count(context, audit_log, audit_log.c.event == "case_claimed") == 200
    assert review.queue(reviewers[0], context, EVERYTHING).total == 0


def test_claiming_one_case_from_ten_tabs_at_once_has_one_winner(context: ServiceContext) -> None:
    [proposal_id] = fill_queue(context, 1)
    reviewers = [reviewer(context, f"r{number}") for number in range(10)]
    outcomes: list[str] = []

    def take(actor: Actor) -> None:
        try:
            review.claim(actor, context, proposal_id, idempotency_key="mine")
            outcomes.append("taken")
        except Conflict as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=take, args=(actor,)) for actor in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed_by_other"] * 9 + ["taken"]


def test_claim_next_takes_the_top_of_the_queue_and_passes_over_what_was_put_back(context: ServiceContext) -> None:
    fill_queue(context, 30)
    actor = reviewer(context, "r")
    order = [row.proposal_id for row in review.queue(actor, context, EVERYTHING).rows]
    first = review.claim_next(actor, context, EVERYTHING, idempotency_key="1")
    assert first is not None
    assert first.proposal_id == order[0]
    review.release(actor, context, first.proposal_id, idempotency_key="2")
    second = review.claim_next(actor, context, EVERYTHING, idempotency_key="3", passing_over=[first.proposal_id])
    assert second is not None
    assert second.proposal_id == order[1]
    assert state_of(context, first.proposal_id) == "submitted"


def test_an_empty_queue_has_nothing_to_claim(context: ServiceContext) -> None:
    assert review.claim_next(reviewer(context, "r"), context, EVERYTHING, idempotency_key="1") is None


def test_a_claim_runs_out_without_activity_and_the_case_returns(context: ServiceContext, time_: TestTime) -> None:
    [proposal_id] = fill_queue(context, 1)
    first, second = reviewer(context, "a"), reviewer(context, "b")
    claimed = review.claim(first, context, proposal_id, idempotency_key="1")
    assert claimed.expires_at == time_.instant + timedelta(minutes=30)
    time_.advance(minutes=29, seconds=59)
    assert review.queue(second, context, EVERYTHING).total == 0
    time_.advance(seconds=1)
    assert review.queue(second, context, EVERYTHING).total == 1
    assert review.claim_next(second, context, EVERYTHING, idempotency_key="2") is not None
    with pytest.raises(Conflict) as lost:
        review.release(first, context, proposal_id, idempotency_key="3")
    assert lost.value.code == "taken_by_colleague"


def test_working_on_a_case_keeps_it(context: ServiceContext, time_: TestTime) -> None:
    _, sent = asked(context)
    actor = reviewer(context, "a")
    review.claim(actor, context, sent.proposal_id, idempotency_key="1")
    for _ in range(4):
        time_.advance(minutes=20)
        assert review.case(actor, context, sent.proposal_id).in_my_hands


def test_only_a_supervisor_takes_a_case_over_and_it_is_audited_by_name(context: ServiceContext) -> None:
    [proposal_id] = fill_queue(context, 1)
    people = team(context)
    review.claim(people["one"], context, proposal_id, idempotency_key="1")
    with pytest.raises(NotPermitted):
        review.claim(people["two"], context, proposal_id, idempotency_key="2", take_over=True)
    review.claim(people["three"], context, proposal_id, idempotency_key="3", take_over=True)
    assert count(context, audit_log, audit_log.c.event == "case_taken_over") == 1
    with pytest.raises(Conflict) as lost:
        review.release(people["one"], context, proposal_id, idempotency_key="4")
    assert (lost.value.code, lost.value.data["by"]) == ("taken_by_colleague", "Supervisor-One")
    with pytest.raises(Conflict) as never_held:
        review.release(people["two"], context, proposal_id, idempotency_key="5")
    assert never_held.value.code == "claimed_by_other"


def test_holding_a_case_already_is_no_error(context: ServiceContext, time_: TestTime) -> None:
    [proposal_id] = fill_queue(context, 1)
    actor = reviewer(context, "a")
    first = review.claim(actor, context, proposal_id, idempotency_key="1")
    time_.advance(minutes=10)
    again = review.claim(actor, context, proposal_id, idempotency_key="2")
    assert again.version == first.version
    assert again.expires_at == first.expires_at + timedelta(minutes=10)


def test_the_same_claim_next_repeated_answers_the_same_case(context: ServiceContext) -> None:
    fill_queue(context, 5)
    actor = reviewer(context, "a")
    first = review.claim_next(actor, context, EVERYTHING, idempotency_key="click")
    assert review.claim_next(actor, context, EVERYTHING, idempotency_key="click") == first
    assert review.queue(actor, context, EVERYTHING).total == 4


@pytest.mark.parametrize("role", ["cardholder", "staff", "admin"])
def test_no_other_role_touches_the_queue(sqlite_context: ServiceContext, role: str) -> None:
    [proposal_id] = fill_queue(sqlite_context, 1)
    actor = Actor("p", Role.CARDHOLDER, cardholder_id="q00000") if role == "cardholder" else OTHER_ROLES[role]
    for call in (lambda: review.queue(actor, sqlite_context, EVERYTHING),
                 lambda: review.claim_next(actor, sqlite_context, EVERYTHING, idempotency_key="1"),
                 lambda: review.claim(actor, sqlite_context, proposal_id, idempotency_key="1"),
                 lambda: review.release(actor, sqlite_context, proposal_id, idempotency_key="1")):
        with pytest.raises(NotPermitted):
            call()
    assert state_of(sqlite_context, proposal_id) == "submitted"


@pytest.mark.parametrize("identifier", ["", "missing", "\x00", "x" * 999, None])
def test_a_case_that_does_not_exist_is_not_found(context: ServiceContext, identifier: Any) -> None:
    with pytest.raises(NotFound):
        review.claim(reviewer(context, "a"), context, identifier, idempotency_key="1")


def test_a_recommendation_waits_for_the_level_it_needs(context: ServiceContext) -> None:
    _, sent = asked(context, agreement)
    people = team(context)
    version = review.claim(people["one"], context, sent.proposal_id, idempotency_key="1").version
    review.refer(people["one"], context, sent.proposal_id, expected_version=version, recommendation="approved",
                 internal_note="fits", idempotency_key="2")
    [row] = review.queue(people["one"], context, EVERYTHING).rows
    assert not row.may_take
    assert review.claim_next(people["one"], context, EVERYTHING, idempotency_key="3") is None
    with pytest.raises(AuthorityExceeded):
        review.claim(people["one"], context, sent.proposal_id, idempotency_key="4")
    assert review.claim_next(people["two"], context, EVERYTHING, idempotency_key="5") is not None
    assert state_of(context, sent.proposal_id) == "referred"


def test_the_queue_costs_three_queries(context: ServiceContext, counted_queries: Any) -> None:
    fill_queue(context, 60)
    actor = reviewer(context, "a")
    with counted_queries(context.engine) as queries:
        review.queue(actor, context, EVERYTHING, 1)
    assert len(queries) == 3, queries.statements
