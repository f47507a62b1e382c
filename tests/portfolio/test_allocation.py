"""Several cards, one month's money: nothing better is missed, and what is offered can be kept in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, product
from random import Random

import pytest

from core.domain.errors import InvalidInput
from core.domain.offers.evaluation import Situation, situation_of, work_out
from core.domain.offers.model import NO_WISH
from core.portfolio.allocation import MOST_CARDS, Allocation, Outcome, allocate
from core.portfolio.allocation_plans import Card, Payer
from tests.portfolio.offer_cases import AS_OF, RULE, small_rule
from tests.portfolio.offer_walk import Walked, again, walk

CASES, WALKED = 24, 8


def random_cards(chance: Random, *, most_minor: int, count: int) -> list[Card]:
    """Cards of people in early and late arrears."""
    rule = small_rule(chance)
    found = []
    for number in range(count):
        principal = chance.randrange(30_000, most_minor)
        found.append(Card(str(number), principal, principal // chance.choice((10, 20, 40)), principal // 70,
                          chance.choice((0, 5, 20, 40, 75, 100, 200)), rule))
    return found


def random_payer(chance: Random, cards: Sequence[Card]) -> Payer:
    """Tight and ample months."""
    owed = sum(card.balance_minor for card in cards)
    disposable = int(owed * 10 ** chance.uniform(-0.9, -0.1))
    return Payer(AS_OF, disposable // chance.choice((2, 2, 3)), disposable, chance.random() < 0.3)


@cache
def cases() -> tuple[tuple[list[Card], Payer, Allocation], ...]:
    found = []
    for seed in range(CASES):
        chance = Random(seed)
        cards = random_cards(chance, most_minor=10**6, count=chance.choice((2, 2, 3)))
        payer = random_payer(chance, cards)
        found.append((cards, payer, allocate(cards, payer)))
    return tuple(found)


def plans_of(card: Card, payer: Payer, others_minor: int) -> list[Walked]:
    """Every plan of the card that keeps every constraint with all the money to itself and taken up last."""
    situation = situation_of(payer.facts(card), card.rule, NO_WISH)
    found = []
    for plan in walk(situation):
        taken = min(payer.affordable_minor - plan.payment, others_minor)
        if again(_left(situation, taken), plan) is not None:
            found.append(plan)
    return found


def _left(situation: Situation, taken: int) -> Situation:
    facts = situation.facts
    left = facts.affordable_minor - taken
    return replace(situation, facts=replace(facts, affordable_minor=left, ceiling_minor=left,
                                            disposable_minor=facts.disposable_minor - taken))


def key_of(plans: Sequence[Walked]) -> tuple[int, int, int, int]:
    return (sum(plan.total for plan in plans), max(plan.months for plan in plans),
            sum(plan.months for plan in plans), sum(plan.payment for plan in plans))


def test_walking_every_combination_of_two_cards_finds_nothing_better() -> None:
    fitted = 0
    for seed in range(WALKED):
        chance = Random(1_000 + seed)
        cards = random_cards(chance, most_minor=120_000, count=2)
        payer = random_payer(chance, cards)
        owed = sum(card.balance_minor for card in cards)
        plans = [plans_of(card, payer, owed - card.balance_minor) for card in cards]
        walked = [key_of(pair) for pair in product(*plans)
                  if sum(plan.payment for plan in pair) <= payer.affordable_minor]
        found = allocate(cards, payer)
        assert (found.outcome is Outcome.FITS) == bool(walked)
        if walked:
            assert found.best is not None
            assert found.best.ranking.key() == min(walked)
            fitted += 1
    assert fitted >= WALKED // 2


def test_the_shares_are_among_what_the_programme_chooses_from_so_it_never_costs_more() -> None:
    compared = 0
    for _, payer, found in cases():
        if found.outcome is not Outcome.FITS or found.best is None:
            continue
        assert sum(share.amount_minor for share in found.shares) == payer.affordable_minor
        assert found.dearest_first is not None
        assert found.best.ranking.key() <= found.dearest_first.ranking.key()
        if found.pro_rata is not None:
            assert found.saving_minor == found.pro_rata.total_minor - found.best.total_minor
            assert found.saving_minor >= 0
            assert found.best.ranking.key() <= found.pro_rata.ranking.key()
            compared += 1
    assert compared >= 5


def test_somewhere_the_programme_saves_money_and_somewhere_the_shares_leave_a_card_without_a_plan() -> None:
    found = [one for _, _, one in cases() if one.outcome is Outcome.FITS]
    assert any(one.saving_minor for one in found)
    assert any(one.pro_rata is None for one in found)


def test_every_plan_keeps_every_constraint_in_whatever_order_the_plans_are_taken_up() -> None:
    for cards, payer, found in cases():
        if found.outcome is not Outcome.FITS or found.best is None:
            continue
        assert found.best.monthly_minor <= payer.affordable_minor
        for number, card in enumerate(cards):
            plan = found.best.plans[number]
            others = [one.monthly_minor for place, one in enumerate(found.best.plans) if place != number]
            for before in (part for count in range(len(others) + 1) for part in combinations(others, count)):
                situation = _left(situation_of(payer.facts(card), card.rule, NO_WISH), sum(before))
                assert work_out(plan.index, situation).breaches() == ()


def test_taking_one_plan_up_leaves_the_others_as_good_as_they_were() -> None:
    for cards, payer, found in cases():
        if found.outcome is not Outcome.FITS or found.best is None:
            continue
        taken = found.best.plans[0].monthly_minor
        rest = allocate(cards[1:], replace(payer, affordable_minor=payer.affordable_minor - taken,
                                           disposable_minor=payer.disposable_minor - taken))
        assert rest.best is not None
        assert rest.best.total_minor <= sum(plan.total_minor for plan in found.best.plans[1:])


def test_what_is_missing_is_the_least_that_makes_a_combination_fit() -> None:
    lacking = 0
    for seed in range(CASES):
        chance = Random(2_000 + seed)
        cards = random_cards(chance, most_minor=500_000, count=2)
        disposable = sum(card.balance_minor for card in cards) // chance.randrange(15, 40)
        payer = Payer(AS_OF, disposable // chance.randrange(2, 12), disposable)
        found = allocate(cards, payer)
        if found.outcome is not Outcome.MORE_NEEDED or found.best is None:
            continue
        needed = payer.affordable_minor + found.missing_minor
        assert found.missing_minor > 0
        assert found.saving_minor is None
        assert found.best.monthly_minor <= needed
        assert allocate(cards, replace(payer, affordable_minor=needed)).outcome is Outcome.FITS
        assert allocate(cards, replace(payer, affordable_minor=needed - 1)).outcome is Outcome.MORE_NEEDED
        lacking += 1
    assert lacking >= 5


def test_a_card_no_money_can_carry_is_named() -> None:
    small = Card("small", 100_000, 1_000, 500, 40, RULE)
    huge = Card("huge", 400_000_000, 0, 0, 40, RULE)
    found = allocate([small, huge], Payer(AS_OF, 50_000, 100_000))
    assert found.outcome is Outcome.NONE
    assert found.without_plan == (1,)
    assert found.best is None


def test_where_nothing_holds_together_no_amount_is_named() -> None:
    cards = [Card(str(number), 100_000, 1_000, 500, 40, RULE) for number in range(6)]
    found = allocate(cards, Payer(AS_OF, 0, 40_000))
    assert found.outcome is Outcome.NONE
    assert found.without_plan == ()
    assert found.missing_minor == 0


@pytest.mark.parametrize("seed", range(3))
def test_more_money_a_month_never_costs_more(seed: int) -> None:
    chance = Random(seed)
    cards = random_cards(chance, most_minor=300_000, count=2)
    disposable = sum(card.balance_minor for card in cards) // 3
    found = [allocate(cards, Payer(AS_OF, disposable * share // 40, disposable)).best for share in range(10, 20, 2)]
    totals = [best.total_minor for best in found if best is not None]
    assert len(totals) == len(found)
    assert totals == sorted(totals, reverse=True)


def test_one_card_gets_the_plan_it_would_get_by_itself() -> None:
    card = Card("only", 300_000, 6_000, 2_000, 20, RULE)
    payer = Payer(AS_OF, 40_000, 80_000)
    found = allocate([card], payer)
    walked = walk(situation_of(payer.facts(card), card.rule, NO_WISH))
    assert found.best is not None
    assert found.best.ranking.key() == min(key_of([plan]) for plan in walked)
    assert found.saving_minor == 0


def test_the_dearest_card_comes_first_in_the_order() -> None:
    mild, severe = Card("a", 500_000, 0, 0, 5, RULE), Card("b", 50_000, 0, 0, 75, RULE)
    found = allocate([mild, severe], Payer(AS_OF, 60_000, 120_000))
    assert sorted(found.order) == [0, 1]
    assert found.order[0] == 1


def test_the_order_of_the_cards_changes_no_total() -> None:
    for cards, payer, found in cases()[:8]:
        turned = allocate(cards[::-1], payer)
        assert turned.outcome is found.outcome
        assert (turned.best.ranking if turned.best else None) == (found.best.ranking if found.best else None)


@pytest.mark.parametrize(("cards", "code"), [
    ([], "out_of_range"),
    ([Card(str(number), 10_000, 0, 0, 0, RULE) for number in range(MOST_CARDS + 1)], "out_of_range"),
    ([Card("a", 10_000, 0, 0, 0, RULE)] * 2, "repeated_key"),
    ([Card("a", 0, 0, 0, 0, RULE)], "nothing_owed"),
    ([Card("a", 10**10 + 1, 0, 0, 0, RULE)], "amount_out_of_range")])
def test_what_cannot_be_shared_out_is_refused(cards: list[Card], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        allocate(cards, Payer(AS_OF, 50_000, 100_000))
    assert refused.value.code == code


def test_cards_of_several_issuers_keep_their_own_rules() -> None:
    strict = replace(RULE, value=replace(RULE.value, completion_floor=Decimal("0.99")))
    own = Card("a", 300_000, 0, 0, 20, RULE)
    found = allocate([own, Card("b", 300_000, 0, 0, 20, strict)], Payer(AS_OF, 60_000, 120_000))
    alone = allocate([own, Card("b", 300_000, 0, 0, 20, RULE)], Payer(AS_OF, 60_000, 120_000))
    assert alone.considered[1] > found.considered[1]
