"""The only wiring: settings → engine, policy, keys → what the services need."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from core.clock import Clock
from core.db import migrate
from core.db.engine import make_engine, reading
from core.db.repositories.encrypted import any_encrypted
from core.db.vault import Vault
from core.domain.errors import InvalidInput
from core.policy.book import PolicyBook
from core.services import records
from core.services.context import ServiceContext
from core.settings import Settings


def start(settings: Settings | None = None, clock: Clock | None = None) -> ServiceContext:
    """Wire one process. Refuses a weak secret, an invalid policy and an address nobody can read at once.

    Opens no connection yet, but for the demo that is about to make its own key: never for a database that holds
    what another key encrypted (``InvalidInput("key_unknown")``).
    """
    settings = settings or Settings()
    engine = _engine(settings.resolved_database_url)
    if settings.makes_key:
        _must_hold_nothing_encrypted(engine, settings)
    return ServiceContext(
        engine=engine,
        clock=clock or Clock(),
        policy=PolicyBook.load(settings.policy_dir),
        vault=Vault(settings.key(), settings.secret_key_id),
        settings=settings,
    )


def _engine(url: str) -> sa.Engine:
    try:
        return make_engine(url)
    except (ArgumentError, ImportError, ValueError):
        # The address is not repeated: it may hold a password.
        raise InvalidInput("database_url_malformed", "no address of a database this version can use: "
                           "postgresql+psycopg://user:password@host/name, or sqlite:////folder/file.sqlite; "
                           "signs such as @ and / in a password are written %40 and %2F",
                           field="DATABASE_URL") from None


def _must_hold_nothing_encrypted(engine: sa.Engine, settings: Settings) -> None:
    with reading(engine) as connection:
        stored = any_encrypted(connection)
    if stored is not None:
        engine.dispose()  # nobody gets it to close
        raise InvalidInput("key_unknown", "this database was written with a key that is not here: "
                           f"{settings.var_dir.resolve()} has none. No new one was made, nothing was written. "
                           "Start in the folder the database was made from, or set PORTAL_SECRET_KEY or PORTAL_VAR_DIR",
                           field="PORTAL_SECRET_KEY")


def must_read_database(context: ServiceContext) -> None:
    """Raise ``InvalidInput("key_unknown")`` when the key is not the one the database was written with.

    One row is read. To be asked before a process serves or writes: whoever reads the rest could not read what it wrote.
    """
    with context.reading() as connection:
        stored = any_encrypted(connection)
    if stored is None:
        return
    try:
        context.vault.decrypt(stored)
    except InvalidInput as refusal:
        demo = "; if it is the demo's, say PORTAL_DEMO=1 and set no key" if context.settings.beside_a_demo else ""
        raise InvalidInput("key_unknown", f"the database was written with another key: {refusal}. Nothing was written. "
                           f"Set PORTAL_SECRET_KEY and PORTAL_SECRET_KEY_ID to those of this database{demo}",
                           field="PORTAL_SECRET_KEY") from refusal


def upgrade_database(context: ServiceContext) -> tuple[str | None, str | None]:
    """Migrate to the newest revision; returns the revisions before and after. Raises ``Unavailable``."""
    with context.reading():
        pass
    return migrate.upgrade(context.engine)


def is_ready(context: ServiceContext) -> bool:
    """Whether the database answers and stands at this version's schema: cheap enough to be asked every second.

    Raises ``Unavailable`` when it does not answer.
    """
    with context.reading():
        pass
    return migrate.is_current(context.engine)


def check_database(context: ServiceContext) -> list[str]:
    """One line per finding; a line that begins with ``ok`` is good news. Raises ``Unavailable``."""
    if not is_ready(context):
        return ["the schema is not at this version: run `portal db upgrade`"]
    with context.reading() as connection:
        broken = records.first_broken_link(connection)
    chain = "ok: audit chain holds" if broken is None else f"audit row {broken} was altered or the one before removed"
    return [f"ok: {context.engine.dialect.name} at this version's schema", chain, _key_finding(context)]


def _key_finding(context: ServiceContext) -> str:
    try:
        must_read_database(context)
    except InvalidInput as refusal:
        return str(refusal)
    return "ok: the key reads what is encrypted"
