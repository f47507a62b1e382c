"""Every screen of the portal, by role. A page is added here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from core.domain.actor import Role
from portal.i18n import t

PAGES_DIR = Path(__file__).resolve().parent.parent / "pages"
EVERYBODY = tuple(Role)


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One screen: file ``pages/<audience>/<key>.py``, address ``/<key>``, title ``common.page.<key>``."""

    key: str
    audience: str
    roles: tuple[Role, ...]
    """Whose menu and address bar it is in; empty: for people not signed in."""
    listed: bool = True
    """Whether the menu shows it; a case is opened from the queue."""
    layout: Literal["centered", "wide"] = "centered"

    @property
    def path(self) -> Path:
        """The page's file."""
        return PAGES_DIR / self.audience / f"{self.key}.py"


_CARDHOLDER = (Role.CARDHOLDER,)
_DECIDERS = (Role.COLLECTOR, Role.SUPERVISOR)

# The first page of a role is where it arrives after signing in.
PAGES: tuple[PageSpec, ...] = (
    PageSpec("sign_in", "identity", (), listed=False),
    PageSpec("activate", "identity", (), listed=False),
    PageSpec("overview", "cardholder", _CARDHOLDER),
    PageSpec("affordability", "cardholder", _CARDHOLDER),
    PageSpec("assistant", "cardholder", _CARDHOLDER),
    PageSpec("request", "cardholder", _CARDHOLDER),
    PageSpec("my_requests", "cardholder", _CARDHOLDER),
    PageSpec("queue", "collector", _DECIDERS, layout="wide"),
    PageSpec("case", "collector", _DECIDERS, listed=False, layout="wide"),
    PageSpec("statistics", "staff", (Role.STAFF, Role.SUPERVISOR), layout="wide"),
    PageSpec("users", "admin", (Role.ADMIN,), layout="wide"),
    PageSpec("policy", "admin", (Role.ADMIN,), layout="wide"),
    PageSpec("account", "identity", EVERYBODY),
)


def specs_for(role: Role | None) -> tuple[PageSpec, ...]:
    """The pages of ``role``, its first page first; None: of people not signed in."""
    return tuple(spec for spec in PAGES if (role in spec.roles if role else not spec.roles) and spec.path.is_file())


def missing_pages() -> tuple[str, ...]:
    """Registered pages without a file: empty in a complete installation (a test and the start check it)."""
    return tuple(spec.key for spec in PAGES if not spec.path.is_file())


def pages_for(role: Role | None) -> list[st.Page]:
    """The ``st.Page`` objects of ``role``, titles in the language being spoken."""
    return [_page(spec, default=number == 0) for number, spec in enumerate(specs_for(role))]


def _page(spec: PageSpec, *, default: bool) -> st.Page:
    return st.Page(spec.path, title=t(f"common.page.{spec.key}"), url_path=spec.key, default=default,
                   visibility="visible" if spec.listed else "hidden")


def spec(key: str) -> PageSpec:
    """The page called ``key``."""
    return next(page for page in PAGES if page.key == key)


def go(key: str, **query: str) -> None:
    """Open the page called ``key`` with ``query`` in its address. Ends the script run."""
    st.switch_page(_page(spec(key), default=False), query_params=query or None)


def link(key: str, label: str, **query: str) -> None:
    """A link to the page called ``key``."""
    st.page_link(_page(spec(key), default=False), label=label, query_params=query or None)
