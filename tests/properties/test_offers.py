"""Laws of the negotiation, whatever the facts and the wish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.offers.bargaining import frontier, kalai_smorodinsky, nash
from core.domain.offers.choice import lay_on_table
from core.domain.offers.conversation import Round, stop_reason
from core.domain.offers.evaluation import agreement_terms, situation_of
from core.domain.offers.model import NO_WISH, Bound, Facts, OfferKind, Wish
from core.domain.offers.negotiation import Negotiation, negotiate
from core.domain.offers.ordering import Objective, Purpose, key
from core.domain.schedule import annualised_rate
from core.portfolio.offers import ArraySearch
from tests.portfolio.offer_cases import AS_OF, RULE


@st.composite
def facts_of(draw: st.DrawFn) -> Facts:
    principal = draw(st.integers(100_00, 300_000_00))
    disposable = draw(st.integers(0, principal))
    affordable = draw(st.integers(0, disposable))
    return Facts(
        draw(st.dates(date(2021, 1, 1), date(2040, 12, 31))), principal, draw(st.integers(0, principal // 4)),
        draw(st.integers(0, principal // 10)), draw(st.integers(0, 300)), affordable,
        draw(st.integers(affordable, disposable)), disposable, draw(st.booleans()), draw(st.sampled_from(Authority)))


wishes = st.builds(
    Wish, st.none() | st.integers(1, 5_000_00), st.none() | st.integers(1, 2_000_00), st.sampled_from(Frequency),
    st.none() | st.integers(1, 70), st.none() | st.integers(1, 50_000_00), st.none() | st.integers(1, 300_000_00),
    st.none() | st.integers(0, 100).map(lambda days: AS_OF + timedelta(days=days)), st.none() | st.integers(1, 31),
    st.none() | st.integers(1, 12), st.none() | st.integers(1, 12), st.booleans(), st.booleans(),
    earliest_first_due_date=st.none() | st.integers(0, 100).map(lambda days: AS_OF + timedelta(days=days)))


def ask(facts: Facts, wish: Wish = NO_WISH) -> Negotiation:
    return negotiate(facts, RULE, wish, ArraySearch)


@settings(max_examples=60)
@given(facts_of(), wishes)
def test_nothing_offered_or_answered_breaks_a_constraint_and_the_same_question_has_the_same_answer(facts, wish) -> None:
    found = ask(facts, wish)
    assert found == ask(facts, wish)
    shown = [*found.offers, *([found.answer.plan] if found.answer and found.answer.accepted else [])]
    for offer in shown:
        assert offer is not None
        assert all(line.slack >= 0 for line in offer.constraints), offer
        assert facts.authority.covers(offer.authority)
        if offer.kind is OfferKind.PERSONALISED_AGREEMENT:
            assert offer.monthly_minor <= facts.limit_minor
            assert offer.months <= RULE.limits.max_months
    if found.answer is None or not found.answer.accepted:
        assert (found.infeasible is not None) or found.offers or found.answer is not None


@settings(max_examples=60)
@given(facts_of(), wishes)
def test_an_accepted_wish_is_met(facts, wish) -> None:
    answer = ask(facts, wish).answer
    if answer is None or not answer.accepted or answer.plan is None:
        return
    plan = answer.plan
    if plan.kind is not OfferKind.PERSONALISED_AGREEMENT:
        return
    assert wish.monthly_at_most_minor is None or plan.monthly_minor <= wish.monthly_at_most_minor
    assert wish.instalment_at_most_minor is None or plan.instalment_minor <= wish.instalment_at_most_minor
    assert wish.months_at_most is None or plan.months <= wish.months_at_most
    assert wish.first_due_date is None or plan.first_due_date == wish.first_due_date
    assert wish.earliest_first_due_date is None or plan.first_due_date >= wish.earliest_first_due_date
    assert not wish.waive_late_fee or plan.late_fee_waived_minor > 0 or facts.fees_minor == 0
    assert not wish.waive_interest or plan.interest_waived_minor > 0 or plan.annual_rate == 0
    assert plan.frequency is wish.frequency


@settings(max_examples=40)
@given(facts_of())
def test_what_is_shown_is_the_schedule_to_the_fen(facts) -> None:
    search = ArraySearch(situation_of(facts, RULE, NO_WISH))
    for offer, (_, option) in zip(ask(facts).offers, lay_on_table(search).options, strict=False):
        made = agreement_terms(option.terms).schedule(facts.balance_minor, facts.as_of)
        assert offer.total_minor == made.amount_minor + made.down_payment_minor
        assert offer.instalment_minor == max(row.amount_minor for row in made.instalments)
        assert offer.annualised_percent == annualised_rate(made).monthly_irr_x12
        assert offer.financed_minor == made.principal_minor


PURPOSES = (Purpose.LIGHTEST, Purpose.CHEAPEST, Purpose.LENDER, Purpose.DEBTOR)


@settings(max_examples=40)
@given(facts_of(), st.sampled_from([*Bound]))
def test_setting_a_constraint_aside_never_worsens_what_is_found(facts, bound) -> None:
    search = ArraySearch(situation_of(facts, RULE, NO_WISH))
    for purpose in PURPOSES:
        objective = Objective(purpose)
        held, eased = search.best(objective), search.best(objective, frozenset({bound}))
        if held is not None:
            assert eased is not None
            assert key(eased, objective, search.situation) <= key(held, objective, search.situation)


@settings(max_examples=60)
@given(facts_of(), st.integers(1, 1_000_00))
def test_more_money_or_more_authority_never_worsens_the_lightest_and_the_cheapest(facts, more) -> None:
    richer = replace(facts, affordable_minor=min(facts.affordable_minor + more, facts.disposable_minor),
                     ceiling_minor=facts.disposable_minor)
    higher = replace(facts, authority=Authority.L4)
    for eased in (richer, higher):
        before = ArraySearch(situation_of(facts, RULE, NO_WISH))
        after = ArraySearch(situation_of(eased, RULE, NO_WISH))
        for purpose, measure in ((Purpose.LIGHTEST, "monthly_minor"), (Purpose.CHEAPEST, "total_minor")):
            held, found = before.best(Objective(purpose)), after.best(Objective(purpose))
            if held is not None:
                assert found is not None
                assert getattr(found, measure) <= getattr(held, measure)


@settings(max_examples=25)
@given(facts_of(), wishes, st.integers(2, 6))
def test_insisting_never_improves_an_offer_and_ends_the_conversation(facts, wish, times) -> None:
    answers = [ask(facts, wish) for _ in range(times)]
    assert all(answer == answers[0] for answer in answers)
    rounds = [Round("the same answer") for _ in range(times)]
    assert stop_reason(rounds, RULE.many) is not None
    assert stop_reason(rounds[:1], RULE.many) is None


@settings(max_examples=25)
@given(facts_of(), st.integers(1, 3_000_00), st.integers(1, 500_00))
def test_asking_for_less_never_wins_a_plan_of_less_worth_to_the_lender_than_the_tolerance(facts, limit, less) -> None:
    plain = lay_on_table(ArraySearch(situation_of(facts, RULE, NO_WISH)))
    for wanted in (limit, max(limit - less, 1)):
        wish = Wish(monthly_at_most_minor=wanted)
        search = ArraySearch(situation_of(facts, RULE, wish))
        best, answer = search.best(Objective(Purpose.LENDER)), ask(facts, wish).answer
        assert answer is not None
        if best is None:
            assert not answer.accepted
        elif answer.accepted and answer.reason == "meets_every_limit":
            assert answer.plan is not None
            given_up = best.lender_value_minor - answer.plan.lender_value_minor
            assert given_up <= RULE.many.tolerance * plain.ideal.lender_minor


gains = st.tuples(st.integers(-50, 1_000), st.integers(-50, 1_000))


@given(st.lists(gains, max_size=30))
def test_bargaining_solutions_are_accepted_by_both_and_on_the_frontier(points) -> None:
    rational = [one for one in points if min(one) >= 0]
    for solution in (kalai_smorodinsky, nash):
        index = solution(points)
        assert (index is None) == (not rational)
        if index is not None:
            assert min(points[index]) >= 0
            strictly_better = [one for one in points if one[0] > points[index][0] and one[1] > points[index][1]]
            assert strictly_better == []
    kept = [points[index] for index in frontier(points)]
    assert kept == sorted(set(kept), key=lambda one: -one[0])
    for one in points:
        assert any(other[0] >= one[0] and other[1] >= one[1] for other in kept)


@given(st.lists(gains.filter(lambda one: min(one) > 0), min_size=1, max_size=20), st.integers(1, 9), st.integers(1, 9))
def test_neither_solution_depends_on_what_a_gain_is_counted_in(points, one, other) -> None:
    scaled = [(left * one, right * other) for left, right in points]
    assert kalai_smorodinsky(points) == kalai_smorodinsky(scaled)
    assert nash(points) == nash(scaled)
