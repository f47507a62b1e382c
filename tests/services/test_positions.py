"""Where an account stands: every total is the sum of its parts, and interest is what the next statement posts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.repositories import accounts as repository
from core.db.tables.requests import arrangements, proposals
from core.domain.actor import SYSTEM
from core.domain.closing import close_cycle
from core.domain.errors import NotFound
from core.domain.statement import StatementCycle
from core.policy.rules.account import cycle_rules
from core.services.close_day.day import close_day
from core.services.context import ServiceContext
from core.services.deadlines import DeadlineKind
from core.services.positions import AccountPosition, account_position, next_statement_date, positions
from tests.services.cards import MISSED_SINCE_AUGUST, QUIET, SPENT, TODAY, Month, add_card, played


def position_of(context: ServiceContext, account_id: str, as_of: date = TODAY) -> AccountPosition:
    with context.reading() as connection:
        return account_position(connection, context, account_id, as_of)


def test_the_total_is_the_sum_of_its_five_parts(context: ServiceContext) -> None:
    found = position_of(context, add_card(context))
    assert found.total_minor == (found.principal_minor + found.interest_minor + found.accrued_interest_minor
                                 + found.late_fee_minor + found.other_fees_minor)
    assert min(found.principal_minor, found.interest_minor, found.accrued_interest_minor, found.late_fee_minor) > 0


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
@pytest.mark.parametrize("months", [
    MISSED_SINCE_AUGUST, (SPENT, SPENT), (SPENT, Month(purchases=((2, 90_000),), payments=((10, 655_050),))),
    (SPENT, Month(payments=((9, 100_000),)), SPENT), (Month(cash=((4, 200_000),)), QUIET)])
def test_interest_accrued_by_the_statement_day_is_what_the_next_statement_posts(
        sqlite_context: ServiceContext, issuer: str, months: tuple[Month, ...]) -> None:
    account_id = add_card(sqlite_context, months, issuer=issuer)
    closes = next_statement_date(5, TODAY)
    state = played(sqlite_context, months, issuer, TODAY.replace(day=5)).state
    cycle = StatementCycle(closes)
    rules = cycle_rules(sqlite_context.policy, issuer, state, cycle)
    posted = close_cycle(state, cycle, rules).interest.interest_minor
    assert position_of(sqlite_context, account_id, closes).accrued_interest_minor == posted


def test_interest_grows_day_by_day_and_never_shrinks(sqlite_context: ServiceContext) -> None:
    account_id = add_card(sqlite_context)
    grown = [position_of(sqlite_context, account_id, TODAY + timedelta(days=day)).accrued_interest_minor
             for day in range(8)]
    assert grown == sorted(grown)
    assert len(set(grown)) == 8


def test_purchases_within_their_interest_free_days_bear_none(context: ServiceContext) -> None:
    found = position_of(context, add_card(context, (Month(purchases=((3, 300_000),)),)))
    assert found.accrued_interest_minor == 0
    assert found.days_past_due == 0
    assert found.next_deadline.kind is DeadlineKind.MINIMUM_DUE
    assert found.next_deadline.on == found.last_statement.due_date


def test_a_payment_after_the_statement_lowers_interest_and_the_minimum(context: ServiceContext) -> None:
    without = position_of(context, add_card(context, card="c1"))
    paid = position_of(context, add_card(context, card="c22", since=[("payment", 3, 100_000)]))
    assert paid.accrued_interest_minor < without.accrued_interest_minor
    assert without.minimum_due_minor - paid.minimum_due_minor == min(100_000, without.minimum_due_minor)


def test_days_past_due_count_from_the_day_after_the_oldest_missed_due_date(context: ServiceContext) -> None:
    account_id = add_card(context)
    due = position_of(context, account_id).oldest_unpaid_due_date
    assert position_of(context, account_id, due).days_past_due == 0
    assert position_of(context, account_id, due + timedelta(days=1)).days_past_due == 1
    assert position_of(context, account_id, due + timedelta(days=1)).bucket == "M1"


def test_a_minimum_missed_since_the_last_statement_is_overdue_once_grace_is_over(context: ServiceContext) -> None:
    account_id = add_card(context, (Month(purchases=((3, 300_000),)),))
    due = position_of(context, account_id).last_statement.due_date
    assert position_of(context, account_id, due + timedelta(days=3)).days_past_due == 0
    late = position_of(context, account_id, due + timedelta(days=4))
    assert (late.days_past_due, late.bucket, late.oldest_unpaid_due_date) == (4, "M1", due)
    assert late.accrued_interest_minor > 0


def test_a_day_before_interest_is_posted_shows_the_posted_figures_alone(context: ServiceContext) -> None:
    found = position_of(context, add_card(context), date(2026, 10, 1))
    assert found.accrued_interest_minor == 0
    assert found.next_deadline.on >= date(2026, 10, 1)


def _insert_request(context: ServiceContext, account_id: str, promised: Any, **changed: Any) -> None:
    with context.writing() as connection:
        row = repository.by_id(connection, account_id)
        asked = {"id": "proposal-1", "reference": "R1", "account_id": account_id, "cardholder_id": row.cardholder_id,
                 "kind": "extension", "state": "submitted", "terms": {"days": 30}, "amount_minor": 1,
                 "days_past_due": 1, "bucket": "M1", "product": "gold", "vulnerable": False,
                 "needed_authority": "L1", "policy_version": "x", "submitted_at": promised, "promised_by": promised}
        connection.execute(proposals.insert().values(asked | changed))


def test_a_promised_answer_is_the_next_deadline_when_it_comes_first(context: ServiceContext) -> None:
    account_id = add_card(context)
    _insert_request(context, account_id, context.clock.now() + timedelta(days=1))
    found = position_of(context, account_id)
    assert found.open_request.reference == "R1"
    assert (found.next_deadline.kind, found.next_deadline.on) == (DeadlineKind.ANSWER_PROMISED, date(2026, 11, 23))


def test_a_question_replaces_the_banks_promise_by_the_persons_own_date(context: ServiceContext) -> None:
    account_id = add_card(context, (SPENT,))
    _insert_request(context, account_id, context.clock.now() + timedelta(hours=1), state="information_requested",
                    answer_due_date=date(2026, 11, 24))
    found = position_of(context, account_id)
    assert found.open_request.answer_by == date(2026, 11, 24)
    assert (found.next_deadline.kind, found.next_deadline.on) == (DeadlineKind.ANSWER_NEEDED, date(2026, 11, 24))
    assert not found.may_ask


def _grant_agreement(context: ServiceContext, account_id: str, state: str) -> None:
    _insert_request(context, account_id, context.clock.now() + timedelta(days=60), state="approved",
                    kind="personalised_agreement")
    dues = [{"number": number, "due_date": f"2026-{month}-24", "amount_minor": 50_000 + number}
            for number, month in enumerate((10, 11, 12))]
    with context.writing() as connection:
        connection.execute(arrangements.insert().values(
            id="arrangement-1", account_id=account_id, proposal_id="proposal-1", kind="personalised_agreement",
            state=state, terms={}, schedule=dues, first_due_date=date(2026, 10, 24),
            last_due_date=date(2026, 12, 24), granted_at=context.clock.now()))


def test_a_signed_agreement_asks_for_its_next_instalment_and_for_no_minimum(context: ServiceContext) -> None:
    account_id = add_card(context, (SPENT,))
    _grant_agreement(context, account_id, "active")
    on_the_day, after = (position_of(context, account_id, date(2026, 11, day)).next_deadline for day in (24, 25))
    assert (on_the_day.kind, on_the_day.on, on_the_day.amount_minor) == (
        DeadlineKind.INSTALMENT, date(2026, 11, 24), 50_001)
    assert after.kind is not DeadlineKind.MINIMUM_DUE


def test_until_it_is_signed_an_agreement_leaves_the_minimum_due(context: ServiceContext) -> None:
    account_id = add_card(context, (SPENT,))
    _grant_agreement(context, account_id, "awaiting_signature")
    found = position_of(context, account_id)
    assert found.next_deadline.kind is DeadlineKind.MINIMUM_DUE
    assert found.next_deadline.amount_minor == found.minimum_due_minor > 0


def test_an_agreement_waiting_for_a_signature_is_shown_with_its_first_due_date(context: ServiceContext) -> None:
    account_id = add_card(context)
    _insert_request(context, account_id, context.clock.now() + timedelta(days=60))
    with context.writing() as connection:
        connection.execute(sa.update(proposals).values(state="approved"))
        connection.execute(arrangements.insert().values(
            id="arrangement-1", account_id=account_id, proposal_id="proposal-1", kind="personalised_agreement",
            state="awaiting_signature", terms={}, schedule=[{"due_date": "2026-11-24", "amount_minor": 70_000}],
            first_due_date=date(2026, 11, 24),
            last_due_date=date(2027, 11, 24), granted_at=context.clock.now()))
    found = position_of(context, account_id)
    assert found.open_request is None
    assert found.arrangement.state == "awaiting_signature"
    deadline = found.next_deadline
    assert (deadline.kind, deadline.on, deadline.amount_minor) == (DeadlineKind.SIGNATURE, date(2026, 11, 24), 70_000)


def _grant_extension(context: ServiceContext, account_id: str, on: date, until: date) -> None:
    _insert_request(context, account_id, context.clock.now() + timedelta(days=60))
    with context.writing() as connection:
        connection.execute(sa.update(proposals).values(state="approved"))
        connection.execute(arrangements.insert().values(
            id="arrangement-1", account_id=account_id, proposal_id="proposal-1", kind="extension", state="active",
            terms={}, schedule=[{"due_date": until.isoformat(), "amount_minor": 65_505}],
            first_due_date=until, last_due_date=until, granted_at=datetime(on.year, on.month, on.day, 4, tzinfo=UTC)))


def test_an_extension_puts_off_what_was_due_when_it_was_granted(context: ServiceContext) -> None:
    account_id, until = add_card(context, (SPENT,)), date(2026, 12, 2)
    due = position_of(context, account_id).last_statement.due_date
    assert position_of(context, account_id).next_deadline.kind is DeadlineKind.MINIMUM_DUE
    _grant_extension(context, account_id, TODAY, until)
    for as_of in (TODAY, due, due + timedelta(days=4), until):
        found = position_of(context, account_id, as_of)
        assert (found.next_deadline.kind, found.next_deadline.on) == (DeadlineKind.EXTENSION_ENDS, until)
        assert found.next_deadline.amount_minor == found.minimum_due_minor > 0
        assert (found.deferred_until, found.days_past_due, found.late_fee_to_come_minor) == (until, 0, 0)
    assert position_of(context, account_id, until + timedelta(days=3)).days_past_due == 0
    after = position_of(context, account_id, until + timedelta(days=4))
    assert (after.deferred_until, after.oldest_unpaid_due_date, after.days_past_due) == (None, until, 4)


def test_an_extension_that_is_paid_asks_for_nothing_more(context: ServiceContext) -> None:
    account_id = add_card(context, (SPENT,), since=[("payment", 5, 655_050)])
    _grant_extension(context, account_id, TODAY, date(2026, 11, 28))
    assert position_of(context, account_id).next_deadline.kind is DeadlineKind.NEXT_STATEMENT


def test_an_extension_puts_off_no_later_statement_and_no_fee_of_before(context: ServiceContext) -> None:
    account_id, until = add_card(context, (SPENT, QUIET)), date(2026, 12, 20)
    _grant_extension(context, account_id, date(2026, 11, 4), until)
    found = position_of(context, account_id)
    assert found.deferred_until is None
    assert found.next_deadline.kind is DeadlineKind.MINIMUM_DUE
    late = position_of(context, account_id, date(2026, 11, 30))
    assert late.late_fee_to_come_minor > 0


def test_an_unknown_account_is_not_found(context: ServiceContext) -> None:
    with pytest.raises(NotFound):
        position_of(context, "nowhere")


@pytest.mark.parametrize(("opened", "most"), [(False, 5), (True, 8)])
def test_many_accounts_cost_as_many_queries_as_one(context: ServiceContext, counted_queries: Any, opened: bool,
                                                   most: int) -> None:
    ids = [add_card(context, card="c" * number) for number in (1, 2, 3, 4)]
    if opened:
        close_day(SYSTEM, context, TODAY)
    with context.reading() as connection:
        rows = [repository.by_id(connection, account_id) for account_id in ids]
        for some in (rows[:1], rows):
            with counted_queries(context.engine) as counted:
                found = positions(connection, context, some, TODAY)
            assert len(counted) == most
            assert [one.account_id for one in found] == [row.id for row in some]


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
def test_a_screen_shows_the_same_interest_before_and_after_the_books_are_opened(context: ServiceContext,
                                                                               issuer: str) -> None:
    account_id = add_card(context, issuer=issuer)
    with context.reading() as connection:
        before = account_position(connection, context, account_id, TODAY)
    close_day(SYSTEM, context, TODAY)
    with context.reading() as connection:
        after = account_position(connection, context, account_id, TODAY)
    assert before.accrued_interest_minor > 0
    assert (after.accrued_interest_minor, after.accrual) == (before.accrued_interest_minor, before.accrual)


def test_in_the_days_of_grace_the_minimum_is_due_by_their_last_day(context: ServiceContext) -> None:
    account_id = add_card(context, (SPENT,))
    due = position_of(context, account_id).last_statement.due_date
    on_the_day, in_grace, after = (position_of(context, account_id, due + timedelta(days=days)) for days in (0, 1, 4))
    assert (on_the_day.pay_by.on, on_the_day.next_deadline.kind) == (due, DeadlineKind.MINIMUM_DUE)
    assert (in_grace.pay_by.on, in_grace.days_past_due) == (due + timedelta(days=3), 0)
    assert (in_grace.next_deadline.kind, in_grace.next_deadline.on) == (DeadlineKind.GRACE_ENDS, in_grace.pay_by.on)
    assert in_grace.next_deadline.amount_minor == in_grace.minimum_due_minor > 0
    assert after.pay_by is None


def test_an_extension_is_over_after_its_last_day_and_another_request_may_follow(context: ServiceContext) -> None:
    account_id, until = add_card(context, (SPENT,)), date(2026, 12, 2)
    _grant_extension(context, account_id, TODAY, until)
    last, over = (position_of(context, account_id, until + timedelta(days=days)) for days in (0, 1))
    assert last.arrangement is not None
    assert not last.may_ask
    assert over.arrangement is None
    assert over.may_ask
    assert (over.pay_by.on, over.pay_by.in_grace) == (until + timedelta(days=3), True)


def test_a_broken_promise_is_the_banks_only_while_the_bank_owes_the_answer(context: ServiceContext) -> None:
    account_id = add_card(context)
    _insert_request(context, account_id, context.clock.now() - timedelta(minutes=1))
    assert position_of(context, account_id).open_request.late
    with context.writing() as connection:
        connection.execute(sa.update(proposals).values(state="information_requested", answer_due_date=TODAY))
    assert not position_of(context, account_id).open_request.late


def test_days_past_due_by_the_contract_are_kept_apart_from_those_of_an_extension(context: ServiceContext) -> None:
    account_id = add_card(context, (SPENT,), statement_day=5)
    on = date(2026, 12, 1)
    with context.reading() as connection:
        before = account_position(connection, context, account_id, on)
    _grant_extension(context, account_id, on=TODAY, until=date(2026, 12, 20))
    with context.reading() as connection:
        after = account_position(connection, context, account_id, on)
    assert before.days_past_due == before.days_past_due_by_contract > 0
    assert (after.days_past_due, after.days_past_due_by_contract) == (0, before.days_past_due)
