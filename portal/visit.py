"""What belongs to one visit of a page: gone as soon as another page is opened.

A confirmation, for example: who comes back later comes back for something else.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

_VISIT = "portal_visit"


def begin(page: str) -> None:
    """Say which page is being drawn; what another page kept is let go."""
    if _VISIT not in st.session_state or st.session_state[_VISIT][0] != page:
        st.session_state[_VISIT] = (page, {})


def kept() -> dict[str, Any]:
    """What this visit keeps, to read and to change."""
    held: dict[str, Any] = st.session_state.setdefault(_VISIT, ("", {}))[1]
    return held
