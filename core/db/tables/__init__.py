"""The tables, by what they are about. Importing this package fills ``metadata``."""

from core.db.tables import accounts, books, identity, negotiations, records, requests  # noqa: F401  # fill metadata
from core.db.tables.base import metadata

__all__ = ["metadata"]
