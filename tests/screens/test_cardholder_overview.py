"""What I owe, on the screen: the number first, its working, whom to call, and never another person's."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.db.tables.accounts import cardholders
from core.domain.actor import SYSTEM, Role
from core.services import accounts, identity
from core.services.context import ServiceContext
from core.services.identity import users
from portal import i18n
from tests.screens.cardholders import OVERVIEW, assert_speaks, press, sign_up, words
from tests.screens.conftest import MAIN, OpenAs
from tests.services.cards import SPENT, TODAY, Month, add_card

LOCALES = ("zh_CN", "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_number_comes_first_and_its_parts_add_up_to_it(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context, in_transit_minor=50_000, disputed_minor=12_300)
    person = sign_up(sqlite_context)
    app = open_as(person.user_id, OVERVIEW, locale=locale)
    assert_speaks(app)
    position = accounts.overview(person, sqlite_context, TODAY).accounts[0]
    assert app.metric[0].value == i18n.money(position.total_minor)
    shown = words(app)
    for amount in (position.principal_minor, position.interest_minor, position.accrued_interest_minor,
                   position.late_fee_minor, position.in_transit_minor, position.disputed_minor):
        assert i18n.money(amount) in shown
    assert "12378" in shown
    assert len(app.expander) >= 8


@pytest.mark.parametrize("locale", LOCALES)
def test_a_person_without_cards_reads_a_kind_word(sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    with sqlite_context.writing() as connection:
        connection.execute(cardholders.insert().values(
            id="empty", name_encrypted=b"x", name_index="x", source="t", source_reference="none",
            created_at=sqlite_context.clock.now()))
        user_id = users.insert_user(connection, login="empty", display_name="x", role=Role.CARDHOLDER, authority=None,
                                    cardholder_id="empty", password_hash="x", at=sqlite_context.clock.now())
    app = open_as(user_id, OVERVIEW, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        assert i18n.t("cardholder.overview.empty_title") in words(app)
    assert "12378" in words(app)


def test_a_card_that_is_paid_up_says_so_and_asks_for_nothing(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    add_card(sqlite_context, (Month(purchases=((3, 50_000),)),), since=[("payment", 5, 50_000)])
    app = open_as(sign_up(sqlite_context).user_id, OVERVIEW)
    assert_speaks(app)
    assert "Nothing is owed" in words(app)
    assert not [button for button in app.button if (button.key or "").startswith("overview_go")]


def test_somebody_elses_card_in_the_address_is_calmly_not_found(
        sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    add_card(sqlite_context)
    theirs = add_card(sqlite_context, card="c22", person="p2")
    user_id = sign_up(sqlite_context).user_id
    for account in (theirs, "nowhere", "x" * 4_000):
        app = open_as(user_id, OVERVIEW, account=account)
        assert_speaks(app)
        assert i18n.t("errors.not_found") in words(app)
        assert not app.metric


def test_each_of_several_cards_can_be_opened(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    add_card(sqlite_context)
    second = add_card(sqlite_context, (SPENT, SPENT), card="c22")
    person = sign_up(sqlite_context)
    app = open_as(person.user_id, OVERVIEW, account=second)
    shown = {one.account_id: one for one in accounts.overview(person, sqlite_context, TODAY).accounts}
    assert app.metric[0].value == i18n.money(shown[second].total_minor)


def test_another_monthly_amount_redraws_the_outlook_and_bad_input_keeps_what_was_typed(
        sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    add_card(sqlite_context)
    app = open_as(sign_up(sqlite_context).user_id, OVERVIEW)
    before = words(app)
    app.text_input[0].input("3,000").run()
    assert_speaks(app)
    assert "3,000.00" in words(app)
    assert words(app) != before
    app.text_input[0].input("a lot").run()
    assert_speaks(app)
    assert app.text_input[0].value == "a lot"
    assert i18n.t("cardholder.form.amount_unreadable") in words(app)


def test_the_strong_button_is_the_next_step(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    add_card(sqlite_context)
    app = open_as(sign_up(sqlite_context).user_id, OVERVIEW)
    press(app, i18n.t("cardholder.step.affordability"))
    assert_speaks(app)
    assert i18n.t("common.page.affordability") in [title.value for title in app.title]


def test_the_page_takes_a_fixed_number_of_queries(
        sqlite_context: ServiceContext, open_as: OpenAs, counted_queries: Any) -> None:
    add_card(sqlite_context)
    app = open_as(sign_up(sqlite_context).user_id, OVERVIEW)
    with counted_queries(sqlite_context.engine) as one:
        app.run()
    for number in (2, 3, 4):
        add_card(sqlite_context, card="c" * number)
    app.run()
    with counted_queries(sqlite_context.engine) as four:
        app.run()
    assert len(one) == len(four) <= 24  # one of them for the newest message


@pytest.mark.parametrize("page", ["overview", "affordability", "request", "my_requests"])
def test_no_other_role_opens_a_cardholders_page(sqlite_context: ServiceContext, open_as: OpenAs, page: str) -> None:
    add_card(sqlite_context)
    staff = identity.create_user(SYSTEM, sqlite_context, login="staffer", display_name="Staffer", role=Role.STAFF,
                                 password="a long enough passphrase 7", idempotency_key="staffer")
    path = f"pages/cardholder/{page}.py"
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_as(staff, path)
    # Even where the menu did not keep it out, the page itself does.
    alone = AppTest.from_file(str(MAIN.parents[1] / path), default_timeout=30).run()
    assert len(alone.exception) == 1
    assert not alone.metric
    assert not alone.markdown
