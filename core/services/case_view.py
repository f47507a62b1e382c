"""Everything needed to decide one case, on one screen, and a trace of who looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import accounts as accounts_repository
from core.db.repositories import proposals as repository
from core.db.repositories import queue as queue_repository
from core.domain.actor import Actor, Authority, Role
from core.domain.authority import AuthorityNeed, AuthorityRule, FourEyesNeeded, check_may_grant, needs_four_eyes
from core.domain.errors import AuthorityExceeded, InvalidInput, NotFound
from core.domain.proposal import OPEN_STATES, WAITING_FOR_THE_BANK, ProposalEvent, ProposalKind, ProposalState
from core.domain.request_terms import from_record, if_granted, starts_on
from core.policy.rules.requests import authority_rule
from core.services import records
from core.services.assessment_records import FinishedAssessment
from core.services.assessments import newest_finished
from core.services.case_access import holder, holds, lost_to, may_read, may_take
from core.services.case_model import (
    AuthorityView,
    CaseEvent,
    CaseView,
    EarlierRequest,
    EvidenceLine,
    LevelGrant,
    OtherCard,
)
from core.services.claims import claim_span, review_policy, reviewer
from core.services.context import ServiceContext
from core.services.identity.people import masked_phone
from core.services.means import means_for, promises
from core.services.positions import AccountPosition, positions
from core.services.request_figures import RequestFigures, agreed_before, owed_by, work_out
from core.services.request_reading import DecisionView, granted_view, is_identifier
from core.services.review_queue import score_today, viewpoint

MOST_EARLIER = 10
_ACTIVITY = timedelta(minutes=1)
"""A claim is extended at most once a minute: looking at a case should not write all the time."""


def case(actor: Actor, context: ServiceContext, proposal_id: str) -> CaseView:
    """The case, for its holder, for a supervisor, and read-only for whoever worked on it before.

    Looking extends the holder's claim and is audited, once a claim. Raises ``NotFound``, or ``Conflict``
    ``claim_needed`` (take it first) and ``claimed_by_other``.
    """
    reviewer(actor, "read a case")
    now = context.clock.now()
    policy = review_policy(context)
    span = claim_span(policy)
    with context.reading() as connection:
        row = repository.by_id(connection, proposal_id) if is_identifier(proposal_id) else None
        if row is None:
            raise NotFound("proposal")
        steps = repository.events_with_names(connection, row.id)
        may_read(actor, row, steps, now)
        mine = holds(row, actor, now)
        seen = repository.viewed_since(connection, row.id, actor.user_id, row.claimed_at if mine else now - span)
        view = _view(connection, context, actor, row, steps, now)
    if not seen or (mine and row.claim_expires_at < now + span - _ACTIVITY):
        with context.writing() as connection:
            if mine:
                queue_repository.keep_claim(connection, row.id, actor.user_id, now + span)
            if not seen:
                records.audit(connection, actor, "case_viewed", "proposal", row.id, now)
    return view


def figures_today(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any],
                  position: AccountPosition, assessment: FinishedAssessment | None,
                  stands: Sequence[AccountPosition] = ()) -> RequestFigures:
    """The request's figures if granted today; raises ``InvalidInput`` where nothing can be made of its terms.

    ``stands``: positions of the person's cards that have been read already.
    """
    policy = context.policy.on(position.as_of, position.issuer)
    earliest = position.as_of + timedelta(days=policy.integer("requests.first_due_notice_days"))
    terms = if_granted(from_record(row.kind, row.terms), earliest, owed_by(position))
    means = means_for(assessment, promises(connection, context, row.cardholder_id, position.as_of, [position, *stands]),
                      row.account_id)
    return work_out(context, position, means, terms, hardship_given=row.hardship_reason is not None,
                    agreed_before=agreed_before(connection, row.account_id), own_request=row.id,
                    sent_on=row.submitted_at.astimezone(CHINA).date())


def _view(connection: sa.Connection, context: ServiceContext, actor: Actor, row: sa.Row[Any],
          steps: Sequence[sa.Row[Any]], now: datetime) -> CaseView:
    person = repository.cardholder(connection, row.cardholder_id)
    accounts = accounts_repository.of_cardholder(connection, row.cardholder_id)
    account = next(one for one in accounts if one.id == row.account_id)
    stands = positions(connection, context, accounts, context.clock.today())
    position = next(one for one in stands if one.account_id == row.account_id)
    assessment = newest_finished(connection, row.cardholder_id)
    state = ProposalState(row.state)
    figures, unworkable = None, None
    if state in OPEN_STATES:
        try:
            figures = figures_today(connection, context, row, position, assessment, stands)
        except InvalidInput as refusal:
            unworkable = refusal.code
    decision = repository.decision(connection, row.id)
    granted = repository.arrangement(connection, row.id)
    of = viewpoint(actor, context)
    mine, colleague = holds(row, actor, now), holder(row, steps, now)
    takeable = may_take(row, actor.user_id, actor.authority)
    terms = from_record(row.kind, row.terms)
    return CaseView(
        proposal_id=row.id, reference=row.reference, version=row.version, kind=ProposalKind(row.kind), state=state,
        cardholder_name=context.vault.decrypt(person.name_encrypted),
        phone_masked=masked_phone(context.vault.decrypt(person.phone_encrypted)) if person.phone_encrypted else None,
        city=person.city, vulnerable=person.vulnerable or row.vulnerable, hardship_reason=row.hardship_reason,
        note=row.note,
        asked_terms=terms, figures=figures, unworkable=unworkable,
        start_moved=figures is not None and starts_on(figures.terms) != starts_on(terms), position=position,
        other_cards=tuple(_other_card(one) for one in stands if one is not position), assessment=assessment,
        evidence=_evidence(assessment), earlier=_earlier(connection, row), timeline=tuple(map(_event, steps)),
        amount_minor=row.amount_minor, submitted_at=row.submitted_at, promised_by=row.promised_by,
        overdue=state in WAITING_FOR_THE_BANK and row.promised_by < now,
        score=score_today(position.total_minor - position.accrued_interest_minor, account.oldest_unpaid_due_date,
                          row.promised_by, person.vulnerable or row.vulnerable, of),
        rule=of.rule, in_my_hands=mine,
        may_take=state in WAITING_FOR_THE_BANK and not mine and takeable and (
            colleague is None or actor.role is Role.SUPERVISOR),
        held_by=None if mine else colleague, lost_to=lost_to(actor, row, steps, now),
        claim_expires_at=row.claim_expires_at if mine or colleague else None,
        authority=_authority(context, actor, row, figures, steps, takeable=takeable or mine)
        if state in OPEN_STATES else None,
        decision=None if decision is None else DecisionView(
            decision.outcome, tuple(decision.reasons), decision.message, decision.decided_at),
        granted=None if granted is None else granted_view(granted))


def _authority(context: ServiceContext, actor: Actor, row: sa.Row[Any], figures: RequestFigures | None,
               steps: Sequence[sa.Row[Any]], *, takeable: bool) -> AuthorityView:
    rule = authority_rule(review_policy(context))
    need = figures.authority if figures else AuthorityNeed(Authority(row.needed_authority), "submitted")
    recommender = next((step.display_name for step in reversed(steps)
                        if row.recommended_by and step.actor_user_id == row.recommended_by), None)
    return AuthorityView(
        held=actor.authority, need=need, four_eyes=needs_four_eyes(need.level, rule),
        obstacle=_obstacle(need, actor, row.recommended_by, rule) if takeable else _waits_for(actor, row),
        recommendation=row.recommendation,
        recommended_by=recommender,
        levels=tuple(_grant(level, rule) for level in Authority),
        large_balance_minor=rule.large_balance_minor, large_balance_level=rule.large_balance_level)


def _grant(level: Authority, rule: AuthorityRule) -> LevelGrant:
    waivers = rule.waivers
    principal = waivers.principal_from_days if level.covers(waivers.principal_level) else None
    return LevelGrant(level, rule.extension_days[level], rule.plan_months[level], waivers.late_fee_ratio[level],
                      waivers.late_fee_amount_minor.get(level), waivers.interest_ratio[level], principal)


def _obstacle(need: AuthorityNeed, actor: Actor, recommended_by: str | None, rule: AuthorityRule) -> str | None:
    try:
        check_may_grant(need, actor.authority, actor.user_id, recommended_by, rule)
    except (AuthorityExceeded, FourEyesNeeded) as refusal:
        return refusal.code
    return None


def _waits_for(actor: Actor, row: sa.Row[Any]) -> str:
    """Why a recommendation is not this reviewer's to decide, whatever their level."""
    return "four_eyes_own" if row.recommended_by == actor.user_id else "recommended"


def _evidence(assessment: FinishedAssessment | None) -> tuple[EvidenceLine, ...]:
    if assessment is None:
        return ()
    declared = assessment.input
    return (*(EvidenceLine(line.kind, line.monthly_minor, line.evidence, True) for line in declared.income),
            *(EvidenceLine(line.kind.value, line.monthly_minor, line.evidence, False) for line in declared.spending))


def _earlier(connection: sa.Connection, row: sa.Row[Any]) -> tuple[EarlierRequest, ...]:
    return tuple(
        EarlierRequest(other.reference, other.card_last4, ProposalKind(other.kind), ProposalState(other.state),
                       from_record(other.kind, other.terms), other.submitted_at, other.decided_at)
        for other in repository.earlier(connection, row.cardholder_id, row.id, MOST_EARLIER))


def _other_card(position: AccountPosition) -> OtherCard:
    asked, granted = position.open_request, position.arrangement
    return OtherCard(position.card_last4, position.total_minor, position.days_past_due,
                     None if asked is None else ProposalKind(asked.kind),
                     None if granted is None else ProposalKind(granted.kind))


def _event(step: sa.Row[Any]) -> CaseEvent:
    return CaseEvent(ProposalEvent(step.event), step.at, Role(step.actor_role), step.display_name,
                     tuple(step.reasons), step.message, step.internal_note)
