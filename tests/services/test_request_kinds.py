"""Every kind of request goes its whole way: figures, sending, review within authority, grant, what comes next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.db.tables.requests import arrangements, proposals
from core.domain.actor import SYSTEM, Actor
from core.domain.decision import ApproveReason, Outcome
from core.domain.errors import AuthorityExceeded, InvalidInput
from core.domain.hardship import HardshipReason
from core.domain.household import Evidence, Income, Spending, SpendingKind
from core.domain.offers.as_request import terms_of
from core.domain.proposal import ProposalKind
from core.domain.quarter import Quarter
from core.domain.request_checks import CheckName
from core.domain.request_terms import (
    AgreementTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
    kind_of,
)
from core.services import assessments, assistant, messages, postings, requests, review, standing
from core.services.assessment_records import AssessmentInput
from core.services.close_day.day import close_day
from core.services.context import ServiceContext
from core.services.deadlines import DeadlineKind, next_deadline
from core.services.positions import AccountPosition, account_position
from core.services.requests import RequestDraft
from core.services.statistics import Dimension, request_statistics
from tests.conftest import TestTime
from tests.services.cards import MISSED_SINCE_AUGUST, SPENT, TODAY, add_card, cardholder
from tests.services.cases import FAMILY, FIRST_DUE, SHANGHAI, held, reviewer, team

POOR = AssessmentInput(
    persons=1, city=SHANGHAI, income=(Income("salary", 500_000, Evidence.PROVIDED),),
    spending=(Spending(SpendingKind.HOUSING, 250_000), Spending(SpendingKind.FOOD, 220_000)),
    hardship=("income_drop",))
TOKEN = TokenPaymentTerms(2_000, 6, FIRST_DUE)
PAUSE = PauseTerms(3)
PROMISE = PromiseTerms(200_000, TODAY + timedelta(days=2))
OTHERS: tuple[Terms, ...] = (SettlementTerms(600_000, TODAY + timedelta(days=10)), TOKEN, PAUSE, PROMISE)


def stand(context: ServiceContext, account_id: str) -> AccountPosition:
    with context.reading() as connection:
        return account_position(connection, context, account_id, context.clock.today())


def late(context: ServiceContext, *, household: AssessmentInput | None = FAMILY, card: str = "c1") -> tuple[Actor, str]:
    """A person with an account three months overdue, assessed unless ``household`` is None."""
    account_id = add_card(context, card=card)
    who = cardholder(context, "p1")
    if household is not None:
        assessments.finish(who, context, household, f"assess-{card}")
    return who, account_id


def draft(account_id: str, terms: Terms) -> RequestDraft:
    return RequestDraft(account_id, kind_of(terms), terms, HardshipReason.INCOME_DROP)


def send(who: Actor, context: ServiceContext, account_id: str, terms: Terms) -> str:
    return requests.submit(who, context, draft(account_id, terms), acknowledged=True,
                           idempotency_key=f"send-{account_id}").proposal_id


def grant(context: ServiceContext, proposal_id: str) -> None:
    """Recommended by a collector, granted by the committee."""
    people = team(context)
    review.refer(people["one"], context, proposal_id, recommendation=Outcome.APPROVED, internal_note="fits",
                 expected_version=held(context, people["one"], proposal_id), idempotency_key="refer")
    review.approve(people["committee"], context, proposal_id, reasons=[ApproveReason.AFFORDABLE], internal_note="x",
                   expected_version=held(context, people["committee"], proposal_id), idempotency_key="approve")


def settled_for(context: ServiceContext, account_id: str, *, fee_share: int = 1) -> SettlementTerms:
    """Everything but a part of the late fee and a little interest, paid in ten days."""
    position = stand(context, account_id)
    fee, interest = position.fees_minor // fee_share, position.all_interest_minor // 20
    return SettlementTerms(position.total_minor - fee - interest, TODAY + timedelta(days=10), fee, interest)


@pytest.mark.parametrize("terms", OTHERS, ids=lambda terms: kind_of(terms).value)
def test_each_kind_is_sent_listed_reviewed_and_granted_with_the_same_figures(
        context: ServiceContext, terms: Terms) -> None:
    who, account_id = late(context, household=POOR if isinstance(terms, TokenPaymentTerms) else FAMILY)
    if isinstance(terms, SettlementTerms):
        terms = settled_for(context, account_id)
    shown = requests.preview(who, context, draft(account_id, terms), TODAY)
    proposal_id = send(who, context, account_id, terms)
    listed, = requests.my_requests(who, context)
    assert (listed.kind, listed.terms) == (kind_of(terms), terms)
    one = reviewer(context, "a-collector")
    held(context, one, proposal_id)
    case = review.case(one, context, proposal_id)
    assert case.figures is not None
    assert (case.figures.terms, case.figures.dues, case.figures.total_minor, case.figures.waived) == (
        shown.terms, shown.dues, shown.total_minor, shown.waived)
    review.release(one, context, proposal_id, idempotency_key="release")
    grant(context, proposal_id)
    granted = requests.my_request(who, context, proposal_id).granted
    assert granted is not None
    assert (granted.terms, granted.dues) == (shown.terms, shown.dues)
    assert granted.state == ("active" if isinstance(terms, PromiseTerms) else "awaiting_signature")


def test_a_settlement_leaves_nothing_owed_and_gives_up_fees_before_interest(context: ServiceContext) -> None:
    who, account_id = late(context)
    position = stand(context, account_id)
    offered = SettlementTerms(position.total_minor - position.fees_minor - 1_000, TODAY + timedelta(days=10))
    shown = requests.preview(who, context, draft(account_id, offered), TODAY)
    assert (shown.waived.late_fee_minor, shown.waived.interest_minor, shown.waived.principal_minor) == (
        position.fees_minor, 1_000, 0)
    assert (shown.total_minor, shown.paid_meanwhile_minor, shown.left_meanwhile_minor) == (
        offered.amount_minor, offered.amount_minor, 0)
    assert "rest_waived_when_paid" in shown.legal_effects


def test_a_settlement_in_full_promises_no_waiver(context: ServiceContext) -> None:
    who, account_id = late(context)
    whole = SettlementTerms(stand(context, account_id).total_minor, TODAY + timedelta(days=1))
    shown = requests.preview(who, context, draft(account_id, whole), TODAY)
    assert shown.waived.total_minor == 0
    assert not {"rest_waived_when_paid", "waiver_on_credit_record"} & set(shown.legal_effects)
    assert shown.needed_authority.level == "L1"


def test_interest_grown_while_a_settlement_is_reviewed_is_given_up_too(context: ServiceContext,
                                                                      time_: TestTime) -> None:
    who, account_id = late(context)
    terms = settled_for(context, account_id)
    proposal_id = send(who, context, account_id, terms)
    time_.advance(days=3)
    grown = stand(context, account_id).total_minor - terms.amount_minor - terms.waived.total_minor
    assert grown > 0
    grant(context, proposal_id)
    granted = requests.my_request(who, context, proposal_id).granted
    assert granted is not None
    assert isinstance(granted.terms, SettlementTerms)
    assert (granted.terms.amount_minor, granted.terms.pay_by) == (terms.amount_minor, terms.pay_by)
    assert granted.terms.interest_waived_minor == terms.interest_waived_minor + grown


def test_principal_is_given_up_by_nobody_before_write_off(context: ServiceContext) -> None:
    who, account_id = late(context)
    asked = draft(account_id, SettlementTerms(100_000, TODAY + timedelta(days=5)))
    shown = requests.preview(who, context, asked, TODAY)
    assert not shown.may_send
    assert isinstance(shown.nearest_terms, SettlementTerms)
    assert requests.preview(who, context, draft(account_id, shown.nearest_terms), TODAY).may_send
    with pytest.raises(InvalidInput) as refusal:
        requests.submit(who, context, asked, acknowledged=True, idempotency_key="too-little")
    assert refusal.value.data["check"] == CheckName.PRINCIPAL_WAIVER


def test_a_waiver_needs_the_level_that_may_give_it_up(context: ServiceContext) -> None:
    who, account_id = late(context)
    position = stand(context, account_id)
    fee, interest = position.fees_minor, position.all_interest_minor
    for waived_fee, waived_interest, level, limit in (
            (fee // 2, 0, "L2", "plan_months"), (fee, 0, "L2", "plan_months"),
            (0, interest // 4, "L3", "interest_waiver"), (fee, interest, "L4", "interest_waiver")):
        terms = AgreementTerms(12, FIRST_DUE, late_fee_waived_minor=waived_fee, interest_waived_minor=waived_interest)
        need = requests.preview(who, context, draft(account_id, terms), TODAY).needed_authority
        assert (need.level, need.limit) == (level, limit)


def test_a_collector_cannot_grant_more_than_their_level_gives_up(context: ServiceContext) -> None:
    who, account_id = late(context)
    proposal_id = send(who, context, account_id, settled_for(context, account_id))
    one = team(context)["one"]
    with pytest.raises(AuthorityExceeded) as refusal:
        review.approve(one, context, proposal_id, reasons=[ApproveReason.AFFORDABLE], idempotency_key="approve",
                       expected_version=held(context, one, proposal_id), internal_note="x")
    assert refusal.value.data["needed"] == "L2"


def test_an_agreement_with_waivers_repays_the_rest_and_only_that(context: ServiceContext) -> None:
    who, account_id = late(context)
    position = stand(context, account_id)
    terms = AgreementTerms(12, FIRST_DUE, late_fee_waived_minor=position.fees_minor, interest_waived_minor=2_000)
    shown = requests.preview(who, context, draft(account_id, terms), TODAY)
    rest = position.total_minor - position.fees_minor - 2_000
    assert shown.schedule is not None
    assert (shown.schedule.principal_minor, shown.total_minor) == (rest, rest)
    assert "waived_when_kept" in shown.legal_effects
    grant(context, send(who, context, account_id, terms))
    # Nothing is posted before the agreement has been kept: everything is still owed.
    assert stand(context, account_id).total_minor == position.total_minor


def test_what_was_paid_meanwhile_is_not_given_up_again(context: ServiceContext) -> None:
    who, account_id = late(context)
    fees = stand(context, account_id).fees_minor
    proposal_id = send(who, context, account_id, AgreementTerms(12, FIRST_DUE, late_fee_waived_minor=fees))
    with context.writing() as connection:
        connection.execute(accounts.update().where(accounts.c.id == account_id)
                           .values(late_fee_minor=0, other_fees_minor=0))
    one = team(context)["one"]
    held(context, one, proposal_id)
    figures = review.case(one, context, proposal_id).figures
    assert figures is not None
    assert figures.waived.total_minor == 0


def test_small_payments_are_for_who_can_afford_no_instalment(context: ServiceContext) -> None:
    who, account_id = late(context)
    failed = {check.name for check in requests.preview(who, context, draft(account_id, TOKEN), TODAY).checks
              if not check.passed}
    assert failed == {CheckName.NO_INSTALMENT_FITS}


def test_relief_leaves_the_debt_as_it_is(context: ServiceContext) -> None:
    who, account_id = late(context, household=POOR)
    owed = stand(context, account_id).total_minor
    token = requests.preview(who, context, draft(account_id, TOKEN), TODAY)
    assert (token.total_minor, token.cost_minor, token.left_meanwhile_minor) == (owed, 0, owed - 12_000)
    assert [on for on, _ in token.dues] == list(TOKEN.due_dates)
    pause = requests.preview(who, context, draft(account_id, PAUSE), TODAY)
    assert (pause.dues, pause.total_minor, pause.until_date) == ((), owed, PAUSE.until(TODAY))
    assert all(check.passed for check in pause.checks)


def test_a_promise_changes_nothing_but_that_it_is_noted(context: ServiceContext) -> None:
    who, account_id = late(context)
    shown = requests.preview(who, context, draft(account_id, PROMISE), TODAY)
    assert shown.needed_authority.level == "L1"
    assert shown.do_nothing.total_minor == shown.total_minor
    assert shown.left_meanwhile_minor == shown.total_minor - PROMISE.amount_minor
    one = team(context)["one"]
    proposal_id = send(who, context, account_id, PROMISE)
    review.approve(one, context, proposal_id, reasons=[ApproveReason.SHORT_DELAY], idempotency_key="approve",
                   expected_version=held(context, one, proposal_id), internal_note="noted")
    position = stand(context, account_id)
    assert (position.next_deadline.kind, position.next_deadline.amount_minor) == (DeadlineKind.PROMISED, 200_000)
    assert position.days_past_due == position.days_past_due_by_contract > 0


@pytest.mark.parametrize("paid", [True, False])
def test_a_promise_ends_as_it_was_kept(sqlite_context: ServiceContext, time_: TestTime, paid: bool) -> None:
    context = sqlite_context
    account_id = add_card(context, (SPENT,))
    who = cardholder(context, "p1")
    proposal_id = send(who, context, account_id, PromiseTerms(100_000, TODAY + timedelta(days=5)))
    one = team(context)["one"]
    # Paid before anybody has looked at it: that counts too.
    if paid:
        postings.post_payment(SYSTEM, context, account_id,
                              postings.PaymentIn("promised", 100_000, TODAY, "transfer"), TODAY, "pay")
    time_.advance(days=2)
    review.approve(one, context, proposal_id, reasons=[ApproveReason.SHORT_DELAY], idempotency_key="approve",
                   expected_version=held(context, one, proposal_id), internal_note="noted")
    time_.advance(days=10)
    over = requests.my_request(who, context, proposal_id)
    assert (over.summary.ending.how, over.may_ask_again) == ("over", True)
    close_day(SYSTEM, context, context.clock.today() - timedelta(days=1))
    ended = requests.my_request(who, context, proposal_id).summary.ending
    assert (ended.how, ended.on) == ("kept" if paid else "missed", TODAY + timedelta(days=5))
    told = {message.template for message in messages.my_messages(who, context, limit=20)}
    assert ("promise_kept" if paid else "promise_missed") in told
    assert standing.last_ending(who, context, account_id, context.clock.today()) is not None


@pytest.mark.parametrize("paid", [True, False])
def test_a_promise_whose_day_came_before_anybody_looked_is_noted_and_judged(context: ServiceContext, time_: TestTime,
                                                                          paid: bool) -> None:
    account_id = add_card(context, (SPENT,))
    who = cardholder(context, "p1")
    proposal_id = send(who, context, account_id, PromiseTerms(100_000, TODAY + timedelta(days=1)))
    one = team(context)["one"]
    if paid:
        postings.post_payment(SYSTEM, context, account_id,
                              postings.PaymentIn("promised", 100_000, TODAY, "transfer"), TODAY, "pay")
    time_.advance(days=3)
    version = held(context, one, proposal_id)
    figures = review.case(one, context, proposal_id).figures
    assert figures is not None
    assert CheckName.PAY_BY in {check.name for check in figures.failed}
    review.approve(one, context, proposal_id, reasons=[ApproveReason.SHORT_DELAY], idempotency_key="approve",
                   expected_version=version, internal_note="its day passed over the weekend")
    assert stand(context, account_id).may_ask
    time_.advance(days=1)
    close_day(SYSTEM, context, context.clock.today() - timedelta(days=1))
    ending = requests.my_request(who, context, proposal_id).summary.ending
    assert ending is not None
    assert (ending.how, ending.on) == ("kept" if paid else "missed", TODAY + timedelta(days=1))


def test_a_promise_by_a_day_that_is_past_cannot_be_sent(sqlite_context: ServiceContext) -> None:
    who, account_id = late(sqlite_context)
    with pytest.raises(InvalidInput) as refusal:
        send(who, sqlite_context, account_id, PromiseTerms(200_000, TODAY - timedelta(days=1)))
    assert (refusal.value.code, refusal.value.data["check"]) == ("limit_passed", "pay_by")


@pytest.mark.parametrize("terms", [
    TokenPaymentTerms(2_000, 6, date(9999, 12, 1)), TokenPaymentTerms(2_000, 6, TODAY - timedelta(days=1)),
    PromiseTerms(200_000, date.max), SettlementTerms(600_000, date.max)])
def test_a_day_before_the_start_or_beyond_all_thought_is_refused_at_once(sqlite_context: ServiceContext,
                                                                       terms: Terms) -> None:
    who, account_id = late(sqlite_context)
    with pytest.raises(InvalidInput) as refusal:
        requests.preview(who, sqlite_context, draft(account_id, terms), TODAY)
    assert refusal.value.code == "out_of_range"


def test_a_payment_that_bounced_keeps_no_promise(context: ServiceContext, time_: TestTime) -> None:
    account_id = add_card(context, (SPENT,))
    who = cardholder(context, "p1")
    proposal_id = send(who, context, account_id, PromiseTerms(100_000, TODAY + timedelta(days=5)))
    one = team(context)["one"]
    review.approve(one, context, proposal_id, reasons=[ApproveReason.SHORT_DELAY], idempotency_key="approve",
                   expected_version=held(context, one, proposal_id), internal_note="noted")
    postings.post_payment(SYSTEM, context, account_id,
                          postings.PaymentIn("promised", 100_000, TODAY, "transfer"), TODAY, "pay")
    postings.reverse(SYSTEM, context, account_id, postings.Reversal("payment:promised", "bounced"), TODAY, "back")
    time_.advance(days=12)
    close_day(SYSTEM, context, context.clock.today() - timedelta(days=1))
    ending = requests.my_request(who, context, proposal_id).summary.ending
    assert ending is not None
    assert ending.how == "missed"


@pytest.mark.parametrize("terms", [TOKEN, PAUSE, SettlementTerms(10_000_000, TODAY + timedelta(days=10))],
                         ids=lambda terms: kind_of(terms).value)
def test_what_nobody_signs_lapses_and_the_account_may_ask_again(sqlite_context: ServiceContext, time_: TestTime,
                                                              terms: Terms) -> None:
    who, account_id = late(sqlite_context, household=POOR)
    proposal_id = send(who, sqlite_context, account_id, terms)
    grant(sqlite_context, proposal_id)
    granted = stand(sqlite_context, account_id).arrangement
    assert granted is not None
    assert granted.state == "awaiting_signature"
    after = granted.first_due_date - timedelta(days=1)
    kind = DeadlineKind.PAUSE_SIGNATURE if isinstance(terms, PauseTerms) else DeadlineKind.SIGNATURE
    soonest = next_deadline(None, 0, False, granted, None, granted.first_due_date + timedelta(days=9), after)
    assert (soonest.kind, soonest.on) == (kind, granted.first_due_date)
    time_.advance(days=62)
    close_day(SYSTEM, sqlite_context, sqlite_context.clock.today() - timedelta(days=1))
    found = requests.my_request(who, sqlite_context, proposal_id)
    assert (found.summary.ending.how, found.may_ask_again) == ("lapsed", True)


def test_token_payments_and_promises_elsewhere_claim_their_month_and_a_settlement_does_not(
        context: ServiceContext) -> None:
    who, first = late(context)
    second = add_card(context, card="c22")
    for terms, taken, once in ((TOKEN, 2_000, []), (PROMISE, 0, [200_000]), (PAUSE, 0, []),
                               (settled_for(context, first), 0, [])):
        with context.writing() as connection:
            connection.execute(proposals.update().where(proposals.c.state == "submitted").values(state="withdrawn"))
        requests.submit(who, context, draft(first, terms), acknowledged=True, idempotency_key=f"send-{kind_of(terms)}")
        options = requests.request_options(who, context, TODAY).accounts
        means = next(one.means for one in options if one.account_id == second)
        assert means.promised_minor == taken
        assert [claim.amount_minor for claim in means.claims] == once


def test_statistics_count_every_kind_apart(context: ServiceContext) -> None:
    _, account_id = late(context)
    with context.writing() as connection:
        now = context.clock.now()
        row: dict[str, Any] = {
            "account_id": account_id, "cardholder_id": stand(context, account_id).cardholder_id, "state": "refused",
            "terms": {"days": 1}, "amount_minor": 1, "days_past_due": 0, "bucket": "M0", "product": "gold",
            "vulnerable": False, "needed_authority": "L1", "policy_version": "1", "submitted_at": now,
            "promised_by": now, "decided_at": now}
        for number in range(60):
            kind = list(ProposalKind)[number % len(ProposalKind)]
            connection.execute(proposals.insert().values(
                id=f"s{number}", reference=f"S{number:03d}", kind=kind.value, **row))
    staff = Actor("staff", cardholder(context, "p1").role.__class__.STAFF)
    found = request_statistics(staff, context, Quarter.of(TODAY), TODAY, [Dimension.KIND])
    assert {line.value for line in found.breakdowns[Dimension.KIND]} == {kind.value for kind in ProposalKind}


def test_records_of_before_the_waivers_are_still_read(context: ServiceContext) -> None:
    who, account_id = late(context)
    proposal_id = send(who, context, account_id, AgreementTerms(12, FIRST_DUE))
    old = {"months": 12, "first_due_date": FIRST_DUE.isoformat(), "down_payment_minor": 0, "annual_rate": "0",
           "interest_free_months": 0, "frequency": "monthly"}
    with context.writing() as connection:
        connection.execute(proposals.update().values(terms=old))
    assert requests.my_request(who, context, proposal_id).summary.terms == AgreementTerms(12, FIRST_DUE)
    with context.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(arrangements)).scalar() == 0


@pytest.mark.parametrize("months", [(SPENT,), MISSED_SINCE_AUGUST], ids=["not overdue", "overdue"])
def test_what_the_assistant_offers_comes_to_the_same_as_a_request(sqlite_context: ServiceContext,
                                                                 months: tuple[Any, ...]) -> None:
    context = sqlite_context
    account_id = add_card(context, months)
    who = cardholder(context, "p1")
    assessments.finish(who, context, FAMILY, "assess")
    negotiation = assistant.open_conversation(who, context, account_id, TODAY).turns[-1].negotiation
    assert negotiation is not None
    assert negotiation.offers
    for offer in negotiation.offers:
        shown = requests.preview(who, context, draft(account_id, terms_of(offer)), TODAY)
        assert shown.needed_authority.level == offer.authority
        assert sum(amount for _, amount in shown.dues) == (
            offer.instalment_minor if shown.deferred_minor else offer.total_minor)
        assert shown.may_send
    due = stand(context, account_id).minimum_due_minor
    kinds = {offer.kind.value for offer in negotiation.offers}
    # A payment of what is due can be put off where one month's money pays it.
    assert ("extension" in kinds) == (due <= 130_000)
