"""A cardholder asks: what is possible, what it would come to, and the request itself.

Options and previews are in ``request_options``, reading in ``request_reading``; both are published here.
A request whose checks fail may still be sent, because a person decides (PIPL Art. 24(3)); only where
nothing is left to decide (Art. 70's five years, another request or arrangement on the account) is it
refused, with the limit and the nearest terms.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import proposals as repository
from core.domain.actor import Actor
from core.domain.errors import Conflict, InvalidInput
from core.domain.message_templates import MessageTemplate
from core.domain.proposal import ProposalEvent, ProposalState, after
from core.domain.request_checks import CheckName
from core.domain.request_terms import as_record
from core.policy.rules.requests import answered_promise, decision_promise
from core.services import records
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.positions import AccountPosition
from core.services.request_figures import RequestFigures
from core.services.request_options import (
    AccountOption,
    Preview,
    RequestDraft,
    RequestOptions,
    check_draft,
    draft_figures,
    legal_effects,
    preview,
    request_options,
)
from core.services.request_reading import (
    DecisionView,
    Ending,
    GrantedView,
    InformationAsked,
    RequestDetail,
    RequestSummary,
    TimelineEvent,
    my_request,
    my_requests,
    own_cardholder,
    own_request,
)
from core.services.texts import clean_text

__all__ = [
    "AccountOption", "DecisionView", "Ending", "GrantedView", "InformationAsked", "Preview", "RequestDetail",
    "RequestDraft", "RequestOptions", "RequestSummary", "Submitted", "TimelineEvent", "answer_information_request",
    "my_request", "my_requests", "preview", "request_options", "submit", "withdraw",
]

_REFERENCE_SIGNS = "23456789CDFGHJKLMNPQRTVWXYZ"
"""No vowels (no words by accident) and nothing that sounds or looks like another sign on the phone."""

@dataclass(frozen=True, slots=True)
class Submitted:
    """A request that has reached the bank."""

    proposal_id: str
    reference: str
    promised_by: datetime


def submit(actor: Actor, context: ServiceContext, draft: RequestDraft, *, acknowledged: bool,
           idempotency_key: str) -> Submitted:
    """Send a request: it acknowledges the debt and restarts the limitation period (Civil Code 192, 195).

    Raises ``InvalidInput`` when that was not acknowledged or a hard limit is passed (``data`` has the
    limit and the nearest terms), ``Conflict`` when the account has an open request or an arrangement.
    """
    cardholder_id = own_cardholder(actor, "send a request")
    if acknowledged is not True:
        raise InvalidInput("acknowledgement_missing", "the legal effect has to be acknowledged", field="acknowledged")
    note = check_draft(draft)
    asked = {"account_id": draft.account_id, "kind": draft.kind, "terms": as_record(draft.terms),
             "hardship_reason": draft.hardship_reason, "note": note}
    result = once(actor, context, "requests.submit", idempotency_key, asked,
                  lambda connection: send_request(connection, actor, context, cardholder_id, draft, note))
    return Submitted(result["proposal_id"], result["reference"], datetime.fromisoformat(result["promised_by"]))


def answer_information_request(actor: Actor, context: ServiceContext, proposal_id: str, answer: str, *,
                               idempotency_key: str) -> None:
    """Answer what the bank asked; the case goes back into the queue, to be looked at afresh.

    The promised time moves back only as far as the answer needs (policy ``requests.answer_review_days``).
    """
    cardholder_id = own_cardholder(actor, "answer a question")
    words = clean_text(answer, "answer", required=True)

    def carry_out(connection: sa.Connection) -> dict[str, str]:
        now = context.clock.now()
        row = own_request(connection, cardholder_id, proposal_id, lock=True)
        before = ProposalState(row.state)
        state = after(before, ProposalEvent.PROVIDE_INFORMATION)
        policy = context.policy.on(context.clock.today(), context.settings.issuer)
        promised = max(row.promised_by, answered_promise(policy, now, CHINA))
        _move(connection, row, {"state": state.value, "promised_by": promised, "answer_due_date": None,
                                "recommended_by": None, "recommendation": None})
        repository.add_event(connection, actor, row.id, ProposalEvent.PROVIDE_INFORMATION, before, state, now,
                             message=words)
        records.audit(connection, actor, "information_provided", "proposal", row.id, now)
        return {"proposal_id": row.id}

    once(actor, context, "requests.answer", idempotency_key, {"proposal_id": proposal_id, "answer": words}, carry_out)


def withdraw(actor: Actor, context: ServiceContext, proposal_id: str, *, idempotency_key: str) -> None:
    """Take a request back; what it acknowledged stays acknowledged. Raises ``IllegalTransition`` once decided."""
    cardholder_id = own_cardholder(actor, "withdraw a request")

    def carry_out(connection: sa.Connection) -> dict[str, str]:
        now = context.clock.now()
        row = own_request(connection, cardholder_id, proposal_id, lock=True)
        before = ProposalState(row.state)
        state = after(before, ProposalEvent.WITHDRAW)
        _move(connection, row, {"state": state.value, "answer_due_date": None, "claimed_by": None,
                                "claimed_at": None, "claim_expires_at": None})
        repository.add_event(connection, actor, row.id, ProposalEvent.WITHDRAW, before, state, now)
        records.audit(connection, actor, "request_withdrawn", "proposal", row.id, now)
        return {"proposal_id": row.id}

    once(actor, context, "requests.withdraw", idempotency_key, {"proposal_id": proposal_id}, carry_out)


def send_request(connection: sa.Connection, actor: Actor, context: ServiceContext, cardholder_id: str,
                 draft: RequestDraft, note: str, *, vulnerable: bool = False) -> dict[str, str]:
    """Send a checked draft inside another command's transaction; the caller has seen to the acknowledgement.

    ``vulnerable``: something said on the way asks for particular care, whether or not the bank knew before.
    """
    now, as_of = context.clock.now(), context.clock.today()
    repository.lock_account(connection, draft.account_id)
    figures, position, assessment = draft_figures(connection, context, cardholder_id, draft, as_of)
    _refuse_beyond_limits(figures, position)
    person = repository.cardholder(connection, cardholder_id)
    policy = context.policy.on(as_of, position.issuer)
    promised = decision_promise(policy, draft.kind, now, CHINA)
    reference = _new_reference(connection)
    state, effects = after(None, ProposalEvent.SUBMIT), legal_effects(figures.terms)
    proposal_id = repository.insert(connection, {
        "reference": reference, "account_id": position.account_id, "cardholder_id": cardholder_id,
        "assessment_id": assessment.assessment_id if assessment else None, "kind": draft.kind.value,
        "state": state.value, "terms": as_record(figures.terms),
        "hardship_reason": draft.hardship_reason.value if draft.hardship_reason else None, "note": note or None,
        "amount_minor": position.total_minor, "days_past_due": position.days_past_due,
        "bucket": position.bucket.value, "product": position.product, "vulnerable": person.vulnerable or vulnerable,
        "needed_authority": figures.authority.level.value, "policy_version": policy.version,
        "submitted_at": now, "promised_by": promised})
    repository.add_event(connection, actor, proposal_id, ProposalEvent.SUBMIT, None, state, now,
                         reasons=effects[:2], message=note)
    records.send(connection, context.vault, channel="in_app", recipient_kind="cardholder",
                 recipient_id=cardholder_id, template=MessageTemplate.REQUEST_RECEIVED, at=now, reference=reference,
                 promised_by=promised.isoformat())
    records.audit(connection, actor, "request_submitted", "proposal", proposal_id, now, kind=draft.kind.value,
                  terms=as_record(figures.terms), amount_minor=position.total_minor, policy_version=policy.version,
                  legal_effects_acknowledged=list(effects))
    return {"proposal_id": proposal_id, "reference": reference, "promised_by": promised.isoformat()}


def _refuse_beyond_limits(figures: RequestFigures, position: AccountPosition) -> None:
    failure = figures.hard_failure
    if failure is None:
        return
    if failure.name is CheckName.NO_OPEN_REQUEST:
        raise Conflict("open_request_exists", "the account has an open request",
                       proposal_id=position.open_request.proposal_id if position.open_request else None)
    if failure.name is CheckName.NO_ARRANGEMENT:
        raise Conflict("arrangement_exists", "the account has an arrangement")
    nearest = None if figures.nearest_terms is None else as_record(figures.nearest_terms)
    raise InvalidInput("limit_passed", f"{failure.name}: {failure.value} passes the limit of {failure.limit}",
                       field="terms", check=failure.name.value, value=failure.value, limit=failure.limit,
                       nearest=nearest)


def _move(connection: sa.Connection, row: sa.Row[Any], values: dict[str, Any]) -> None:
    if not repository.update(connection, row.id, row.version, values):
        raise Conflict("case_changed", "the request changed meanwhile")


def _new_reference(connection: sa.Connection) -> str:
    while True:
        reference = "".join(secrets.choice(_REFERENCE_SIGNS) for _ in range(8))
        if not repository.reference_taken(connection, reference):
            return reference
