"""Reversals, corrections, waivers, holds and agreed terms: posted as differences, never as edits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import payments
from core.db.tables.books import account_terms
from core.domain.actor import SYSTEM
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.services import postings
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.ledgers import Bank, add_new_card

MARCH, MAY, JUNE = date(2026, 3, 20), date(2026, 5, 20), date(2026, 6, 6)
JUDGED = date(2026, 5, 1)
"""The day after the grace of the statement of 5 April."""


@pytest.fixture
def bank(context: ServiceContext, time_: TestTime) -> Bank:
    bank = Bank(context, time_, add_new_card(context)).on(MARCH)
    bank.buy(100_000, reference="shoes")
    return bank


def total(bank: Bank) -> int:
    account = bank.account()
    return int(account.principal_minor + account.interest_minor + account.late_fee_minor + account.other_fees_minor)


def test_a_bounced_payment_is_undone_on_its_own_day_with_all_that_follows(bank: Bank, context: ServiceContext) -> None:
    bank.on(date(2026, 4, 20)).pay(100_000, reference="cheque")
    bank.on(MAY).close()
    assert total(bank) == 0
    posting = bank.reverse("payment:cheque")
    entries = [(one.kind, one.amount_minor, one.value_date, one.posting_date, one.reason)
               for one in bank.entries("payment:cheque")]
    assert entries == [("payment", -100_000, date(2026, 4, 20), date(2026, 4, 20), None),
                       ("reversal", 100_000, date(2026, 4, 20), MAY, "bounced")]
    assert posting.balances.late_fee_minor == 1_000
    assert posting.balances.interest_minor == 2_350  # 20 March to 5 May: 47 days at 0.05 %
    assert (posting.days_past_due_before, posting.days_past_due) == (0, 23)
    with context.reading() as connection:
        assert connection.execute(sa.select(payments.c.status)).scalar_one() == "reversed"
    assert bank.verified().faults == 0
    bank.on(JUNE).close()
    assert bank.verified().faults == 0


def test_a_cancelled_purchase_never_cost_anything(bank: Bank) -> None:
    bank.on(MAY).close()
    assert total(bank) == 100_000 + 2_350 + 1_000
    bank.reverse("purchase:shoes", "cancelled")
    assert total(bank) == 0
    assert bank.account().oldest_unpaid_due_date is None
    assert bank.verified().faults == 0


def test_what_is_reversed_cannot_be_reversed_again_nor_what_only_follows(bank: Bank) -> None:
    bank.on(MAY).close()
    with pytest.raises(InvalidInput) as refusal:
        bank.reverse("late_fee:2026-04-27")
    assert refusal.value.code == "not_reversible"
    with pytest.raises(NotFound):
        bank.reverse("payment:never")
    bank.reverse("purchase:shoes")
    with pytest.raises(Conflict) as again:
        bank.reverse("purchase:shoes")
    assert again.value.code == "already_reversed"


def test_a_late_fee_may_be_waived_on_the_very_day_it_is_charged_and_no_further(bank: Bank) -> None:
    bank.on(JUDGED).waive("late_fee", 600)
    with pytest.raises(InvalidInput) as refusal:
        bank.waive("late_fee", 401)
    assert refusal.value.code == "correction_exceeds_charge"
    bank.waive("late_fee", 400)
    assert bank.account().late_fee_minor == 0
    bank.close()
    assert bank.account().late_fee_minor == 0
    assert bank.verified().faults == 0


def test_a_payment_that_proves_a_waived_fee_wrong_is_not_refused_for_it(bank: Bank, context: ServiceContext) -> None:
    bank.on(JUDGED).waive("late_fee", 1_000)
    bank.on(MAY).pay(100_000, date(2026, 4, 27), reference="slow")
    assert total(bank) == 0
    waived = bank.entries(kind="waiver")
    assert sum(one.amount_minor for one in waived) == 0  # there was no fee to waive after all
    bank.reverse("payment:slow")
    assert bank.account().late_fee_minor == 0  # the fee is back, and so is its waiver
    assert sum(one.amount_minor for one in bank.entries(kind="waiver")) == -1_000
    with context.reading() as connection:
        assert connection.execute(sa.select(account_terms.c.amount_minor)).scalars().all() == [-1_000]
    assert bank.verified().faults == 0


def test_a_credit_to_principal_may_leave_a_credit_balance_but_a_waiver_may_not(bank: Bank) -> None:
    with pytest.raises(InvalidInput):
        bank.waive("principal", 100_001)
    assert bank.adjust("principal", -120_000).balances.principal_minor == -20_000
    assert bank.verified().faults == 0


def test_a_correction_of_an_unknown_component_or_without_reason_is_refused(bank: Bank, context: ServiceContext) -> None:
    for correction, code in ((postings.Correction("r", "fees", 1, MARCH, "x"), "component_unknown"),
                             (postings.Correction("r", "interest", 1, MARCH, ""), "text_missing"),
                             (postings.Correction("r", "interest", 0, MARCH, "x"), "amount_not_positive")):
        with pytest.raises(InvalidInput) as refusal:
            postings.adjust(SYSTEM, context, bank.account_id, correction, MARCH, "key")
        assert refusal.value.code == code
    assert [one.kind for one in bank.entries()] == ["purchase"]


def test_waiving_all_that_is_owed_ends_the_arrears(bank: Bank) -> None:
    bank.on(MAY).close()
    for component in ("principal", "interest", "late_fee"):
        posting = bank.waive(component, getattr(bank.account(), f"{component}_minor"))
    assert posting.balances.total_minor == 0
    assert (posting.days_past_due, bank.account().oldest_unpaid_due_date) == (0, None)
    bank.on(JUNE).close()
    assert total(bank) == 716  # the fortnight's interest from the last statement to the waiver
    assert bank.account().oldest_unpaid_due_date is None
    assert bank.verified().faults == 0


def test_disputed_principal_bears_no_interest_while_on_hold(bank: Bank) -> None:
    bank.dispute(40_000)
    assert bank.account().disputed_minor == 40_000
    bank.on(JUNE).close()
    assert bank.account().interest_minor == 1_410 + 952  # 60,000: 47 days, then 31 with the first bill's interest
    bank.dispute(40_000, release=True)
    assert bank.account().disputed_minor == 0
    bank.on(date(2026, 7, 6)).close()
    assert bank.account().interest_minor == 2_362 + 1_535  # 30 days on all of it, the days on hold never charged
    assert bank.verified().faults == 0


def test_a_hold_reported_late_gives_back_the_interest_since_its_day(bank: Bank) -> None:
    bank.on(MAY).close()
    assert bank.account().interest_minor == 2_350
    bank.dispute(100_000, MARCH)
    assert bank.account().interest_minor == 0
    assert bank.verified().faults == 0


def test_no_more_is_held_than_is_owed_nor_released_than_is_held(bank: Bank) -> None:
    with pytest.raises(InvalidInput) as refusal:
        bank.dispute(100_001)
    assert refusal.value.code == "hold_exceeds_principal"
    bank.dispute(60_000)
    with pytest.raises(InvalidInput):
        bank.dispute(40_001)
    with pytest.raises(InvalidInput) as refusal:
        bank.dispute(60_001, release=True)
    assert refusal.value.code == "release_exceeds_hold"
    assert bank.verified().faults == 0


def test_an_agreed_rate_recomputes_what_was_posted_from_its_first_day(bank: Bank, context: ServiceContext) -> None:
    bank.on(MAY).close()
    agreed = postings.AgreedRateIn("r", Decimal("0.0001"), date(2026, 4, 6), None, "hardship")
    posting = postings.agree_rate(SYSTEM, context, bank.account_id, agreed, MAY, "rate")
    assert posting.balances.interest_minor == 850 + 300  # 17 days at 0.05 %, then 30 at 0.01 %
    assert [(one.amount_minor, one.reason) for one in bank.entries(kind="interest")] == [
        (2_350, None), (-1_200, "recomputed")]
    bank.on(JUNE).close()
    assert bank.verified().faults == 0
    for rate, code in ((Decimal("0.0006"), "rate_too_large"), (Decimal("-0.0001"), "rate_negative"),
                       (Decimal("NaN"), "rate_negative")):
        wrong = postings.AgreedRateIn("other", rate, date(2026, 5, 10), None, "hardship")
        with pytest.raises(InvalidInput) as refusal:
            postings.agree_rate(SYSTEM, context, bank.account_id, wrong, JUNE, "wrong")
        assert refusal.value.code == code


def test_a_pause_ends_interest_on_its_first_day_and_lets_it_go_on_after_its_last(
    bank: Bank, context: ServiceContext
) -> None:
    bank.on(MAY).close()
    agreed = postings.AgreedPause("p", date(2026, 4, 6), date(2026, 4, 25), "illness")
    posting = postings.agree_pause(SYSTEM, context, bank.account_id, agreed, MAY, "pause")
    assert posting.balances.interest_minor == 2_350 - 20 * 50
    assert bank.verified().faults == 0
    with pytest.raises(InvalidInput):
        postings.agree_pause(SYSTEM, context, bank.account_id, postings.AgreedPause(
            "q", MAY, MAY - timedelta(days=1), "illness"), MAY, "reversed")
    with pytest.raises(Conflict):
        postings.agree_pause(SYSTEM, context, bank.account_id, agreed, MAY, "again")
