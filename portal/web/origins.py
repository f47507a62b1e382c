"""Which pages may talk to this server: those it served itself, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

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

        A missing Origin is refused: every browser sends one with these requests. Without a public
        origin only "localhost" and plain addresses count as this host: a foreign name that was made
        to resolve to this machine must not borrow a visitor's browser.
        """
        if not self.public and not _is_an_address(host):
            return False
        expected = self.public or (f"{'https' if secure else 'http'}://{host}" if host else None)
        return origin is not None and origin == expected


def _is_an_address(host: str | None) -> bool:
    try:
        name = urlsplit(f"//{host or ''}").hostname or ""
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False


def must_be_servable(settings: Settings, host: str, *, demo_on_network: bool = False) -> None:
    """Refuse to serve real people without TLS in front: cookies would travel readable.

    The demo prints its passwords and shows activation codes, so that it serves this machine only, unless
    ``demo_on_network`` says that others are meant to use it.
    """
    if settings.public_origin and not settings.public_origin.startswith(("https://", "http://")):
        raise InvalidInput("public_origin_malformed", "an origin such as https://portal.example.com",
                           field="PORTAL_PUBLIC_ORIGIN")
    if settings.demo and host not in LOOPBACK and not demo_on_network:
        raise InvalidInput("demo_on_network", "the demo's sign-ins are public, so that it serves 127.0.0.1 only; say "
                           f"--demo-on-network if everybody who reaches {host} may use it", field="--host")
    if not settings.demo and host not in LOOPBACK and not settings.public_origin.startswith("https://"):
        raise InvalidInput("public_origin_needed",
                           "set PORTAL_PUBLIC_ORIGIN to the https:// address people use, or serve on 127.0.0.1",
                           field="PORTAL_PUBLIC_ORIGIN")
