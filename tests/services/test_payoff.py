"""What settles an account: a payment of the quoted amount on the quoted day leaves nothing."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core.db.tables.books import payoff_quotes
from core.domain.actor import SYSTEM, Actor
from core.domain.errors import InvalidInput, NotFound, NotPermitted
from core.services import accounts
from core.services.context import ServiceContext
from core.services.payoff import quote_payoff
from tests.conftest import TestTime
from tests.services.cards import MISSED_SINCE_AUGUST, OTHER_ROLES, TODAY, Month, add_card, cardholder
from tests.services.cases import asked, held, team
from tests.services.ledgers import Bank, add_new_card


def months_of(chance: random.Random) -> list[Month]:
    return [Month(purchases=[(chance.randint(1, 27), chance.randint(1, 500_000)) for _ in range(chance.randint(0, 2))],
                  cash=[(chance.randint(1, 27), 50_000)] if chance.random() < 0.2 else [],
                  payments=[(chance.randint(1, 27), chance.randint(1, 300_000))] if chance.random() < 0.5 else [])
            for _ in range(4)]


def test_any_account_paid_as_quoted_owes_nothing_after_its_next_statement(
    context: ServiceContext, time_: TestTime
) -> None:
    chance = random.Random(7)
    settled = []
    for number in range(12):
        issuer = chance.choice(["standard", "unpaid_exclusive"])
        bank = Bank(context, time_, add_card(context, months_of(chance), person=f"p{number}", card=f"c{number}",
                                             issuer=issuer, since=(("purchase", 9, 12_345),)))
        pay_on = TODAY + timedelta(days=chance.randint(0, 12))
        if number % 3 == 0 and bank.account().principal_minor > 2_000:
            bank.dispute(2_000)
        if bank.account().principal_minor <= 0:
            continue
        quote = quote_payoff(SYSTEM, context, bank.account_id, pay_on, TODAY)
        assert sum(quote.parts.values()) == quote.amount_minor
        settled.append((bank, quote, pay_on))
    assert len(settled) > 8
    for bank, quote, pay_on in settled:
        bank.on(max(pay_on, bank.today)).pay(quote.amount_minor, pay_on)
    settled[0][0].on(date(2027, 1, 6)).close()
    for bank, _, _ in settled:
        account = bank.account()
        assert (account.principal_minor, account.interest_minor, account.late_fee_minor,
                account.other_fees_minor) == (0, 0, 0, 0)
        assert account.oldest_unpaid_due_date is None
    assert settled[0][0].verified().faults == 0


def test_a_quote_holds_for_its_day_only_and_names_the_nearest_possible_one(context: ServiceContext) -> None:
    account_id = add_card(context)
    for pay_on, nearest in ((TODAY - timedelta(days=1), "2026-11-22"), (date(2026, 12, 5), "2026-12-04")):
        with pytest.raises(InvalidInput) as refusal:
            quote_payoff(SYSTEM, context, account_id, pay_on, TODAY)
        assert (refusal.value.code, refusal.value.data["nearest"]) == ("pay_on_out_of_range", nearest)
    today, later = (quote_payoff(SYSTEM, context, account_id, day, TODAY) for day in (TODAY, date(2026, 12, 4)))
    assert later.amount_minor > today.amount_minor


def test_the_same_quote_is_kept_once_and_expires_when_it_no_longer_holds(
    context: ServiceContext, time_: TestTime
) -> None:
    account_id = add_card(context)
    first = quote_payoff(SYSTEM, context, account_id, TODAY, TODAY)
    assert quote_payoff(SYSTEM, context, account_id, TODAY, TODAY) == first
    Bank(context, time_, account_id).pay(10_000)
    second = quote_payoff(SYSTEM, context, account_id, TODAY, TODAY)
    assert second.amount_minor == first.amount_minor - 10_000
    with context.reading() as connection:
        states = dict(connection.execute(sa.select(payoff_quotes.c.id, payoff_quotes.c.state)).all())
    assert states == {first.id: "expired", second.id: "open"}


def test_the_parts_say_what_the_principal_consists_of(context: ServiceContext, time_: TestTime) -> None:
    bank = Bank(context, time_, add_new_card(context)).on(date(2026, 3, 10))
    bank.buy(100_000)
    bank.adjust("principal", 3_000)
    bank.on(date(2026, 3, 12)).pay(40_000)
    quote = quote_payoff(SYSTEM, context, bank.account_id, bank.today, bank.today)
    assert quote.parts == {"purchases": 60_000, "corrections": 3_000, "interest_of_cycle": 3}


def test_only_the_holder_of_the_card_and_those_who_work_on_it_get_a_quote(context: ServiceContext) -> None:
    account_id = add_card(context, MISSED_SINCE_AUGUST)
    add_card(context, person="p2", card="c2")
    assert quote_payoff(cardholder(context, "p1"), context, account_id, TODAY, TODAY).amount_minor > 0
    stranger: Actor = cardholder(context, "p2")
    for actor in (stranger, OTHER_ROLES["collector"]):
        with pytest.raises(NotFound):
            quote_payoff(actor, context, account_id, TODAY, TODAY)
    for role in ("staff", "admin"):
        with pytest.raises(NotPermitted):
            quote_payoff(OTHER_ROLES[role], context, account_id, TODAY, TODAY)
    with pytest.raises(NotFound):
        quote_payoff(SYSTEM, context, "nobody", TODAY, TODAY)


def test_a_collector_gets_a_quote_for_the_card_of_a_case_in_their_hands(context: ServiceContext) -> None:
    who, sent = asked(context)
    account_id = accounts.overview(who, context, TODAY).accounts[0].account_id
    one = team(context)["one"]
    with pytest.raises(NotFound):
        quote_payoff(one, context, account_id, TODAY, TODAY)
    held(context, one, sent.proposal_id)
    assert quote_payoff(one, context, account_id, TODAY, TODAY).amount_minor > 0


def test_an_account_with_nothing_owed_gets_no_quote(context: ServiceContext) -> None:
    with pytest.raises(InvalidInput) as refusal:
        quote_payoff(SYSTEM, context, add_new_card(context), TODAY, TODAY)
    assert refusal.value.code == "nothing_owed"
