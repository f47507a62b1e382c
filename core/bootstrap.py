"""The only wiring: settings → engine, policy, keys → what the services need."""

from __future__ import annotations

from core.clock import Clock
from core.db.engine import make_engine
from core.db.vault import Vault
from core.policy.book import PolicyBook
from core.services.context import ServiceContext
from core.settings import Settings


def start(settings: Settings | None = None, clock: Clock | None = None) -> ServiceContext:
    """Wire one process. Opens no connection yet; refuses a weak secret and an invalid policy at once."""
    settings = settings or Settings()
    return ServiceContext(
        engine=make_engine(settings.resolved_database_url),
        clock=clock or Clock(),
        policy=PolicyBook.load(settings.policy_dir),
        vault=Vault(settings.key(), settings.secret_key_id),
        settings=settings,
    )
