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

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A read transaction."""
        return database.reading(self.engine)

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """A write transaction: state, audit and outgoing messages together or not at all."""
        return database.writing(self.engine)
