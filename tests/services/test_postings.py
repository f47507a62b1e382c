"""Facts that reach the bank: what they do to the books, in time, late, twice, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import ledger_entries, payments
from core.db.tables.books import account_terms, bucket_moves
from core.db.tables.records import audit_log, outbox
from core.domain.account_state import Balances
from core.domain.actor import SYSTEM
from core.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted, PortalError
from core.domain.money import MAX_MINOR
from core.services import postings
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.cards import OTHER_ROLES, add_card
from tests.services.ledgers import OPENED, Bank, add_new_card

MARCH, APRIL, MAY = date(2026, 3, 20), date(2026, 4, 20), date(2026, 5, 20)
JUDGED = date(2026, 5, 1)
"""The minimum payment of 5 April is due on Monday 27 April, the 25th being a Saturday, and grace ends on the 30th."""


@pytest.fixture
def bank(context: ServiceContext, time_: TestTime) -> Bank:
    return Bank(context, time_, add_new_card(context)).on(MARCH)


def rows(context: ServiceContext, table: sa.Table) -> int:
    with context.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_payment_says_how_it_was_applied_and_what_is_left(bank: Bank) -> None:
    bank.buy(100_000)
    bank.on(JUDGED).close()
    receipt = bank.on(JUDGED + timedelta(days=1)).pay(30_000)
    assert receipt.applied == Balances(principal_minor=29_000, late_fee_minor=1_000)
    assert receipt.credit_minor == 0
    assert receipt.posting.balances == Balances(principal_minor=71_000)
    assert (receipt.posting.days_past_due_before, receipt.posting.days_past_due) == (5, 0)
    assert receipt.posting.bucket == "M0"
    assert bank.verified().faults == 0


def test_more_than_is_owed_becomes_a_credit_that_meets_the_next_purchase(bank: Bank) -> None:
    bank.buy(10_000)
    receipt = bank.pay(15_000)
    assert (receipt.applied.principal_minor, receipt.credit_minor) == (10_000, 5_000)
    assert receipt.posting.balances == Balances(principal_minor=-5_000)
    assert bank.buy(5_000).balances == Balances()


def test_the_same_command_twice_posts_once_and_answers_the_same(bank: Bank) -> None:
    bank.buy(100_000)
    first = bank.pay(5_000, reference="r1", key="once")
    assert bank.pay(5_000, reference="r1", key="once") == first
    assert len(bank.entries("payment:r1")) == 1
    with pytest.raises(Conflict, match="in the books"):
        bank.pay(5_000, reference="r1")
    assert bank.account().principal_minor == 95_000


def test_a_cured_bucket_leaves_a_move(bank: Bank, context: ServiceContext) -> None:
    bank.buy(100_000)
    bank.on(JUDGED + timedelta(days=2)).pay(50_000)
    with context.reading() as connection:
        moves = connection.execute(sa.select(bucket_moves).order_by(bucket_moves.c.on_date)).all()
    assert [(one.on_date, one.from_bucket, one.to_bucket) for one in moves] == [
        (JUDGED, "M0", "M1"), (JUDGED + timedelta(days=2), "M1", "M0")]


def test_a_payment_in_time_that_is_reported_late_takes_back_the_late_fee_by_a_difference(
    bank: Bank, context: ServiceContext
) -> None:
    bank.buy(100_000)
    bank.on(MAY).close()
    assert bank.account().late_fee_minor == 1_000
    receipt = bank.pay(100_000, date(2026, 4, 24), reference="slow")
    assert bank.account().late_fee_minor == 0
    assert bank.account().interest_minor == 0  # the bill was paid in full after all
    assert receipt.posting.days_past_due == 0
    fees = [(one.amount_minor, one.value_date, one.posting_date, one.reason) for one in bank.entries(kind="late_fee")]
    assert fees == [(1_000, JUDGED, JUDGED, None), (-1_000, JUDGED, MAY, "recomputed")]
    assert receipt.applied == Balances(principal_minor=100_000)
    assert bank.verified().faults == 0
    bank.on(date(2026, 6, 6)).close()
    with context.reading() as connection:
        told = connection.execute(sa.select(outbox.c.template)).scalars().all()
    assert told.count("minimum_missed") == 1  # the letter that was right when it went out, and no other
    assert bank.verified().faults == 0


def test_a_late_purchase_never_raises_the_minimum_payment_that_was_asked_for(bank: Bank) -> None:
    bank.buy(100_000)
    bank.on(APRIL).buy(900_000, date(2026, 4, 1))
    bank.pay(10_000)  # the tenth that the statement of 5 April asked for
    bank.on(date(2026, 5, 2)).close()
    assert bank.account().late_fee_minor == 0
    assert bank.verified().faults == 0


def test_a_late_purchase_never_raises_what_was_to_be_paid_for_an_interest_free_bill(bank: Bank) -> None:
    bank.buy(100_000)
    bank.on(APRIL).buy(900_000, date(2026, 4, 1))
    bank.pay(100_000)  # the whole balance of the statement of 5 April
    bank.on(date(2026, 5, 6)).close()
    assert bank.account().interest_minor == 0
    assert bank.account().principal_minor == 900_000
    bank.on(date(2026, 5, 20)).pay(900_000)  # it is on the bill of 5 May, and that is paid in full too
    bank.on(date(2026, 6, 6)).close()
    assert (bank.account().interest_minor, bank.account().principal_minor) == (0, 0)
    assert bank.verified().faults == 0


def test_on_a_statement_date_facts_of_the_day_are_still_on_the_statement(bank: Bank, context: ServiceContext) -> None:
    fifth = date(2026, 4, 5)
    bank.on(fifth).buy(30_000)
    bank.pay(10_000)
    bank.close(fifth)
    with context.reading() as connection:
        statement = connection.execute(sa.text("SELECT purchases_minor, payments_minor, closing_balance_minor, "
                                               "adjustments_minor FROM statements")).one()
    assert tuple(statement) == (30_000, 10_000, 20_000, 0)
    assert bank.verified().faults == 0


def test_a_payment_that_was_on_its_way_arrives(context: ServiceContext, time_: TestTime) -> None:
    account_id = add_card(context, in_transit_minor=50_000)
    bank = Bank(context, time_, account_id)
    with context.writing() as connection:
        connection.execute(payments.insert().values(
            id="p", account_id=account_id, value_date=bank.today, amount_minor=50_000, channel="transfer",
            status="in_transit", source_reference="coming"))
    bank.pay(50_000, reference="coming")
    assert bank.account().in_transit_minor == 0
    with context.reading() as connection:
        row = connection.execute(sa.select(payments).where(payments.c.source_reference == "coming")).one()
    assert row.status == "posted"
    assert row.applied_principal_minor + row.applied_interest_minor + row.applied_fees_minor == 50_000
    assert bank.verified().faults == 0


@pytest.mark.parametrize(("changes", "code"), [
    ({"amount_minor": 0}, "amount_not_positive"),
    ({"amount_minor": -5}, "amount_not_positive"),
    ({"amount_minor": 1.5}, "not_a_whole_number"),
    ({"amount_minor": MAX_MINOR + 1}, "amount_too_large"),
    ({"value_date": MARCH + timedelta(days=1)}, "value_date_in_future"),
    ({"value_date": OPENED}, "before_the_books"),
    ({"reference": " "}, "text_missing"),
    ({"reference": "x" * 81}, "reference_malformed"),
    ({"reference": "a\nb"}, "reference_malformed"),
])
def test_a_payment_that_cannot_be_is_refused_and_nothing_is_written(
    bank: Bank, context: ServiceContext, changes: dict[str, object], code: str
) -> None:
    payment = replace(postings.PaymentIn("r", 1_000, MARCH, "transfer"), **changes)  # type: ignore[arg-type]  # wrong on purpose
    audited = rows(context, audit_log)
    with pytest.raises(InvalidInput) as refusal:
        postings.post_payment(SYSTEM, context, bank.account_id, payment, MARCH, "key")
    assert refusal.value.code == code
    assert (rows(context, ledger_entries), rows(context, payments)) == (0, 0)
    assert rows(context, audit_log) == audited


def test_the_first_possible_day_is_named(bank: Bank) -> None:
    with pytest.raises(InvalidInput) as refusal:
        bank.pay(100, OPENED - timedelta(days=40))
    assert refusal.value.data["first"] == "2026-03-07"


def test_balances_beyond_the_books_are_refused(bank: Bank) -> None:
    bank.buy(MAX_MINOR)
    with pytest.raises(InvalidInput) as refusal:
        bank.buy(MAX_MINOR)
    assert refusal.value.code == "amount_too_large"
    assert bank.account().principal_minor == MAX_MINOR


def test_only_the_system_posts_and_only_to_accounts_there_are(bank: Bank, context: ServiceContext) -> None:
    debit = postings.Debit("r", 100, MARCH)
    for actor in OTHER_ROLES.values():
        with pytest.raises(NotPermitted):
            postings.record_cash(actor, context, bank.account_id, debit, MARCH, "key")
    for command in (postings.record_cash, postings.record_other_fee):
        with pytest.raises(NotFound):
            command(SYSTEM, context, "nobody", debit, MARCH, "key")
    with pytest.raises(NotFound):
        postings.post_payment(SYSTEM, context, "nobody", postings.PaymentIn("r", 1, MARCH, "t"), MARCH, "key")
    with pytest.raises(InvalidInput) as refusal:
        postings.record_cash(SYSTEM, context, bank.account_id, debit, MARCH + timedelta(days=1), "key")
    assert refusal.value.code == "day_not_over"


def test_cash_bears_interest_from_its_day_and_a_fee_none(bank: Bank, context: ServiceContext) -> None:
    postings.record_cash(SYSTEM, context, bank.account_id, postings.Debit("c", 100_000, MARCH), MARCH, "c")
    postings.record_other_fee(SYSTEM, context, bank.account_id, postings.Debit("f", 1_000, MARCH), MARCH, "f")
    bank.on(date(2026, 4, 6)).close()
    account = bank.account()
    assert (account.principal_minor, account.other_fees_minor) == (100_000, 1_000)
    assert account.interest_minor == 850  # 20 March to 5 April: 17 days at 0.05 %


def test_every_posting_is_audited_last_in_its_own_transaction(bank: Bank, context: ServiceContext) -> None:
    bank.buy(100_000, reference="shoes")
    with context.reading() as connection:
        row = connection.execute(sa.select(audit_log).order_by(audit_log.c.sequence.desc()).limit(1)).one()
    assert (row.event, row.object_id) == ("purchase_posted", bank.account_id)
    assert row.data == {"subject": "purchase:shoes", "value_date": "2026-03-20", "total_minor": 100_000}


def test_facts_reported_in_any_order_leave_the_same_books(context: ServiceContext, time_: TestTime) -> None:
    told: list[tuple[str, int, date]] = [("buy", 200_000, date(2026, 3, 10)), ("pay", 5_000, date(2026, 4, 22)),
                                         ("buy", 70_000, date(2026, 4, 9)), ("pay", 90_000, date(2026, 5, 10))]
    left = []
    for number, order in enumerate(((0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2))):
        bank = Bank(context, time_, add_new_card(context, f"card{number}", f"p{number}")).on(date(2026, 5, 25))
        for at in order:
            what, amount, day = told[at]
            getattr(bank, what)(amount, day, f"fact{at}")
        bank.on(date(2026, 6, 6)).close()
        account = bank.account()
        left.append((account.principal_minor, account.interest_minor, account.late_fee_minor,
                     account.oldest_unpaid_due_date))
        assert bank.verified().faults == 0
    assert left[0] == left[1] == left[2]


def test_a_refused_command_leaves_no_term_behind(bank: Bank, context: ServiceContext) -> None:
    bank.buy(10_000)
    for refused in (lambda: bank.waive("interest", 1), lambda: bank.dispute(10_001),
                    lambda: bank.dispute(1, release=True)):
        with pytest.raises(PortalError):
            refused()
    assert rows(context, account_terms) == 0
