"""What a page shows when there is nothing to show, or when something could not be done."""

from __future__ import annotations

import streamlit as st

from core.domain.errors import NotFound, PortalError
from portal.i18n import has, t


def empty(title: str, text: str) -> None:
    """A helpful empty state: what this page is for and what to do first."""
    st.info(f"**{title}**\n\n{text}")


def refusal_text(refusal: PortalError) -> str:
    """A typed error in the reader's words, filled from its data."""
    key = f"errors.{refusal.code}"
    return t(key, **refusal.data) if has(key) else t("errors.unexpected")


def refused(refusal: PortalError) -> None:
    """Say calmly what could not be done; what was typed stays where it is."""
    if isinstance(refusal, NotFound):
        st.info(refusal_text(refusal))
    else:
        st.error(refusal_text(refusal))


def help_lines() -> None:
    """Whom to call: always on the page, never hidden behind a click."""
    st.markdown(f"#### {t('cardholder.help.title')}\n\n{t('cardholder.help.text')}")
