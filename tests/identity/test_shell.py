"""What surrounds every page, and the identity screens, run by Streamlit's own test runner."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.actor import Role
from core.domain.errors import NotFound
from core.services import identity
from core.services.context import ServiceContext
from portal import navigation
from portal.i18n import speaking, t
from portal.web.cookies import Cookies
from tests.screens.conftest import BINDING, OpenAs, browser, open_as, session_token
from tests.services.test_identity_sign_in import GOOD, make_user

__all__ = ["browser", "open_as"]


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.title]


def test_stranger_sees_the_sign_in_page_only(open_as: OpenAs) -> None:
    app = open_as(None)
    assert titles(app) == ["Sign in"]
    assert not app.exception


@pytest.mark.parametrize(("number", "told"), [("400-888-0000", "Call **400-888-0000**."),
                                              ("", "Call the number on the back of your card.")])
def test_who_cannot_sign_in_is_told_the_same_number_as_inside(
        open_as: OpenAs, sqlite_context: ServiceContext, monkeypatch: pytest.MonkeyPatch, number: str,
        told: str) -> None:
    monkeypatch.setattr(sqlite_context.settings, "service_phone", number)
    monkeypatch.setattr(sqlite_context.settings, "demo", False)
    app = open_as(None)
    assert [caption.value for caption in app.caption][-1] == f"Need help? {told}"


def test_reader_without_a_choice_of_language_gets_chinese(open_as: OpenAs, browser: dict[str, str]) -> None:
    app = open_as(None, locale="")
    with speaking("zh_CN"):
        assert titles(app) == [t("identity.sign_in.title")]


def test_signed_in_person_sees_their_account(open_as: OpenAs, sqlite_context: ServiceContext) -> None:
    user_id = make_user(sqlite_context)
    app = open_as(user_id, "pages/identity/account.py")
    assert titles(app) == ["My account"]
    assert not app.exception
    assert app.session_state["username"] == "li.collector"
    assert app.session_state["authentication_status"] is True
    assert app.session_state["roles"] == ["collector"]


def test_revoked_session_shows_nothing_of_the_account_at_the_next_run(
        open_as: OpenAs, sqlite_context: ServiceContext) -> None:
    user_id = make_user(sqlite_context)
    app = open_as(user_id, "pages/identity/account.py")
    actor = identity.authenticate(sqlite_context, "li.collector", GOOD, "203.0.113.7").actor
    identity.sign_out_everywhere(actor, sqlite_context)
    app.run()
    assert titles(app) == []
    assert app.info[0].value == "Your sign-in has ended, to keep you safe. Please sign in again; whatever you" \
                                " saved is still there."
    assert app.session_state["username"] is None


def test_cookie_of_another_person_does_not_continue_this_tab(
        open_as: OpenAs, browser: dict[str, str], sqlite_context: ServiceContext) -> None:
    app = open_as(make_user(sqlite_context), "pages/identity/account.py")
    other = make_user(sqlite_context, "wu.collector")
    browser[Cookies.of(sqlite_context.settings).session] = session_token(sqlite_context, other)
    app.run()
    assert titles(app) == []
    assert app.session_state["username"] is None


def test_forged_session_state_opens_nothing(open_as: OpenAs) -> None:
    app = open_as(None)
    app.session_state["username"] = "li.collector"
    app.session_state["authentication_status"] = True
    app.session_state["roles"] = ["admin"]
    app.run()
    assert titles(app) == []


def sign_in(app: AppTest, login: str, password: str) -> None:
    app.text_input(key="sign_in_login").set_value(login)
    app.text_input(key="sign_in_password").set_value(password)
    app.button[0].click().run()


@pytest.mark.parametrize(("login", "password"), [("li.collector", "wrong wrong wrong"), ("nobody", GOOD),
                                                 ("li.collector", "    "), ("' OR 1=1 --", "' OR 1=1 --")])
def test_failed_sign_in_says_the_same_and_keeps_what_was_typed(
        open_as: OpenAs, sqlite_context: ServiceContext, login: str, password: str) -> None:
    make_user(sqlite_context)
    app = open_as(None)
    sign_in(app, login, password)
    assert [error.value for error in app.error] == [
        "The login or password is not right, or there were too many attempts. Please check them; after several"
        " attempts, wait a few minutes (15 at most)."]
    assert app.text_input(key="sign_in_login").value == login


def test_good_sign_in_hands_over_a_ticket_that_works_once_in_this_browser_only(
        open_as: OpenAs, sqlite_context: ServiceContext) -> None:
    make_user(sqlite_context)
    for holder, works in (("another browser", False), (BINDING, True)):
        app = open_as(None, next="account")
        sign_in(app, "li.collector", GOOD)
        signal = next(html.proto.body for html in app.get("html") if 'data-portal="ticket"' in html.proto.body)
        assert 'data-then="/account"' in signal
        ticket = re.findall(r'data-ticket="([^"]+)"', signal)[0]
        if works:
            assert identity.redeem_ticket(sqlite_context, ticket, holder)
        with pytest.raises(NotFound):
            identity.redeem_ticket(sqlite_context, ticket, holder)


@pytest.mark.parametrize("wanted", ["users", "//evil.example", "https://evil.example", "../../etc", "activate"])
def test_address_after_signing_in_is_a_page_of_that_role_or_the_start(
        open_as: OpenAs, sqlite_context: ServiceContext, wanted: str) -> None:
    make_user(sqlite_context)
    app = open_as(None, next=wanted)
    sign_in(app, "li.collector", GOOD)
    bodies = [html.proto.body for html in app.get("html")]
    assert any('data-then="/"' in body for body in bodies)
    assert not any("evil" in body or "users" in body for body in bodies)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_an_empty_activation_names_every_empty_field_at_once(open_as: OpenAs, locale: str) -> None:
    app = open_as(None, "pages/identity/activate.py", locale=locale)
    app.button[0].click().run()
    assert [warning.value for warning in app.warning] == [t("common.missing", fields=t("common.list_mark").join(
        (t("identity.activate.name"), t("identity.activate.card_last4"))))]
    app.text_input(key="activation_name").set_value("  ")
    app.text_input(key="activation_last4").set_value("2618")
    app.button[0].click().run()
    assert [warning.value for warning in app.warning] == [t("common.missing", fields=t("identity.activate.name"))]
    assert app.text_input(key="activation_last4").value == "2618"
    assert not app.error


def test_every_page_has_a_title_in_both_languages() -> None:
    for locale in ("zh_CN", "en"):
        with speaking(locale):
            for spec in navigation.PAGES:
                assert t(f"common.page.{spec.key}") != f"common.page.{spec.key}"
            for role in Role:
                assert t(f"common.role.{role.value}") != f"common.role.{role.value}"


def test_every_registered_page_has_its_file() -> None:
    assert navigation.missing_pages() == ()


def test_every_role_has_a_first_page_and_no_role_sees_anothers() -> None:
    for role in Role:
        keys = {spec.key for spec in navigation.PAGES if role in spec.roles}
        assert "account" in keys
    of = {role: {spec.key for spec in navigation.PAGES if role in spec.roles} for role in Role}
    assert of[Role.COLLECTOR] | {"statistics"} == of[Role.SUPERVISOR]
    assert of[Role.CARDHOLDER] & of[Role.COLLECTOR] == {"account"}
    assert of[Role.ADMIN] & of[Role.STAFF] == {"account"}


def test_who_signs_out_leaves_nothing_of_theirs_in_the_tab(open_as: OpenAs, sqlite_context: ServiceContext) -> None:
    app = open_as(make_user(sqlite_context), "pages/identity/account.py")
    app.session_state["request_months"] = "what they had typed"
    app.session_state["assistant_account"] = "the card they looked at"
    app.button(key="portal_sign_out").click().run()
    assert "request_months" not in app.session_state
    assert "assistant_account" not in app.session_state
    assert "li.collector" not in repr(app.session_state)


def test_a_session_that_ended_elsewhere_leaves_nothing_in_the_tab(open_as: OpenAs,
                                                                  sqlite_context: ServiceContext) -> None:
    app = open_as(make_user(sqlite_context), "pages/identity/account.py")
    app.session_state["message_of_a_case"] = "half a sentence"
    actor = identity.authenticate(sqlite_context, "li.collector", GOOD, "203.0.113.7").actor
    identity.sign_out_everywhere(actor, sqlite_context)
    app.run()
    assert "message_of_a_case" not in app.session_state
