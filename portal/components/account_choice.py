"""Which of a person's accounts a page is about."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.services.requests import AccountOption, RequestOptions
from portal.i18n import t

_MARKED = ("open_request", "arrangement")
"""Why a card cannot ask that is said beside its number."""


def choose(options: RequestOptions, asked: str | None, key: str, label: str, line: Callable[[AccountOption], str], *,
           horizontal: bool = False) -> AccountOption | None:
    """The account in the address (``asked``), else the first that may ask; several can be chosen between.

    None: the address names one that is not theirs. A card that was asked for already is marked so.
    """
    by_id = {one.account_id: one for one in options.accounts}
    if asked is not None and asked not in by_id:
        return None
    if len(by_id) == 1:
        return options.accounts[0]
    free = next((one.account_id for one in options.accounts if one.blocked_by is None), options.accounts[0].account_id)
    st.session_state.setdefault(key, asked or free)
    if st.session_state[key] not in by_id:
        st.session_state[key] = free
    chosen = st.radio(label, list(by_id), key=key, horizontal=horizontal,
                      format_func=lambda one: _marked(by_id[one], line(by_id[one])))
    return by_id[str(chosen)]


def _marked(one: AccountOption, said: str) -> str:
    return t(f"cardholder.card_state.{one.blocked_by}", card=said) if one.blocked_by in _MARKED else said
