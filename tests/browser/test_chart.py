"""The chart of what lies ahead: read aloud in the reader's language, its figures whole on a phone."""

from __future__ import annotations

import pytest

from tests.browser.backstage import Backstage
from tests.browser.conftest import NewPerson


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_charts_figures_fit_a_phone_and_nothing_around_it_speaks_another_language(
        locale: str, person: NewPerson, backstage: Backstage) -> None:
    me = person(locale, "phone")
    backstage.let_in(me, "lixiaomei")
    me.open("/overview")
    chart = me.page.get_by_test_id("stVegaLiteChart").first
    chart.hover()
    assert not me.page.get_by_test_id("stElementToolbar").first.is_visible()  # it offers to copy the chart's source
    assert "**" not in str(chart.get_attribute("aria-label"))
    assert chart.locator("[aria-label]").count() == 0
    me.page.get_by_text(me.words("cardholder.chart.figures")).click()
    table = me.page.get_by_test_id("stExpander").locator("table").first
    table.wait_for()
    assert table.evaluate("element => element.scrollWidth <= element.parentElement.clientWidth")
