"""Laws of the plan nearest to what was named."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.calendar import Frequency
from core.domain.offers.model import Facts, OfferKind, Wish
from core.domain.offers.offer import Offer
from core.policy.book import PolicyBook
from core.services.calculator import calculate
from tests.properties.test_offer_laws import DOCUMENT
from tests.properties.test_offers import ask, facts_of, wishes

named = st.builds(
    lambda frequency, monthly, instalment, months: Wish(
        frequency=frequency, monthly_at_most_minor=monthly, instalment_at_most_minor=instalment,
        months_at_most=months), st.sampled_from(Frequency), st.none() | st.integers(1, 9_000_00),
    st.none() | st.integers(1, 4_000_00), st.none() | st.integers(1, 70))


def both(facts: Facts, wish: Wish) -> tuple[Offer, Offer] | None:
    """The answer's plan and the one as named, where there is one."""
    answer = ask(facts, wish).answer
    assert answer == ask(facts, wish).answer
    if answer is None or answer.as_named is None:
        return None
    assert answer.plan is not None
    return answer.plan, answer.as_named


@settings(max_examples=60, deadline=None)
@given(facts_of(), named | wishes)
def test_the_plan_as_named_meets_every_constraint_and_limit_and_is_never_worse_in_what_was_named(facts, wish) -> None:
    found = both(facts, wish)
    if found is None:
        return
    plan, other = found
    assert other.kind is OfferKind.PERSONALISED_AGREEMENT
    assert all(line.slack >= 0 for line in other.constraints)
    assert facts.authority.covers(other.authority)
    assert other.frequency is wish.frequency
    assert wish.monthly_at_most_minor is None or other.monthly_minor <= wish.monthly_at_most_minor
    assert wish.instalment_at_most_minor is None or other.instalment_minor <= wish.instalment_at_most_minor
    assert wish.months_at_most is None or other.months <= wish.months_at_most
    if wish.months_at_most is None:
        assert (other.total_minor, other.months) <= (plan.total_minor, plan.months)
    else:
        assert other.monthly_minor <= plan.monthly_minor


@settings(max_examples=40, deadline=None)
@given(facts_of(), named, st.integers(1, 30))
def test_naming_both_an_instalment_and_a_length_or_neither_leaves_nothing_to_guess(facts, wish, months) -> None:
    neither = replace(wish, monthly_at_most_minor=None, instalment_at_most_minor=None, months_at_most=None)
    each = replace(wish, monthly_at_most_minor=wish.monthly_at_most_minor or 500_00, months_at_most=months)
    assert both(facts, neither) is None
    assert both(facts, each) is None


@settings(max_examples=30, deadline=None)
@given(facts_of(), st.integers(1, 9_000_00), st.integers(1, 1_000_00))
def test_naming_more_a_month_never_makes_the_plan_as_named_dearer(facts, monthly, more) -> None:
    less, richer = (both(facts, Wish(monthly_at_most_minor=limit)) for limit in (monthly, monthly + more))
    if less is not None and richer is not None:
        assert richer[1].total_minor <= less[1].total_minor


def test_what_portal_calc_writes_has_the_plan_only_where_it_is_another_one() -> None:
    def answer(wish: dict[str, object]) -> dict[str, object]:
        document = json.dumps({**DOCUMENT, "wish": wish, "edition": 2}).encode()
        found: dict[str, object] = calculate("offers", document, PolicyBook.load)["answer"]
        assert calculate("offers", document, PolicyBook.load)["answer"] == found
        return found

    assert answer({"monthly_at_most": "800.00"})["as_named"]
    assert "as_named" not in answer({"monthly_at_most": "800.00", "months_at_most": 30})
    assert "as_named" not in answer({"first_due_on": "2026-12-20"})
