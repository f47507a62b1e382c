"""Requests and their steps: keyed, bounded queries. Who may see a row, the services decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.identity import users
from core.db.tables.records import audit_log
from core.db.tables.requests import arrangements, decisions, proposal_events, proposals
from core.db.types import new_id
from core.domain.actor import Actor, Role
from core.domain.errors import Conflict
from core.domain.proposal import OPEN_STATES, ProposalEvent, ProposalKind, ProposalState

MOST_EVENTS = 200
"""More steps than any request takes; keeps the query bounded."""
MOST_PLANS = 100
"""More plans than any person has at once: an account has one, and a person has a few accounts."""
_ONE_OPEN = "uq_proposals_one_open"

Row = sa.Row[Any]


def lock_account(connection: sa.Connection, account_id: str) -> Row | None:
    """The account's row, held until the transaction ends, so that two requests on it meet here."""
    return connection.execute(sa.select(accounts).where(accounts.c.id == account_id).with_for_update()).first()


def cardholder(connection: sa.Connection, cardholder_id: str) -> Row:
    """The person's row."""
    return connection.execute(sa.select(cardholders).where(cardholders.c.id == cardholder_id)).one()


def insert(connection: sa.Connection, values: Mapping[str, Any]) -> str:
    """Keep a new request; raises ``Conflict`` where the account already has an open one."""
    identifier = new_id()
    try:
        with connection.begin_nested():
            connection.execute(proposals.insert().values(id=identifier, **values))
    except sa.exc.IntegrityError as clash:
        if not _is_second_open_request(clash):
            raise
        raise Conflict("open_request_exists", "the account has an open request") from clash
    return identifier


def _is_second_open_request(clash: sa.exc.IntegrityError) -> bool:
    """PostgreSQL names the index, SQLite the column that only this index makes unique."""
    named = getattr(getattr(clash.orig, "diag", None), "constraint_name", None)
    return named == _ONE_OPEN if named else str(clash.orig).endswith("proposals.account_id")


def reference_taken(connection: sa.Connection, reference: str) -> bool:
    """Whether another request is already read out by this reference."""
    return connection.execute(sa.select(proposals.c.id).where(proposals.c.reference == reference)).first() is not None


def by_id(connection: sa.Connection, proposal_id: str, *, lock: bool = False) -> Row | None:
    """One request; ``lock`` holds it until the transaction ends."""
    query = sa.select(proposals).where(proposals.c.id == proposal_id)
    return connection.execute(query.with_for_update() if lock else query).first()


def update(connection: sa.Connection, proposal_id: str, version: int, values: Mapping[str, Any]) -> bool:
    """Change a request that still has ``version`` and count the version up; whether it had."""
    return connection.execute(
        proposals.update().where(proposals.c.id == proposal_id, proposals.c.version == version)
        .values(**values, version=version + 1)).rowcount == 1


def of_cardholder(connection: sa.Connection, cardholder_id: str, limit: int, before: datetime | None) -> Sequence[Row]:
    """A person's requests with the card they are about, newest first, from before an instant on.

    ``granted_state``, ``granted_first`` and ``granted_until`` are those of what was granted; None where nothing was.
    """
    granted = arrangements.c
    query = (sa.select(proposals, accounts.c.card_last4, granted.state.label("granted_state"),
                       granted.first_due_date.label("granted_first"), granted.last_due_date.label("granted_until"))
             .join(accounts, accounts.c.id == proposals.c.account_id)
             .outerjoin(arrangements, granted.proposal_id == proposals.c.id)
             .where(proposals.c.cardholder_id == cardholder_id)
             .order_by(proposals.c.submitted_at.desc(), proposals.c.id).limit(limit))
    if before is not None:
        query = query.where(proposals.c.submitted_at < before)
    return connection.execute(query).all()


def events(connection: sa.Connection, proposal_id: str) -> Sequence[Row]:
    """The steps of one request, oldest first."""
    return connection.execute(
        sa.select(proposal_events).where(proposal_events.c.proposal_id == proposal_id)
        .order_by(proposal_events.c.sequence).limit(MOST_EVENTS)).all()


def add_event(connection: sa.Connection, actor: Actor, proposal_id: str, event: ProposalEvent,
              from_state: ProposalState | None, to_state: ProposalState, at: datetime, *,
              reasons: Sequence[str] = (), message: str | None = None, internal_note: str | None = None) -> None:
    """Append a step. The caller holds the request's row, so the numbers have no gaps and no doubles."""
    last = connection.execute(sa.select(sa.func.max(proposal_events.c.sequence)).where(
        proposal_events.c.proposal_id == proposal_id)).scalar()
    # Of the bank's people it is kept who acted; a cardholder is the request's own, whoever typed it in.
    reviewer = actor.user_id if actor.role in (Role.COLLECTOR, Role.SUPERVISOR) else None
    connection.execute(proposal_events.insert().values(
        id=new_id(), proposal_id=proposal_id, sequence=(last or 0) + 1, event=event.value,
        from_state=from_state.value if from_state else None, to_state=to_state.value, actor_role=actor.role.value,
        actor_user_id=reviewer, reasons=list(reasons), message=message or None, internal_note=internal_note or None,
        at=at))


def events_with_names(connection: sa.Connection, proposal_id: str) -> Sequence[Row]:
    """The steps of one request with the display name of the bank's person who took each, oldest first."""
    return connection.execute(
        sa.select(proposal_events, users.c.display_name)
        .outerjoin(users, users.c.id == proposal_events.c.actor_user_id)
        .where(proposal_events.c.proposal_id == proposal_id)
        .order_by(proposal_events.c.sequence).limit(MOST_EVENTS)).all()


def earlier(connection: sa.Connection, cardholder_id: str, proposal_id: str, limit: int) -> Sequence[Row]:
    """The person's other requests, newest first."""
    return connection.execute(
        sa.select(proposals, accounts.c.card_last4)
        .join(accounts, accounts.c.id == proposals.c.account_id)
        .where(proposals.c.cardholder_id == cardholder_id, proposals.c.id != proposal_id)
        .order_by(proposals.c.submitted_at.desc(), proposals.c.id).limit(limit)).all()


def viewed_since(connection: sa.Connection, proposal_id: str, user_id: str, since: datetime,
                 event: str = "case_viewed") -> bool:
    """Whether the audit already says that this person has looked at the case, or at a part of it, since then."""
    return connection.execute(
        sa.select(audit_log.c.sequence)
        .where(audit_log.c.object_kind == "proposal", audit_log.c.object_id == proposal_id,
               audit_log.c.event == event, audit_log.c.actor_user_id == user_id, audit_log.c.at >= since)
        .limit(1)).first() is not None


def decision(connection: sa.Connection, proposal_id: str) -> Row | None:
    """The decision of a request, if it has one."""
    return connection.execute(sa.select(decisions).where(decisions.c.proposal_id == proposal_id)
                              .order_by(decisions.c.decided_at.desc()).limit(1)).first()


def add_decision(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Keep a decision; it can never be changed."""
    connection.execute(decisions.insert().values(id=new_id(), **values))


def arrangement(connection: sa.Connection, proposal_id: str) -> Row | None:
    """What was granted on a request, if anything."""
    return connection.execute(sa.select(arrangements).where(arrangements.c.proposal_id == proposal_id)).first()


def add_arrangement(connection: sa.Connection, values: Mapping[str, Any]) -> str:
    """Keep what was granted."""
    identifier = new_id()
    connection.execute(arrangements.insert().values(id=identifier, **values))
    return identifier


def had_agreement(connection: sa.Connection, account_ids: Sequence[str]) -> frozenset[str]:
    """Those of the accounts on which a personalised agreement was ever granted."""
    rows = connection.execute(
        sa.select(arrangements.c.account_id).distinct()
        .where(arrangements.c.account_id.in_(account_ids),
               arrangements.c.kind == ProposalKind.PERSONALISED_AGREEMENT.value))
    return frozenset(row.account_id for row in rows)


def promised_terms(connection: sa.Connection, cardholder_id: str, as_of: date) -> Sequence[Row]:
    """A person's plans and extensions that draw on their month: asked for, awaiting a signature, or running.

    ``schedule``, ``granted_terms`` and ``last_due_date`` are None for one that is only asked for.
    """
    granted = arrangements.c
    wanted: list[sa.ColumnElement[Any]] = [
        proposals.c.account_id, accounts.c.card_last4, proposals.c.kind, proposals.c.terms, proposals.c.amount_minor,
        proposals.c.submitted_at, granted.terms.label("granted_terms"), granted.schedule,
        granted.last_due_date]
    return connection.execute(
        sa.select(*wanted)
        .join(accounts, accounts.c.id == proposals.c.account_id)
        .outerjoin(arrangements, granted.proposal_id == proposals.c.id)
        .where(proposals.c.cardholder_id == cardholder_id,
               sa.or_(proposals.c.state.in_(OPEN_STATES),
                      sa.and_(granted.state.in_(("active", "awaiting_signature")), granted.last_due_date >= as_of)))
        .order_by(accounts.c.card_last4, proposals.c.submitted_at, proposals.c.id).limit(MOST_PLANS)).all()


def unanswered(connection: sa.Connection, today: date, limit: int) -> Sequence[Row]:
    """Requests whose question ran out before ``today``, oldest first, held until the transaction ends."""
    return connection.execute(
        sa.select(proposals)
        .where(proposals.c.state == ProposalState.INFORMATION_REQUESTED.value, proposals.c.answer_due_date < today)
        .order_by(proposals.c.answer_due_date, proposals.c.id).limit(limit)
        .with_for_update(skip_locked=True)).all()


def account(connection: sa.Connection, account_id: str) -> Row:
    """The account a request is about."""
    return connection.execute(sa.select(accounts).where(accounts.c.id == account_id)).one()


def newest_of_account(connection: sa.Connection, account_id: str) -> Row | None:
    """The request made last on one account, in whatever state."""
    return connection.execute(sa.select(proposals).where(proposals.c.account_id == account_id)
                              .order_by(proposals.c.submitted_at.desc(), proposals.c.id).limit(1)).first()
