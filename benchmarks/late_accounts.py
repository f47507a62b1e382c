"""The late accounts of an imported file as a projection starts from them, one by one."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.domain.actor import SYSTEM
from core.domain.projection_model import Position, ProjectionRule
from core.policy.rules.projection import projection_rule
from core.services.context import ServiceContext
from core.services.importing.uci.load import import_uci_card_clients
from core.services.outlooks import projection_start
from core.services.positions import positions

_AT_ONCE = 500


def late_accounts(context: ServiceContext, content: bytes, as_of: date) -> tuple[list[Position], ProjectionRule]:
    """Import ``content`` and read every account's position on ``as_of``, with the rule all of them share."""
    import_uci_card_clients(SYSTEM, context, content, as_of=as_of)
    starts, issuers = [], set()
    with context.reading() as connection:
        rows = connection.execute(sa.select(accounts).order_by(accounts.c.id)).all()
        for first in range(0, len(rows), _AT_ONCE):
            for position in positions(connection, context, rows[first : first + _AT_ONCE], as_of):
                starts.append(projection_start(position, context.policy.on(as_of, position.issuer)))
                issuers.add(position.issuer)
    (issuer,) = issuers
    return starts, projection_rule(context.policy.on(as_of, issuer))
