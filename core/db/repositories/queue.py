"""The review queue in SQL: its exact order, its pages and counts, and claims that never meet.

The score is a sum of CASE steps over columns and parameters (``core.domain.priority``): the database
orders by the very number the screen explains, on SQLite and PostgreSQL alike. Only cases that wait for
the bank are read (index on state), and one page of them leaves the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.db.tables.requests import proposals
from core.domain.actor import Authority
from core.domain.priority import PriorityRule, Step, waiting_bounds
from core.domain.proposal import WAITING_FOR_THE_BANK, ProposalState

Row = sa.Row[Any]
_WAITING = tuple(state.value for state in WAITING_FOR_THE_BANK)
_p = proposals.c


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Whose queue it is and when: what a reviewer may take depends on both."""

    user_id: str
    authority: Authority | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is left in after the reader's filters; None leaves everything in."""

    kind: str | None = None
    bucket: str | None = None
    state: str | None = None
    overdue_only: bool = False
    levels: tuple[str, ...] | None = None


def waiting(of: Viewpoint) -> sa.ColumnElement[bool]:
    """Cases anybody may see in the queue: those waiting for the bank that no colleague holds."""
    return sa.and_(_p.state.in_(_WAITING), _free(of.now))


def takeable(of: Viewpoint) -> sa.ColumnElement[bool]:
    """Of those, the ones this reviewer may take: a recommendation goes to another person with the level."""
    covered = [level.value for level in Authority if of.authority is not None and of.authority.covers(level)]
    mine_to_decide = sa.and_(_p.needed_authority.in_(covered), _p.recommended_by != of.user_id)
    return sa.and_(waiting(of), sa.or_(_p.state != ProposalState.REFERRED.value, mine_to_decide))


def page(connection: sa.Connection, of: Viewpoint, rule: PriorityRule, narrowing: Narrowing, offset: int,
         limit: int) -> Sequence[Row]:
    """One page of the waiting cases in the order of the score."""
    points = score(rule, of.now).label("points")
    # Only ids are sorted; the wide rows are fetched for the page alone.
    first = (sa.select(_p.id, points).where(waiting(of), *_narrowed(narrowing, of.now))
             .order_by(*_order(rule, of.now)).offset(offset).limit(limit)).subquery()
    return connection.execute(
        sa.select(proposals, accounts.c.card_last4).join(first, first.c.id == _p.id)
        .join(accounts, accounts.c.id == _p.account_id)
        .order_by(first.c.points.desc(), _p.promised_by.asc(), _p.id.asc())).all()


def counts(connection: sa.Connection, of: Viewpoint) -> Sequence[Row]:
    """(bucket, kind, state, needed_authority, overdue, cases) over all waiting cases, a few dozen rows."""
    overdue = sa.case((_p.promised_by < of.now, 1), else_=0).label("overdue")
    return connection.execute(
        sa.select(_p.bucket, _p.kind, _p.state, _p.needed_authority, overdue, sa.func.count().label("cases"))
        .where(waiting(of)).group_by(_p.bucket, _p.kind, _p.state, _p.needed_authority, overdue)).all()


def held_by(connection: sa.Connection, of: Viewpoint, limit: int) -> Sequence[Row]:
    """The cases this reviewer holds, the one promised first at the top."""
    return connection.execute(
        sa.select(proposals, accounts.c.card_last4).join(accounts, accounts.c.id == _p.account_id)
        .where(_p.claimed_by == of.user_id, _p.state.in_(_WAITING), _p.claim_expires_at > of.now)
        .order_by(_p.promised_by, _p.id).limit(limit)).all()


def next_takeable(connection: sa.Connection, of: Viewpoint, rule: PriorityRule, narrowing: Narrowing,
                  passing_over: Sequence[str]) -> Row | None:
    """The first case this reviewer may take, held until the transaction ends.

    SKIP LOCKED passes over what another reviewer is taking at this moment; SQLite has no row locks and
    needs none, because a write transaction is alone there.
    """
    return connection.execute(
        sa.select(proposals).where(takeable(of), _p.id.not_in(list(passing_over)), *_narrowed(narrowing, of.now))
        .order_by(*_order(rule, of.now)).limit(1).with_for_update(skip_locked=True)).first()


def claim(connection: sa.Connection, row: Row, of: Viewpoint, state: str, expires_at: datetime, *,
          take_over: bool = False) -> bool:
    """Take a case if it is as it was read and still free (or taken over); whether it was."""
    free = sa.true() if take_over else _free(of.now)
    return connection.execute(
        proposals.update().where(_p.id == row.id, _p.version == row.version, _p.state.in_(_WAITING), free)
        .values(state=state, claimed_by=of.user_id, claimed_at=of.now, claim_expires_at=expires_at,
                version=row.version + 1)).rowcount == 1


def keep_claim(connection: sa.Connection, proposal_id: str, user_id: str, expires_at: datetime) -> None:
    """Extend a claim by its holder's activity; the version stays, for nothing was decided."""
    connection.execute(proposals.update().where(_p.id == proposal_id, _p.claimed_by == user_id)
                       .values(claim_expires_at=expires_at))


UNCLAIMED: Mapping[str, None] = {"claimed_by": None, "claimed_at": None, "claim_expires_at": None}
"""What a case is set to when its reviewer lets go."""


def _free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(_p.claimed_by.is_(None), _p.claim_expires_at <= now)


def _order(rule: PriorityRule, now: datetime) -> tuple[sa.ColumnElement[Any], ...]:
    return score(rule, now).desc(), _p.promised_by.asc(), _p.id.asc()


def score(rule: PriorityRule, now: datetime) -> sa.ColumnElement[int]:
    """The total of ``core.domain.priority.score`` as an SQL expression."""
    vulnerable = sa.case((_p.vulnerable, rule.vulnerable_points), else_=0)
    return (_ladder(_p.amount_minor, rule.amount) + _ladder(_p.days_past_due, rule.days_past_due)
            + _waiting_points(rule, now) + vulnerable)


def _ladder(column: sa.ColumnElement[int], ladder: Sequence[Step]) -> sa.ColumnElement[int]:
    steps = [(column >= step.bound, step.points) for step in reversed(ladder)]
    return sa.case(*steps, else_=0) if steps else sa.literal(0)


def _waiting_points(rule: PriorityRule, now: datetime) -> sa.ColumnElement[int]:
    steps = [(_p.promised_by <= instant, points) for instant, points in reversed(waiting_bounds(now, rule.waiting))]
    return sa.case(*steps, else_=0) if steps else sa.literal(0)


def _narrowed(narrowing: Narrowing, now: datetime) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for column, value in ((_p.kind, narrowing.kind), (_p.bucket, narrowing.bucket), (_p.state, narrowing.state)):
        if value is not None:
            conditions.append(column == value)
    if narrowing.levels is not None:
        conditions.append(_p.needed_authority.in_(narrowing.levels))
    if narrowing.overdue_only:
        conditions.append(_p.promised_by < now)
    return conditions
