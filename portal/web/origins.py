"""Which pages may talk to this server: those it served itself, exactly."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.errors import InvalidInput
from core.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Origins:
    """``public`` is the exact origin from the settings; empty: whatever host the request was for."""

    public: str

    @classmethod
    def of(cls, settings: Settings) -> Origins:
        """From ``PORTAL_PUBLIC_ORIGIN``."""
        return cls(settings.public_origin.rstrip("/"))

    def allows(self, origin: str | None, host: str | None, *, secure: bool) -> bool:
        """Whether a request with this Origin header may open a websocket or change anything.

        A missing Origin is refused: every browser sends one with these requests.
        """
        expected = self.public or (f"{'https' if secure else 'http'}://{host}" if host else None)
        return origin is not None and origin == expected


def must_be_servable(settings: Settings, host: str) -> None:
    """Refuse to serve real people without TLS in front: cookies would travel readable."""
    if settings.public_origin and not settings.public_origin.startswith(("https://", "http://")):
        raise InvalidInput("public_origin_malformed", "an origin such as https://portal.example.com",
                           field="PORTAL_PUBLIC_ORIGIN")
    if not settings.demo and host not in LOOPBACK and not settings.public_origin.startswith("https://"):
        raise InvalidInput("public_origin_needed",
                           "set PORTAL_PUBLIC_ORIGIN to the https:// address people use, or serve on 127.0.0.1",
                           field="PORTAL_PUBLIC_ORIGIN")
