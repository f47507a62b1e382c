"""One month's money for several cards: the combination of plans that costs least, and fairer-looking ways beside it.

``allocate`` takes one plan for each card so that their instalments fit the month's money together and everything
paid over all cards is least; then the soonest free of all debts, the fewest months in all, the least a month,
and last the first plans of the cards in the order given. Beside it stand the two ways people would take by
themselves: each card its share by what is owed on it, and the dearest card first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from core.domain.errors import InvalidInput
from core.domain.money import shared_out
from core.domain.offers.plan import Option
from core.domain.offers.value import StatusQuo, status_quo
from core.portfolio.allocation_plans import Card, CardPlans, Payer
from core.portfolio.allocation_programme import Figures, Ranking, choose, rank

MOST_CARDS = 10
MOST_OWED_MINOR = 10**10
"""A hundred million yuan on all cards: far below where double precision would lose a fen."""


class Outcome(StrEnum):
    """What there is for all cards together."""

    FITS = "fits"
    """A combination fits the month's money."""
    MORE_NEEDED = "more_needed"
    """None does; the lightest one needs what is missing."""
    NONE = "none"
    """No combination would hold even if everything left over each month went into it: a person looks."""


@dataclass(frozen=True, slots=True)
class Combination:
    """One plan for each card, in the order of the cards."""

    plans: tuple[Option, ...]
    ranking: Ranking

    @property
    def total_minor(self) -> int:
        """Everything paid over all cards, in fen."""
        return self.ranking.total_minor

    @property
    def monthly_minor(self) -> int:
        """What a month's instalments come to, in fen."""
        return self.ranking.monthly_minor

    @property
    def months(self) -> int:
        """Until the last card is paid off."""
        return self.ranking.longest


@dataclass(frozen=True, slots=True)
class Share:
    """One card by itself: its share of the month's money by what is owed on it, and its cheapest plan within."""

    amount_minor: int
    plan: Option | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """What ``allocate`` found. Amounts in fen; cards in the order given."""

    outcome: Outcome
    best: Combination | None
    """Of ``FITS`` the cheapest, of ``MORE_NEEDED`` the lightest."""
    missing_minor: int
    """By how much the month's money is too little for ``best``."""
    shares: tuple[Share, ...]
    dearest_first: Combination | None
    order: tuple[int, ...]
    """The cards from the one on which doing nothing adds most to each yuan owed."""
    considered: tuple[int, ...]
    """How many plans of each card could be part of the best combination."""
    without_plan: tuple[int, ...] = ()
    """Cards for which there is no plan even with everything left over each month."""

    @property
    def pro_rata(self) -> Combination | None:
        """The shares' plans together; None where a share is too small for any plan of its card."""
        plans = tuple(share.plan for share in self.shares if share.plan is not None)
        return _combination(plans) if plans and len(plans) == len(self.shares) else None

    @property
    def saving_minor(self) -> int | None:
        """What the best combination saves against the shares; None where one of them is not there."""
        if self.outcome is not Outcome.FITS or self.best is None or self.pro_rata is None:
            return None
        return self.pro_rata.total_minor - self.best.total_minor


def allocate(cards: Sequence[Card], payer: Payer) -> Allocation:
    """Share ``payer``'s month out over ``cards``.

    Raises ``InvalidInput`` for no card, too many, a card on which nothing is owed, two of one key, or more owed than
    can be reckoned with exactly.
    """
    _check(cards)
    nothing = [status_quo(payer.facts(card), card.rule) for card in cards]
    plans = [one.worth_taking(payer.affordable_minor) for one in _searches(cards, payer, nothing)]
    parts = shared_out(payer.affordable_minor, [card.balance_minor for card in cards])
    shares = tuple(_share(part, found) for part, found in zip(parts, plans, strict=True))
    order, considered = _dearest(cards, nothing), tuple(len(found) for found in plans)
    chosen = choose([[_figures(one) for one in found] for found in plans], payer.affordable_minor)
    if chosen is None:
        return _too_little(cards, payer, nothing, Allocation(Outcome.NONE, None, 0, shares, None, order, considered))
    best = _combination(tuple(found[place] for found, place in zip(plans, chosen, strict=True)))
    return Allocation(Outcome.FITS, best, 0, shares, _dearest_first(plans, order, payer.affordable_minor), order,
                      considered)


def _check(cards: Sequence[Card]) -> None:
    if not 1 <= len(cards) <= MOST_CARDS:
        raise InvalidInput("out_of_range", f"between 1 and {MOST_CARDS} cards", field="cards")
    if len({card.key for card in cards}) < len(cards):
        raise InvalidInput("repeated_key", "two cards have the same key", field="cards")
    if any(card.balance_minor <= 0 for card in cards):
        raise InvalidInput("nothing_owed", "nothing is owed on a card", field="cards")
    if sum(card.balance_minor for card in cards) > MOST_OWED_MINOR:
        raise InvalidInput("amount_out_of_range", "more is owed than can be shared out to the fen", field="cards")


def _share(amount_minor: int, plans: Sequence[Option]) -> Share:
    """``plans`` from the cheapest: the first within the share."""
    return Share(amount_minor, next((one for one in plans if one.monthly_minor <= amount_minor), None))


def _figures(option: Option) -> Figures:
    return Figures(option.total_minor, option.terms.months, option.monthly_minor)


def _combination(plans: tuple[Option, ...]) -> Combination:
    return Combination(plans, rank([_figures(one) for one in plans]))


def _dearest(cards: Sequence[Card], nothing: Sequence[StatusQuo]) -> tuple[int, ...]:
    """By what doing nothing adds to each yuan owed; alike: in the order given."""
    def added(number: int) -> Fraction:
        horizon = cards[number].rule.value.horizon_months
        return Fraction(nothing[number].totals_minor[horizon - 1], cards[number].balance_minor)
    return tuple(sorted(range(len(cards)), key=lambda number: (-added(number), number)))


def _dearest_first(plans: Sequence[Sequence[Option]], order: Sequence[int], budget_minor: int) -> Combination:
    """Every card its lightest plan, then the dearest card the cheapest that still fits, then the next."""
    taken = {number: min(found, key=lambda one: (one.monthly_minor, one.total_minor, one.terms.months))
             for number, found in enumerate(plans)}
    for number in order:
        room = budget_minor - sum(one.monthly_minor for other, one in taken.items() if other != number)
        taken[number] = next(one for one in plans[number] if one.monthly_minor <= room)
    return _combination(tuple(taken[number] for number in range(len(plans))))


def _too_little(cards: Sequence[Card], payer: Payer, nothing: Sequence[StatusQuo], found: Allocation) -> Allocation:
    """The least month's money with which a combination holds, found by raising it to what the lightest plans need.

    A plan that must leave more to the other cards is never lighter, so the amounts only rise, and the first that is
    enough for its own lightest plans is the least that is.
    """
    whole = replace(payer, affordable_minor=max(payer.disposable_minor, 0))
    searches = _searches(cards, whole, nothing)
    alone = lightest = [one.lightest(0) for one in searches]
    needed = max(sum(plan.monthly_minor for plan in alone if plan is not None), payer.affordable_minor + 1)
    while None not in lightest and needed <= whole.affordable_minor:
        lightest = [one.lightest(needed, before.monthly_minor if before else 0)
                    for one, before in zip(searches, lightest, strict=True)]
        plans = tuple(plan for plan in lightest if plan is not None)
        if len(plans) == len(cards):
            best = _combination(plans)
            if best.monthly_minor <= needed:
                return replace(found, outcome=Outcome.MORE_NEEDED, best=best,
                               missing_minor=needed - payer.affordable_minor)
            needed = best.monthly_minor
    return replace(found, without_plan=tuple(number for number, plan in enumerate(alone) if plan is None))


def _searches(cards: Sequence[Card], payer: Payer, nothing: Sequence[StatusQuo]) -> list[CardPlans]:
    """Each card's plans; the others can take no more than what is owed on them."""
    owed = sum(card.balance_minor for card in cards)
    return [CardPlans(card, payer, owed - card.balance_minor, quiet)
            for card, quiet in zip(cards, nothing, strict=True)]
