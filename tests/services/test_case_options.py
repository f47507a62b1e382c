"""What could be agreed in a case: for whom, under whose authority, by which measure, and that it decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.db.tables.records import audit_log
from core.db.tables.requests import arrangements, proposals
from core.db.types import new_id
from core.domain.actor import Actor, Authority, Role
from core.domain.decision import RefuseReason
from core.domain.errors import Conflict, NotFound, NotPermitted
from core.domain.offers.as_request import terms_of
from core.domain.offers.model import OfferKind
from core.domain.offers.negotiation import Negotiation
from core.domain.proposal import ProposalKind
from core.domain.request_terms import (
    AgreementTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    TokenPaymentTerms,
    as_record,
    kind_of,
)
from core.policy.rules.negotiation import offer_rule
from core.services import assistant, case_options, review
from core.services.case_options import CaseOptions
from core.services.case_weighing import Given, Ground, LevelUp, Why, level_up
from core.services.context import ServiceContext
from tests.conftest import NOON, CountedQueries, TestTime
from tests.services.assistant_talks import begun, key, said
from tests.services.cards import TODAY, add_card
from tests.services.cases import FIRST_DUE, agreement, asked, count, extension, held, reviewer, state_of, team


def weighed(context: ServiceContext, draft_of: Any = agreement, level: Authority = Authority.L2,
            **more: Any) -> tuple[Actor, str, CaseOptions]:
    """A case in a collector's hands and what could be agreed in it."""
    _, sent = asked(context, draft_of, **more)
    one = reviewer(context, "r", level)
    held(context, one, sent.proposal_id)
    return one, sent.proposal_id, case_options.options(one, context, sent.proposal_id)


def test_each_option_has_its_value_chance_level_and_what_it_takes_of_the_own_authority(
        context: ServiceContext) -> None:
    _, _, found = weighed(context)
    assert found.facts is not None
    assert (found.held, found.facts.authority) == (Authority.L2, Authority.L2)
    plans = [one for one in found.options if one.offer.kind is OfferKind.PERSONALISED_AGREEMENT]
    assert plans
    assert found.recommended in {one.offer.label for one in plans}
    for one in plans:
        assert one.gain_minor == one.offer.lender_value_minor - found.nothing_minor >= 0
        assert one.chance == one.offer.completion
        assert Authority.L2.covers(one.offer.authority)
        assert one.months_left is not None
        assert one.months_left >= 0
        used = {room.part: room for room in one.headroom}
        assert used[Given.LATE_FEE].used_minor == one.offer.late_fee_waived_minor
        # L2 may give up all late fees and a tenth of the interest.
        assert used[Given.LATE_FEE].most_minor == found.facts.fees_minor
        assert used[Given.INTEREST].most_minor == found.facts.interest_minor // 10
        assert all(0 <= room.share <= 1 and room.left_minor >= 0 for room in one.headroom)


def test_what_leaves_the_debt_standing_is_not_held_against_doing_nothing(context: ServiceContext) -> None:
    _, _, found = weighed(context)
    beside = [one for one in found.options if not one.whole_debt]
    assert {one.gain_minor for one in beside} <= {None}
    assert found.asked is not None
    assert found.asked.gain_minor == found.asked.weighed.lender_value_minor - found.nothing_minor


def test_what_was_asked_for_is_measured_like_the_offer_with_the_same_terms(context: ServiceContext) -> None:
    one, proposal_id, found = weighed(context)
    plan = next(option.offer for option in found.options if option.offer.kind is OfferKind.PERSONALISED_AGREEMENT)
    with context.writing() as connection:
        connection.execute(proposals.update().values(terms=as_record(terms_of(plan))))
    again = case_options.options(one, context, proposal_id).asked
    assert again is not None
    assert (again.weighed.lender_value_minor, again.weighed.completion) == (plan.lender_value_minor, plan.completion)
    assert (again.monthly_minor, again.months, again.total_minor) == (
        plan.monthly_minor, plan.months, plan.total_minor)
    assert again.weighed.breached == ()


def test_a_wish_beyond_the_rules_names_what_stands_in_the_way_and_the_nearest_plan(context: ServiceContext) -> None:
    # A plan longer than the least instalment allows.
    _, _, found = weighed(context, months=60)
    assert found.asked is not None
    assert found.asked.weighed.breached
    assert found.in_the_way is not None
    assert found.suggestions
    first = found.suggestions[0]
    assert first.why in (Why.NEAREST, Why.BEST_WITHIN_THE_WISH)
    for one in found.suggestions:
        assert terms_of(one.option.offer) != found.asked.terms
        assert Authority.L2.covers(one.option.offer.authority)


def test_counter_offers_come_nearest_first_and_none_twice(context: ServiceContext) -> None:
    _, _, found = weighed(context)
    order = list(Why)
    places = [order.index(one.why) for one in found.suggestions]
    assert places == sorted(places)
    seen = [(one.option.offer.kind, one.option.offer.monthly_minor, one.option.offer.months,
             one.option.offer.total_minor) for one in found.suggestions]
    assert len(set(seen)) == len(seen) <= 4


def test_one_level_up_is_shown_to_all_but_the_highest(context: ServiceContext) -> None:
    one, proposal_id, found = weighed(context, level=Authority.L1, months=24)
    assert found.level_up is not None
    assert found.level_up.level is Authority.L2
    # L1 grants no instalments: a plan is what L2 brings.
    assert found.level_up.option is not None
    assert found.level_up.option.offer.kind is OfferKind.PERSONALISED_AGREEMENT
    review.release(one, context, proposal_id, idempotency_key="back")
    highest = reviewer(context, "top", Authority.L4, Role.SUPERVISOR)
    assert case_options.options(highest, context, proposal_id).level_up is None


def test_one_level_up_that_brings_nothing_else_says_so(sqlite_context: ServiceContext) -> None:
    _, _, found = weighed(sqlite_context)
    assert found.facts is not None
    own = Negotiation(tuple(one.offer for one in found.options), found.recommended, None, None, 0, 12)
    ground = Ground(found.facts, offer_rule(sqlite_context.policy.on(TODAY)), found.nothing_minor)
    assert level_up(Authority.L3, own, own, ground) == LevelUp(Authority.L3, None, False)
    none = replace(own, offers=(), recommended=None)
    assert level_up(Authority.L3, none, own, ground).option is None
    brought = level_up(Authority.L3, own, none, ground).option
    assert brought is not None
    assert brought.offer.label == found.recommended


@pytest.mark.parametrize("terms", [
    SettlementTerms(600_000, TODAY + timedelta(days=10), 1_000),
    TokenPaymentTerms(5_000, 6, FIRST_DUE), PauseTerms(2), PromiseTerms(60_000, TODAY + timedelta(days=5))])
def test_every_kind_of_request_is_weighed(sqlite_context: ServiceContext, terms: Any) -> None:
    one, proposal_id, _ = weighed(sqlite_context)
    with sqlite_context.writing() as connection:
        connection.execute(proposals.update().values(terms=as_record(terms), kind=kind_of(terms).value))
    found = case_options.options(one, sqlite_context, proposal_id)
    assert found.asked is not None
    whole = kind_of(terms) is ProposalKind.SETTLEMENT
    assert found.asked.weighed.whole_debt is whole
    assert (found.asked.gain_minor is not None) is whole
    paid = {TokenPaymentTerms: 30_000, PauseTerms: 0, PromiseTerms: 60_000, SettlementTerms: 600_000}[type(terms)]
    assert found.asked.total_minor == paid
    assert found.asked.weighed.lender_value_minor <= paid
    assert (found.asked.weighed.completion is None) is isinstance(terms, SettlementTerms | PauseTerms)
    assert found.options


def talked(context: ServiceContext) -> tuple[Actor, str, str]:
    """A request that a conversation led to: the first offer turned down, a wish refused, then an offer chosen."""
    actor, talk = begun(context)
    talk = said(actor, context, talk, "No, that is too much for me")
    talk = said(actor, context, talk, "I can pay at most 20 yuan a month for 6 months")
    shown = talk.last_shown
    assert shown is not None
    assert shown.negotiation is not None
    label = shown.negotiation.recommended
    assert label is not None
    sent = assistant.choose(actor, context, talk.conversation_id, shown.number, label, acknowledged=True,
                            hardship_reason=talk.declared_hardship, idempotency_key=key())
    return actor, sent.proposal_id, label


def test_what_the_cardholder_turned_down_and_was_refused_is_told_with_their_words(context: ServiceContext) -> None:
    _, proposal_id, label = talked(context)
    one = reviewer(context, "r", Authority.L2)
    held(context, one, proposal_id)
    found = case_options.options(one, context, proposal_id)
    [no] = found.turned_down
    assert no.said == "No, that is too much for me"
    assert no.offer.label == label
    [refused] = found.unmet
    assert refused.said == "I can pay at most 20 yuan a month for 6 months"
    assert refused.wish.monthly_at_most_minor == 2_000
    assert refused.reason
    assert found.language == "zh_CN"


def test_hardship_named_with_the_request_counts_as_it_did_in_the_offers(context: ServiceContext) -> None:
    _, _, found = weighed(context)
    assert found.facts is not None
    assert found.facts.hardship
    assert found.facts.income_recovers


def test_without_an_assessment_nothing_is_guessed(context: ServiceContext) -> None:
    _, _, found = weighed(context, extension, assessed=False)
    assert (found.obstacle, found.options, found.asked, found.level_up) == ("no_assessment", (), None, None)


def test_an_account_with_an_arrangement_is_offered_nothing(context: ServiceContext) -> None:
    one, proposal_id, _ = weighed(context)
    account_id = review.case(one, context, proposal_id).position.account_id
    with context.writing() as connection:
        connection.execute(arrangements.insert().values(
            id=new_id(), account_id=account_id, proposal_id=proposal_id, kind="extension", state="active",
            terms={"days": 30}, schedule=[{"number": 1, "due_date": (TODAY + timedelta(days=30)).isoformat(),
                                           "amount_minor": 1_000}],
            first_due_date=TODAY + timedelta(days=30), last_due_date=TODAY + timedelta(days=30), granted_at=NOON))
    found = case_options.options(one, context, proposal_id)
    assert (found.obstacle, found.options) == ("arrangement", ())


def test_a_closed_case_has_no_options(context: ServiceContext) -> None:
    one, proposal_id, _ = weighed(context, extension)
    version = review.case(one, context, proposal_id).version
    review.refuse(one, context, proposal_id, expected_version=version,
                  reasons=[RefuseReason.WITHIN_ABILITY], idempotency_key="no")
    with pytest.raises(Conflict) as refusal:
        case_options.options(one, context, proposal_id)
    assert refusal.value.code == "case_closed"


def test_only_those_who_may_read_the_case_see_its_options(context: ServiceContext) -> None:
    person, sent = asked(context, agreement)
    people = team(context)
    with pytest.raises(Conflict) as refusal:
        case_options.options(people["one"], context, sent.proposal_id)
    assert refusal.value.code == "claim_needed"
    held(context, people["one"], sent.proposal_id)
    with pytest.raises(Conflict) as refusal:
        case_options.options(people["two"], context, sent.proposal_id)
    assert refusal.value.code == "claimed_by_other"
    for other in (person, Actor("u-staff", Role.STAFF), Actor("u-admin", Role.ADMIN)):
        with pytest.raises(NotPermitted):
            case_options.options(other, context, sent.proposal_id)
    with pytest.raises(NotFound):
        case_options.options(people["one"], context, "../../etc/passwd")


def test_looking_is_kept_once_a_claim_and_moves_nothing_else(context: ServiceContext, time_: TestTime) -> None:
    one, proposal_id, before = weighed(context)
    looked = (audit_log.c.event == "case_options_viewed", audit_log.c.object_id == proposal_id)
    assert case_options.options(one, context, proposal_id) == before
    assert count(context, audit_log, *looked) == 1
    assert state_of(context, proposal_id) == "in_review"
    review.release(one, context, proposal_id, idempotency_key="release")
    time_.advance(minutes=1)
    held(context, one, proposal_id)
    case_options.options(one, context, proposal_id)
    assert count(context, audit_log, *looked) == 2


def test_options_ask_a_fixed_number_of_queries(context: ServiceContext,
                                               counted_queries: type[CountedQueries]) -> None:
    _, proposal_id, _ = talked(context)
    one = reviewer(context, "r", Authority.L2)
    held(context, one, proposal_id)
    add_card(context, person="p1", card="c2")
    with counted_queries(context.engine) as asked_for:
        case_options.options(one, context, proposal_id)
    assert asked_for.reads <= 24


def test_a_reviewer_without_a_level_sees_what_the_least_could_do(context: ServiceContext) -> None:
    _, sent = asked(context, agreement)
    nobody = reviewer(context, "r", None)
    held(context, nobody, sent.proposal_id)
    found = case_options.options(nobody, context, sent.proposal_id)
    assert found.held is None
    assert found.facts is not None
    assert found.facts.authority is Authority.L1


def test_an_agreement_longer_than_the_model_looks_is_not_measured(sqlite_context: ServiceContext) -> None:
    one, proposal_id, before = weighed(sqlite_context)
    assert before.asked is not None
    assert isinstance(before.asked.terms, AgreementTerms)
    with sqlite_context.writing() as connection:
        connection.execute(proposals.update().values(terms=as_record(replace(before.asked.terms, months=61))))
    found = case_options.options(one, sqlite_context, proposal_id)
    assert found.asked is None
    assert found.options
