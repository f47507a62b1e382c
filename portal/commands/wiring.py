"""How every command reaches the services: settings from the environment, one wiring."""

from __future__ import annotations

from core import bootstrap
from core.services.context import ServiceContext


def context_from_environment() -> ServiceContext:
    """The services as ``DATABASE_URL`` and ``PORTAL_*`` say."""
    return bootstrap.start()
