"""Waiting for a database that is busy with another run, or comes back in a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from core.domain.errors import Unavailable

T = TypeVar("T")

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Between the attempts: long enough for a database server that is started again."""


def patiently(transaction: Callable[[], T]) -> T:
    """What ``transaction`` comes to. It is tried again while the database is locked or away; all or nothing of it
    was done each time. Raises ``Unavailable`` when that lasts.
    """
    for pause in PAUSES_SECONDS:
        try:
            return transaction()
        except Unavailable:
            time.sleep(pause)
    return transaction()
