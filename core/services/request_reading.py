"""A cardholder reads their requests: where each stands, what was said, and what can be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import proposals as repository
from core.domain.actor import Actor, Role
from core.domain.errors import InvalidInput, NotFound
from core.domain.proposal import (
    VISIBLE_EVENTS,
    WAITING_FOR_THE_BANK,
    ProposalEvent,
    ProposalKind,
    ProposalState,
    PublicStatus,
    permits,
    public_status,
)
from core.domain.request_terms import AgreementTerms, Terms, from_record, if_granted
from core.domain.schedule import Schedule
from core.services.assessments import newest_finished
from core.services.context import ServiceContext
from core.services.deadlines import ABOUT_ONE_DAY
from core.services.means import means_for, promises
from core.services.positions import AccountPosition, account_position
from core.services.request_figures import RequestFigures, agreed_before, owed_by, work_out

MOST_PER_PAGE = 50
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""No request lies outside, and some instants that do cannot be brought into UTC at all."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How what was granted ended, and on which day."""

    how: str
    """``kept``, ``missed``, ``lapsed``; ``over``: the day is past, and its close has not judged it yet."""
    on: date


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """One line of the list. ``amount_minor`` is what was owed on the account at submission, in fen."""

    proposal_id: str
    reference: str
    card_last4: str
    kind: ProposalKind
    state: ProposalState
    public_status: PublicStatus
    terms: Terms
    amount_minor: int
    submitted_at: datetime
    promised_by: datetime
    decided_at: datetime | None
    answer_by: date | None
    """The last day for the cardholder's own answer while the bank waits for it."""
    late: bool
    """The promised time has passed, and the bank owes the answer."""
    ending: Ending | None
    """What was granted has ended; None while it lives, and where nothing was granted."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """A step the cardholder may read; ``by_bank`` says whose step it was, never which person's."""

    event: ProposalEvent
    at: datetime
    by_bank: bool
    reasons: tuple[str, ...]
    """Codes: ``reasons.decision.<code>``, or ``reasons.information.<code>`` for a question."""
    message: str | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """The answer, as both sides read it."""

    outcome: str
    """``approved`` or ``refused``."""
    reasons: tuple[str, ...]
    message: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class GrantedView:
    """What was granted: its dates, and what falls due when in fen."""

    arrangement_id: str
    state: str
    terms: Terms
    first_due_date: date
    last_due_date: date
    dues: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class InformationAsked:
    """The question that waits for an answer."""

    items: tuple[str, ...]
    """Codes ``reasons.information.<code>``."""
    message: str | None
    asked_at: datetime
    answer_by: date


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """Everything the cardholder may know of one request."""

    summary: RequestSummary
    account_id: str
    hardship_reason: str | None
    note: str | None
    schedule: Schedule | None
    """The instalments as asked for; what was granted is in ``granted``."""
    timeline: tuple[TimelineEvent, ...]
    decision: DecisionView | None
    granted: GrantedView | None
    information: InformationAsked | None
    may_withdraw: bool
    nearest_terms: Terms | None
    """After a refusal: the nearest terms that pass every check today; None too when those asked for pass."""
    passes_today: bool
    """After a refusal: the terms asked for pass every check today. A person decided otherwise, and can look again."""
    may_ask_again: bool
    """After a refusal, or when what was granted has ended: nothing newer on the account stands in the way of another
    request."""


def my_requests(actor: Actor, context: ServiceContext, *, limit: int = 20,
                before: datetime | None = None) -> list[RequestSummary]:
    """The requests of the person who asks, newest first; ``before`` pages back. One query."""
    cardholder_id = own_cardholder(actor, "read requests")
    if not 1 <= limit <= MOST_PER_PAGE:
        raise InvalidInput("out_of_range", field="limit", lowest=1, highest=MOST_PER_PAGE)
    if before is not None:
        before = min(max(before, _EARLIEST), _LATEST)
    with context.reading() as connection:
        rows = repository.of_cardholder(connection, cardholder_id, limit, before)
    now, today = context.clock.now(), context.clock.today()
    return [_summary(row, row.card_last4, now, ending_of(
        row.kind, row.granted_state, row.granted_first, row.granted_until, today)) for row in rows]


def my_request(actor: Actor, context: ServiceContext, proposal_id: str) -> RequestDetail:
    """One request of the person who asks. Raises ``NotFound`` for another person's, as for none.

    Five queries, and nine more after a refusal (what would pass today) or the end of what was granted.
    """
    cardholder_id = own_cardholder(actor, "read a request")
    with context.reading() as connection:
        row = own_request(connection, cardholder_id, proposal_id)
        account = repository.account(connection, row.account_id)
        steps = repository.events(connection, proposal_id)
        decision = repository.decision(connection, proposal_id)
        granted = repository.arrangement(connection, proposal_id)
        ending = None if granted is None else ending_of(
            granted.kind, granted.state, granted.first_due_date, granted.last_due_date, context.clock.today())
        refused = row.state == ProposalState.REFUSED
        position = account_position(connection, context, account, context.clock.today()) if refused or ending else None
        again = position is not None and position.may_ask
        today = _figures_today(connection, context, row, position) if position and again and refused else None
    state = ProposalState(row.state)
    summary = _summary(row, account.card_last4, context.clock.now(), ending)
    return RequestDetail(
        summary=summary, account_id=row.account_id, hardship_reason=row.hardship_reason, note=row.note,
        schedule=schedule_as_asked(row, summary.terms), timeline=_timeline(steps),
        decision=None if decision is None else DecisionView(
            decision.outcome, tuple(decision.reasons), decision.message, decision.decided_at),
        granted=None if granted is None else granted_view(granted),
        information=_information(row, steps), may_withdraw=permits(state, ProposalEvent.WITHDRAW),
        nearest_terms=today.nearest_terms if today else None, passes_today=today is not None and not today.failed,
        may_ask_again=again)


def own_cardholder(actor: Actor, action: str) -> str:
    """The person whose requests these are; raises ``NotPermitted`` for any other role."""
    actor.must_be(Role.CARDHOLDER, action=action)
    if actor.cardholder_id is None:
        raise NotFound("cardholder")
    return actor.cardholder_id


def own_request(connection: sa.Connection, cardholder_id: str, proposal_id: str, *, lock: bool = False) -> sa.Row[Any]:
    """The request if it is this person's; raises ``NotFound`` otherwise, whether or not it exists."""
    row = repository.by_id(connection, proposal_id, lock=lock) if is_identifier(proposal_id) else None
    if row is None or row.cardholder_id != cardholder_id:
        raise NotFound("proposal")
    return row


def is_identifier(text: object) -> bool:
    """Whether ``text`` could be an id at all: an address typed by hand never reaches the database driver."""
    return isinstance(text, str) and 0 < len(text) <= 40 and text.isascii() and text.isprintable()


def schedule_as_asked(row: sa.Row[Any], terms: Terms) -> Schedule | None:
    """The instalments at submission, computed again from what is stored: the same figures as then."""
    if not isinstance(terms, AgreementTerms):
        return None
    return terms.schedule(row.amount_minor, row.submitted_at.astimezone(CHINA).date())


def granted_view(row: sa.Row[Any]) -> GrantedView:
    """A stored arrangement as it is shown."""
    dues = tuple((date.fromisoformat(due["due_date"]), int(due["amount_minor"])) for due in row.schedule)
    return GrantedView(row.id, row.state, from_record(row.kind, row.terms), row.first_due_date, row.last_due_date, dues)


def ending_of(kind: str, state: str | None, first_due: date, last_due: date, as_of: date) -> Ending | None:
    """How an arrangement ended, by its row; an extension or promise is over after its last day, judged or not."""
    if state in ("kept", "missed"):
        return Ending(state, last_due)
    if state == "lapsed":
        return Ending(state, first_due)
    over = state == "active" and kind in ABOUT_ONE_DAY and last_due < as_of
    return Ending("over", last_due) if over else None


def _summary(row: sa.Row[Any], card_last4: str, now: datetime, ending: Ending | None) -> RequestSummary:
    state = ProposalState(row.state)
    return RequestSummary(
        proposal_id=row.id, reference=row.reference, card_last4=card_last4, kind=ProposalKind(row.kind), state=state,
        public_status=public_status(state), terms=from_record(row.kind, row.terms), amount_minor=row.amount_minor,
        submitted_at=row.submitted_at, promised_by=row.promised_by, decided_at=row.decided_at,
        answer_by=row.answer_due_date if state is ProposalState.INFORMATION_REQUESTED else None,
        late=state in WAITING_FOR_THE_BANK and row.promised_by < now, ending=ending)


def _timeline(steps: Sequence[sa.Row[Any]]) -> tuple[TimelineEvent, ...]:
    shown: list[TimelineEvent] = []
    reviewing = False
    for step in steps:
        event = ProposalEvent(step.event)
        # Who inside the bank hands a case to whom is not the cardholder's concern: one line, once a round.
        if event not in VISIBLE_EVENTS or (event is ProposalEvent.CLAIM and reviewing):
            continue
        reviewing = event is ProposalEvent.CLAIM
        shown.append(TimelineEvent(event, step.at, step.actor_role != Role.CARDHOLDER.value, tuple(step.reasons),
                                   step.message))
    return tuple(shown)


def _information(row: sa.Row[Any], steps: Sequence[sa.Row[Any]]) -> InformationAsked | None:
    if row.state != ProposalState.INFORMATION_REQUESTED:
        return None
    asked: Mapping[str, Any] = next(step for step in reversed(steps)
                                    if step.event == ProposalEvent.REQUEST_INFORMATION.value)._mapping
    return InformationAsked(tuple(asked["reasons"]), asked["message"], asked["at"], row.answer_due_date)


def _figures_today(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any],
                   position: AccountPosition) -> RequestFigures | None:
    """What was asked for, as it would be found today; None where today nothing can be made of its terms."""
    means = means_for(newest_finished(connection, row.cardholder_id),
                      promises(connection, context, row.cardholder_id, position.as_of, [position]), row.account_id)
    terms = if_granted(from_record(row.kind, row.terms), position.as_of, owed_by(position))
    try:
        return work_out(context, position, means, terms, hardship_given=row.hardship_reason is not None,
                        agreed_before=agreed_before(connection, row.account_id))
    except InvalidInput:  # such as a first payment above what is left of the balance
        return None
