"""The assessment on a phone: each part opens at its top, and one that cannot be read stays open."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.backstage import Backstage
from tests.browser.conftest import NewPerson
from tests.browser.people import Person

CARDHOLDER = "lixiaomei"


def at_the_top(me: Person, number: int) -> bool:
    """Whether the step ``number`` begins within sight, near the top of the screen."""
    step = me.page.get_by_text(me.words("cardholder.afford.step", number=number, steps=5), exact=True)
    step.wait_for()
    me.page.wait_for_timeout(800)  # the page has scrolled by then
    box = step.bounding_box()
    assert box
    return bool(40 <= box["y"] <= 160)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_each_part_opens_at_its_top_and_its_names_stand_on_one_line(
        locale: str, person: NewPerson, backstage: Backstage) -> None:
    me = person(locale, "phone")
    backstage.let_in(me, CARDHOLDER)
    me.open("/affordability")
    me.click("cardholder.afford.update")
    salary = me.page.get_by_label(me.words("reasons.income.salary"), exact=True)
    salary.fill("6000")
    me.click("cardholder.afford.following")
    assert at_the_top(me, 2)
    tops = {round(button.bounding_box()["y"]) for button in  # type: ignore[index]  # drawn, so it has a box
            me.page.locator(".st-key-affordability_sections").get_by_role("radio").all()}
    assert len(tops) == 1
    food = me.page.get_by_label(me.words("reasons.spending.food"), exact=True)
    food.fill("1,20")
    me.click("cardholder.afford.following")
    expect(food).to_have_value("1,20")
    expect(me.page.get_by_text(me.words("cardholder.form.amount_separator")).first).to_be_visible()
    food.fill("1200")
    me.click("cardholder.afford.following")
    assert me.page.get_by_label(me.words("cardholder.afford.other_debts"), exact=True).is_visible()
    me.click("cardholder.afford.previous")
    assert at_the_top(me, 2)
    me.picture("affordability_spending")
