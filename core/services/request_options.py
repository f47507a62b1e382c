"""What a cardholder may ask for, and what a draft would come to before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import accounts as accounts_repository
from core.domain.actor import Actor
from core.domain.affordability import Outcome
from core.domain.authority import AuthorityNeed
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.domain.hardship import HardshipReason
from core.domain.nearest_terms import nearest_terms
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckResult, TermLimits, first_due_range
from core.domain.request_terms import AgreementTerms, Terms, kind_of, waived_by
from core.domain.schedule import Schedule
from core.domain.waivers import Waived
from core.policy.rules.requests import decision_promise, term_limits
from core.services.assessment_records import FinishedAssessment
from core.services.assessments import newest_finished
from core.services.context import ServiceContext
from core.services.means import Means, means_for, promises, share_minor
from core.services.positions import AccountPosition, positions
from core.services.request_figures import DoNothing, RequestFigures, agreed_before, facts_of, work_out
from core.services.request_reading import is_identifier, own_cardholder
from core.services.texts import clean_text

OF_WAIVERS = ("waived_when_kept", "waiver_on_credit_record")
"""Of an agreement under which something is given up."""
_SETTLED_FOR_LESS = ("rest_waived_when_paid", "waiver_on_credit_record")
LEGAL_EFFECTS = {
    ProposalKind.EXTENSION: ("acknowledges_debt", "restarts_limitation", "interest_continues", "late_fee_suspended"),
    ProposalKind.PERSONALISED_AGREEMENT: ("acknowledges_debt", "restarts_limitation", "card_frozen", "no_new_cards",
                                          "credit_record_marked", "signature_follows"),
    ProposalKind.SETTLEMENT: ("acknowledges_debt", "restarts_limitation", *_SETTLED_FOR_LESS, "signature_follows"),
    ProposalKind.TOKEN_PAYMENT: ("acknowledges_debt", "restarts_limitation", "rest_stays_owed", "card_frozen",
                                 "credit_record_continues", "signature_follows"),
    ProposalKind.PAUSE: ("acknowledges_debt", "restarts_limitation", "rest_stays_owed", "card_frozen",
                         "credit_record_continues", "signature_follows"),
    ProposalKind.PROMISE_TO_PAY: ("acknowledges_debt", "restarts_limitation", "nothing_else_changes"),
}
"""Civil Code 192 and 195, provisions on limitation Art. 14 and 19; Art. 70; Civil Code 575 for what is given up.

Words are ``reasons.effect.<code>``.
"""


def legal_effects(terms: Terms) -> tuple[str, ...]:
    """What sending such a request does in law; a waiver is given only to who keeps the agreement."""
    effects = LEGAL_EFFECTS[kind_of(terms)]
    given_up = waived_by(terms).total_minor > 0
    if isinstance(terms, AgreementTerms) and given_up:
        return (*effects[:-1], *OF_WAIVERS, effects[-1])
    return effects if given_up else tuple(effect for effect in effects if effect not in _SETTLED_FOR_LESS)


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What is asked for, not yet sent."""

    account_id: str
    kind: ProposalKind
    terms: Terms
    hardship_reason: HardshipReason | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountOption:
    """One account and whether a request on it can be sent now; amounts in fen."""

    account_id: str
    card_last4: str
    product: str
    balance_minor: int
    amount_due_minor: int
    days_past_due: int
    bucket: str
    blocked_by: str | None
    """``open_request``, ``arrangement`` or ``nothing_owed``; None: may ask."""
    open_request_id: str | None
    kinds: tuple[ProposalKind, ...]
    limits: TermLimits
    max_down_payment_minor: int
    minimum_instalment_minor: int
    first_due_from: date
    first_due_to: date
    means: Means
    """What the person can pay a month, what their other cards are promised of it, and what is left for this one."""
    suggested_agreement: AgreementTerms | None
    """The fewest months whose instalment is affordable, in this card's share of what is left; None without one."""
    leaves_room: bool
    """The suggestion leaves the other cards that may still ask their shares, by what is owed on each."""


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What the person may ask for, and what the bank knows of their means."""

    accounts: tuple[AccountOption, ...]
    affordable_minor: int | None
    assessed_on: date | None
    assessment_outcome: Outcome | None
    hardship_reasons: tuple[HardshipReason, ...]
    declared_hardship: HardshipReason | None
    """What the person named first in the newest assessment: nobody should have to say it twice."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft would come to. Amounts in fen; ``annualised_rate`` is percent with two decimals."""

    kind: ProposalKind
    terms: Terms
    balance_minor: int
    schedule: Schedule | None
    dues: tuple[tuple[date, int], ...]
    """What falls due when, earliest first; nothing of a pause."""
    until_date: date
    deferred_minor: int
    waived: Waived
    """What is given up once everything is paid as agreed."""
    annualised_rate: Decimal
    total_minor: int
    cost_minor: int
    interest_minor: int
    """Of ``cost_minor``; of an extension it is charged anyway, with or without it."""
    down_payment_due_date: date | None
    """If granted today; None where nothing is paid first."""
    do_nothing: DoNothing
    paid_meanwhile_minor: int
    """Under these terms, by ``do_nothing.until_date``; so is what is left then."""
    left_meanwhile_minor: int
    means: Means
    checks: tuple[CheckResult, ...]
    nearest_terms: Terms | None
    may_send: bool
    """Whether a person could still decide; False only past a hard limit."""
    promised_by: datetime
    legal_effects: tuple[str, ...]
    needed_authority: AuthorityNeed
    """The bank's own matter; never shown to the cardholder."""


def request_options(actor: Actor, context: ServiceContext, as_of: date) -> RequestOptions:
    """Which accounts may ask for what, within which limits. Seven queries however many accounts."""
    cardholder_id = own_cardholder(actor, "ask for an arrangement")
    with context.reading() as connection:
        rows = accounts_repository.of_cardholder(connection, cardholder_id)
        stands = positions(connection, context, rows, as_of)
        assessment = newest_finished(connection, cardholder_id)
        promised = promises(connection, context, cardholder_id, as_of, stands)
    asking_minor = sum(position.total_minor for position in stands if position.may_ask)
    return RequestOptions(
        accounts=tuple(_option(context, position, means_for(assessment, promised, position.account_id), asking_minor)
                       for position in stands),
        affordable_minor=assessment.affordable_minor if assessment else None,
        assessed_on=assessment.as_of if assessment else None,
        assessment_outcome=assessment.outcome if assessment else None,
        hardship_reasons=tuple(HardshipReason),
        declared_hardship=HardshipReason(assessment.input.hardship[0])
        if assessment and assessment.input.hardship else None)


def preview(actor: Actor, context: ServiceContext, draft: RequestDraft, as_of: date) -> Preview:
    """What the draft would come to today; sends nothing.

    Raises ``NotFound`` for another person's account, ``InvalidInput`` for terms nothing can be made of.
    """
    cardholder_id = own_cardholder(actor, "ask for an arrangement")
    check_draft(draft)
    with context.reading() as connection:
        figures, position, _ = draft_figures(connection, context, cardholder_id, draft, as_of)
    return _preview(context, draft, figures, position)


def draft_figures(connection: sa.Connection, context: ServiceContext, cardholder_id: str, draft: RequestDraft,
                  as_of: date) -> tuple[RequestFigures, AccountPosition, FinishedAssessment | None]:
    """Figures, position and assessment of a draft on the person's own account; ``NotFound`` for another's."""
    rows = accounts_repository.of_cardholder(connection, cardholder_id)
    # All cards at once cost no more queries than one, and an extension on another claims its month.
    stands = positions(connection, context, rows, as_of)
    position = next((one for one in stands if one.account_id == draft.account_id), None)
    if position is None:
        raise NotFound("account")
    if position.total_minor <= 0:
        raise Conflict("nothing_owed", "nothing is owed on this account")
    assessment = newest_finished(connection, cardholder_id)
    means = means_for(assessment, promises(connection, context, cardholder_id, as_of, stands),
                      position.account_id)
    figures = work_out(context, position, means, draft.terms, hardship_given=draft.hardship_reason is not None,
                       agreed_before=agreed_before(connection, position.account_id))
    return figures, position, assessment


def _preview(context: ServiceContext, draft: RequestDraft, figures: RequestFigures,
             position: AccountPosition) -> Preview:
    policy = context.policy.on(position.as_of, position.issuer)
    return Preview(
        kind=figures.kind, terms=figures.terms, balance_minor=figures.balance_minor, schedule=figures.schedule,
        dues=figures.dues, until_date=figures.until_date, deferred_minor=figures.deferred_minor, waived=figures.waived,
        annualised_rate=figures.annualised_rate, total_minor=figures.total_minor, cost_minor=figures.cost_minor,
        interest_minor=figures.interest_minor, down_payment_due_date=figures.down_payment_due_date,
        do_nothing=figures.do_nothing, paid_meanwhile_minor=figures.paid_meanwhile_minor,
        left_meanwhile_minor=figures.left_meanwhile_minor, checks=figures.checks,
        means=figures.means, nearest_terms=figures.nearest_terms, may_send=figures.hard_failure is None,
        promised_by=decision_promise(policy, draft.kind, context.clock.now(), CHINA),
        legal_effects=legal_effects(figures.terms), needed_authority=figures.authority)


def _option(context: ServiceContext, position: AccountPosition, means: Means, asking_minor: int) -> AccountOption:
    """``asking_minor``: what is owed on all of the person's accounts that may ask."""
    limits = term_limits(context.policy.on(position.as_of, position.issuer))
    earliest, latest = first_due_range(position.as_of, limits)
    blocked = position.blocked_by
    kinds = (ProposalKind.EXTENSION, ProposalKind.PERSONALISED_AGREEMENT) if position.minimum_due_minor > 0 \
        else (ProposalKind.PERSONALISED_AGREEMENT,)
    suggested, shared = None, False
    if blocked is None and means.left_minor is not None:
        suggested, shared = _suggested(position, means, limits, asking_minor)
    return AccountOption(
        account_id=position.account_id, card_last4=position.card_last4, product=position.product,
        balance_minor=position.total_minor, amount_due_minor=position.minimum_due_minor,
        days_past_due=position.days_past_due, bucket=position.bucket.value, blocked_by=blocked,
        open_request_id=position.open_request.proposal_id if position.open_request else None,
        kinds=() if blocked else kinds, limits=limits,
        max_down_payment_minor=limits.max_down_payment_minor(position.total_minor),
        minimum_instalment_minor=limits.minimum_instalment_minor(position.total_minor),
        first_due_from=earliest, first_due_to=latest, means=means, suggested_agreement=suggested,
        leaves_room=shared and asking_minor > position.total_minor)


def _suggested(position: AccountPosition, means: Means, limits: TermLimits,
               asking_minor: int) -> tuple[AgreementTerms | None, bool]:
    """The fewest months inside the card's share of the month's money, else inside all that is left of it."""
    facts = facts_of(position, means, hardship_given=True)
    lightest = AgreementTerms(limits.min_months, first_due_range(position.as_of, limits)[0],
                              annual_rate=limits.lowest_annual_rate)
    share = share_minor(means, position.total_minor, asking_minor)
    for affordable, shared in ((share, True), (means.left_minor, False)):
        found = nearest_terms(lightest, replace(facts, affordable_minor=affordable), limits)
        if isinstance(found, AgreementTerms):
            return found, shared
    return None, False


def check_draft(draft: RequestDraft) -> str:
    """The draft's note, cleaned.

    Raises ``InvalidInput`` for a draft that contradicts itself, ``NotFound`` for an account that cannot be one.
    """
    if not is_identifier(draft.account_id):
        raise NotFound("account")
    if kind_of(draft.terms) != draft.kind:
        raise InvalidInput("kind_contradicts_terms", "the terms belong to another kind of request", field="kind")
    if draft.hardship_reason is not None and draft.hardship_reason not in tuple(HardshipReason):
        raise InvalidInput("hardship_unknown", "no such reason", field="hardship_reason")
    return clean_text(draft.note, "note")
