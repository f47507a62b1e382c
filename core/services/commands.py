"""Commands that may arrive twice: carried out once, answered the same each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from core.domain.actor import Actor
from core.domain.errors import Conflict, InvalidInput
from core.services import records
from core.services.context import ServiceContext

_LONGEST_KEY = 80


def once(actor: Actor, context: ServiceContext, command: str, key: str, request: Any,
         carry_out: Callable[[sa.Connection], Any]) -> Any:
    """Carry out ``carry_out(connection)`` once per (actor, key) and return its JSON-able result.

    A repeat with the same ``request`` returns the first result and changes nothing; the same key with
    another request raises ``Conflict``. Two copies at once: one is carried out, the other waits for
    its result. The work, its audit row, its messages and its key commit together.
    """
    if not key or len(key) > _LONGEST_KEY:
        raise InvalidInput("idempotency_key_malformed", "an idempotency key has 1 to 80 characters",
                           field="idempotency_key")
    try:
        return _attempt(actor, context, command, key, request, carry_out)
    except Conflict as clash:
        if clash.code != "repeated_at_once":
            raise
        # The twin has committed by now (its insert made ours fail), so this attempt finds its result.
        return _attempt(actor, context, command, key, request, carry_out)


def _attempt(actor: Actor, context: ServiceContext, command: str, key: str, request: Any,
             carry_out: Callable[[sa.Connection], Any]) -> Any:
    with context.writing() as connection:
        earlier = records.earlier_result(connection, actor, command, key, request)
        if earlier is not None:
            return earlier
        # The key goes in before the work: a twin is stopped here, before it can meet the work's own checks.
        records.reserve_key(connection, actor, command, key, request, context.clock.now())
        result = carry_out(connection)
        return records.complete_key(connection, actor, key, result)
