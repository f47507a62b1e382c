"""What a case is made of, as a reviewer reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.domain.actor import Authority, Role
from core.domain.authority import AuthorityNeed
from core.domain.household import Evidence
from core.domain.priority import PriorityRule, PriorityScore
from core.domain.proposal import ProposalEvent, ProposalKind, ProposalState
from core.domain.request_terms import Terms
from core.services.assessment_records import FinishedAssessment
from core.services.case_access import Holder
from core.services.positions import AccountPosition
from core.services.request_figures import RequestFigures
from core.services.request_reading import DecisionView, GrantedView


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """A step of the case as the bank reads it; ``by`` is the display name of the bank's person."""

    event: ProposalEvent
    at: datetime
    role: Role
    by: str | None
    reasons: tuple[str, ...]
    message: str | None
    internal_note: str | None


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """Another request of the same person."""

    reference: str
    card_last4: str
    kind: ProposalKind
    state: ProposalState
    terms: Terms
    submitted_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class LevelGrant:
    """What one level may grant: the longest extension and agreement, the shares it may give up."""

    level: Authority
    extension_days: int
    plan_months: int
    late_fee_ratio: Decimal
    late_fee_amount_minor: int | None
    """None: no limit in fen."""
    interest_ratio: Decimal
    principal_from_days: int | None
    """Days past due from which principal may be given up; None: not by this level."""


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """Whether this reviewer may grant the case, and if not, who may."""

    held: Authority | None
    need: AuthorityNeed
    four_eyes: bool
    """The decision takes two people."""
    obstacle: str | None
    """``authority_exceeded``, ``four_eyes_needed``, ``four_eyes_own`` or, for a recommendation that is not
    this reviewer's to decide, ``recommended``; None: may grant."""
    recommendation: str | None
    recommended_by: str | None
    """Display name of the colleague who recommended it."""
    levels: tuple[LevelGrant, ...]
    large_balance_minor: int
    """From here on only ``large_balance_level`` decides."""
    large_balance_level: Authority


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One declared income or a kind of spending, and what stands behind it; fen per month."""

    kind: str
    monthly_minor: int
    evidence: Evidence
    income: bool


@dataclass(frozen=True, slots=True)
class OtherCard:
    """Another card of the same person: what is owed on it in fen, and what is asked for or agreed."""

    card_last4: str
    total_minor: int
    days_past_due: int
    asked: ProposalKind | None
    granted: ProposalKind | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case. Amounts in fen; the person's phone is masked, their name is needed to speak to them."""

    proposal_id: str
    reference: str
    version: int
    kind: ProposalKind
    state: ProposalState
    cardholder_name: str
    phone_masked: str | None
    city: str | None
    vulnerable: bool
    hardship_reason: str | None
    note: str | None
    asked_terms: Terms
    figures: RequestFigures | None
    """As it would be granted today; None once closed, or where ``unworkable`` says why."""
    unworkable: str | None
    """Error code: today no schedule can be made of these terms."""
    start_moved: bool
    """The first payment was moved, an instalment by whole months, because its day has come too near."""
    position: AccountPosition
    other_cards: tuple[OtherCard, ...]
    assessment: FinishedAssessment | None
    evidence: tuple[EvidenceLine, ...]
    earlier: tuple[EarlierRequest, ...]
    timeline: tuple[CaseEvent, ...]
    amount_minor: int
    """Owed on the account at submission."""
    submitted_at: datetime
    promised_by: datetime
    overdue: bool
    score: PriorityScore
    rule: PriorityRule
    """What the score is made by."""
    in_my_hands: bool
    may_take: bool
    """Whether this reviewer may take it now; of a case in a colleague's hands: take it over."""
    held_by: Holder | None
    """The colleague who holds it."""
    lost_to: Holder | None
    """That colleague, if they took it over from this reviewer."""
    claim_expires_at: datetime | None
    authority: AuthorityView | None
    """None once closed."""
    decision: DecisionView | None
    granted: GrantedView | None
