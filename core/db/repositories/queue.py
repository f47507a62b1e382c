"""The review queue in SQL: its exact order, its pages and counts, and claims that never meet.

The score is a sum of CASE steps over columns and parameters (``core.domain.priority``): the database
orders by the very number the screen explains, on SQLite and PostgreSQL alike. What is owed, how late it
is and who needs care are read from the account and the person as the books have them today, not as they
were when the request was sent. Only cases that wait for the bank are read (index on state), and one page
of them leaves the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.identity import users
from core.db.tables.requests import proposal_events, proposals
from core.domain.actor import Authority
from core.domain.delinquency import BUCKETS
from core.domain.priority import PriorityRule, waiting_bounds
from core.domain.proposal import WAITING_FOR_THE_BANK, ProposalEvent, ProposalState

Row = sa.Row[Any]
_WAITING = tuple(state.value for state in WAITING_FOR_THE_BANK)
_p, _a, _c = proposals.c, accounts.c, cardholders.c
_owed = _a.principal_minor + _a.interest_minor + _a.late_fee_minor + _a.other_fees_minor
_CASES = proposals.join(accounts, _a.id == _p.account_id).join(cardholders, _c.id == _p.cardholder_id)


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Whose queue it is, when, and by which rules: what a reviewer sees and may take depends on all of it."""

    user_id: str
    authority: Authority | None
    now: datetime
    today: date
    rule: PriorityRule
    bucket_first_days: Sequence[int]
    """First day past due of M1, M2, …"""
    notice_days: int
    """From today to the first day on which anything granted now may fall due."""


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


def page(connection: sa.Connection, of: Viewpoint, narrowing: Narrowing, offset: int, limit: int) -> Sequence[Row]:
    """One page of the waiting cases in the order of the score, as ``_case_rows`` tells them."""
    points = score(of).label("points")
    # Only ids are sorted; the wide rows are fetched for the page alone.
    first = (sa.select(_p.id, points).select_from(_CASES).where(waiting(of), *_narrowed(narrowing, of))
             .order_by(*_order(of)).offset(offset).limit(limit)).subquery()
    return connection.execute(
        _case_rows().join(first, first.c.id == _p.id)
        .order_by(first.c.points.desc(), _p.promised_by.asc(), _p.id.asc())).all()


def counts(connection: sa.Connection, of: Viewpoint) -> Sequence[Row]:
    """(bucket, kind, state, needed_authority, overdue, cases) over all waiting cases, a few dozen rows."""
    wanted: list[sa.ColumnElement[Any]] = [
        _bucket(of).label("bucket"), _p.kind, _p.state, _p.needed_authority,
        sa.case((_p.promised_by < of.now, 1), else_=0).label("overdue")]
    cases = sa.select(*wanted).select_from(_CASES).where(waiting(of)).subquery()
    counted: list[sa.ColumnElement[Any]] = [*cases.c, sa.func.count().label("cases")]
    return connection.execute(sa.select(*counted).group_by(*cases.c)).all()


def held_by(connection: sa.Connection, of: Viewpoint, limit: int) -> Sequence[Row]:
    """The cases this reviewer holds, the one promised first at the top."""
    return connection.execute(
        _case_rows().where(_p.claimed_by == of.user_id, _p.state.in_(_WAITING), _p.claim_expires_at > of.now)
        .order_by(_p.promised_by, _p.id).limit(limit)).all()


def held_by_others(connection: sa.Connection, of: Viewpoint, limit: int) -> Sequence[Row]:
    """The cases colleagues hold, with ``holder``, their display name; the one promised first at the top."""
    return connection.execute(
        _case_rows(users.c.display_name.label("holder")).join(users, users.c.id == _p.claimed_by)
        .where(_p.claimed_by != of.user_id, _p.state.in_(_WAITING), _p.claim_expires_at > of.now)
        .order_by(_p.promised_by, _p.id).limit(limit)).all()


def by_reference(connection: sa.Connection, reference: str) -> Row | None:
    """The request that is read out by this reference."""
    return connection.execute(sa.select(proposals).where(_p.reference == reference)).first()


def next_takeable(connection: sa.Connection, of: Viewpoint, narrowing: Narrowing,
                  passing_over: Sequence[str]) -> Row | None:
    """The first case this reviewer may take, held until the transaction ends.

    SKIP LOCKED passes over what another reviewer is taking at this moment; SQLite has no row locks and
    needs none, because a write transaction is alone there.
    """
    return connection.execute(
        sa.select(proposals).select_from(_CASES)
        .where(takeable(of), _p.id.not_in(list(passing_over)), *_narrowed(narrowing, of))
        .order_by(*_order(of)).limit(1).with_for_update(of=proposals, skip_locked=True)).first()


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


def _case_rows(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Cases as the queue tells them: the request, and what the books say today of account and person.

    ``owed_minor`` is what is posted, ``answered_at`` when the cardholder last answered a question.
    """
    answered = sa.select(sa.func.max(proposal_events.c.at)).where(
        proposal_events.c.proposal_id == _p.id,
        proposal_events.c.event == ProposalEvent.PROVIDE_INFORMATION.value).scalar_subquery()
    wanted: list[sa.ColumnElement[Any]] = [
        _p.id, _p.reference, _p.kind, _p.state, _p.terms, _p.needed_authority, _p.submitted_at, _p.promised_by,
        _p.recommended_by, _p.recommendation, _p.claimed_by, _p.claimed_at, _p.claim_expires_at, _a.card_last4,
        _a.product, _owed.label("owed_minor"), _a.oldest_unpaid_due_date, _c.vulnerable,
        answered.label("answered_at"), *more]
    return sa.select(*wanted).select_from(_CASES)


def _order(of: Viewpoint) -> tuple[sa.ColumnElement[Any], ...]:
    return score(of).desc(), _p.promised_by.asc(), _p.id.asc()


def score(of: Viewpoint) -> sa.ColumnElement[int]:
    """The total of ``core.domain.priority.score`` as an SQL expression over ``_CASES``."""
    rule = of.rule
    vulnerable = sa.case((_c.vulnerable, rule.vulnerable_points), else_=0)
    return (_steps([(_owed >= step.bound, step.points) for step in rule.amount])
            + _steps([(_late(of, step.bound), step.points) for step in rule.days_past_due])
            + _steps([(_p.promised_by <= instant, points) for instant, points in waiting_bounds(of.now, rule.waiting)])
            + vulnerable)


def _late(of: Viewpoint, days: int) -> sa.ColumnElement[bool]:
    """At least ``days`` past due today: a stored date against a parameter, so both databases agree."""
    return _a.oldest_unpaid_due_date <= of.today - timedelta(days=days) if days > 0 else sa.true()


def _bucket(of: Viewpoint) -> sa.ColumnElement[str]:
    late = [(_late(of, first), bucket.value)
            for bucket, first in zip(BUCKETS[1:], of.bucket_first_days, strict=True)]
    return sa.case(*reversed(late), else_=BUCKETS[0].value)


def _steps(ascending: Sequence[tuple[sa.ColumnElement[bool], int]]) -> sa.ColumnElement[int]:
    """The points of the highest step reached; 0 below the first."""
    return sa.case(*reversed(ascending), else_=0) if ascending else sa.literal(0)


def _narrowed(narrowing: Narrowing, of: Viewpoint) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for column, value in ((_p.kind, narrowing.kind), (_bucket(of), narrowing.bucket), (_p.state, narrowing.state)):
        if value is not None:
            conditions.append(column == value)
    if narrowing.levels is not None:
        conditions.append(_p.needed_authority.in_(narrowing.levels))
    if narrowing.overdue_only:
        conditions.append(_p.promised_by < of.now)
    return conditions
