"""A refused request can always be read, and tells what can be done as the account stands today."""

from __future__ import annotations

import pytest

from core.db.tables.accounts import accounts as accounts_table
from core.domain.decision import RefuseReason
from core.services import requests, review, standing
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.cards import TODAY
from tests.services.cases import agreement, asked, extension, held, team


def refuse(context: ServiceContext, proposal_id: str) -> None:
    one = team(context)["one"]
    review.refuse(one, context, proposal_id, reasons=[RefuseReason.NOT_AFFORDABLE], idempotency_key="refuse",
                  expected_version=held(context, one, proposal_id))


def owe(context: ServiceContext, principal_minor: int) -> None:
    """All that is owed on every account, in fen, but for what grows from it."""
    with context.writing() as connection:
        connection.execute(accounts_table.update().values(
            principal_minor=principal_minor, interest_minor=0, late_fee_minor=0, other_fees_minor=0))


def test_a_refusal_is_read_also_when_less_is_owed_than_was_to_be_paid_first(context: ServiceContext) -> None:
    who, sent = asked(context, agreement, down_payment_minor=100_000)
    refuse(context, sent.proposal_id)
    owe(context, 50_000)
    detail = requests.my_request(who, context, sent.proposal_id)
    assert (detail.may_ask_again, detail.passes_today, detail.nearest_terms) == (True, False, None)
    assert standing.last_ending(who, context, detail.account_id, TODAY) == detail


@pytest.mark.parametrize("owed", [0, -100_000])
def test_where_nothing_is_owed_a_refusal_offers_no_other_request(context: ServiceContext, owed: int) -> None:
    who, sent = asked(context, agreement)
    refuse(context, sent.proposal_id)
    owe(context, owed)
    with context.writing() as connection:  # nor has anything grown
        connection.execute(accounts_table.update().values(interest_through_date=TODAY))
    detail = requests.my_request(who, context, sent.proposal_id)
    assert (detail.may_ask_again, detail.passes_today, detail.nearest_terms) == (False, False, None)


def test_once_a_newer_request_is_open_an_old_refusal_offers_no_other(context: ServiceContext, time_: TestTime) -> None:
    who, sent = asked(context, agreement, months=60)
    refuse(context, sent.proposal_id)
    before = requests.my_request(who, context, sent.proposal_id)
    assert before.may_ask_again
    time_.advance(minutes=1)
    requests.submit(who, context, extension(before.account_id), acknowledged=True, idempotency_key="newer")
    detail = requests.my_request(who, context, sent.proposal_id)
    assert (detail.may_ask_again, detail.passes_today, detail.nearest_terms) == (False, False, None)
