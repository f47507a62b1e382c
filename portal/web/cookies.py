"""The two cookies that matter, and the one that only remembers a language."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from core.settings import Settings
from portal import i18n

LANGUAGE = "portal_language"


def locale_of(chosen: str | None, accepted: str | None) -> str:
    """The language to answer in: the one ``chosen`` earlier, else what the browser asks for (``Accept-Language``)."""
    return chosen if chosen in i18n.LOCALES else i18n.best_locale(accepted)


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and flags. ``__Host-`` pins a cookie to this host over TLS; plain http serves localhost only."""

    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> Cookies:
        """As the public origin asks for."""
        return cls(secure=settings.public_origin.startswith("https://"))

    @property
    def session(self) -> str:
        """Holds the session token."""
        return "__Host-portal_sid" if self.secure else "portal_sid"

    @property
    def browser(self) -> str:
        """Held before signing in: a ticket works in the browser it was made for only."""
        return "__Host-portal_pre" if self.secure else "portal_pre"

    def put(self, response: Response, name: str, value: str) -> None:
        """Set a cookie no script can read and no other site can send; it goes when the browser closes."""
        response.set_cookie(name, value, path="/", secure=self.secure, httponly=True, samesite="strict")

    def drop(self, response: Response, name: str) -> None:
        """Remove it."""
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="strict")
