"""Every page of every role, on a phone and on a desktop; and what holds on all of them."""

from __future__ import annotations

import re

import pytest

from core.domain.actor import Role
from core.services.demo.users import PASSWORD
from portal import navigation
from tests.browser.backstage import Backstage
from tests.browser.conftest import NewPerson

CARDHOLDER = "lixiaomei"
LOGINS = {Role.CARDHOLDER: CARDHOLDER, Role.COLLECTOR: "collector", Role.SUPERVISOR: "supervisor",
          Role.STAFF: "staff", Role.ADMIN: "admin"}
READERS = [("zh_CN", "phone"), ("en", "desktop")]


def addresses(role: Role, backstage: Backstage) -> dict[str, str]:
    """The pages of ``role`` by name, with something to show where the address must name it.

    A page that several roles share is the same for all of them: the first one looks.
    """
    found = {spec.key: f"/{spec.key}" for spec in navigation.specs_for(role) if spec.roles[0] is role}
    if role is Role.CARDHOLDER:
        found["my_requests_one"] = f"/my_requests?id={backstage.latest_request(CARDHOLDER)}"
    if role is Role.SUPERVISOR:
        found["case"] = f"/case?id={backstage.held_by('supervisor')}"
    return found


@pytest.mark.parametrize(("locale", "screen"), READERS)
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_every_page_opens_in_its_language_and_fits_the_screen(
        role: Role, locale: str, screen: str, person: NewPerson, backstage: Backstage) -> None:
    me = person(locale, screen)
    backstage.let_in(me, LOGINS[role])
    for name, address in addresses(role, backstage).items():
        me.open(address)
        title = me.words(f"common.page.{name.removesuffix('_one')}")
        assert me.page.title().startswith(title), f"{address} is called {me.page.title()}"
        assert me.page.locator("html").get_attribute("lang") == locale.replace("_", "-")
        assert me.page.get_by_role("heading", level=1).count() == 1, address
        text = me.page.get_by_test_id("stMain").inner_text()
        assert not re.search(r"\b(common|identity|errors|reasons|cardholder|collector|staff|admin)\.[a-z_]+\b", text)
        assert me.page.get_by_test_id("stException").count() == 0
        me.picture(f"page_{role}_{name}")


@pytest.mark.parametrize(("locale", "screen"), READERS)
def test_pages_of_people_who_are_not_signed_in_fit_the_screen(locale: str, screen: str, person: NewPerson) -> None:
    me = person(locale, screen)
    for name, address, title in (("sign_in", "/", "identity.sign_in.title"),
                                 ("activate", "/activate", "identity.title.activate"),
                                 ("reset", "/activate?mode=reset", "identity.title.reset")):
        me.open(address)
        me.page.get_by_role("heading", level=1, name=me.words(title)).wait_for()
        me.picture(f"page_stranger_{name}")


def test_the_language_is_switched_on_the_spot_and_remembered(person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    me.open()
    me.sees(me.words("identity.sign_in.lead"))
    me.page.get_by_role("radio", name="English").or_(me.page.get_by_text("English", exact=True)).first.click()
    me.locale = "en"
    me.sees(me.words("identity.sign_in.lead"))
    assert me.page.locator("html").get_attribute("lang") == "en"
    me.sign_in("staff", PASSWORD)
    me.sees(me.words("staff.title"))
    me.page.reload()
    me.settle()
    me.sees(me.words("staff.title"))


def test_a_choice_made_signed_in_follows_to_another_device(person: NewPerson, backstage: Backstage) -> None:
    here, there = person("en", "desktop"), person("en", "desktop")
    backstage.let_in(here, "teamlead")
    here.open("/account")
    chinese = here.page.get_by_test_id("stSidebar").get_by_test_id("stButtonGroup").get_by_role("button").or_(
        here.page.get_by_test_id("stSidebar").get_by_test_id("stButtonGroup").get_by_role("radio")).first
    chinese.click()
    here.locale = there.locale = "zh_CN"
    here.sees(here.words("identity.account.title"))
    backstage.let_in(there, "teamlead")
    there.open("/account")
    there.sees(there.words("identity.account.title"))


def test_a_reload_and_a_second_tab_keep_the_sign_in(person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    me.sign_in(CARDHOLDER, PASSWORD)
    me.page.reload()
    me.settle()
    me.page.get_by_role("heading", level=1, name=me.words("common.page.overview")).wait_for()
    second = me.another_tab()
    second.open("/my_requests")
    second.page.get_by_role("heading", level=1, name=me.words("common.page.my_requests")).wait_for()


def test_signing_out_is_noticed_in_the_other_tab_at_once(person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    me.open()
    other = me.another_tab()
    other.open("/account")
    other.menu()
    other.click("identity.sign_out")
    for tab in (other, me):
        tab.page.get_by_label(me.words("identity.sign_in.login"), exact=True).wait_for(timeout=20_000)
    other.sees(me.words("identity.ended.out"))
    me.sees(me.words("identity.ended.ended"))
    me.picture("signed_out_elsewhere")
    me.open("/overview")
    me.page.get_by_label(me.words("identity.sign_in.login"), exact=True).wait_for()


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_other_roles_pages_are_not_in_the_menu_and_lead_to_ones_own_first_page(
        role: Role, person: NewPerson, backstage: Backstage) -> None:
    me = person("en", "desktop")
    backstage.let_in(me, LOGINS[role])
    own = navigation.specs_for(role)
    others = [spec for spec in navigation.PAGES if spec not in own]
    me.open(f"/{others[-1].key}")
    assert me.page.url.removeprefix(me.address) == "/"
    assert me.page.title().startswith(me.words(f"common.page.{own[0].key}"))
    listed = me.page.get_by_test_id("stSidebarNavLink").all_inner_texts()
    assert listed == [me.words(f"common.page.{spec.key}") for spec in own if spec.listed]
    for spec in others:
        answer = me.page.context.request.get(f"{me.address}/{spec.key}", max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (303, "/"), spec.key
