"""The users page: the bank's people, never a debtor; a refusal keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.services import identity
from core.services.context import ServiceContext
from core.services.identity import User
from tests.screens.conftest import OpenAs

PAGE = "pages/admin/users.py"
PASSWORD = "a long enough passphrase 7"


def make(context: ServiceContext, login: str, role: Role, authority: Authority | None = None) -> str:
    return identity.create_user(SYSTEM, context, login=login, display_name=f"Person {login}", role=role,
                                password=PASSWORD, authority=authority, idempotency_key=login)


@pytest.fixture
def admin(sqlite_context: ServiceContext) -> str:
    return make(sqlite_context, "theadmin", Role.ADMIN)


def everybody(context: ServiceContext) -> dict[str, User]:
    return {user.login: user for user in identity.list_users(SYSTEM, context, page_size=200)}


def field(app: Any, kind: str, beginning: str) -> Any:
    return next(widget for widget in getattr(app, kind) if (widget.key or "").startswith(beginning))


def button(app: Any, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def fill_new(app: Any, login: str, password: str = PASSWORD) -> None:
    field(app, "text_input", "users_login_").input(login)
    field(app, "text_input", "users_name_").input("New Person")
    field(app, "text_input", "users_new_password_").input(password)


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_an_administrator_sees_the_banks_people(
        sqlite_context: ServiceContext, admin: str, open_as: OpenAs, locale: str) -> None:
    make(sqlite_context, "colin", Role.COLLECTOR, Authority.L2)
    app = open_as(admin, PAGE, locale=locale)
    assert not app.exception
    table = next(block.value for block in app.markdown if "colin" in block.value)
    assert "L2" in table
    assert "admin." not in table


def test_a_new_user_is_created_once_and_can_sign_in(
        sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    fill_new(app, "newcomer")
    button(app, "Create user").click().run()
    assert not app.exception
    assert "newcomer is created" in app.success[0].value
    made = everybody(sqlite_context)["newcomer"]
    assert (made.role, made.authority) == (Role.COLLECTOR, Authority.L1)
    assert identity.authenticate(sqlite_context, "newcomer", PASSWORD, "203.0.113.9")
    assert field(app, "text_input", "users_login_").value == ""  # ready for the next


def test_a_refused_user_keeps_what_was_typed(sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    fill_new(app, "newcomer", password="short")
    button(app, "Create user").click().run()
    assert app.error
    assert not app.exception
    assert field(app, "text_input", "users_login_").value == "newcomer"
    assert "newcomer" not in everybody(sqlite_context)
    field(app, "text_input", "users_new_password_").input(PASSWORD)
    button(app, "Create user").click().run()
    assert "newcomer" in everybody(sqlite_context)


def test_a_taken_name_is_refused_in_words(sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    fill_new(app, "theadmin")
    button(app, "Create user").click().run()
    assert "errors." not in app.error[0].value
    assert len(everybody(sqlite_context)) == 1


def test_role_and_authority_are_changed_together(sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    make(sqlite_context, "colin", Role.COLLECTOR, Authority.L1)
    app = open_as(admin, PAGE)
    field(app, "selectbox", "users_role_").select(Role.SUPERVISOR)
    field(app, "selectbox", "users_authority_").select(Authority.L3)
    button(app, "Save role and authority").click().run()
    assert not app.exception
    changed = everybody(sqlite_context)["colin"]
    assert (changed.role, changed.authority) == (Role.SUPERVISOR, Authority.L3)
    field(app, "selectbox", "users_role_").select(Role.STAFF)  # but the authority stays
    button(app, "Save role and authority").click().run()
    assert app.error
    assert everybody(sqlite_context)["colin"].role is Role.SUPERVISOR


def test_a_user_is_disabled_and_enabled_again(sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    make(sqlite_context, "colin", Role.COLLECTOR, Authority.L1)
    app = open_as(admin, PAGE)
    button(app, "Disable sign-in").click().run()
    assert not everybody(sqlite_context)["colin"].active
    button(app, "Enable sign-in").click().run()
    assert everybody(sqlite_context)["colin"].active


def test_a_change_made_meanwhile_is_not_overwritten(
        sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    user_id = make(sqlite_context, "colin", Role.COLLECTOR, Authority.L1)
    app = open_as(admin, PAGE)
    other = Actor("another", Role.ADMIN)
    identity.change_user_role(other, sqlite_context, user_id, role=Role.STAFF, authority=None, version=1)
    button(app, "Disable sign-in").click().run()
    assert not app.exception
    assert everybody(sqlite_context)["colin"].active


def test_administrators_cannot_lock_themselves_out(sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    assert not [each for each in app.button if each.label == "Disable sign-in"]
    assert any("nobody else yet" in block.value for block in app.info)


def test_long_lists_are_turned_page_by_page(sqlite_context: ServiceContext, admin: str, open_as: OpenAs) -> None:
    for number in range(16):
        make(sqlite_context, f"colin{number:02d}", Role.COLLECTOR, Authority.L1)
    app = open_as(admin, PAGE)
    assert any("colin00" in block.value for block in app.markdown)
    assert not any("theadmin" in block.value for block in app.markdown)
    button(app, "Next page").click().run()
    assert any("theadmin" in block.value for block in app.markdown)
    button(app, "Previous page").click().run()
    assert any("colin00" in block.value for block in app.markdown)


def test_the_page_asks_a_fixed_number_of_questions(
        sqlite_context: ServiceContext, admin: str, open_as: OpenAs, counted_queries: Any) -> None:
    app = open_as(admin, PAGE)
    with counted_queries(sqlite_context.engine) as before:
        app.run()
    for number in range(8):
        make(sqlite_context, f"colin{number:02d}", Role.COLLECTOR, Authority.L1)
    with counted_queries(sqlite_context.engine) as after:
        app.run()
    assert len(after) == len(before)
