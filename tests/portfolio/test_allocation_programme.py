"""The programme finds what looking at every combination finds, and says when there is none."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from core.portfolio.allocation_programme import Figures, choose, rank

Cards = list[list[Figures]]


def every_combination(cards: Cards, budget: int) -> tuple[int, ...] | None:
    """The best by walking them all; the first of those that rank alike."""
    fitting = [(rank([card[place] for card, place in zip(cards, places, strict=True)]), places)
               for places in product(*(range(len(card)) for card in cards))]
    within = [(found.key(), places) for found, places in fitting if found.monthly_minor <= budget]
    return min(within)[1] if within else None


def random_cards(chance: Random) -> Cards:
    """Up to four cards with up to six plans, many of them alike in one figure or another."""
    return [[Figures(chance.choice((1_000, 1_000, chance.randrange(900, 100_000))), chance.randrange(1, 10),
                     chance.choice((500, chance.randrange(1, 2_000)))) for _ in range(chance.randrange(1, 7))]
            for _ in range(chance.randrange(1, 5))]


@pytest.mark.parametrize("seed", range(10))
def test_no_combination_is_better(seed: int) -> None:
    chance = Random(seed)
    for _ in range(30):
        cards, budget = random_cards(chance), chance.randrange(6_000)
        assert choose(cards, budget) == every_combination(cards, budget)


@pytest.mark.parametrize("seed", range(4))
def test_large_amounts_are_told_apart_to_the_fen(seed: int) -> None:
    """Tens of thousands of yuan a month, apart by single fen, and a budget met exactly or missed by one."""
    chance = Random(seed)
    base = 10**8
    cards = [[Figures(base + chance.randrange(4), chance.randrange(1, 4), base // 20 + chance.randrange(4))
              for _ in range(6)] for _ in range(3)]
    lightest = sum(min(plan.monthly_minor for plan in card) for card in cards)
    for budget in range(lightest - 1, lightest + 10):
        assert choose(cards, budget) == every_combination(cards, budget)


def test_at_equal_cost_the_combination_that_ends_first_is_taken() -> None:
    cards = [[Figures(100, 5, 20), Figures(100, 2, 50)], [Figures(100, 4, 25), Figures(100, 1, 100)]]
    assert choose(cards, 75) == (1, 0)
    assert choose(cards, 120) == (1, 0)
    assert choose(cards, 150) == (1, 1)


def test_combinations_that_rank_alike_go_by_the_order_of_the_cards() -> None:
    cards = [[Figures(100, 3, 40), Figures(110, 3, 30)], [Figures(100, 3, 40), Figures(110, 3, 30)]]
    assert choose(cards, 70) == (0, 1)
    many = [[Figures(100, 3, 40), Figures(100, 3, 40)] for _ in range(10)]
    assert choose(many, 400) == (0,) * 10


def test_there_is_none_where_the_lightest_plans_exceed_the_budget_by_a_fen() -> None:
    cards = [[Figures(100, 3, 40)], [Figures(100, 3, 41)]]
    assert choose(cards, 80) is None
    assert choose(cards, 81) == (0, 0)


def test_a_card_without_a_plan_has_no_combination() -> None:
    assert choose([[Figures(100, 3, 40)], []], 1_000) is None


def test_the_same_cards_give_the_same_combination_every_time() -> None:
    cards = random_cards(Random(7))
    assert len({choose(cards, 2_500) for _ in range(5)}) == 1
