"""Every attribute of streamlit-authenticator that the adapter relies on: an upgrade that moves one fails here."""

from __future__ import annotations

import inspect
from importlib.metadata import version

import pytest
import streamlit as st

from core.services import identity
from core.services.context import ServiceContext
from portal.identity import adapter
from portal.identity.library import AuthenticationController, AuthenticationModel, LoginError
from tests.services.test_identity_sign_in import GOOD, HERE, make_user


@pytest.fixture(autouse=True)
def _bare_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's session_state outside a page is one dictionary for the process: start empty."""
    monkeypatch.setattr(st, "session_state", {})


def test_library_is_the_version_the_adapter_was_written_for() -> None:
    assert version("streamlit-authenticator") == "0.4.2"


def test_controller_and_model_take_the_arguments_the_adapter_gives() -> None:
    assert {"credentials", "auto_hash"} <= set(inspect.signature(AuthenticationModel.__init__).parameters)
    assert {"credentials", "auto_hash"} <= set(inspect.signature(AuthenticationController.__init__).parameters)
    assert list(inspect.signature(AuthenticationModel.check_credentials).parameters) == [
        "self", "username", "password"]
    assert {"username", "password", "token"} <= set(inspect.signature(AuthenticationController.login).parameters)
    assert issubclass(LoginError, Exception)


def test_controller_asks_the_model_it_was_given_and_the_model_keeps_users_by_name() -> None:
    controller = AuthenticationController(credentials={"usernames": {}}, auto_hash=False)
    assert isinstance(controller.authentication_model, AuthenticationModel)
    assert controller.authentication_model.credentials == {"usernames": {}}
    asked: list[tuple[str, str]] = []

    class Asked(AuthenticationModel):  # type: ignore[misc]  # the library ships no types
        def check_credentials(self, username: str, password: str) -> bool:
            asked.append((username, password))
            return False

    controller.authentication_model = Asked(credentials={"usernames": {}}, auto_hash=False)
    assert controller.login(" Li.Collector ", " blanks around ") is False
    # The controller folds the login and strips the password: why the adapter hands the password over by itself.
    assert asked == [("li.collector", "blanks around")]


def test_session_state_keys_are_the_librarys_own() -> None:
    AuthenticationModel(credentials={"usernames": {}}, auto_hash=False)
    assert set(st.session_state) == set(adapter.STATE_KEYS)


def test_sign_in_fills_the_librarys_state_and_returns_the_person(sqlite_context: ServiceContext) -> None:
    user_id = make_user(sqlite_context)
    person = adapter.sign_in(sqlite_context, "Li.Collector", GOOD, HERE)
    assert person.actor.user_id == user_id
    assert {key: st.session_state[key] for key in ("authentication_status", "username", "name", "roles")} == {
        "authentication_status": True, "username": "li.collector", "name": "Li Na", "roles": ["collector"]}


@pytest.mark.parametrize(("login", "password"), [
    ("li.collector", "wrong wrong wrong"), ("nobody", GOOD), ("", ""), (" ", GOOD), ("li.collector", "   "),
    ("li.collector", f" {GOOD} "), ("li.collector", ""),
])
def test_failed_sign_in_raises_the_librarys_error_and_signs_nobody_in(
        sqlite_context: ServiceContext, login: str, password: str) -> None:
    make_user(sqlite_context)
    with pytest.raises(LoginError):
        adapter.sign_in(sqlite_context, login, password, HERE)
    assert not st.session_state["authentication_status"]
    assert st.session_state["username"] is None


def test_password_with_blanks_around_it_works_although_the_controller_strips(sqlite_context: ServiceContext) -> None:
    from core.domain.actor import SYSTEM, Role

    identity.create_user(SYSTEM, sqlite_context, login="blank.one", display_name="Blank", role=Role.STAFF,
                         password="  quiet river under stars ", idempotency_key="b")
    assert adapter.sign_in(sqlite_context, "blank.one", "  quiet river under stars ", HERE).login == "blank.one"


def test_librarys_own_hashing_and_counters_are_never_used(
        sqlite_context: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit_authenticator.utilities import Hasher

    def never(*_: object) -> bool:
        raise AssertionError("the library's own check was used")

    monkeypatch.setattr(Hasher, "check_pw", never)
    monkeypatch.setattr(Hasher, "hash", never)
    make_user(sqlite_context)
    adapter.sign_in(sqlite_context, "li.collector", GOOD, HERE)


def test_restore_and_forget_set_and_clear_the_librarys_state(sqlite_context: ServiceContext) -> None:
    make_user(sqlite_context)
    person = identity.authenticate(sqlite_context, "li.collector", GOOD, HERE)
    adapter.restore(person)
    assert st.session_state["authentication_status"] is True
    assert st.session_state["username"] == "li.collector"
    assert st.session_state["roles"] == ["collector"]
    adapter.forget()
    assert [st.session_state[key] for key in ("authentication_status", "username", "name", "roles")] == [None] * 4
