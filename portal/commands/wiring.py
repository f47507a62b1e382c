"""How every command reaches the services: settings from the environment, one wiring, the right key."""

from __future__ import annotations

from core import bootstrap
from core.domain.errors import Conflict
from core.services.context import ServiceContext


def context_from_environment() -> ServiceContext:
    """The services as ``DATABASE_URL`` and ``PORTAL_*`` say.

    Raises ``InvalidInput("key_unknown")`` when the database was written with another key, ``Unavailable`` when it
    does not answer.
    """
    context = bootstrap.start()
    bootstrap.must_read_database(context)
    return context


def migrated_context() -> ServiceContext:
    """The same, once the database is there and at this version's schema; raises ``Conflict`` saying what to run."""
    context = context_from_environment()
    if not bootstrap.is_ready(context):
        raise Conflict("schema_outdated", "the database is not at this version's schema: run `portal db upgrade`")
    return context
