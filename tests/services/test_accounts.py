"""What cardholders see of their own accounts, that nobody else sees it, and that every figure reconciles."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from core.db.tables.accounts import cardholders, statements
from core.domain.errors import NotFound, NotPermitted
from core.domain.money import round_minor
from core.services import accounts
from core.services.context import ServiceContext
from core.services.explanations import Explanation, Figure
from tests.services.cards import MISSED_SINCE_AUGUST, OTHER_ROLES, SPENT, TODAY, Month, add_card, cardholder, played


def explained(context: ServiceContext, account_id: str, figure: Figure) -> Explanation | None:
    detail = accounts.account_detail(cardholder(context), context, account_id, TODAY)
    return next((one for one in detail.explanations if one.figure is figure), None)


def test_totals_add_up_over_all_cards_of_a_person(context: ServiceContext) -> None:
    add_card(context, card="c1")
    add_card(context, (SPENT, SPENT), card="c22")
    add_card(context, card="c333", person="p2")
    found = accounts.overview(cardholder(context), context, TODAY)
    assert len(found.accounts) == 2
    for name in ("principal_minor", "interest_minor", "accrued_interest_minor", "late_fee_minor", "total_minor"):
        assert getattr(found.totals, name) == sum(getattr(one, name) for one in found.accounts)
    assert found.accounts[0].days_past_due >= found.accounts[1].days_past_due


def test_a_person_without_accounts_sees_zero_and_no_error(context: ServiceContext) -> None:
    add_card(context)
    nobody = cardholder(context)
    with context.writing() as connection:
        connection.execute(cardholders.insert().values(
            id="empty", name_encrypted=b"x", name_index="x", source="t", source_reference="none",
            created_at=context.clock.now()))
    empty = type(nobody)("user-none", nobody.role, "empty")
    found = accounts.overview(empty, context, TODAY)
    assert found.accounts == ()
    assert found.totals.total_minor == 0


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_only_cardholders_read_accounts_here(sqlite_context: ServiceContext, role: str) -> None:
    account_id = add_card(sqlite_context)
    with pytest.raises(NotPermitted):
        accounts.overview(OTHER_ROLES[role], sqlite_context, TODAY)
    with pytest.raises(NotPermitted):
        accounts.account_detail(OTHER_ROLES[role], sqlite_context, account_id, TODAY)


def test_another_persons_account_looks_like_one_that_does_not_exist(context: ServiceContext) -> None:
    mine, theirs = add_card(context), add_card(context, card="c22", person="p2")
    assert accounts.account_detail(cardholder(context), context, mine, TODAY).position.account_id == mine
    for other in (theirs, "nowhere", "", "' OR 1=1 --", "nul\x00", "x" * 5_000):
        with pytest.raises(NotFound) as refused:
            accounts.account_detail(cardholder(context), context, other, TODAY)
        assert str(refused.value) == "no such account"


def test_the_number_of_queries_does_not_grow_with_accounts_or_history(
        context: ServiceContext, counted_queries: Any) -> None:
    account_id = add_card(context)
    person = cardholder(context)
    with counted_queries(context.engine) as one:
        accounts.overview(person, context, TODAY)
    with counted_queries(context.engine) as detail:
        accounts.account_detail(person, context, account_id, TODAY)
    for number in (2, 3, 4):
        add_card(context, MISSED_SINCE_AUGUST * 2, card="c" * number)
    with counted_queries(context.engine) as four:
        accounts.overview(person, context, TODAY)
    with counted_queries(context.engine) as both:
        accounts.overview_with_detail(person, context, TODAY, account_id)
    assert (len(one), len(four), len(detail), len(both)) == (7, 7, 12, 12)


def test_one_reading_gives_all_cards_and_the_one_looked_at(context: ServiceContext) -> None:
    first, second = add_card(context), add_card(context, MISSED_SINCE_AUGUST, card="c")  # 0001: before 0002
    person = cardholder(context)
    assert accounts.overview_with_detail(person, context, TODAY, first) == (
        accounts.overview(person, context, TODAY), accounts.account_detail(person, context, first, TODAY))
    found, detail = accounts.overview_with_detail(person, context, TODAY)
    assert detail is not None
    assert detail.position == found.accounts[0]
    assert found.accounts[0].account_id == second
    for other in ("nowhere", "", "' OR 1=1 --"):
        assert accounts.overview_with_detail(person, context, TODAY, other)[1] is None


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
@pytest.mark.parametrize("figure", [Figure.ACCRUED_INTEREST, Figure.STATEMENT_INTEREST])
def test_days_times_balance_times_rate_is_the_figure_to_the_fen(
        context: ServiceContext, issuer: str, figure: Figure) -> None:
    found = explained(context, add_card(context, issuer=issuer), figure)
    assert found is not None
    assert found.recomputed
    assert all(line.balance_days_minor == line.days * line.balance_minor for line in found.days)
    exact = sum((Fraction(line.balance_days_minor) * Fraction(line.daily_rate) for line in found.days), Fraction(0))
    assert exact == found.exact
    assert round_minor(exact) == found.amount_minor > 0


@pytest.mark.parametrize("months", [
    MISSED_SINCE_AUGUST, (SPENT, SPENT, SPENT), (SPENT, Month(payments=((9, 100_000),)), SPENT),
    (SPENT, SPENT, Month(payments=((25, 500_000),)), SPENT)])
def test_the_last_statements_interest_is_recomputed_from_the_ledger(
        sqlite_context: ServiceContext, months: tuple[Month, ...]) -> None:
    account_id = add_card(sqlite_context, months)
    found = explained(sqlite_context, account_id, Figure.STATEMENT_INTEREST)
    assert found is not None
    assert found.recomputed, "a figure our own rules posted must be explained by them"


@pytest.mark.parametrize(("figure", "part"), [(Figure.INTEREST, "interest_minor"), (Figure.LATE_FEE, "late_fee_minor"),
                                              (Figure.OTHER_FEES, "other_fees_minor")])
def test_unpaid_charges_add_up_to_the_figure(context: ServiceContext, figure: Figure, part: str) -> None:
    account_id = add_card(context, since=[("other_fee", 2, 1_000), ("other_fee", 4, 2_500)])
    found = explained(context, account_id, figure)
    detail = accounts.account_detail(cardholder(context), context, account_id, TODAY)
    assert found is not None
    assert sum(line.amount_minor for line in found.lines) == found.amount_minor == getattr(detail.position, part)


def test_the_newest_late_fee_is_the_rate_on_what_was_missing(context: ServiceContext) -> None:
    found = explained(context, add_card(context), Figure.LATE_FEE)
    assert found is not None
    assert found.facts["fee_minor"] is not None
    assert found.facts["unpaid_minor"] == found.facts["minimum_minor"] - found.facts["paid_minor"]


def test_a_late_fee_charged_since_the_statement_is_explained_by_what_was_paid_in_time(
        sqlite_context: ServiceContext) -> None:
    minimum = 65_505  # a tenth of 6,550.50
    account_id = add_card(sqlite_context, (SPENT,), since=[("payment", 3, 15_505), ("late_fee", 24, 2_500)])
    detail = accounts.account_detail(cardholder(sqlite_context), sqlite_context, account_id, date(2026, 12, 1))
    assert detail.position.last_statement.minimum_payment_minor == minimum
    found = next(one for one in detail.explanations if one.figure is Figure.LATE_FEE)
    assert (found.facts["fee_minor"], found.facts["paid_minor"], found.facts["unpaid_minor"]) == (2_500, 15_505, 50_000)


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
@pytest.mark.parametrize("months", [
    MISSED_SINCE_AUGUST, (SPENT,), (SPENT, SPENT), (SPENT, Month(payments=((9, 30_000), (26, 10_000))), SPENT),
    (SPENT, Month(cash=((5, 300_000),), payments=((8, 755_050),)))], ids=["missed", "new", "twice", "late", "cash"])
def test_the_minimum_payment_is_explained_by_the_parts_the_statement_was_closed_with(
        sqlite_context: ServiceContext, months: tuple[Month, ...], issuer: str) -> None:
    closed = played(sqlite_context, months, issuer, TODAY.replace(day=5)).closed
    found = explained(sqlite_context, add_card(sqlite_context, months, issuer=issuer), Figure.MINIMUM_PAYMENT)
    assert closed is not None
    assert found is not None
    assert found.recomputed
    assert {line.code: line.amount_minor for line in found.lines} == {
        f"minimum_{name}": amount for name, amount in closed.minimum.parts.items() if amount}
    assert found.amount_minor == closed.minimum.minimum_minor == sum(line.amount_minor for line in found.lines)


def test_a_minimum_payment_the_rule_does_not_give_is_not_explained_by_it(sqlite_context: ServiceContext) -> None:
    account_id = add_card(sqlite_context)
    with sqlite_context.writing() as connection:
        connection.execute(statements.update().where(statements.c.statement_date == TODAY.replace(day=5)).values(
            minimum_payment_minor=statements.c.minimum_payment_minor + 1))
    found = explained(sqlite_context, account_id, Figure.MINIMUM_PAYMENT)
    assert found is not None
    assert (found.recomputed, found.lines) == (False, ())


def test_every_figure_names_its_source_and_the_day_it_came_into_force(sqlite_context: ServiceContext) -> None:
    account_id = add_card(sqlite_context, since=[("other_fee", 2, 1_000)])
    found = accounts.account_detail(cardholder(sqlite_context), sqlite_context, account_id, TODAY).explanations
    assert {one.figure for one in found} == set(Figure)
    for one in found:
        assert one.cited
        assert all(cited.title and cited.in_force_from <= TODAY for cited in one.cited)


def test_statements_chain_and_charges_are_listed_newest_first(context: ServiceContext) -> None:
    account_id = add_card(context)
    detail = accounts.account_detail(cardholder(context), context, account_id, TODAY)
    for newer, older in zip(detail.statements, detail.statements[1:], strict=False):
        assert newer.opening_balance_minor == older.closing_balance_minor
    days = [charge.on for charge in detail.charges]
    assert days == sorted(days, reverse=True)
    assert detail.payments[0].amount_minor == 60_000


def test_the_outlook_starts_from_today_and_waiting_costs_most(sqlite_context: ServiceContext) -> None:
    account_id = add_card(sqlite_context)
    detail = accounts.account_detail(cardholder(sqlite_context), sqlite_context, account_id, TODAY)
    ahead = detail.outlook
    assert ahead is not None
    assert ahead.today_minor == detail.position.total_minor
    assert len(ahead.do_nothing.months) == 13
    assert ahead.do_nothing.months[-1].on == ahead.until_date == date(2027, 11, 22)
    last = [one.months[-1].total_minor for one in (ahead.do_nothing, ahead.minimum, ahead.fixed)]
    assert last[0] > ahead.today_minor > last[1]
    assert last[0] > last[2]
    assert ahead.fixed_minor % 1_000 == 0
    assert ahead.fixed_from is None


def test_the_amount_proposed_is_the_least_that_is_on_course(sqlite_context: ServiceContext) -> None:
    account_id, person = add_card(sqlite_context), cardholder(sqlite_context)
    proposed = accounts.account_detail(person, sqlite_context, account_id, TODAY).outlook
    assert proposed is not None
    goal = proposed.today_minor * (60 - 12) // 60
    less = accounts.projections(person, sqlite_context, account_id, TODAY, proposed.fixed_minor - 1_000)
    assert less is not None
    assert proposed.fixed.months[-1].total_minor <= goal < less.fixed.months[-1].total_minor


def test_the_fixed_line_follows_the_amount_chosen(sqlite_context: ServiceContext) -> None:
    account_id, person = add_card(sqlite_context), cardholder(sqlite_context)
    more = accounts.account_detail(person, sqlite_context, account_id, TODAY, 200_000).outlook
    less = accounts.account_detail(person, sqlite_context, account_id, TODAY, 50_000).outlook
    assert more is not None
    assert less is not None
    assert more.fixed.months[-1].total_minor < less.fixed.months[-1].total_minor


def test_an_account_that_owes_nothing_has_no_outlook(sqlite_context: ServiceContext) -> None:
    account_id = add_card(sqlite_context, (Month(purchases=((3, 50_000),)),), since=[("payment", 5, 50_000)])
    detail = accounts.account_detail(cardholder(sqlite_context), sqlite_context, account_id, TODAY)
    assert detail.position.total_minor == 0
    assert detail.outlook is None
