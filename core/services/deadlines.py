"""What comes next on an account: the grant and the request that are alive, and the soonest date that matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.domain.proposal import ProposalKind, ProposalState


class DeadlineKind(StrEnum):
    """What a date asks of the reader; the words are ``cardholder.deadline.<value>``."""

    MINIMUM_DUE = "minimum_due"
    """The minimum payment of the newest statement is due."""
    GRACE_ENDS = "grace_ends"
    """That day is past, but what is paid within the days of grace still counts as paid in time."""
    EXTENSION_ENDS = "extension_ends"
    """A granted extension ends: the amount falls due."""
    INSTALMENT = "instalment"
    """The next instalment of a signed agreement is due."""
    ANSWER_NEEDED = "answer_needed"
    """The bank asked something; after this day the request ends without an answer."""
    SIGNATURE = "signature"
    """An agreement waits for a signature; its first payment falls due on this day."""
    PAUSE_SIGNATURE = "pause_signature"
    """A pause waits for a signature until this day; nothing is paid under it."""
    PROMISED = "promised"
    """The day of a payment the cardholder promised and the bank took note of."""
    ANSWER_PROMISED = "answer_promised"
    """The bank promised to answer a request by this day."""
    NEXT_STATEMENT = "next_statement"
    """Nothing sooner: the next statement closes."""


ABOUT_ONE_DAY = (ProposalKind.EXTENSION, ProposalKind.PROMISE_TO_PAY)
"""What is about one day and over after it."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The next date that matters on an account, and what is to be paid by then in fen (0: nothing)."""

    on: date
    kind: DeadlineKind
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class ActiveArrangement:
    """What was granted on the account and is alive: ``active`` or ``awaiting_signature``."""

    arrangement_id: str
    proposal_id: str
    kind: str
    state: str
    first_due_date: date
    last_due_date: date
    granted_on: date
    dues: tuple[tuple[date, int], ...]
    """What falls due when, in fen, earliest first."""

    def is_over(self, as_of: date) -> bool:
        """An extension or promise holds until its last day, also before the close of that day says how it ended."""
        return self.kind in ABOUT_ONE_DAY and self.last_due_date < as_of

    def due_on(self, on: date) -> int:
        """What falls due on a day, in fen."""
        return sum(amount for day, amount in self.dues if day == on)

    def next_due(self, as_of: date) -> tuple[date, int] | None:
        """What falls due from ``as_of`` on; None once everything has."""
        return next((due for due in self.dues if due[0] >= as_of), None)


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request on the account that still waits for somebody."""

    proposal_id: str
    reference: str
    kind: str
    state: str
    promised_by: datetime
    answer_by: date | None
    """The last day for the cardholder's own answer while the bank waits for it; None: it waits for nothing."""
    late: bool
    """The promised time has passed, and the bank owes the answer."""


def active_arrangement(granted: sa.Row[Any]) -> ActiveArrangement:
    """A row of ``arrangements`` as it is read here."""
    dues = tuple((date.fromisoformat(due["due_date"]), int(due["amount_minor"])) for due in granted.schedule)
    return ActiveArrangement(granted.id, granted.proposal_id, granted.kind, granted.state, granted.first_due_date,
                             granted.last_due_date, granted.granted_at.astimezone(CHINA).date(), dues)


def open_request(asked: sa.Row[Any], now: datetime) -> OpenRequest:
    """A row of ``proposals`` as it is read here at ``now``."""
    waiting = asked.state == ProposalState.INFORMATION_REQUESTED
    return OpenRequest(asked.id, asked.reference, asked.kind, asked.state, asked.promised_by,
                       asked.answer_due_date if waiting else None, not waiting and asked.promised_by < now)


@dataclass(frozen=True, slots=True)
class PayBy:
    """The day until which the newest statement's minimum counts as paid in time."""

    on: date
    in_grace: bool
    """The due date is past; ``on`` is the last day of grace."""


def pay_by(due_date: date, grace_days: int, as_of: date) -> PayBy | None:
    """The due date; once it is past, the last day of grace (policy ``grace.days``); None after that."""
    if as_of <= due_date:
        return PayBy(due_date, in_grace=False)
    last = due_date + timedelta(days=grace_days)
    return PayBy(last, in_grace=True) if as_of <= last else None


def next_deadline(minimum: PayBy | None, minimum_due: int, deferred: bool, arrangement: ActiveArrangement | None,
                  request: OpenRequest | None, closes: date, as_of: date) -> Deadline:
    """The soonest date from ``as_of`` on that asks something of the reader or answers them.

    ``minimum_due`` fen of the newest ``minimum`` are still to be paid, or ``deferred`` by an extension; the
    next statement ``closes`` on its day.
    """
    ahead = [Deadline(closes, DeadlineKind.NEXT_STATEMENT)]
    if request is not None:
        # While the bank waits for the cardholder its own promise does not run.
        ahead.append(Deadline(request.promised_by.astimezone(CHINA).date(), DeadlineKind.ANSWER_PROMISED)
                     if request.answer_by is None else Deadline(request.answer_by, DeadlineKind.ANSWER_NEEDED))
    if arrangement is not None:
        ahead += _arranged(arrangement, minimum_due if deferred else None, as_of)
    if minimum is not None and minimum_due > 0 and not deferred and not _replaces_minimum(arrangement):
        kind = DeadlineKind.GRACE_ENDS if minimum.in_grace else DeadlineKind.MINIMUM_DUE
        ahead.append(Deadline(minimum.on, kind, minimum_due))
    # Of several on one day the one that asks something of the reader comes first, the statement last.
    return min((deadline for deadline in reversed(ahead) if deadline.on >= as_of), key=lambda deadline: deadline.on)


def _arranged(arrangement: ActiveArrangement, still_deferred: int | None, as_of: date) -> list[Deadline]:
    """What a grant asks next. Of an extension only what is still open of the amount put off (None: not known)."""
    if arrangement.state == "awaiting_signature":
        on = arrangement.first_due_date
        kind = DeadlineKind.PAUSE_SIGNATURE if arrangement.kind == ProposalKind.PAUSE else DeadlineKind.SIGNATURE
        return [Deadline(on, kind, arrangement.due_on(on))]
    if arrangement.kind == ProposalKind.EXTENSION:
        on = arrangement.last_due_date
        left = arrangement.due_on(on) if still_deferred is None else still_deferred
        return [Deadline(on, DeadlineKind.EXTENSION_ENDS, left)] if left else []
    due = arrangement.next_due(as_of)
    kind = DeadlineKind.PROMISED if arrangement.kind == ProposalKind.PROMISE_TO_PAY else DeadlineKind.INSTALMENT
    return [Deadline(due[0], kind, due[1])] if due else []


def _replaces_minimum(arrangement: ActiveArrangement | None) -> bool:
    """A signed agreement is paid by its instalments; one that awaits its signature changes nothing yet."""
    return (arrangement is not None and arrangement.state == "active"
            and arrangement.kind == ProposalKind.PERSONALISED_AGREEMENT)
