"""A reviewer decides: approve, refuse, ask the cardholder, or refer to somebody with more authority.

Each decision is one transaction: state, step, decision, arrangement, messages, audit. It needs the claim,
the version that was read and, to grant, the level (and from policy ``authority.four_eyes_from`` on a
colleague's recommendation). Queue, claims and the case itself are published here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.db.repositories.queue import UNCLAIMED
from core.domain.actor import Actor
from core.domain.authority import check_may_grant
from core.domain.decision import ApproveReason, InformationItem, Outcome, RefuseReason
from core.domain.errors import Conflict, InvalidInput
from core.domain.message_templates import MessageTemplate
from core.domain.proposal import ProposalEvent, ProposalKind, ProposalState, after
from core.domain.request_checks import CheckName
from core.domain.request_terms import as_record
from core.policy.rules.requests import authority_rule
from core.services import records
from core.services.assessments import newest_finished
from core.services.case_access import find_case
from core.services.case_model import CaseView
from core.services.case_view import case, figures_today
from core.services.claims import Claimed, claim, claim_next, held_case, move, release, review_policy, reviewer
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.positions import account_position
from core.services.request_figures import RequestFigures, begins_on, schedule_record
from core.services.review_queue import HeldRow, QueueFilters, QueuePage, QueueRow, held_cases, queue
from core.services.texts import clean_text

__all__ = [
    "CaseView", "Claimed", "HeldRow", "QueueFilters", "QueuePage", "QueueRow", "approve", "case", "claim", "claim_next",
    "find_case", "held_cases", "queue", "refer", "refuse", "release", "request_information",
]

Code = TypeVar("Code", bound=StrEnum)
Row = sa.Row[Any]
_AT_ONCE = (ProposalKind.EXTENSION, ProposalKind.PROMISE_TO_PAY)
"""What holds as soon as it is granted; everything else changes the debt or its plan, and awaits a signature."""
_ANSWERS = {ProposalState.APPROVED: MessageTemplate.REQUEST_APPROVED,
            ProposalState.REFUSED: MessageTemplate.REQUEST_REFUSED}


def approve(actor: Actor, context: ServiceContext, proposal_id: str, *, expected_version: int,
            reasons: Sequence[ApproveReason], message: str = "", internal_note: str = "",
            idempotency_key: str) -> None:
    """Grant the case as its figures stand today: an extension or promise is active, the rest awaits its signature.

    Raises ``AuthorityExceeded``, ``FourEyesNeeded``, ``Conflict`` (claim, version, another arrangement),
    ``InvalidInput`` without a reason, past a hard limit, or (``exception_note_missing``) without an
    internal note where a check did not pass.
    """
    codes = _codes(reasons, ApproveReason)
    words, note = clean_text(message, "message"), clean_text(internal_note, "internal_note")

    def decide(connection: sa.Connection, row: Row) -> None:
        figures = _grantable(connection, context, row)
        policy = review_policy(context)
        check_may_grant(figures.authority, actor.authority, actor.user_id, row.recommended_by, authority_rule(policy))
        if figures.failed and not note:
            raise InvalidInput("exception_note_missing", "say why a failed check does not stand in the way",
                               field="internal_note", checks=[check.name.value for check in figures.failed])
        _conclude(connection, actor, context, row, ProposalEvent.APPROVE, codes, words, note, granted=figures)

    _decide(actor, context, "approve", proposal_id, expected_version, [codes, words, note], idempotency_key, decide)


def refuse(actor: Actor, context: ServiceContext, proposal_id: str, *, expected_version: int,
           reasons: Sequence[RefuseReason], message: str = "", internal_note: str = "",
           idempotency_key: str) -> None:
    """Refuse the case with at least one reason the cardholder can read. Any level may: nothing is granted."""
    codes = _codes(reasons, RefuseReason)
    words, note = clean_text(message, "message"), clean_text(internal_note, "internal_note")

    def decide(connection: sa.Connection, row: Row) -> None:
        _conclude(connection, actor, context, row, ProposalEvent.REFUSE, codes, words, note)

    _decide(actor, context, "refuse", proposal_id, expected_version, [codes, words, note], idempotency_key, decide)


def request_information(actor: Actor, context: ServiceContext, proposal_id: str, *, expected_version: int,
                        items: Sequence[InformationItem], message: str = "", idempotency_key: str) -> None:
    """Ask the cardholder; they have until policy ``requests.information_days``. Nobody holds the case meanwhile."""
    codes = _codes(items, InformationItem, field="items")
    words = clean_text(message, "message")

    def decide(connection: sa.Connection, row: Row) -> None:
        now = context.clock.now()
        days = review_policy(context).integer("requests.information_days")
        answer_by = context.clock.today() + timedelta(days=days)
        before = ProposalState(row.state)
        state = after(before, ProposalEvent.REQUEST_INFORMATION)
        move(connection, row, {"state": state.value, "answer_due_date": answer_by, **UNCLAIMED})
        repository.add_event(connection, actor, row.id, ProposalEvent.REQUEST_INFORMATION, before, state, now,
                             reasons=codes, message=words)
        _tell(connection, context, row, MessageTemplate.REQUEST_INFORMATION, answer_by=answer_by.isoformat())
        records.audit(connection, actor, "information_requested", "proposal", row.id, now, items=codes)

    _decide(actor, context, "ask", proposal_id, expected_version, [codes, words], idempotency_key, decide)


def refer(actor: Actor, context: ServiceContext, proposal_id: str, *, expected_version: int,
          recommendation: Outcome, internal_note: str, idempotency_key: str) -> None:
    """Recommend a decision to somebody else with the level the case needs today. The cardholder is not told."""
    recommended = _codes([recommendation], Outcome, field="recommendation")[0]
    note = clean_text(internal_note, "internal_note", required=True)

    def decide(connection: sa.Connection, row: Row) -> None:
        now = context.clock.now()
        before = ProposalState(row.state)
        state = after(before, ProposalEvent.REFER)
        position = account_position(connection, context, row.account_id, context.clock.today())
        figures = figures_today(connection, context, row, position, newest_finished(connection, row.cardholder_id))
        move(connection, row, {"state": state.value, "recommended_by": actor.user_id, "recommendation": recommended,
                               "needed_authority": figures.authority.level.value, **UNCLAIMED})
        repository.add_event(connection, actor, row.id, ProposalEvent.REFER, before, state, now,
                             reasons=[recommended], internal_note=note)
        records.audit(connection, actor, "case_referred", "proposal", row.id, now, recommendation=recommended,
                      needed_authority=figures.authority.level.value)

    _decide(actor, context, "refer", proposal_id, expected_version, [recommended, note], idempotency_key, decide)


def _decide(actor: Actor, context: ServiceContext, verb: str, proposal_id: str, expected_version: int,
            said: list[Any], key: str, carry_out: Callable[[sa.Connection, Row], None]) -> None:
    """Carry out a decision once, on a case this person holds and as they read it."""
    reviewer(actor, "decide a case")

    def on_held_case(connection: sa.Connection) -> dict[str, str]:
        row = held_case(connection, context, actor, proposal_id, expected_version)
        carry_out(connection, row)
        return {"proposal_id": row.id}

    asked = {"proposal_id": proposal_id, "expected_version": expected_version, "said": said}
    once(actor, context, f"review.{verb}", key, asked, on_held_case)


def _grantable(connection: sa.Connection, context: ServiceContext, row: Row) -> RequestFigures:
    position = account_position(connection, context, row.account_id, context.clock.today())
    if position.total_minor <= 0:
        raise Conflict("nothing_owed", "nothing is owed on this account any more")
    figures = figures_today(connection, context, row, position, newest_finished(connection, row.cardholder_id))
    failure = figures.hard_failure
    if failure is not None and failure.name is CheckName.NO_ARRANGEMENT:
        raise Conflict("arrangement_exists", "the account has an arrangement")
    if failure is not None:
        raise InvalidInput("limit_passed", f"{failure.name}: {failure.value} passes the limit of {failure.limit}",
                           field="terms", check=failure.name.value, value=failure.value, limit=failure.limit)
    return figures


def _conclude(connection: sa.Connection, actor: Actor, context: ServiceContext, row: Row, event: ProposalEvent,
              codes: list[str], words: str, note: str, *, granted: RequestFigures | None = None) -> None:
    """The state, the step, the decision, what was granted, the messages and the audit row of an answer."""
    now = context.clock.now()
    policy = review_policy(context)
    before = ProposalState(row.state)
    state = after(before, event)
    move(connection, row, {"state": state.value, "decided_at": now, **UNCLAIMED})
    repository.add_event(connection, actor, row.id, event, before, state, now, reasons=codes, message=words,
                         internal_note=note)
    authority = actor.authority.value if actor.authority else "-"
    repository.add_decision(connection, {
        "proposal_id": row.id, "outcome": state.value, "reasons": codes, "message": words or None,
        "actor_user_id": actor.user_id, "authority": authority, "policy_version": policy.version, "decided_at": now})
    if granted is not None:
        repository.add_arrangement(connection, _arrangement(context, row, granted))
    _tell(connection, context, row, _ANSWERS[state])
    records.audit(connection, actor, f"request_{state.value}", "proposal", row.id, now, reasons=codes,
                  authority=authority, recommended_by=row.recommended_by, policy_version=policy.version)


def _arrangement(context: ServiceContext, row: Row, figures: RequestFigures) -> dict[str, Any]:
    return {"account_id": row.account_id, "proposal_id": row.id, "kind": figures.kind.value,
            "state": "active" if figures.kind in _AT_ONCE else "awaiting_signature",
            "terms": as_record(figures.terms), "schedule": schedule_record(figures),
            "first_due_date": begins_on(figures), "last_due_date": figures.until_date,
            "granted_at": context.clock.now()}


def _tell(connection: sa.Connection, context: ServiceContext, row: Row, template: MessageTemplate,
          **parameters: Any) -> None:
    """A message in the portal and a short one to the phone; neither says what the debt is."""
    for channel in ("in_app", "sms"):
        records.send(connection, context.vault, channel=channel, recipient_kind="cardholder",
                     recipient_id=row.cardholder_id, template=template, at=context.clock.now(),
                     reference=row.reference, **parameters)


def _codes(given: Sequence[str], known: type[Code], field: str = "reasons") -> list[str]:
    """Each code once, in the order of the list; raises ``InvalidInput`` for none or an unknown one."""
    chosen = set(given)
    if not chosen:
        raise InvalidInput(f"{field}_missing", "at least one is needed", field=field)
    if not chosen <= {code.value for code in known}:
        raise InvalidInput("code_unknown", "no such code", field=field)
    return [code.value for code in known if code in chosen]
