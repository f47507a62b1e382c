"""First sign-in, or a forgotten password: a code to the reserved phone, then a login and a password."""

from __future__ import annotations

import streamlit as st

from core.domain.errors import PortalError
from core.services import identity
from portal import errors, navigation, session
from portal.components import bank, forms
from portal.components.money import plain
from portal.i18n import t
from portal.identity import adapter
from portal.identity.library import LoginError
from portal.web import signals
from portal.wiring import services

_ASKED = "activation_asked"
RESETTING = st.query_params.get("mode") == "reset"
KIND = "reset" if RESETTING else "activate"


def _ask() -> None:
    with st.form("ask_for_code"):
        name = st.text_input(t("identity.activate.name"), autocomplete="name",
                             placeholder=t("identity.activate.name_help"), key="activation_name")
        last4 = st.text_input(t("identity.activate.card_last4"), autocomplete="off",
                              key="activation_last4")
        asked = st.form_submit_button(t("identity.activate.send"), type="primary", width="stretch")
    if not asked or not forms.complete({t("identity.activate.name"): (name or "").strip(),
                                        t("identity.activate.card_last4"): (last4 or "").strip()}):
        return
    start = identity.start_reset if RESETTING else identity.start_activation
    try:
        start(services(), card_last4=last4 or "", name=name or "", address=session.client_address())
    except PortalError as refusal:
        errors.show(refusal)
    else:
        st.session_state[_ASKED] = {"kind": KIND, "card_last4": last4, "name": name}
        st.rerun()


def _finish(asked: dict[str, str]) -> None:
    st.success(t("identity.activate.sent"))
    _demo_phone(asked)
    with st.form("finish_activation"):
        code = st.text_input(t("identity.activate.code"), autocomplete="one-time-code",
                             key="activation_code")
        login = None if RESETTING else _login_field()
        password = st.text_input(t("identity.activate.password"), type="password",
                                 autocomplete="new-password", key="activation_password")
        st.caption(t("identity.activate.password_help"))
        again = st.text_input(t("identity.activate.again"), type="password",
                              autocomplete="new-password", key="activation_again")
        done = st.form_submit_button(t(f"identity.submit.{KIND}"), type="primary", width="stretch")
    fields = {t("identity.activate.code"): code}
    if not RESETTING:
        fields[t("identity.activate.login")] = login
    fields |= {t("identity.activate.password"): password, t("identity.activate.again"): again}
    if done and forms.complete(fields):
        if password != again:
            st.error(t("identity.activate.passwords_differ"))
        else:
            _carry_out(asked, code or "", login or "", password or "")
    st.caption(t("identity.activate.no_code", bank=bank.line()))
    st.button(t("identity.activate.start_over"), on_click=lambda: st.session_state.pop(_ASKED, None))


def _login_field() -> str | None:
    login = st.text_input(t("identity.activate.login"), autocomplete="username",
                          key="activation_login")
    st.caption(t("identity.activate.login_help"))  # Streamlit's own help bubble is labelled in English
    return login


def _carry_out(asked: dict[str, str], code: str, login: str, password: str) -> None:
    proof = {"card_last4": asked["card_last4"], "name": asked["name"], "code": code,
             "address": session.client_address()}
    try:
        if RESETTING:
            login = identity.reset_password(services(), password=password, **proof)
        else:
            login = identity.activate(services(), login=login, password=password, **proof)
        person = adapter.sign_in(services(), login, password, session.client_address())
        ticket = identity.issue_ticket(person.actor, services(), session.browser_binding())
    except LoginError:
        st.error(t("errors.sign_in_failed"))
    except PortalError as refusal:
        errors.show(refusal)
    else:
        st.session_state.pop(_ASKED, None)
        st.info(t("identity.activate.your_login", login=plain(login)))
        signals.exchange(ticket, "/")


def _demo_phone(asked: dict[str, str]) -> None:
    if not services().settings.demo:
        return
    with st.container(border=True):
        st.markdown(f"**{t('identity.demo.phone')}**")
        messages = identity.demo_messages(services(), card_last4=asked["card_last4"], name=asked["name"], limit=1)
        for message in messages:
            st.markdown(t(f"identity.sms.{message.template}", **message.parameters))
        if not messages:
            st.markdown(t("identity.demo.empty"))
        st.caption(t("identity.demo.note"))


st.title(t(f"identity.title.{KIND}"))
waiting = st.session_state.get(_ASKED)
if waiting and waiting["kind"] == KIND:
    _finish(waiting)
else:
    st.markdown(t(f"identity.lead.{KIND}"))
    _ask()
navigation.link("sign_in", t("identity.activate.to_sign_in"))
