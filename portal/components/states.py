"""What a page shows when there is nothing to show, or when something could not be done."""

from __future__ import annotations

import streamlit as st

from portal.components import bank
from portal.i18n import t
from portal.navigation import go


def empty(title: str, text: str) -> None:
    """A helpful empty state: what this page is for and what to do first."""
    st.info(f"**{title}**\n\n{text}")


def not_found(page: str) -> None:
    """The calm answer to an address that leads to nothing of the reader's own, and the way back."""
    st.info(t("errors.not_found"))
    if st.button(t("cardholder.not_found.back"), key="not_found_back"):
        go(page)


def help_lines() -> None:
    """Whom to call: always on the page, never hidden behind a click."""
    st.markdown(f"#### {t('cardholder.help.title')}\n\n{t('cardholder.help.text', bank=bank.line())}")
