"""What Streamlit's front end says by itself is said in the reader's language, and follows a change of it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson


def test_labels_of_the_front_end_follow_the_language(person: NewPerson) -> None:
    me = person("zh_CN", "phone")
    me.open()
    skip = me.page.get_by_test_id("stSkipToContent")
    expect(skip).to_have_text(me.words("common.frontend.skip"))
    me.page.get_by_role("button", name=me.words("common.frontend.show_password"), exact=True).click()
    hide = me.page.get_by_role("button", name=me.words("common.frontend.hide_password"), exact=True)
    expect(hide).to_be_visible()
    me.page.get_by_text("English", exact=True).first.click()
    me.settle()
    me.locale = "en"
    expect(me.page.get_by_role("button", name=me.words("common.frontend.show_password"), exact=True)).to_be_visible()
    expect(skip).to_have_text(me.words("common.frontend.skip"))


def test_mistyped_address_leads_home(person: NewPerson) -> None:
    me = person("zh_CN", "phone")
    assert (answer := me.page.goto(me.address + "/overveiw")) is not None
    assert answer.status == 404
    me.troubles.clear()  # the browser notes the 404 itself
    me.sees(me.words("common.lost.title"))
    me.page.screenshot(path="var/screenshots/lost-zh_CN-phone.png")
    me.page.get_by_role("link", name=me.words("common.lost.home")).click()
    me.settle()
    me.sees(me.words("identity.sign_in.title"))
