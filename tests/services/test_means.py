"""One budget over all cards: what other cards are promised a month is not there for another plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.db.tables.requests import arrangements
from core.db.types import new_id
from core.domain.actor import Actor
from core.domain.calendar import Frequency
from core.domain.decision import ApproveReason, Outcome, RefuseReason
from core.domain.errors import Conflict
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckName, CheckResult
from core.domain.request_terms import AgreementTerms, as_record, monthly_burden_minor
from core.services import accounts, assessments, requests, review
from core.services.context import ServiceContext
from core.services.means import BudgetPart
from core.services.requests import AccountOption, Preview, RequestDraft
from tests.services.cards import TODAY, add_card, cardholder
from tests.services.cases import FAMILY, FIRST_DUE, agreement, extension, held, team


def two_cards(context: ServiceContext) -> tuple[Actor, str, str]:
    """A person with two cards in arrears and an assessment."""
    first, second = add_card(context, card="c1"), add_card(context, card="c22")
    person = cardholder(context)
    assessments.finish(person, context, FAMILY, "a")
    return person, first, second


def option_of(context: ServiceContext, person: Actor, account_id: str) -> AccountOption:
    return next(one for one in requests.request_options(person, context, TODAY).accounts
                if one.account_id == account_id)


def affordable(seen: Preview) -> CheckResult:
    return next(check for check in seen.checks if check.name is CheckName.AFFORDABLE)


def send(context: ServiceContext, person: Actor, draft: RequestDraft, key: str) -> str:
    return requests.submit(person, context, draft, acknowledged=True, idempotency_key=key).proposal_id


def monthly(context: ServiceContext, person: Actor, draft: RequestDraft) -> int:
    schedule = requests.preview(person, context, draft, TODAY).schedule
    assert schedule is not None
    return monthly_burden_minor(schedule)


def grant(context: ServiceContext, proposal_id: str) -> None:
    staff = team(context)
    version = held(context, staff["two"], proposal_id)
    review.refer(staff["two"], context, proposal_id, expected_version=version, recommendation=Outcome.APPROVED,
                 internal_note="fits", idempotency_key="refer")
    version = held(context, staff["three"], proposal_id)
    review.approve(staff["three"], context, proposal_id, expected_version=version,
                   reasons=[next(iter(ApproveReason))], internal_note="fits", idempotency_key="approve")


def test_a_request_on_one_card_leaves_less_for_the_other(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    whole = option_of(context, person, second).means
    assert whole.promised == ()
    assert whole.left_minor == whole.affordable_minor
    took = monthly(context, person, agreement(first, 24))
    send(context, person, agreement(first, 24), "k1")
    means = option_of(context, person, second).means
    assert [(one.account_id, one.monthly_minor, one.granted) for one in means.promised] == [(first, took, False)]
    assert means.left_minor == whole.affordable_minor - took
    check = affordable(requests.preview(person, context, agreement(second, 24), TODAY))
    assert check.limit == means.left_minor


def test_suggestions_for_several_cards_fit_the_month_together(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    options = [option_of(context, person, account_id) for account_id in (first, second)]
    burdens = []
    for option in options:
        assert option.suggested_agreement is not None
        assert option.leaves_room
        burdens.append(monthly_burden_minor(option.suggested_agreement.schedule(option.balance_minor, TODAY)))
    assert sum(burdens) <= (options[0].means.affordable_minor or 0)
    suggested = options[0].suggested_agreement
    assert suggested is not None
    send(context, person, agreement(first, suggested.months), "k1")
    left = option_of(context, person, second)
    assert left.suggested_agreement is not None
    assert not left.leaves_room
    check = affordable(requests.preview(person, context, agreement(second, left.suggested_agreement.months), TODAY))
    assert check.passed


def test_a_granted_plan_goes_on_counting_until_its_last_instalment(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    took = monthly(context, person, agreement(first, 24))
    grant(context, send(context, person, agreement(first, 24), "k1"))
    [promise] = option_of(context, person, second).means.promised
    assert (promise.monthly_minor, promise.granted) == (took, True)
    with context.writing() as connection:
        connection.execute(arrangements.update().values(last_due_date=TODAY - timedelta(days=1)))
    assert option_of(context, person, second).means.promised == ()


def test_a_request_that_was_taken_back_or_refused_promises_nothing(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    requests.withdraw(person, context, send(context, person, agreement(first, 24), "k1"), idempotency_key="w")
    assert option_of(context, person, second).means.promised == ()
    proposal_id = send(context, person, agreement(first, 24), "k2")
    one = team(context)["one"]
    review.refuse(one, context, proposal_id, expected_version=held(context, one, proposal_id),
                  reasons=[next(iter(RefuseReason))], idempotency_key="r")
    assert option_of(context, person, second).means.promised == ()


def test_an_extension_promises_no_monthly_amount(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    send(context, person, extension(first), "k1")
    assert option_of(context, person, second).means.promised == ()


@pytest.mark.parametrize("frequency", list(Frequency))
def test_a_plan_of_any_frequency_is_promised_by_the_month(context: ServiceContext, frequency: Frequency) -> None:
    person, first, second = two_cards(context)
    terms = AgreementTerms(24, FIRST_DUE, frequency=frequency)
    draft = RequestDraft(first, agreement(first).kind, terms)
    took = monthly(context, person, draft)
    proposal_id = send(context, person, draft, "k1")
    assert option_of(context, person, second).means.promised_minor == took
    grant(context, proposal_id)
    assert option_of(context, person, second).means.promised_minor == took


def test_other_peoples_plans_take_nothing_from_ones_own_budget(context: ServiceContext) -> None:
    person, first, _ = two_cards(context)
    other = add_card(context, card="c333", person="p2")
    send(context, cardholder(context, "p2"), agreement(other, 12), "k1")
    assert option_of(context, person, first).means.promised == ()


def test_form_and_review_measure_the_second_card_alike(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    send(context, person, agreement(first, 6), "k1")
    seen = affordable(requests.preview(person, context, agreement(second, 6), TODAY))
    assert not seen.passed
    proposal_id = send(context, person, agreement(second, 6), "k2")
    one = team(context)["one"]
    held(context, one, proposal_id)
    figures = review.case(one, context, proposal_id).figures
    assert figures is not None
    assert next(check for check in figures.checks if check.name is CheckName.AFFORDABLE) == seen
    assert [promise.account_id for promise in figures.means.promised] == [first]


def test_only_a_second_open_request_is_called_one(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    proposal_id = send(context, person, agreement(first, 24), "k1")
    with context.reading() as connection:
        kept = repository.by_id(connection, proposal_id)
    assert kept is not None
    values = {name: value for name, value in kept._mapping.items() if name != "id"}
    with pytest.raises(Conflict), context.writing() as connection:
        repository.insert(connection, {**values, "reference": new_id()[:8]})
    other = {**values, "account_id": second, "terms": as_record(AgreementTerms(12, FIRST_DUE))}
    with pytest.raises(sa.exc.IntegrityError), context.writing() as connection:
        repository.insert(connection, other)  # the reference is taken, which is another matter


def test_the_outlook_of_a_card_counts_on_what_the_others_leave(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    send(context, person, agreement(first, 24), "k1")
    ahead = accounts.account_detail(person, context, second, TODAY).outlook
    assert ahead is not None
    assert ahead.fixed_minor == option_of(context, person, second).means.left_minor
    # The first card looks for no other way any more, so all that it leaves is the second one's.
    assert ahead.fixed_from is BudgetPart.LEFT


def test_the_amounts_filled_in_on_several_cards_fit_the_month_together(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    filled = 0
    for account_id in (first, second):
        ahead = accounts.account_detail(person, context, account_id, TODAY).outlook
        assert ahead is not None
        assert ahead.fixed_from is BudgetPart.SHARE
        filled += ahead.fixed_minor
    affordable_minor = option_of(context, person, first).means.affordable_minor
    assert affordable_minor is not None
    assert affordable_minor - 1 <= filled <= affordable_minor


def grant_extension(context: ServiceContext, proposal_id: str) -> None:
    three = team(context)["three"]
    review.approve(three, context, proposal_id, expected_version=held(context, three, proposal_id),
                   reasons=[next(iter(ApproveReason))], internal_note="fits", idempotency_key="approve")


def shared(seen: Preview) -> CheckResult | None:
    return next((check for check in seen.checks if check.name is CheckName.MONTH_SHARED), None)


@pytest.mark.parametrize("granted", [False, True])
def test_what_an_extension_makes_due_claims_its_month(context: ServiceContext, granted: bool) -> None:
    person, first, second = two_cards(context)
    due = option_of(context, person, first).amount_due_minor
    whole = option_of(context, person, second).suggested_agreement
    assert whole is not None
    # In December: the first instalment of the one, the payment put off of the other.
    in_december = RequestDraft(second, agreement(second).kind, replace(whole, first_due_date=date(2026, 12, 6)))
    assert shared(requests.preview(person, context, in_december, TODAY)) is None
    proposal_id = send(context, person, extension(first, 30), "k1")
    if granted:
        grant_extension(context, proposal_id)
    option = option_of(context, person, second)
    [claim] = option.means.claims
    assert (claim.account_id, claim.amount_minor, claim.due_date, claim.granted) == (
        first, due, date(2026, 12, 22), granted)
    seen = requests.preview(person, context, in_december, TODAY)
    check, plan = shared(seen), seen.schedule
    assert check is not None
    assert plan is not None
    assert check.value == plan.instalments[0].amount_minor + due
    assert check.passed == (check.value <= (option.means.left_minor or 0))
    assert not check.passed
    assert isinstance(seen.nearest_terms, AgreementTerms)
    assert seen.nearest_terms.first_due_date == date(2027, 1, 6)
    assert seen.nearest_terms.months == whole.months
    after = requests.preview(person, context, replace(in_december, terms=seen.nearest_terms), TODAY)
    assert shared(after) is None
    assert affordable(after).passed


def test_a_suggestion_keeps_clear_of_what_an_extension_makes_due(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    send(context, person, extension(first, 30), "k1")
    suggested = option_of(context, person, second).suggested_agreement
    assert suggested is not None
    draft = RequestDraft(second, agreement(second).kind, suggested, agreement(second).hardship_reason)
    assert all(check.passed for check in requests.preview(person, context, draft, TODAY).checks)


def test_a_reviewer_sees_the_persons_other_cards(context: ServiceContext) -> None:
    person, first, second = two_cards(context)
    send(context, person, extension(first, 30), "k1")
    proposal_id = send(context, person, agreement(second, 24), "k2")
    one = team(context)["one"]
    held(context, one, proposal_id)
    seen = review.case(one, context, proposal_id)
    [other] = seen.other_cards
    assert (other.card_last4, other.asked, other.granted) == (
        option_of(context, person, first).card_last4, ProposalKind.EXTENSION, None)
    assert other.total_minor == option_of(context, person, first).balance_minor
    assert seen.figures is not None
    assert [claim.account_id for claim in seen.figures.means.claims] == [first]
