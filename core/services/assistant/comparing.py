"""Doing nothing beside every way that was offered, over one horizon: the first thing anybody sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.domain.offers.as_request import terms_of
from core.domain.offers.model import OfferKind
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.offer import Offer
from core.domain.offers.ordering import Purpose
from core.domain.request_terms import AgreementTerms
from core.services.assistant.model import Conversation, Nothing, Turn


class CreditEffect(StrEnum):
    """What a way does to the credit record; words are the screens' own."""

    OVERDUE_GROWS = "overdue_grows"
    OVERDUE_STANDS = "overdue_stands"
    """What is overdue stays so for the time of the relief."""
    NOT_OVERDUE_MEANWHILE = "not_overdue_meanwhile"
    MARKED_ARRANGEMENT = "marked_arrangement"
    SETTLED = "settled"
    SETTLED_WITH_WAIVER = "settled_with_waiver"


class Likelihood(StrEnum):
    """The estimate of a plan being kept, in words; never a figure for a cardholder."""

    VERY_LIKELY = "very_likely"
    LIKELY = "likely"
    OPEN = "open"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One way, beside the others. Amounts in fen, ``annualised_percent`` with two decimals."""

    kind: str
    """``do_nothing`` or a kind of offer."""
    label: str | None
    """Of the offer; None for doing nothing."""
    recommended: bool
    monthly_minor: int
    total_minor: int
    """Everything paid by the end; of doing nothing: owed on ``horizon_date``."""
    months: int
    end_date: date
    annualised_percent: Decimal | None
    credit: CreditEffect
    likelihood: Likelihood | None
    horizon_date: date
    """One day for all rows, twelve months ahead as on every page."""
    paid_by_horizon_minor: int
    left_at_horizon_minor: int | None
    """None where it depends on what follows (an extension, a pause, a promise)."""


DO_NOTHING = "do_nothing"
_MONTHS_AHEAD = 12

_LIKELY = ((Decimal("0.85"), Likelihood.VERY_LIKELY), (Decimal("0.65"), Likelihood.LIKELY),
           (Decimal("0.45"), Likelihood.OPEN))
"""From which estimate on which word is used: an own setting. The figure would look surer than it is."""

_EFFECTS = {
    OfferKind.PERSONALISED_AGREEMENT: CreditEffect.MARKED_ARRANGEMENT,
    OfferKind.EXTENSION: CreditEffect.NOT_OVERDUE_MEANWHILE,
    OfferKind.TOKEN_PAYMENT: CreditEffect.OVERDUE_STANDS, OfferKind.PAUSE: CreditEffect.OVERDUE_STANDS,
}


def comparison(conversation: Conversation, turn: Turn | None = None) -> tuple[ComparisonRow, ...]:
    """Doing nothing first, then the offers of ``turn`` (the newest with offers by default) in the order shown.

    Empty where nothing is owed. From what is stored with the turns: the same rows whenever it is asked.
    """
    nothing = conversation.nothing
    if nothing is None:
        return ()
    shown = turn or conversation.last_shown
    rows = [_doing_nothing(nothing)]
    if shown is not None and shown.negotiation is not None:
        # What instalments repay is what was owed when they were shown, under the facts of that day.
        owed = nothing.total_minor - nothing.interest_minor - nothing.late_fees_minor
        recommended = shown.negotiation.recommended
        rows += [_row(offer, offer.label == recommended, owed, conversation.as_of, nothing.until_date)
                 for offer in shown.negotiation.offers]
    return tuple(rows)


def likelihood(completion: Decimal) -> Likelihood:
    """The estimate in words."""
    return next((word for floor, word in _LIKELY if completion >= floor), Likelihood.UNLIKELY)


def credit_effect(offer: Offer) -> CreditEffect:
    """What the way does to the credit record."""
    if offer.kind is OfferKind.SETTLEMENT:
        return CreditEffect.SETTLED_WITH_WAIVER if _waived(offer) else CreditEffect.SETTLED
    # A promise changes nothing until it is paid.
    return _EFFECTS.get(offer.kind, CreditEffect.OVERDUE_STANDS)


@dataclass(frozen=True, slots=True)
class Against:
    """The recommended plan beside another one; what is positive speaks for it. Fen, and fen each payment."""

    label: str
    lighter_minor: int
    cheaper_minor: int
    sooner_months: int
    waives_less_minor: int
    """What the bank gives up of what is owed today in the other plan and not in this one."""
    likelier: bool
    """Whether the estimate of its being kept has a better word."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The recommended plan and what it has over each other level plan of its table, by their own figures."""

    offer: Offer
    against: tuple[Against, ...]

    @property
    def dearer(self) -> Against | None:
        """The cheapest plan beside it, of equals the one called so; None where none is cheaper than itself."""
        cheapest = min(self.against, key=lambda one: (one.cheaper_minor, one.label != Purpose.CHEAPEST))
        return cheapest if cheapest.cheaper_minor < 0 else None


def recommendation(negotiation: Negotiation) -> Recommendation | None:
    """Why one plan is recommended; None where it is no level plan or stands alone."""
    plans = [one for one in negotiation.offers
             if one.kind is OfferKind.PERSONALISED_AGREEMENT and one.shape.is_level]
    chosen = next((one for one in plans if one.label == negotiation.recommended), None)
    others = [one for one in plans if one is not chosen and chosen is not None and one.frequency is chosen.frequency]
    if chosen is None or not others:
        return None
    return Recommendation(chosen, tuple(_against(chosen, one) for one in others))


def _against(chosen: Offer, other: Offer) -> Against:
    order = list(Likelihood)
    return Against(
        other.label, other.instalment_minor - chosen.instalment_minor, other.total_minor - chosen.total_minor,
        other.months - chosen.months, _waived(other) - _waived(chosen),
        order.index(likelihood(chosen.completion)) < order.index(likelihood(other.completion)))


def _waived(offer: Offer) -> int:
    return offer.late_fee_waived_minor + offer.interest_waived_minor + offer.principal_waived_minor


def _doing_nothing(nothing: Nothing) -> ComparisonRow:
    return ComparisonRow(
        kind=DO_NOTHING, label=None, recommended=False, monthly_minor=0, total_minor=nothing.total_minor,
        months=_MONTHS_AHEAD, end_date=nothing.until_date, annualised_percent=None, credit=CreditEffect.OVERDUE_GROWS,
        likelihood=None, horizon_date=nothing.until_date, paid_by_horizon_minor=0,
        left_at_horizon_minor=nothing.total_minor)


def _row(offer: Offer, recommended: bool, owed_minor: int, as_of: date,
         horizon: date) -> ComparisonRow:
    paid, left = _by(offer, owed_minor, as_of, horizon)
    return ComparisonRow(
        kind=offer.kind.value, label=offer.label, recommended=recommended, monthly_minor=offer.monthly_minor,
        total_minor=offer.total_minor, months=offer.months, end_date=offer.last_due_date,
        annualised_percent=offer.annualised_percent, credit=credit_effect(offer),
        likelihood=likelihood(offer.completion), horizon_date=horizon, paid_by_horizon_minor=paid,
        left_at_horizon_minor=left)


def _by(offer: Offer, owed_minor: int, as_of: date, horizon: date) -> tuple[int, int | None]:
    """What is paid by the horizon and what is left then."""
    terms = terms_of(offer)
    if isinstance(terms, AgreementTerms):
        schedule = terms.schedule(owed_minor, as_of)
        met = [row for row in schedule.instalments if row.due_date <= horizon]
        paid = schedule.down_payment_minor + sum(row.amount_minor for row in met)
        return paid, met[-1].balance_after_minor if met else schedule.principal_minor
    if offer.kind is OfferKind.SETTLEMENT:
        return offer.total_minor, 0
    if offer.kind is OfferKind.TOKEN_PAYMENT:
        return offer.total_minor, None
    return (offer.instalment_minor if offer.last_due_date <= horizon else 0), None
