"""The only wiring: settings → engine, policy, keys → what the services need."""

from __future__ import annotations

from core.clock import Clock
from core.db import migrate
from core.db.engine import make_engine
from core.db.vault import Vault
from core.policy.book import PolicyBook
from core.services import records
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


def upgrade_database(context: ServiceContext) -> tuple[str | None, str | None]:
    """Migrate to the newest revision; returns the revisions before and after."""
    return migrate.upgrade(context.engine)


def is_ready(context: ServiceContext) -> bool:
    """Whether the database answers and stands at this version's schema: cheap enough to be asked every second.

    Raises ``Unavailable`` when it does not answer.
    """
    with context.reading():
        pass
    return migrate.is_current(context.engine)


def check_database(context: ServiceContext) -> list[str]:
    """One line per finding; a line that begins with ``ok`` is good news."""
    if not migrate.is_current(context.engine):
        return ["the schema is not at this version: run `portal db upgrade`"]
    with context.reading() as connection:
        broken = records.first_broken_link(connection)
    chain = "ok: audit chain holds" if broken is None else f"audit row {broken} was altered or the one before removed"
    return [f"ok: {context.engine.dialect.name} at this version's schema", chain]
