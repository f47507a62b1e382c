"""What I can afford, on the screen: saved as it is typed, mended where it cannot be read, explained at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.domain.household import Evidence
from core.services import assessments
from core.services.context import ServiceContext
from portal import i18n
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
    assert assessments.latest(person(sqlite_context), sqlite_context).finished is None


def test_a_city_that_is_not_known_needs_its_allowance_and_is_never_guessed(
        sqlite_context: ServiceContext, open_as: OpenAs, user_id: str) -> None:
    app = open_as(user_id, AFFORD)
    field(app, "income.salary").input("9000").run()
    for _ in range(3):
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
    content = replace(FAMILY, income=(), variable_income=False)
    if income == "low":
        content = replace(FAMILY, income=(replace(FAMILY.income[0], monthly_minor=500_000),))
    if income == "variable":
        content = replace(FAMILY, variable_income=True, income=(replace(FAMILY.income[0], evidence=Evidence.NONE),))
    assessments.finish(person(sqlite_context), sqlite_context, content, "key-1")
    app = open_as(user_id, AFFORD, locale=locale)
    assert_speaks(app)
    assert i18n.t("reasons.route.call_a_person") in words(app)
    assert i18n.t("cardholder.result.change") in words(app)
