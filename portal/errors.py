"""Typed refusals in the reader's words, and a calm answer to what nobody expected."""

from __future__ import annotations

import secrets

import streamlit as st
import structlog

from core.domain.errors import PortalError, Unavailable
from portal.components.money import plain
from portal.i18n import has, t

_log = structlog.get_logger("portal")


def explain(refusal: PortalError) -> str:
    """The sentence for a refusal: ``errors.<code>`` filled from its data."""
    if not has(f"errors.{refusal.code}"):
        return t("errors.general")
    # Something to fill even where there is no data, or a sentence would be shown with its braces.
    values = {"code": refusal.code, **{name: plain(value) for name, value in refusal.data.items()}}
    try:
        return t(f"errors.{refusal.code}", **values)
    except KeyError:  # the sentence wants a figure that this refusal does not carry
        return t("errors.general")


def show(refusal: PortalError, *, instead: bool = False) -> None:
    """Put the sentence where the reader is looking, and leave what they typed alone.

    ``instead``: it stands where something could not be shown; after an outage a button shows it.
    """
    st.error(explain(refusal))
    if instead and isinstance(refusal, Unavailable):
        # Several parts of a page may be missing at once, each with a button of its own.
        st.button(t("errors.try_again"), key=f"portal_try_again_{secrets.token_hex(4)}")


def on_script_error(failure: Exception) -> bool:
    """What Streamlit calls for anything a page did not handle; True: it shows nothing of its own.

    The reader gets a sentence and a number to quote; the traceback goes to the log under that number.
    """
    if isinstance(failure, PortalError):
        _log.info("refused", code=failure.code)
        show(failure, instead=True)
        return True
    number = secrets.token_hex(4)
    _log.error("unexpected", error_id=number, exc_info=failure)
    st.error(t("errors.unexpected_numbered", number=number))
    return True
