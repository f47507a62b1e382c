"""The three offers: lightest, cheapest, balanced; and which constraints hold each of them where it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from core.domain.offers.model import Bound
from core.domain.offers.ordering import Ideal, Objective, Purpose, Search, gains, key
from core.domain.offers.plan import Option
from core.domain.offers.rule import ManyRule

_CUT_OFF = (Bound.TERM, Bound.DOWN_PAYMENT, Bound.FIRST_DUE_DATE, Bound.INTEREST_COVERED)
"""The space ends where these do: nothing beyond them is ever worked out."""


@dataclass(frozen=True, slots=True)
class Table:
    """The offers on the table in the order shown, the recommended one, and each side's best gain."""

    options: tuple[tuple[Purpose, Option], ...]
    recommended: Purpose | None
    ideal: Ideal

    def objective(self, purpose: Purpose) -> Objective:
        """What an offer of this table is best at."""
        return Objective(purpose, self.ideal)


def lay_on_table(search: Search) -> Table:
    """Find the three offers; fewer where two would say the same, none where nothing meets every constraint."""
    lender, debtor = search.best(Objective(Purpose.LENDER)), search.best(Objective(Purpose.DEBTOR))
    if lender is None or debtor is None:
        return Table((), None, Ideal(0, 0))
    situation = search.situation
    ideal = Ideal(gains(lender, situation)[0], gains(debtor, situation)[1])
    found = {purpose: option for purpose in (Purpose.BALANCED, Purpose.LIGHTEST, Purpose.CHEAPEST)
             if (option := search.best(Objective(purpose, ideal))) is not None}
    recommended = Purpose.BALANCED
    if found[Purpose.BALANCED].index == found[Purpose.LIGHTEST].index:
        recommended = Purpose.LIGHTEST
        del found[Purpose.BALANCED]
    kept: dict[Purpose, Option] = {}
    for purpose in (recommended, Purpose.LIGHTEST, Purpose.CHEAPEST):
        if all(differ(found[purpose], other, situation.rule.many) for other in kept.values()):
            kept[purpose] = found[purpose]
    shown = tuple((purpose, kept[purpose]) for purpose in Purpose if purpose in kept)
    return Table(shown, recommended, ideal)


class Sized(Protocol):
    """What a person tells plans apart by."""

    @property
    def monthly_minor(self) -> int:
        """What the dearest instalment comes to in a month, in fen."""
        ...

    @property
    def months(self) -> int:
        """The length."""
        ...


def differ(one: Sized, other: Sized, rule: ManyRule) -> bool:
    """Whether a person would call them two offers: by their payment or by their length."""
    larger, smaller = sorted((one.monthly_minor, other.monthly_minor), reverse=True)
    apart = abs(one.months - other.months)
    return larger - smaller >= Decimal(larger) * rule.least_difference or apart >= rule.least_difference_months


def binding_bounds(search: Search, objective: Objective, option: Option) -> frozenset[Bound]:
    """The constraints without which, one at a time, a better plan would be found."""
    here = key(option, objective, search.situation)
    found: set[Bound] = {name for name in _CUT_OFF if option.slacks.get(name) == 0 and name is not Bound.DOWN_PAYMENT}
    for name in option.slacks:
        if name in _CUT_OFF:
            continue
        better = search.best(objective, frozenset({name}))
        if better is not None and key(better, objective, search.situation) < here:
            found.add(name)
    return frozenset(found)
