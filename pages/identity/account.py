"""One's own account: password, and where one is signed in."""

from __future__ import annotations

import streamlit as st

from core.domain.errors import PortalError
from core.services import identity
from portal import errors, session
from portal.components import forms
from portal.components.money import plain
from portal.i18n import t, tn
from portal.session import viewer
from portal.web import signals


def _change_password(current: str, new: str, again: str) -> None:
    if new != again:
        st.error(t("identity.activate.passwords_differ"))
        return
    me = viewer()
    try:
        identity.change_password(me.actor, me.context, current=current, new=new)
        # All sessions have ended, this one too: this browser gets a new one at once.
        ticket = identity.issue_ticket(me.actor, me.context, session.browser_binding())
    except PortalError as refusal:
        errors.show(refusal)
    else:
        st.success(t("identity.account.changed"))
        signals.exchange(ticket, "/account")


@st.fragment
def _password() -> None:
    st.subheader(t("identity.account.password_title"))
    with st.form("change_password"):
        current = st.text_input(t("identity.account.current"), type="password",
                                autocomplete="current-password", key="account_current")
        new = st.text_input(t("identity.account.new"), type="password", autocomplete="new-password",
                            key="account_new")
        st.caption(t("identity.activate.password_help"))
        again = st.text_input(t("identity.account.again"), type="password",
                              autocomplete="new-password", key="account_again")
        asked = st.form_submit_button(t("identity.account.change"), type="primary")
    st.caption(t("identity.account.change_note"))
    if asked and forms.complete({t("identity.account.current"): current, t("identity.account.new"): new,
                                 t("identity.account.again"): again}):
        _change_password(current or "", new or "", again or "")


def _sign_out_everywhere() -> None:
    me = viewer()
    identity.sign_out_everywhere(me.actor, me.context)


def _sessions() -> None:
    me = viewer()
    st.subheader(t("identity.account.sessions_title"))
    st.markdown(tn("identity.account.sessions", identity.count_sessions(me.actor, me.context)))
    st.caption(t("identity.account.everywhere_note"))
    st.button(t("identity.account.everywhere"), key="account_everywhere", on_click=_sign_out_everywhere)


looking = viewer()
st.title(t("identity.account.title"))
st.markdown(f"**{plain(looking.display_name)}**")
st.caption(t("identity.account.who", login=plain(looking.login), role=t(f"common.role.{looking.actor.role.value}")))
_password()
_sessions()
