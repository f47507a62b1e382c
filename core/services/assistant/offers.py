"""Naming what a turn has shown: which offer a label means, which is on the table, which may be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from core.domain.offers.as_named import AS_NAMED
from core.domain.offers.model import NO_WISH, OfferKind, Wish
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.offer import Offer
from core.domain.request_terms import monthly_minor

ANSWER = "answer"
"""The plan of the answer to the wish, whatever its own label says."""
NEAREST = "nearest"
"""The plan of the smallest change; ``nearest:<constraint>`` that of another one."""

_PLACES = ("first", "second", "third")
_LEAST: Mapping[str, Callable[[Offer], int]] = {
    "cheapest": lambda offer: offer.total_minor, "lightest": lambda offer: offer.monthly_minor}


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


def offer_named(negotiation: Negotiation, meant: str | None, wish: Wish = NO_WISH) -> tuple[str, Offer] | None:
    """The offer that ``meant`` (``understanding.beside.offer_meant``) names, with its label; None: it has to be asked.

    Without a name it is what is on the table. One that goes beyond what ``wish`` still names may not be meant.
    """
    if meant is None:
        return on_the_table(negotiation)
    listed = {offer.label: offer for offer in in_order(negotiation)}
    answer = negotiation.answer
    answers = () if answer is None else [one for one in (answer.plan, answer.as_named) if one and is_open(one)]
    if meant in _PLACES:
        # Beside the answer to a wish nobody can tell where the counting begins.
        found = None if answers else dict(enumerate(listed)).get(_PLACES.index(meant))
    elif meant in _LEAST:
        found = _least(listed, answers, meant)
    else:
        found = negotiation.recommended if meant == "recommended" else meant
    offer = None if found is None else listed.get(found)
    return None if found is None or offer is None or not _keeps_to(offer, wish) else (found, offer)


def same_plan(one: Offer, other: Offer) -> bool:
    """Whether two offers are one plan, whatever they are called and were asked for with."""
    return replace(one, label="", constraints=()) == replace(other, label="", constraints=())


def _keeps_to(offer: Offer, wish: Wish) -> bool:
    """Whether an offer asks for no more than was named: a month, each time, in months."""
    each = wish.instalment_at_most_minor
    return (offer.monthly_minor <= (wish.monthly_at_most_minor or offer.monthly_minor)
            and offer.months <= (wish.months_at_most or offer.months)
            and offer.monthly_minor <= (offer.monthly_minor if each is None else monthly_minor(each, wish.frequency)))


def _least(listed: Mapping[str, Offer], answers: Iterable[Offer], meant: str) -> str | None:
    """What is called so, else the plan that is; none where the answer to a wish has less."""
    measure = _LEAST[meant]
    plans = [offer for offer in listed.values() if offer.kind is OfferKind.PERSONALISED_AGREEMENT]
    least = listed.get(meant) or min(plans, key=measure, default=None)
    return None if least is None or any(measure(one) < measure(least) for one in answers) else least.label


def in_order(negotiation: Negotiation) -> list[Offer]:
    """The offers as they are shown: plans before what stands beside them, the recommended one first of its sort."""
    return sorted(negotiation.offers, key=lambda one: (
        one.kind is not OfferKind.PERSONALISED_AGREEMENT, one.label != negotiation.recommended))


def has_plan(negotiation: Negotiation) -> bool:
    """Whether instalments are among the offers."""
    return any(offer.kind is OfferKind.PERSONALISED_AGREEMENT for offer in negotiation.offers)
