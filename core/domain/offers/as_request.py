"""An offer as the terms of a request: one click, and not a fen of difference."""

from __future__ import annotations

from core.domain.offers.offer import Offer
from core.domain.other_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms
from core.domain.proposal import ProposalKind
from core.domain.request_terms import AgreementTerms, ExtensionTerms, Terms


def terms_of(offer: Offer) -> Terms:
    """The terms of the request an offer becomes.

    For an agreement ``terms.schedule(balance, as_of)`` gives the instalments of the offer, to the fen.
    """
    # The kinds of requests have the values of the kinds of offers.
    match ProposalKind(offer.kind.value):
        case ProposalKind.EXTENSION:
            return ExtensionTerms(offer.days)
        case ProposalKind.SETTLEMENT:
            return SettlementTerms(offer.total_minor, offer.last_due_date, offer.late_fee_waived_minor,
                                   offer.interest_waived_minor, offer.principal_waived_minor)
        case ProposalKind.TOKEN_PAYMENT:
            return TokenPaymentTerms(offer.instalment_minor, offer.months, offer.first_due_date, offer.annual_rate)
        case ProposalKind.PAUSE:
            return PauseTerms(offer.months, offer.annual_rate)
        case ProposalKind.PROMISE_TO_PAY:
            return PromiseTerms(offer.instalment_minor, offer.last_due_date)
        case ProposalKind.PERSONALISED_AGREEMENT:
            return AgreementTerms(
                offer.months, offer.first_due_date, offer.down_payment_minor, offer.annual_rate,
                offer.interest_free_months, offer.frequency, offer.late_fee_waived_minor, offer.interest_waived_minor,
                offer.shape)
