"""The ways out of a case as a reviewer weighs them: value, chances, own authority, counter-offers.

Pure: what the engine found on the facts of a case, ordered and measured for whoever decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.domain.actor import Authority
from core.domain.offers.as_request import terms_of
from core.domain.offers.asked import WHOLE_DEBT, Weighed
from core.domain.offers.model import Bound, Facts, OfferKind
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.offer import Change, Offer
from core.domain.offers.rule import OfferRule
from core.domain.request_terms import Terms
from core.services.assistant.offers import is_open, on_the_table
from core.services.case_heard import TurnedDown, same_plan

MOST_SUGGESTIONS = 4
_NOT_KEPT_UP = frozenset({OfferKind.SETTLEMENT, OfferKind.PAUSE})
"""Nothing is to be kept up over months: no chance is estimated."""


class Given(StrEnum):
    """What a level may give up."""

    LATE_FEE = "late_fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Why(StrEnum):
    """Why a counter-offer is suggested, in the order they come."""

    MEETS_THE_WISH = "meets_the_wish"
    """Keeps to all that was asked for, on other terms."""
    BEST_WITHIN_THE_WISH = "best_within_the_wish"
    """Keeps to all that was asked for, and is the best for the bank that does."""
    NEAREST = "nearest"
    """Meets everything but one limit, by the least there is."""
    RECOMMENDED = "recommended"
    ON_THE_TABLE = "on_the_table"


@dataclass(frozen=True, slots=True)
class Headroom:
    """How much of what the reviewer's own level may give up an option uses, in fen."""

    part: Given
    used_minor: int
    most_minor: int

    @property
    def left_minor(self) -> int:
        """What is left of it; negative where it takes a higher level."""
        return self.most_minor - self.used_minor

    @property
    def share(self) -> Decimal:
        """Used of the most; 1 where nothing may be given up and something is."""
        return Decimal(self.used_minor) / self.most_minor if self.most_minor else Decimal(int(self.used_minor > 0))


@dataclass(frozen=True, slots=True)
class CaseOption:
    """One way, as the reviewer weighs it. Fen of today."""

    offer: Offer
    whole_debt: bool
    gain_minor: int | None
    """For the lender, over doing nothing; None where the rest of the debt stays beside it."""
    chance: Decimal | None
    """That it is kept, a model estimate; None where nothing has to be kept up."""
    headroom: tuple[Headroom, ...]
    """Of each part of which anything is owed."""
    months_left: int | None
    """Of the longest plan the level held may grant; None for anything but a plan."""
    binding: tuple[Bound, ...]
    """Without one of these a better option of its kind would exist."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What was asked for, by the same measure. Fen."""

    terms: Terms
    monthly_minor: int
    """What a month's payment comes to, or the one payment; 0: nothing is paid."""
    months: int | None
    total_minor: int
    weighed: Weighed
    gain_minor: int | None
    authority: Authority
    """The level that may grant it as it is asked for."""
    amounts: tuple[int, ...] = ()
    """What falls due, one after the other: the instalments of an agreement, what is paid first left out."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A counter-offer within the reviewer's authority, and why it comes to mind."""

    option: CaseOption
    why: Why
    change: Change | None
    """For ``NEAREST``: which limit gives way, and by how much."""
    turned_down: bool
    """The cardholder has said no to the very same."""


@dataclass(frozen=True, slots=True)
class LevelUp:
    """The best one level of authority higher; ``option`` is None where that brings nothing else."""

    level: Authority
    option: CaseOption | None
    meets_the_wish: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What options are measured by: the facts with the level held, the rule, doing nothing's value to the lender."""

    facts: Facts
    rule: OfferRule
    nothing_minor: int

    def gain_minor(self, value_minor: int, *, whole_debt: bool) -> int | None:
        """What the lender gains over doing nothing."""
        return value_minor - self.nothing_minor if whole_debt else None


def option_of(offer: Offer, ground: Ground) -> CaseOption:
    """An offer with what a reviewer weighs."""
    whole = offer.kind in WHOLE_DEBT
    longest = ground.rule.authority.plan_months[ground.facts.authority]
    plan = offer.kind is OfferKind.PERSONALISED_AGREEMENT
    return CaseOption(
        offer, whole, ground.gain_minor(offer.lender_value_minor, whole_debt=whole),
        None if offer.kind in _NOT_KEPT_UP else offer.completion, tuple(_headroom(offer, ground)),
        longest - offer.months if plan else None, tuple(line.name for line in offer.constraints if line.binding))


def _headroom(offer: Offer, ground: Ground) -> Iterator[Headroom]:
    facts, waivers = ground.facts, ground.rule.waivers
    level = facts.authority
    yield from (one for one in (
        Headroom(Given.LATE_FEE, offer.late_fee_waived_minor, waivers.late_fee_minor(level, facts.fees_minor)),
        Headroom(Given.INTEREST, offer.interest_waived_minor, waivers.interest_minor(level, facts.interest_minor)),
        Headroom(Given.PRINCIPAL, offer.principal_waived_minor,
                 waivers.principal_minor(level, facts.principal_minor, facts.days_past_due)))
        if one.used_minor or one.most_minor)


def suggestions(found: Negotiation, asked: AskedFor | None, refused: Sequence[TurnedDown], ground: Ground
                ) -> tuple[Suggestion, ...]:
    """Counter-offers, those nearest to what was asked for first; nothing twice, nor what was asked for itself."""
    kept: list[Suggestion] = []
    for offer, why, change in _candidates(found, asked):
        same = asked is not None and terms_of(offer) == asked.terms
        if same or not is_open(offer) or any(same_plan(one.option.offer, offer) for one in kept):
            continue
        kept.append(Suggestion(option_of(offer, ground), why, change,
                               any(same_plan(one.offer, offer) for one in refused)))
    return tuple(kept[:MOST_SUGGESTIONS])


def _candidates(found: Negotiation, asked: AskedFor | None) -> Iterator[tuple[Offer, Why, Change | None]]:
    answer, infeasible = found.answer, found.infeasible
    if answer is not None and answer.plan is not None and (answer.accepted or infeasible is None):
        yield answer.plan, Why.MEETS_THE_WISH if answer.accepted else Why.BEST_WITHIN_THE_WISH, None
    for change in infeasible.nearest if infeasible else ():
        yield change.plan, Why.NEAREST, change
    first = [one for one in found.offers if one.label == found.recommended]
    yield from ((one, Why.RECOMMENDED, None) for one in first)
    rest = [one for one in found.offers if one not in first]
    # What ends the whole debt says more to somebody who asked for that.
    whole = asked is None or asked.weighed.whole_debt
    yield from ((one, Why.ON_THE_TABLE, None) for one in sorted(
        rest, key=lambda one: (one.kind in WHOLE_DEBT) != whole))


def level_up(level: Authority, higher: Negotiation, own: Negotiation, ground: Ground) -> LevelUp:
    """What one level higher brings that this one does not."""
    there, here = on_the_table(higher), on_the_table(own)
    meets = higher.answer is not None and higher.answer.accepted
    if there is None or (here is not None and same_plan(there[1], here[1])):
        return LevelUp(level, None, meets)
    return LevelUp(level, option_of(there[1], ground), meets)
