"""What a command leaves behind in its own transaction: audit row, outgoing message, its key.

The audit log is one chain: each row holds the hash of the one before, so a removed or altered row
shows (``verify``). Writers meet on the chain's end, so it is the last thing a command touches.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.tables.records import audit_log, idempotency_keys, outbox
from core.db.types import new_id
from core.db.vault import Vault
from core.domain.actor import Actor
from core.domain.errors import Conflict
from core.domain.message_templates import MessageTemplate

GENESIS = "0" * 64
_CHAIN_LOCK = 0x706F7274616C  # any constant: the advisory lock of the audit chain


def canonical_json(value: Any) -> str:
    """The one spelling of a value, for hashing and replay."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def fingerprint(value: Any) -> str:
    """SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def audit(connection: sa.Connection, actor: Actor, event: str, object_kind: str, object_id: str,
          at: datetime, **data: Any) -> None:
    """Append to the audit chain. ``data`` holds codes, ids and amounts; never a name, phone or password."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    last = connection.execute(
        sa.select(audit_log.c.sequence, audit_log.c.hash).order_by(audit_log.c.sequence.desc()).limit(1)).first()
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
    # Hashed as it will be read back: in UTC, whatever zone the clock spoke in.
    row = {"sequence": sequence, "at": at.astimezone(UTC), "actor_user_id": actor.user_id,
           "actor_role": actor.role.value, "event": event, "object_kind": object_kind, "object_id": object_id,
           "data": json.loads(canonical_json(data)), "previous_hash": previous}
    connection.execute(audit_log.insert().values(**row, hash=_row_hash(row)))


def _row_hash(row: Mapping[str, Any]) -> str:
    return fingerprint({**row, "at": row["at"].isoformat()})


def first_broken_link(connection: sa.Connection) -> int | None:
    """The sequence of the first audit row that was altered, or follows a removed one; None if all hold."""
    previous, expected = GENESIS, 1
    with connection.execute(sa.select(audit_log).order_by(audit_log.c.sequence),
                            execution_options={"yield_per": 2_000}) as rows:
        for row in rows.mappings():
            content = {name: row[name] for name in row if name != "hash"}
            if row["sequence"] != expected or row["previous_hash"] != previous or row["hash"] != _row_hash(content):
                return expected
            previous, expected = row["hash"], expected + 1
    return None


def send(connection: sa.Connection, vault: Vault, *, channel: str, recipient_kind: str, recipient_id: str,
         template: MessageTemplate, at: datetime, about_on: date | None = None, **parameters: Any) -> None:
    """Put a message into the outbox; it goes out only if this transaction commits.

    ``about_on`` is the day of what it tells, where that is not the day in China of ``at``.
    """
    connection.execute(outbox.insert().values(
        id=new_id(), channel=channel, recipient_kind=recipient_kind, recipient_id=recipient_id,
        template=template.value, about_on=about_on or at.astimezone(CHINA).date(),
        parameters_encrypted=vault.encrypt(canonical_json(parameters)), created_at=at))


def earlier_result(connection: sa.Connection, actor: Actor, command: str, key: str, request: Any) -> Any | None:
    """What this command answered the first time it came with this key; None if it is new.

    Raises ``Conflict`` when the key was used for something else: a client's mistake, not a repeat.
    """
    row = connection.execute(sa.select(idempotency_keys).where(
        idempotency_keys.c.actor_user_id == actor.user_id, idempotency_keys.c.key == key)).first()
    if row is None:
        return None
    if row.command != command or row.input_hash != fingerprint(request):
        raise Conflict("idempotency_key_reused", f"key already used for {row.command}", key=key)
    return row.result


def reserve_key(connection: sa.Connection, actor: Actor, command: str, key: str, request: Any,
                at: datetime) -> None:
    """Take the key for this transaction. A twin running at once waits here, then gets ``Conflict``."""
    try:
        connection.execute(idempotency_keys.insert().values(
            actor_user_id=actor.user_id, key=key, command=command, input_hash=fingerprint(request),
            result=None, created_at=at))
    except sa.exc.IntegrityError as clash:
        raise Conflict("repeated_at_once", "the same command is being carried out") from clash


def complete_key(connection: sa.Connection, actor: Actor, key: str, result: Any) -> Any:
    """Keep the answer under its reserved key and return it as a repeat would read it."""
    kept = json.loads(canonical_json(result))
    connection.execute(idempotency_keys.update().values(result=kept).where(
        idempotency_keys.c.actor_user_id == actor.user_id, idempotency_keys.c.key == key))
    return kept
