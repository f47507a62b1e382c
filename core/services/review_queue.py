"""The review queue as a reviewer reads it: whose turn it is and why, what is waiting, what is in hand.

Amounts, days past due and buckets are those of the books today: posted balances, without the interest
that has grown since (a case shows that too). The score counts what the row shows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.repositories import queue as repository
from core.db.repositories.queue import Narrowing, Viewpoint
from core.domain.actor import Actor, Authority, Role
from core.domain.delinquency import BUCKETS, days_past_due
from core.domain.errors import InvalidInput
from core.domain.priority import PriorityRule, PriorityScore, score
from core.domain.proposal import ProposalKind, ProposalState
from core.domain.request_terms import Terms, from_record, in_time, starts_on
from core.policy.rules.account import delinquency_rule
from core.policy.rules.requests import priority_rule
from core.services.case_access import may_take
from core.services.context import ServiceContext

PAGE_SIZE = 10
"""A page is read on a phone too; the most urgent come first anyway."""
LAST_PAGE = 500
"""Nobody turns five hundred pages; a number beyond is a slip or a probe."""
MOST_IN_HAND = 20
MOST_HELD = 50


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the reader wants to see; the default is everything that waits."""

    kind: ProposalKind | None = None
    bucket: str | None = None
    state: ProposalState | None = None
    overdue_only: bool = False
    """Only cases whose promised time has passed."""
    within_authority: bool = False
    """Only cases this person's level covers."""

    def narrowing(self, actor: Actor) -> Narrowing:
        """The filters as the database takes them."""
        levels = tuple(level.value for level in Authority if actor.authority is not None
                       and actor.authority.covers(level)) if self.within_authority else None
        return Narrowing(self.kind.value if self.kind else None, self.bucket,
                         self.state.value if self.state else None, self.overdue_only, levels)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One waiting case, without the person's name: nobody needs it to choose the next case."""

    proposal_id: str
    reference: str
    card_last4: str
    kind: ProposalKind
    state: ProposalState
    terms: Terms
    amount_minor: int
    """Posted on the account today, in fen."""
    days_past_due: int
    """Today, by the books."""
    bucket: str
    product: str
    vulnerable: bool
    needed_authority: Authority
    recommendation: str | None
    """``approved`` or ``refused`` when a colleague has recommended it."""
    submitted_at: datetime
    answered_at: datetime | None
    """When the cardholder last answered a question of the bank; None: no question was answered."""
    promised_by: datetime
    overdue: bool
    """The promised time has passed."""
    score: PriorityScore
    claimed_at: datetime | None
    claim_expires_at: datetime | None
    """Set, as ``claimed_at``, for cases in somebody's hands."""
    may_take: bool
    """False for a recommendation that another person, or a higher level, has to decide."""
    start_if_granted: date | None = None
    """When it would begin or be paid if granted today; None: on the day it names, or on none."""
    day_passed: bool = False
    """The day it names has passed."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A case in a colleague's hands."""

    row: QueueRow
    holder: str
    """Display name."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, with counts of everything that waits and the cases in hand."""

    rows: tuple[QueueRow, ...]
    page: int
    pages: int
    total: int
    """Cases the filters leave in."""
    waiting: int
    """All waiting cases."""
    overdue: int
    """Of all waiting cases, those past their promised time."""
    by_bucket: Mapping[str, int]
    by_kind: Mapping[str, int]
    by_state: Mapping[str, int]
    in_hand: tuple[QueueRow, ...]
    rule: PriorityRule
    """The ladders the score is made of."""


def queue(actor: Actor, context: ServiceContext, filters: QueueFilters, page: int = 0) -> QueuePage:
    """Page ``page`` (from 0) of the waiting cases, the most urgent first. Three queries.

    Cases another reviewer holds are not shown: they are being dealt with.
    """
    actor.must_be(Role.COLLECTOR, Role.SUPERVISOR, action="read the review queue")
    if type(page) is not int or not 0 <= page <= LAST_PAGE:
        raise InvalidInput("out_of_range", field="page", lowest=0, highest=LAST_PAGE)
    of = viewpoint(actor, context)
    narrowing = filters.narrowing(actor)
    with context.reading() as connection:
        groups = repository.counts(connection, of)
        total = sum(group.cases for group in groups if _left_in(group, narrowing))
        # A page that has emptied meanwhile shows the last one there is.
        pages = min(max(-(-total // PAGE_SIZE), 1), LAST_PAGE + 1)
        page = min(page, pages - 1)
        rows = repository.page(connection, of, narrowing, page * PAGE_SIZE, PAGE_SIZE)
        in_hand = repository.held_by(connection, of, MOST_IN_HAND)
    return QueuePage(
        rows=_rows(rows, of), page=page, pages=pages, total=total,
        waiting=sum(group.cases for group in groups),
        overdue=sum(group.cases for group in groups if group.overdue),
        by_bucket=_counted(groups, "bucket"), by_kind=_counted(groups, "kind"), by_state=_counted(groups, "state"),
        in_hand=_rows(in_hand, of), rule=of.rule)


def held_cases(actor: Actor, context: ServiceContext) -> tuple[HeldRow, ...]:
    """The cases in colleagues' hands, the one promised first at the top, at most ``MOST_HELD``; supervisors only."""
    actor.must_be(Role.SUPERVISOR, action="see who holds which case")
    of = viewpoint(actor, context)
    with context.reading() as connection:
        rows = repository.held_by_others(connection, of, MOST_HELD)
    return tuple(HeldRow(_row(row, of), row.holder) for row in rows)


def viewpoint(actor: Actor, context: ServiceContext) -> Viewpoint:
    """Whose queue, when, and by which rules: the policy of today, of the issuer this installation serves."""
    policy = context.policy.on(context.clock.today(), context.settings.issuer)
    return Viewpoint(actor.user_id, actor.authority, context.clock.now(), context.clock.today(),
                     priority_rule(policy), delinquency_rule(policy).bucket_first_days,
                     policy.integer("requests.first_due_notice_days"))


def score_today(owed_minor: int, oldest_unpaid_due_date: date | None, promised_by: datetime, vulnerable: bool,
                of: Viewpoint) -> PriorityScore:
    """The score of a case by the books, part by part: what ``queue`` orders by."""
    return score(owed_minor, days_past_due(oldest_unpaid_due_date, of.today), promised_by, vulnerable, of.now, of.rule)


def _rows(rows: Iterable[sa.Row[Any]], of: Viewpoint) -> tuple[QueueRow, ...]:
    return tuple(_row(row, of) for row in rows)


def _row(row: sa.Row[Any], of: Viewpoint) -> QueueRow:
    held = row.claimed_by is not None and row.claim_expires_at > of.now
    late = days_past_due(row.oldest_unpaid_due_date, of.today)
    terms = from_record(row.kind, row.terms)
    named, starts = starts_on(terms), starts_on(in_time(terms, of.today + timedelta(days=of.notice_days)))
    return QueueRow(
        proposal_id=row.id, reference=row.reference, card_last4=row.card_last4, kind=ProposalKind(row.kind),
        state=ProposalState(row.state), terms=terms, amount_minor=row.owed_minor,
        days_past_due=late, bucket=BUCKETS[bisect_right(of.bucket_first_days, late)].value, product=row.product,
        vulnerable=row.vulnerable, needed_authority=Authority(row.needed_authority),
        recommendation=row.recommendation, submitted_at=row.submitted_at, answered_at=row.answered_at,
        promised_by=row.promised_by, overdue=row.promised_by < of.now,
        score=score_today(row.owed_minor, row.oldest_unpaid_due_date, row.promised_by, row.vulnerable, of),
        claimed_at=row.claimed_at if held else None, claim_expires_at=row.claim_expires_at if held else None,
        may_take=may_take(row, of.user_id, of.authority), start_if_granted=None if starts == named else starts,
        day_passed=named is not None and named < of.today)


def _left_in(group: sa.Row[Any], narrowing: Narrowing) -> bool:
    return ((narrowing.kind is None or group.kind == narrowing.kind)
            and (narrowing.bucket is None or group.bucket == narrowing.bucket)
            and (narrowing.state is None or group.state == narrowing.state)
            and (narrowing.levels is None or group.needed_authority in narrowing.levels)
            and (not narrowing.overdue_only or bool(group.overdue)))


def _counted(groups: Iterable[sa.Row[Any]], name: str) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for group in groups:
        counted[getattr(group, name)] += group.cases
    return dict(sorted(counted.items()))
