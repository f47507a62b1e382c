"""What I can afford, on the screen: saved as it is typed, mended where it cannot be read, explained at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.household import Evidence
from core.services import assessments
from core.services.context import ServiceContext
from portal import i18n
from portal.components import bank
from tests.screens.cardholders import AFFORD, assert_speaks, press, sign_up, words
from tests.screens.conftest import OpenAs
from tests.services.cards import add_card, cardholder
from tests.services.test_assessments import FAMILY


@pytest.fixture
def user_id(sqlite_context: ServiceContext) -> str:
    add_card(sqlite_context, city=FAMILY.city)
    return sign_up(sqlite_context).user_id


def person(context: ServiceContext) -> Any:
    return cardholder(context)


def field(app: Any, name: str) -> Any:
    return app.text_input(key=f"afford_{name}")


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_from_an_empty_form_to_an_explained_result(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str, locale: str) -> None:
    app = open_as(user_id, AFFORD, locale=locale)
    assert_speaks(app)
    field(app, "income.salary").input("12,000").run()
    press(app, i18n.t("cardholder.afford.following"))
    field(app, "spending.housing").input("2500").run()
    for _ in range(3):
        press(app, i18n.t("cardholder.afford.following"))
        assert_speaks(app)
    press(app, i18n.t("cardholder.afford.finish"))
    assert_speaks(app)
    done = assessments.latest(person(sqlite_context), sqlite_context).finished
    assert done is not None
    assert done.input.income[0].monthly_minor == 1_200_000
    assert done.input.city == FAMILY.city
    assert app.metric[0].value == i18n.money(done.affordable_minor)


def test_a_text_typed_just_before_another_section_is_opened_is_saved(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str) -> None:
    app = open_as(user_id, AFFORD)
    field(app, "income.salary").input("9000")
    press(app, i18n.t("cardholder.afford.following"))
    draft = assessments.latest(person(sqlite_context), sqlite_context).draft
    assert draft is not None
    assert draft.input.income[0].monthly_minor == 900_000
    press(app, i18n.t("cardholder.afford.previous"))
    assert field(app, "income.salary").value == "9000"


@pytest.mark.parametrize("way", ["following", "previous", "picked"])
def test_a_bad_amount_keeps_its_section_open_until_it_is_mended(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str, way: str) -> None:
    app = open_as(user_id, AFFORD)
    field(app, "income.salary").input("9000").run()
    press(app, i18n.t("cardholder.afford.following"))
    field(app, "spending.food").input("12.345")
    if way == "picked":
        app.segmented_control(key="affordability_picked").set_value("household").run()
    else:
        press(app, i18n.t(f"cardholder.afford.{way}"))
    assert_speaks(app)
    assert field(app, "spending.food").value == "12.345"
    assert app.segmented_control(key="affordability_picked").value == "spending"
    assert i18n.t("cardholder.form.amount_decimals") in words(app)
    field(app, "spending.food").input("1200")
    press(app, i18n.t("cardholder.afford.following"))
    assert app.text_input(key="afford_other_debts") is not None
    assert i18n.t("cardholder.form.amount_decimals") not in words(app)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_an_empty_form_is_no_household_without_income_until_the_person_says_so(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str, locale: str) -> None:
    app = open_as(user_id, AFFORD, locale=locale)
    assert i18n.t("errors.income_unsaid") not in words(app)
    press(app, i18n.t("cardholder.afford.following"))
    assert_speaks(app)
    assert i18n.t("errors.income_unsaid") in words(app)
    app.checkbox(key="afford_no_income").check()
    press(app, i18n.t("cardholder.afford.finish"))
    assert_speaks(app)
    assert app.segmented_control(key="affordability_picked").value == "spending"
    assert i18n.t("errors.essential_spending_unsaid") in words(app)
    assert assessments.latest(person(sqlite_context), sqlite_context).finished is None
    app.checkbox(key="afford_no_essential_spending").check()
    press(app, i18n.t("cardholder.afford.finish"))
    done = assessments.latest(person(sqlite_context), sqlite_context).finished
    assert done is not None
    assert (done.input.no_income, done.input.no_essential_spending) == (True, True)


def test_a_figure_takes_back_the_word_that_there_is_no_income(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str) -> None:
    app = open_as(user_id, AFFORD)
    app.checkbox(key="afford_no_income").check().run()
    field(app, "income.pension").input("3000").run()
    assert not [box for box in app.checkbox if box.key == "afford_no_income"]
    field(app, "income.pension").input("").run()
    assert app.checkbox(key="afford_no_income").value is False


def test_a_draft_is_there_again_in_another_tab(sqlite_context: ServiceContext, open_as: OpenAs, user_id: str) -> None:
    field(open_as(user_id, AFFORD), "income.salary").input("9000").run()
    other = open_as(user_id, AFFORD)
    assert field(other, "income.salary").value == "9000"


def test_bad_input_stays_as_typed_is_pointed_at_and_keeps_the_result_back(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str) -> None:
    app = open_as(user_id, AFFORD)
    field(app, "income.salary").input("1,20").run()
    press(app, i18n.t("cardholder.afford.finish"))
    assert_speaks(app)
    assert field(app, "income.salary").value == "1,20"
    shown = words(app)
    assert i18n.t("cardholder.form.amount_separator") in shown
    assert f"- {i18n.t('reasons.income.salary')}" in shown
    assert i18n.t("errors.income_unsaid") not in shown  # it was said, only not legibly
    assert assessments.latest(person(sqlite_context), sqlite_context).finished is None


def test_a_city_that_is_not_known_needs_its_allowance_and_is_never_guessed(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str) -> None:
    app = open_as(user_id, AFFORD)
    field(app, "income.salary").input("9000").run()
    press(app, i18n.t("cardholder.afford.following"))
    field(app, "spending.food").input("1800").run()
    for _ in range(2):
        press(app, i18n.t("cardholder.afford.following"))
    app.selectbox(key="afford_city").select("elsewhere").run()
    press(app, i18n.t("cardholder.afford.finish"))
    assert_speaks(app)
    assert i18n.t("errors.city_missing") in words(app)
    field(app, "local_allowance").input("850").run()
    press(app, i18n.t("cardholder.afford.finish"))
    done = assessments.latest(person(sqlite_context), sqlite_context).finished
    assert done is not None
    assert done.input.local_allowance_minor == 85_000


@pytest.mark.parametrize("keep_mine", [True, False])
def test_two_tabs_on_one_draft_lose_nothing(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str, keep_mine: bool) -> None:
    app = open_as(user_id, AFFORD)
    field(app, "income.salary").input("9000").run()
    who = person(sqlite_context)
    seen = assessments.latest(who, sqlite_context).draft
    assert seen is not None
    assessments.save_draft(who, sqlite_context, FAMILY, seen.version)
    field(app, "income.salary").input("8000").run()
    assert_speaks(app)
    assert i18n.t("cardholder.afford.keep_mine") in words(app)
    press(app, i18n.t(f"cardholder.afford.{'keep_mine' if keep_mine else 'take_theirs'}"))
    assert_speaks(app)
    assert field(app, "income.salary").value == ("8000" if keep_mine else "12000")
    draft = assessments.latest(who, sqlite_context).draft
    assert draft is not None
    assert draft.input.income[0].monthly_minor == (800_000 if keep_mine else 1_200_000)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("income", [(), "low", "variable"])
def test_an_outcome_below_affordable_names_a_way_on(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str, locale: str, income: Any) -> None:
    content = replace(FAMILY, income=(), no_income=True, variable_income=False)
    if income == "low":
        content = replace(FAMILY, income=(replace(FAMILY.income[0], monthly_minor=500_000),))
    if income == "variable":
        content = replace(FAMILY, variable_income=True, income=(replace(FAMILY.income[0], evidence=Evidence.NONE),))
    assessments.finish(person(sqlite_context), sqlite_context, content, "key-1")
    app = open_as(user_id, AFFORD, locale=locale)
    assert_speaks(app)
    shown = words(app)
    for way in ("token_payment", "pause", "free_debt_advice"):
        assert i18n.t(f"reasons.route.{way}") in shown
    assert i18n.t("reasons.route.call_a_person", bank=bank.line()) in shown
    assert i18n.t("cardholder.result.evidence" if income == "variable" else "cardholder.result.change") in shown
    assert (i18n.t("assistant.step_relief") in shown) is (income != "variable")
    assert "-\u00a5" not in shown
    why = next(block.value for block in app.markdown if i18n.t("cardholder.result.why") in block.value)
    assert "\u2212" not in why
