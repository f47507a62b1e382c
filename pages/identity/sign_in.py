"""The way in."""

from __future__ import annotations

import streamlit as st

from core.domain.errors import PortalError
from core.services import identity
from core.services.identity import Person
from portal import errors, navigation, session
from portal.components import bank
from portal.i18n import has, t
from portal.identity import adapter
from portal.identity.library import LoginError
from portal.web import signals
from portal.wiring import services


def _page_after(person: Person) -> str:
    wanted = st.query_params.get("next", "")
    allowed = {spec.key for spec in navigation.specs_for(person.actor.role)}
    return f"/{wanted}" if wanted in allowed else "/"


def _sign_in(login: str, password: str) -> None:
    if not login.strip() or not password:
        st.warning(t("identity.sign_in.missing"))
        return
    try:
        person = adapter.sign_in(services(), login, password, session.client_address())
        ticket = identity.issue_ticket(person.actor, services(), session.browser_binding())
    except LoginError:
        st.error(t("errors.sign_in_failed"))
    except PortalError as refusal:
        errors.show(refusal)
    else:
        signals.exchange(ticket, _page_after(person))
        st.info(t("identity.sign_in.opening"))


def _form() -> None:
    with st.form("sign_in"):
        login = st.text_input(t("identity.sign_in.login"), autocomplete="username", key="sign_in_login")
        password = st.text_input(t("identity.sign_in.password"), type="password",
                                 autocomplete="current-password", key="sign_in_password")
        asked = st.form_submit_button(t("identity.sign_in.submit"), type="primary", width="stretch")
    if asked:
        _sign_in(login or "", password or "")


st.title(t("identity.sign_in.title"))
st.markdown(t("identity.sign_in.lead"))
why = st.query_params.get("ended", "")
if why and has(f"identity.ended.{why}"):
    st.info(t(f"identity.ended.{why}"))
_form()
navigation.link("activate", t("identity.sign_in.first_time"))
navigation.link("activate", t("identity.sign_in.forgot"), mode="reset")
st.caption(t("identity.sign_in.help", bank=bank.line()))
