"""Whether the engine can be moved by anything but facts: by insisting, by bluffing, by who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.choice import Table, lay_on_table
from core.domain.offers.model import Wish
from core.evaluation.deals import ROUND_TO_MINOR, Debtor, asked, columns_of, negotiate_all
from core.evaluation.strategies import Strategy
from core.evaluation.valuing import PlanColumns, model_values
from core.portfolio.offers import ArraySearch

BLUFF = 0.7
"""Who bluffs names this part of the recommended payment as all they can pay."""


@dataclass(frozen=True, slots=True)
class Honesty:
    """Counts and sums over the debtors tried, fen by the engine's model."""

    tried: int
    moved_by_insisting: int
    """Answers that were another after asking again, or after other wishes."""
    moved_by_bystanders: int
    """Deals that were another when sex, age band and manner changed hands."""
    bluffed: int
    """Debtors who would have taken the recommended offer and named less."""
    bluff_lender_loss: float
    """What the lender lost by believing them; insisting on the named limit is then all they do."""
    bluff_balance: float

    def plus(self, other: Honesty) -> Honesty:
        """Both together."""
        return Honesty(*(getattr(self, name) + getattr(other, name) for name in Honesty.__slots__))


def try_honesty(debtors: Sequence[Debtor], in_other_names: Sequence[Debtor]) -> Honesty:
    """Try ``debtors``; the others are the same ones with other people's sex, age band and manner."""
    insisted = sum(_moved_by_insisting(one) for one in debtors)
    bluffs = [loss for one in debtors if (loss := _lost_to_bluff(one)) is not None]
    moved = sum(not np.array_equal(_deal(debtor), _deal(other))
                for debtor, other in zip(debtors, in_other_names, strict=True))
    return Honesty(len(debtors), insisted, moved, len(bluffs),
                   sum(loss for loss, _ in bluffs), sum(balance for _, balance in bluffs))


def _deal(debtor: Debtor) -> NDArray[np.float64]:
    return negotiate_all(debtor, portal_only=True)[Strategy.PORTAL]


def _moved_by_insisting(debtor: Debtor) -> bool:
    """The same wish, put at once, a third time in a row, and after two others."""
    situation = debtor.situation
    if not lay_on_table(ArraySearch(situation, feasible_only=True)).options:
        return False
    most = int(debtor.private.limit_minor) // ROUND_TO_MINOR * ROUND_TO_MINOR
    wish = Wish(monthly_at_most_minor=max(most, ROUND_TO_MINOR))
    first = asked(situation, wish)
    for before in ((wish, wish), (Wish(months_at_most=12), Wish(waive_interest=True))):
        for other in before:
            asked(situation, other)
        if not _same(first, asked(situation, wish)):
            return True
    return False


def _same(one: PlanColumns | None, other: PlanColumns | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in PlanColumns.__slots__)


def _lost_to_bluff(debtor: Debtor) -> tuple[float, float] | None:
    """(What the lender's value falls by, the balance) when who would accept names less; None if they would not."""
    situation = debtor.situation
    table = lay_on_table(ArraySearch(situation, feasible_only=True))
    recommended = _recommended(table)
    if recommended is None or not debtor.private.accepts(recommended).all():
        return None
    named = int(BLUFF * recommended.monthly_minor[0]) // ROUND_TO_MINOR * ROUND_TO_MINOR
    answer = asked(situation, Wish(monthly_at_most_minor=named)) if named else None
    balance = float(situation.facts.balance_minor)
    if answer is None:
        return 0.0, balance
    values = [min(float(model_values(plan, situation.facts, situation.rule).lender[0]), balance)
              for plan in (recommended, answer)]
    return values[0] - values[1], balance


def _recommended(table: Table) -> PlanColumns | None:
    return next((columns_of([option]) for purpose, option in table.options if purpose is table.recommended), None)
