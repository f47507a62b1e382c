"""What the bank wrote reaches the person it was written to, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.decision import RefuseReason
from core.domain.errors import InvalidInput
from core.services import messages, review
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.cards import add_card, cardholder
from tests.services.cases import asked, held, team


def test_messages_come_newest_first_with_what_fills_them(context: ServiceContext, time_: TestTime) -> None:
    who, sent = asked(context)
    time_.advance(minutes=5)
    one = team(context)["one"]
    review.refuse(one, context, sent.proposal_id, reasons=[RefuseReason.NOT_AFFORDABLE], idempotency_key="refuse",
                  expected_version=held(context, one, sent.proposal_id))
    found = messages.my_messages(who, context)
    assert [message.template for message in found] == ["request_refused", "request_received"]
    assert {message.parameters["reference"] for message in found} == {sent.reference}
    assert found[1].parameters["promised_by"] == sent.promised_by.isoformat()


def test_nobody_reads_another_persons_messages(context: ServiceContext) -> None:
    asked(context)
    add_card(context, person="p2", card="c22")
    assert messages.my_messages(cardholder(context, "p2"), context) == ()


@pytest.mark.parametrize("limit", [0, 51])
def test_a_box_is_read_in_bounded_pieces(sqlite_context: ServiceContext, limit: int) -> None:
    who, _ = asked(sqlite_context)
    with pytest.raises(InvalidInput, match="out_of_range"):
        messages.my_messages(who, sqlite_context, limit=limit)


def test_reading_messages_takes_one_query(sqlite_context: ServiceContext, counted_queries: Any) -> None:
    who, _ = asked(sqlite_context)
    with counted_queries(sqlite_context.engine) as counted:
        messages.my_messages(who, sqlite_context)
    assert len(counted) == 1
