"""Naming what a turn has shown: which offer a label means, which is on the table, which may be taken."""

from __future__ import annotations

from core.domain.offers.as_named import AS_NAMED
from core.domain.offers.model import OfferKind
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.offer import Offer

ANSWER = "answer"
"""The plan of the answer to the wish, whatever its own label says."""
NEAREST = "nearest"
"""The plan of the smallest change; ``nearest:<constraint>`` that of another one."""


def find_offer(negotiation: Negotiation, label: str) -> Offer | None:
    """The offer that ``label`` means; None for one that was not shown.

    Labels: those of the offers; ``answer``; ``as_named`` for the plan beside the answer that is nearest to what was
    named; ``nearest`` and ``nearest:<name of the constraint>``.
    """
    if label == ANSWER:
        return negotiation.answer.plan if negotiation.answer else None
    if label == AS_NAMED:
        return negotiation.answer.as_named if negotiation.answer else None
    if label.startswith(NEAREST):
        changes = negotiation.infeasible.nearest if negotiation.infeasible else ()
        name = label.removeprefix(NEAREST).removeprefix(":")
        return next((change.plan for change in changes if name in ("", change.name.value)), None)
    return next((offer for offer in negotiation.offers if offer.label == label), None)


def is_open(offer: Offer) -> bool:
    """Whether it can become a request: nothing but a wish stands in its way.

    A plan that shows what *would* help if a rule gave way ("173.53 more a month") is no offer.
    """
    return all(line.slack >= 0 or line.name.is_wish for line in offer.constraints)


def on_the_table(negotiation: Negotiation) -> tuple[str, Offer] | None:
    """What "yes" would mean: the answer to the wish, else what is recommended, else the only offer there is."""
    answer = negotiation.answer
    if answer is not None and answer.plan is not None and is_open(answer.plan):
        return ANSWER, answer.plan
    for offer in negotiation.offers:
        if offer.label == negotiation.recommended:
            return offer.label, offer
    return (negotiation.offers[0].label, negotiation.offers[0]) if len(negotiation.offers) == 1 else None


def has_plan(negotiation: Negotiation) -> bool:
    """Whether instalments are among the offers."""
    return any(offer.kind is OfferKind.PERSONALISED_AGREEMENT for offer in negotiation.offers)
