"""A person's cards and one month's money: own cards only, what is promised taken off, plans that can be sent."""

from __future__ import annotations

from typing import Any

from core.domain.actor import Actor, Role
from core.domain.hardship import HardshipReason
from core.domain.household import Evidence, Income, Spending, SpendingKind
from core.domain.offers.as_request import terms_of
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckName
from core.domain.request_terms import AgreementTerms
from core.portfolio.allocation import Outcome
from core.services import assessments, requests, several_cards
from core.services.assessment_records import AssessmentInput
from core.services.context import ServiceContext
from core.services.requests import RequestDraft
from core.services.several_cards import CardWay, SeveralCards
from tests.services.cards import TODAY, Month, add_card, cardholder
from tests.services.cases import FAMILY, SHANGHAI, agreement

SMALL = (Month(purchases=((3, 60_000),)), Month(), Month())


def two_cards(context: ServiceContext, household: AssessmentInput = FAMILY) -> tuple[Actor, str, str]:
    """A person with a large and a small card in arrears, and an assessment."""
    first, second = add_card(context, card="c1"), add_card(context, SMALL, card="c22")
    person = cardholder(context)
    assessments.finish(person, context, household, "a")
    return person, first, second


def ask(context: ServiceContext, person: Actor) -> SeveralCards:
    found = several_cards.proposal(person, context, TODAY)
    assert found is not None
    return found


def draft(card: CardWay) -> RequestDraft:
    """The request a card's plan becomes."""
    assert card.plan is not None
    return RequestDraft(card.account_id, ProposalKind.PERSONALISED_AGREEMENT, terms_of(card.plan),
                        HardshipReason.INCOME_DROP)


def test_every_card_has_a_plan_and_together_they_fit_the_month(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    found = ask(context, person)
    assert found.outcome is Outcome.FITS
    assert {card.account_id for card in found.cards} == {first, second}
    assert found.together is not None
    plans = [card.plan for card in found.cards if card.plan is not None]
    assert sum(plan.monthly_minor for plan in plans) == found.together.monthly_minor <= (found.means.left_minor or 0)
    assert sum(plan.total_minor for plan in plans) == found.together.total_minor
    assert sum(card.share_minor for card in found.cards) <= (found.means.left_minor or 0)


def test_the_plans_can_be_sent_one_after_the_other_as_they_are_shown(context: ServiceContext) -> None:
    person, _, _ = two_cards(context)
    for number, card in enumerate(ask(context, person).cards):
        seen = requests.preview(person, context, draft(card), TODAY)
        assert card.plan is not None
        assert (seen.total_minor, seen.schedule.amount_minor if seen.schedule else 0) == (card.plan.total_minor,) * 2
        assert next(check for check in seen.checks if check.name is CheckName.AFFORDABLE).passed
        assert seen.may_send
        requests.submit(person, context, draft(card), acknowledged=True, idempotency_key=f"k{number}")


def test_what_another_card_is_promised_is_taken_off_first(context: ServiceContext) -> None:
    person, first, _ = two_cards(context)
    add_card(context, SMALL, card="c333")
    before = ask(context, person)
    assert len(before.cards) == 3
    requests.submit(person, context, agreement(first, 24), acknowledged=True, idempotency_key="k")
    after = ask(context, person)
    assert first not in {card.account_id for card in after.cards}
    assert after.means.promised_minor > 0
    assert after.means.left_minor == (before.means.left_minor or 0) - after.means.promised_minor
    assert after.together is not None
    assert after.together.monthly_minor <= (after.means.left_minor or 0)


def test_taking_one_plan_up_leaves_the_other_cards_as_good_as_they_were(context: ServiceContext) -> None:
    person, _, _ = two_cards(context)
    add_card(context, SMALL, card="c333")
    before = ask(context, person)
    taken = before.cards[0]
    requests.submit(person, context, draft(taken), acknowledged=True, idempotency_key="k")
    after = ask(context, person)
    assert before.together is not None
    assert after.together is not None
    assert taken.plan is not None
    assert after.together.total_minor <= before.together.total_minor - taken.plan.total_minor


def test_one_card_that_may_ask_is_nothing_to_share_out(context: ServiceContext) -> None:
    person, first, _ = two_cards(context)
    requests.submit(person, context, agreement(first, 24), acknowledged=True, idempotency_key="k")
    assert several_cards.proposal(person, context, TODAY) is None


def test_without_an_assessment_nothing_is_proposed(context: ServiceContext) -> None:
    add_card(context, card="c1")
    add_card(context, SMALL, card="c22")
    assert several_cards.proposal(cardholder(context), context, TODAY) is None


def test_other_peoples_cards_are_never_part_of_it(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    add_card(context, card="c4444", person="p2")
    assert {card.account_id for card in ask(context, person).cards} == {first, second}
    assert several_cards.proposal(cardholder(context, "p2"), context, TODAY) is None
    assert several_cards.proposal(Actor("u", Role.CARDHOLDER, cardholder_id="nobody's"), context, TODAY) is None


def living_on(monthly_minor: int) -> AssessmentInput:
    """A household with so much income that the rule of affordability leaves little or nothing."""
    return AssessmentInput(persons=1, city=SHANGHAI, income=(Income("salary", monthly_minor, Evidence.PROVIDED),),
                           spending=(Spending(SpendingKind.HOUSING, 150_000), Spending(SpendingKind.FOOD, 240_000)))


def test_where_nothing_fits_the_lightest_and_what_is_missing_are_told(context: ServiceContext) -> None:
    person, _, _ = two_cards(context, living_on(435_000))
    found = ask(context, person)
    assert found.outcome is Outcome.MORE_NEEDED
    assert found.together is not None
    assert found.together.monthly_minor <= (found.means.left_minor or 0) + found.missing_minor
    assert found.missing_minor > 0
    assert found.saving_minor is None


def test_where_nothing_is_left_over_no_amount_is_named(context: ServiceContext) -> None:
    person, first, second = two_cards(context, living_on(380_000))
    found = ask(context, person)
    assert found.outcome is Outcome.NONE
    assert found.together is None
    assert set(found.without_plan) == {first, second}
    assert [card.plan for card in found.cards] == [None, None]


def test_the_terms_keep_every_bound_of_the_request_form(context: ServiceContext) -> None:
    person, _, _ = two_cards(context)
    by_account = {one.account_id: one for one in requests.request_options(person, context, TODAY).accounts}
    for card in ask(context, person).cards:
        terms = draft(card).terms
        option = by_account[card.account_id]
        assert isinstance(terms, AgreementTerms)
        assert terms.months <= option.limits.max_months
        assert option.first_due_from <= terms.first_due_date <= option.first_due_to


def test_it_costs_a_fixed_number_of_queries(context: ServiceContext, counted_queries: Any) -> None:
    person, _, _ = two_cards(context)
    with counted_queries(context.engine) as few:
        several_cards.proposal(person, context, TODAY)
    for number in range(3):
        add_card(context, SMALL, card=f"c{number}" * 3)
    with counted_queries(context.engine) as many:
        several_cards.proposal(person, context, TODAY)
    assert len(few) <= 8, few.statements
    assert len(many) == len(few), many.statements


def test_asking_again_changes_nothing(context: ServiceContext) -> None:
    person, _, _ = two_cards(context)
    first = ask(context, person)
    several_cards._allocated.cache_clear()
    assert ask(context, person) == first
