"""What every use case needs to work: a database, a clock, the policy and the keys.

A use case is one plain function: ``actor`` first, ``context`` second, then what it is about. It opens
one transaction with ``context.reading()`` or ``context.writing()`` and returns frozen dataclasses.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa

from core.clock import Clock
from core.db import engine as database
from core.db.vault import Vault
from core.domain.errors import Unavailable
from core.policy.book import PolicyBook
from core.settings import Settings


@dataclass(frozen=True)
class ServiceContext:
    """The wiring that ``core.bootstrap`` makes once per process."""

    engine: sa.Engine
    clock: Clock
    policy: PolicyBook
    vault: Vault
    settings: Settings

    @property
    def single_writer(self) -> bool:
        """Whether the database lets one process write at a time: more of them only wait (SQLite)."""
        return self.engine.dialect.name == "sqlite"

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A read transaction."""
        return database.reading(self.engine)

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """A write transaction: state, audit and outgoing messages together or not at all."""
        return database.writing(self.engine)


class OutOfReach(ServiceContext):
    """The services while the database does not answer: whatever would ask it is ``Unavailable`` at once.

    For somebody who could not be checked: nothing is read or written for them, even if the database
    returns a moment later.
    """

    @classmethod
    def like(cls, context: ServiceContext) -> OutOfReach:
        """``context`` without its database."""
        return cls(context.engine, context.clock, context.policy, context.vault, context.settings)

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Raises ``Unavailable``."""
        raise Unavailable("nobody was checked")

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """Raises ``Unavailable``."""
        raise Unavailable("nobody was checked")
