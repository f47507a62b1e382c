"""One click: an offer becomes the terms of a request, with not a fen of difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.domain.actor import Authority
from core.domain.allocation import Outstanding
from core.domain.calendar import Frequency
from core.domain.check_model import CheckName, RequestFacts
from core.domain.offers.as_request import terms_of
from core.domain.offers.model import NO_WISH, Facts, OfferKind, Wish
from core.domain.offers.negotiation import negotiate
from core.domain.offers.offer import Offer
from core.domain.request_checks import checks
from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    TokenPaymentTerms,
    as_record,
    from_record,
    kind_of,
    monthly_burden_minor,
)
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.policy.rules.requests import term_limits
from core.portfolio.offers import ArraySearch

TODAY = date(2027, 1, 31)
POLICY = PolicyBook.load().on(TODAY)
RULE, LIMITS = offer_rule(POLICY), term_limits(POLICY)
DEBTOR = Facts(TODAY, 2_000_000, 150_000, 40_000, 45, 250_000, 300_000, 350_000, hardship=True)
SHORT = replace(DEBTOR, affordable_minor=3_000, ceiling_minor=3_000, disposable_minor=5_000)
SOON = replace(DEBTOR, affordable_minor=600_000, ceiling_minor=600_000, disposable_minor=700_000, days_past_due=10)
WRITTEN_OFF = replace(DEBTOR, days_past_due=240, authority=Authority.L4)
SITUATIONS = [
    (DEBTOR, NO_WISH), (DEBTOR, Wish(frequency=Frequency.WEEKLY)), (DEBTOR, Wish(down_payment_minor=200_000)),
    (DEBTOR, Wish(waive_interest=True, waive_late_fee=True)), (DEBTOR, Wish(lump_sum_minor=2_100_000)),
    (replace(DEBTOR, authority=Authority.L1, days_past_due=10), NO_WISH), (SOON, NO_WISH), (SHORT, NO_WISH),
    (WRITTEN_OFF, Wish(lump_sum_minor=1_500_000)), (DEBTOR, Wish(step_up=True)),
    (DEBTOR, Wish(step_up=True, later_monthly_minor=300_000)), (DEBTOR, Wish(lean_months=(1, 2)))]


def offered() -> list[tuple[Facts, Offer]]:
    """Every offer and answer of the situations above."""
    found: list[tuple[Facts, Offer]] = []
    for facts, wish in SITUATIONS:
        said = negotiate(facts, RULE, wish, ArraySearch)
        found += [(facts, offer) for offer in said.offers]
        found += [(facts, said.answer.plan)] if said.answer and said.answer.plan else []
    return found


OFFERED = offered()


def test_every_kind_of_offer_is_among_the_cases() -> None:
    assert {offer.kind for _, offer in OFFERED} == set(OfferKind)
    assert any(offer.shape.step_months for _, offer in OFFERED)
    assert any(offer.shape.lean_months for _, offer in OFFERED)


@pytest.mark.parametrize(("facts", "offer"), OFFERED)
def test_the_terms_of_the_request_have_the_figures_of_the_offer(facts: Facts, offer: Offer) -> None:
    terms = terms_of(offer)
    assert kind_of(terms).value == offer.kind.value
    match terms:
        case AgreementTerms():
            made = terms.schedule(facts.balance_minor, facts.as_of)
            assert made.amount_minor + made.down_payment_minor == offer.total_minor
            assert max(row.amount_minor for row in made.instalments) == offer.instalment_minor
            assert monthly_burden_minor(made) == offer.monthly_minor
            assert made.principal_minor == offer.financed_minor
            assert (made.instalments[0].due_date, made.instalments[-1].due_date) == (
                offer.first_due_date, offer.last_due_date)
        case ExtensionTerms():
            assert terms.until(facts.as_of) == offer.last_due_date
        case SettlementTerms():
            assert terms.amount_minor + terms.waived.total_minor == facts.balance_minor
            assert (terms.amount_minor, terms.pay_by) == (offer.total_minor, offer.last_due_date)
        case TokenPaymentTerms():
            assert terms.total_minor == offer.total_minor
            assert (terms.due_dates[0], terms.due_dates[-1]) == (offer.first_due_date, offer.last_due_date)
        case PauseTerms():
            assert terms.until(facts.as_of) == offer.last_due_date
        case PromiseTerms():
            assert (terms.amount_minor, terms.pay_by) == (offer.instalment_minor, offer.last_due_date)


@pytest.mark.parametrize(("facts", "offer"), OFFERED)
def test_what_is_offered_can_be_sent_and_passes_the_checks_of_its_terms(facts: Facts, offer: Offer) -> None:
    terms = terms_of(offer)
    owed = Outstanding(facts.fees_minor, facts.interest_minor, facts.principal_minor)
    known = RequestFacts(
        facts.as_of, facts.balance_minor, 1, facts.affordable_minor, facts.as_of, hardship_given=True,
        open_request=False, arrangement=False, owed=owed, days_past_due=facts.days_past_due,
        disposable_minor=facts.disposable_minor, ceiling_minor=facts.ceiling_minor)
    schedule = terms.schedule(facts.balance_minor, facts.as_of) if isinstance(terms, AgreementTerms) else None
    failed = {check.name for check in checks(terms, schedule, known, LIMITS) if not check.passed}
    # The least agreement there is may be shorter than the form allows by itself; a person looks at that.
    assert failed <= {CheckName.TERM, CheckName.EXCEEDS_ABILITY}


@pytest.mark.parametrize(("facts", "offer"), OFFERED)
def test_the_terms_of_an_offer_survive_being_stored(facts: Facts, offer: Offer) -> None:
    terms = terms_of(offer)
    assert from_record(kind_of(terms), as_record(terms)) == terms
