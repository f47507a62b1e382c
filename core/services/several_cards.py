"""All of a person's cards that still look for a way out, with one month's money: a plan for each that fits together.

What other cards are promised is taken off first (``core.services.means``). The plans are the engine's own, so each of
them can be asked for as it stands, in any order (``core.portfolio.allocation``). Nothing is sent or kept here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from core.db.repositories import accounts as accounts_repository
from core.domain.actor import Actor
from core.domain.hardship import HardshipReason
from core.domain.offers.offer import Offer, offer_of
from core.domain.offers.plan import Option
from core.policy.rules.negotiation import default_authority, offer_rule
from core.portfolio.allocation import MOST_CARDS, Allocation, Combination, Outcome, allocate
from core.portfolio.allocation_plans import Card, Payer
from core.services.assessment_records import FinishedAssessment
from core.services.assessments import newest_finished
from core.services.assistant.ground import facts_of
from core.services.context import ServiceContext
from core.services.means import Means, means_for, promises
from core.services.positions import AccountPosition, positions
from core.services.request_reading import own_cardholder

LABEL = "together"
"""Of the offers made here, as ``core.domain.offers.offer.Offer.label``."""
_KEPT = 64
"""Answers a process keeps: a page asks again whenever anything on it moves. A function of its arguments alone."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What one way comes to over all cards: fen a month, fen in all, months until the last card is paid off."""

    monthly_minor: int
    total_minor: int
    months: int


@dataclass(frozen=True, slots=True)
class CardWay:
    """One card in both ways. Amounts in fen."""

    account_id: str
    card_last4: str
    product: str
    balance_minor: int
    plan: Offer | None
    """Of the combination; None where there is none."""
    share_minor: int
    """Of the month's money by what is owed on each card."""
    share_plan: Offer | None
    """The cheapest within that share; None where the share is too small for any plan of this card."""


@dataclass(frozen=True, slots=True)
class SeveralCards:
    """The cards that may ask, in the order of the overview, and what there is for all of them together."""

    as_of: date
    means: Means
    """For all of them together; ``left_minor`` is what they share."""
    outcome: Outcome
    cards: tuple[CardWay, ...]
    together: Sum | None
    """The combination: the cheapest that fits, or the lightest where none fits."""
    missing_minor: int
    """A month, where none fits."""
    by_share: Sum | None
    """None where a card's share is too small for any plan of it."""
    saving_minor: int | None
    """Of the combination against the shares."""
    without_plan: tuple[str, ...]
    """Accounts for which no plan can be kept even with everything left over each month."""
    declared_hardship: HardshipReason | None
    """What the person named first in the assessment: nobody should have to say it twice."""

    @property
    def left_out(self) -> tuple[CardWay, ...]:
        """Cards whose share is too small for any plan of theirs."""
        return tuple(card for card in self.cards if card.share_plan is None)

    @property
    def months_saved(self) -> int:
        """How much sooner the last card is paid off than by the shares; 0 where that cannot be said."""
        return max(self.by_share.months - self.together.months, 0) if self.by_share and self.together else 0


def proposal(actor: Actor, context: ServiceContext, as_of: date) -> SeveralCards | None:
    """A plan for each of the person's cards that may ask, within one month's money.

    None with fewer than two such cards or without a finished assessment. Raises ``InvalidInput`` for more owed than
    can be shared out to the fen. Seven queries however many accounts; beyond ``MOST_CARDS`` cards the ones in arrears
    longest are taken.
    """
    cardholder_id = own_cardholder(actor, "ask for an arrangement")
    with context.reading() as connection:
        rows = accounts_repository.of_cardholder(connection, cardholder_id)
        stands = positions(connection, context, rows, as_of)
        assessment = newest_finished(connection, cardholder_id)
        promised = promises(connection, context, cardholder_id, as_of, stands)
    asking = _asking(stands)
    if assessment is None or len(asking) < 2:
        return None
    # None of those that ask is promised anything, so all promises are the others'.
    means = means_for(assessment, promised, asking[0].account_id)
    asked = _asked(context, asking, assessment, means)
    hardship = assessment.input.hardship
    return _told(asking, means, HardshipReason(hardship[0]) if hardship else None, asked, _allocated(asked))


def _asking(stands: Sequence[AccountPosition]) -> list[AccountPosition]:
    asking = [position for position in stands if position.may_ask]
    longest = sorted(asking, key=lambda one: (-one.days_past_due, -one.total_minor))[:MOST_CARDS]
    return [position for position in asking if position in longest]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What ``allocate`` is asked, told apart by the figures and by the policies of whoever issued the cards."""

    figures: tuple[tuple[str, int, int, int, int, str], ...]
    policies: tuple[tuple[str, str], ...]
    payer: Payer
    cards: tuple[Card, ...] = field(compare=False)


def _asked(context: ServiceContext, asking: Sequence[AccountPosition], assessment: FinishedAssessment,
           means: Means) -> _Asked:
    policies = [context.policy.on(position.as_of, position.issuer) for position in asking]
    facts = [facts_of(position, assessment, means, default_authority(policy))
             for position, policy in zip(asking, policies, strict=True)]
    cards = tuple(Card(position.account_id, one.principal_minor, one.interest_minor, one.fees_minor, one.days_past_due,
                       offer_rule(policy), one.authority)
                  for position, one, policy in zip(asking, facts, policies, strict=True))
    # What a month leaves over is the person's, and so the same in the facts of every card.
    payer = Payer(facts[0].as_of, facts[0].affordable_minor, facts[0].disposable_minor, facts[0].hardship)
    figures = tuple((card.key, card.principal_minor, card.interest_minor, card.fees_minor, card.days_past_due,
                     card.authority.value) for card in cards)
    return _Asked(figures, tuple((policy.issuer, policy.version) for policy in policies), payer, cards)


@lru_cache(maxsize=_KEPT)
def _allocated(asked: _Asked) -> Allocation:
    return allocate(asked.cards, asked.payer)


def _told(asking: Sequence[AccountPosition], means: Means, hardship: HardshipReason | None, asked: _Asked,
          found: Allocation) -> SeveralCards:
    plans = found.best.plans if found.best else (None,) * len(asking)
    cards = tuple(CardWay(position.account_id, position.card_last4, position.product, position.total_minor,
                          _offer(plan, asked, card), share.amount_minor, _offer(share.plan, asked, card))
                  for position, plan, share, card in zip(asking, plans, found.shares, asked.cards, strict=True))
    return SeveralCards(
        as_of=asked.payer.as_of, means=means, outcome=found.outcome, cards=cards, together=_sum(found.best),
        missing_minor=found.missing_minor, by_share=_sum(found.pro_rata), saving_minor=found.saving_minor,
        without_plan=tuple(asking[number].account_id for number in found.without_plan),
        declared_hardship=hardship)


def _offer(plan: Option | None, asked: _Asked, card: Card) -> Offer | None:
    return None if plan is None else offer_of(LABEL, plan, asked.payer.facts(card))


def _sum(found: Combination | None) -> Sum | None:
    return None if found is None else Sum(found.monthly_minor, found.total_minor, found.months)
