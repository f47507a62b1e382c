"""A part of a case that costs nothing until somebody opens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import PortalError
from portal import errors
from portal.session import Viewer, viewer

Found = TypeVar("Found")


def part(title: str, key: str, read: Callable[[Viewer], Found], show: Callable[[Found], None]) -> None:
    """Closed until somebody wants it: then ``read`` for them and ``show``. To be called inside a fragment."""
    box = st.expander(title, key=key, on_change="rerun")
    if not box.open:
        return
    with box:
        # Unfolded, it runs alone: whoever was signed out meanwhile is not shown it.
        who = viewer(Role.COLLECTOR, Role.SUPERVISOR)
        try:
            found = read(who)
        except PortalError as refusal:
            errors.show(refusal)
            return
        show(found)
