"""A projection starts from the account as it stands: its first statement is the one the rules will close."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.domain.account_state import AccountState
from core.domain.closing import close_cycle
from core.domain.statement import ClosedCycle, StatementCycle
from core.policy.rules.account import cycle_rules
from core.services import requests
from core.services.context import ServiceContext
from core.services.outlooks import Outlook, outlook
from core.services.positions import AccountPosition, account_position, next_statement_date
from tests.services.cards import MISSED_SINCE_AUGUST, QUIET, SPENT, TODAY, Month, add_card, cardholder, played
from tests.services.cases import agreement, extension

LAST, CLOSES = TODAY.replace(day=5), date(2026, 12, 5)
DUE = LAST + timedelta(days=20)
HISTORIES = [MISSED_SINCE_AUGUST, (SPENT, SPENT), (SPENT,), (Month(cash=((4, 200_000),)), QUIET),
             (SPENT, Month(payments=((9, 100_000),)), SPENT)]
DAYS = [LAST, TODAY, DUE, DUE + timedelta(days=1), DUE + timedelta(days=3), DUE + timedelta(days=4),
        CLOSES - timedelta(days=1)]
"""The statement day, before, on and after the due date, the last day of grace, the day after it, the last day."""


def position_of(context: ServiceContext, account_id: str, as_of: date) -> AccountPosition:
    with context.reading() as connection:
        return account_position(connection, context, account_id, as_of)


def outlook_of(context: ServiceContext, account_id: str, as_of: date) -> tuple[AccountPosition, Outlook]:
    position = position_of(context, account_id, as_of)
    ahead = outlook(context, position, 100_000, None)
    assert ahead is not None
    return position, ahead


def closed_next(context: ServiceContext, months: tuple[Month, ...], issuer: str) -> ClosedCycle:
    state = played(context, months, issuer, LAST).state
    return closed(context, state, issuer, CLOSES)


def closed(context: ServiceContext, state: AccountState, issuer: str, on: date) -> ClosedCycle:
    cycle = StatementCycle(on)
    return close_cycle(state, cycle, cycle_rules(context.policy, issuer, state, cycle))


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
@pytest.mark.parametrize("months", HISTORIES)
def test_doing_nothing_leads_to_the_next_statement_as_the_rules_close_it(
        sqlite_context: ServiceContext, issuer: str, months: tuple[Month, ...]) -> None:
    account_id = add_card(sqlite_context, months, issuer=issuer)
    posted = closed_next(sqlite_context, months, issuer)
    for as_of in DAYS:
        position, ahead = outlook_of(sqlite_context, account_id, as_of)
        first = ahead.do_nothing.months[0]
        assert first.on == next_statement_date(5, as_of) == CLOSES
        # What has accrued is rounded today, the rest at the statement: a fen at most.
        assert abs(first.total_minor - posted.closing.total_minor) <= 1, as_of
        assert first.late_fee_charged_minor == posted.late_fee_minor
        assert first.days_past_due == (CLOSES - posted.state.overdue[0].due_date).days
        assert first.total_minor == (position.total_minor + first.interest_charged_minor
                                     + first.late_fee_charged_minor - first.paid_minor)


def test_within_the_days_of_grace_the_minimum_is_still_paid_in_time(sqlite_context: ServiceContext) -> None:
    account_id = add_card(sqlite_context, (SPENT,))
    position, ahead = outlook_of(sqlite_context, account_id, DUE + timedelta(days=3))
    assert position.days_past_due == 0
    assert ahead.minimum.months[0].paid_minor == position.minimum_due_minor > 0
    assert ahead.minimum.late_fee_total_minor == 0
    after, missed = outlook_of(sqlite_context, account_id, DUE + timedelta(days=4))
    assert after.days_past_due == 4
    assert missed.minimum.late_fee_total_minor == after.late_fee_to_come_minor > 0


def test_a_bill_paid_in_full_by_its_due_date_costs_no_interest_from_before(sqlite_context: ServiceContext) -> None:
    account_id = add_card(sqlite_context, (SPENT,))
    position = position_of(sqlite_context, account_id, DUE)
    assert position.accrual.at_stake.interest_minor > 0
    full = outlook(sqlite_context, position, position.open_bill_minor, None)
    less = outlook(sqlite_context, position, position.open_bill_minor - 1, None)
    assert full is not None
    assert less is not None
    saved = less.fixed.months[0].interest_charged_minor - full.fixed.months[0].interest_charged_minor
    assert 0 <= saved - position.accrual.at_stake.interest_minor <= 1


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
def test_a_late_fee_on_the_books_is_not_expected_again(sqlite_context: ServiceContext, issuer: str) -> None:
    account_id = add_card(sqlite_context, issuer=issuer)
    late = DUE + timedelta(days=4)
    fee = position_of(sqlite_context, account_id, late).late_fee_to_come_minor
    assert fee == closed_next(sqlite_context, MISSED_SINCE_AUGUST, issuer).late_fee_minor > 0
    other = add_card(sqlite_context, issuer=issuer, card="c22", since=[("late_fee", 24, fee)])
    assert position_of(sqlite_context, other, late).late_fee_to_come_minor == 0


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
def test_an_extension_over_statements_costs_the_interest_these_will_bill(
        sqlite_context: ServiceContext, issuer: str) -> None:
    account_id = add_card(sqlite_context, issuer=issuer)
    seen = requests.preview(cardholder(sqlite_context), sqlite_context, extension(account_id, 74), TODAY)
    # 74 days from 22 November end on 4 February: the two statements in between bill interest that bears interest.
    assert seen.until_date == date(2027, 2, 4)
    state, billed = played(sqlite_context, MISSED_SINCE_AUGUST, issuer, LAST).state, 0
    for on in (CLOSES, date(2027, 1, 5)):
        done = closed(sqlite_context, state, issuer, on)
        state, billed = done.state, billed + done.interest.interest_minor
    bearing = sum(part.amount_minor for part in state.bearing)
    rest = bearing * (seen.until_date - date(2027, 1, 5)).days * 5 / 10_000
    accrued = position_of(sqlite_context, account_id, TODAY).accrued_interest_minor
    assert abs(seen.cost_minor - (billed - accrued + rest)) <= 2
    assert seen.do_nothing.total_minor - seen.total_minor > 0



@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
def test_two_pages_count_the_same_twelve_months_of_doing_nothing(sqlite_context: ServiceContext, issuer: str) -> None:
    account_id = add_card(sqlite_context, issuer=issuer)
    _, ahead = outlook_of(sqlite_context, account_id, TODAY)
    asked = requests.preview(cardholder(sqlite_context), sqlite_context, agreement(account_id, 24), TODAY).do_nothing
    last = ahead.do_nothing.months[-1]
    assert asked.capped
    assert (last.on, last.total_minor) == (ahead.until_date, asked.total_minor) == (asked.until_date, asked.total_minor)
    assert ahead.do_nothing.interest_total_minor == asked.interest_minor
    assert ahead.do_nothing.late_fee_total_minor == asked.late_fees_minor
    assert ahead.marks == asked.marks
    assert ahead.steps[-1].do_nothing_minor == asked.total_minor
