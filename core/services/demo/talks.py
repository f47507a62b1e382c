"""Requests of the demo that began as a conversation: an offer turned down, an amount named, a plan agreed to."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.clock import fixed
from core.domain.actor import Actor, Authority
from core.domain.errors import Conflict, InvalidInput
from core.domain.offers.model import OfferKind
from core.domain.offers.offer import Offer
from core.domain.proposal import ProposalKind
from core.services import assistant
from core.services.assistant import Conversation
from core.services.context import ServiceContext
from core.services.demo.lists import lists

_LEAST_STEP_MINOR = 10_000
"""People name round amounts."""
_EARLIER = (timedelta(minutes=14), timedelta(minutes=9), timedelta(minutes=5))
"""Before the request is sent: opened, turned down, an amount named."""


@dataclass(frozen=True, slots=True)
class Talker:
    """Who talks, and about which account."""

    actor: Actor
    account_id: str


def talk(context: ServiceContext, talker: Talker, key: str, sent_at: datetime
         ) -> Generator[datetime, None, tuple[str, ProposalKind, Authority] | None]:
    """A conversation and the request it leads to; None where no plan is offered to them."""
    actor, said = talker.actor, lists()["talk"]
    opened, refused, named = (sent_at - earlier for earlier in _EARLIER)
    yield opened
    then = _at(context, opened)
    found = assistant.open_conversation(actor, then, talker.account_id, then.clock.today())
    plan = _plan(found)
    if plan is None:
        return None
    for at, words in ((refused, said["too_much"]), (named, said["at_most"].format(amount=_less(plan) // 100))):
        yield at
        found = assistant.say(actor, _at(context, at), found.conversation_id, words,
                              idempotency_key=f"{key}-say-{at.isoformat()}")
    yield sent_at
    return _chosen(_at(context, sent_at), actor, found, key)


def _chosen(context: ServiceContext, actor: Actor, found: Conversation, key: str
            ) -> tuple[str, ProposalKind, Authority] | None:
    turn = found.last_shown
    table = None if turn is None or turn.negotiation is None else assistant.on_the_table(turn.negotiation)
    if turn is None or table is None:
        return None
    label, offer = table
    try:
        sent = assistant.choose(actor, context, found.conversation_id, turn.number, label, acknowledged=True,
                                idempotency_key=f"{key}-choose")
    except (Conflict, InvalidInput):
        return None  # what is owed has changed since the offer was shown
    return sent.proposal_id, ProposalKind(offer.kind.value), offer.authority


def _plan(found: Conversation) -> Offer | None:
    """The instalments that are recommended first."""
    turn = found.last_shown
    table = None if turn is None or turn.negotiation is None else assistant.on_the_table(turn.negotiation)
    return table[1] if table is not None and table[1].kind is OfferKind.PERSONALISED_AGREEMENT else None


def _less(plan: Offer) -> int:
    """About two thirds of the payment, in whole hundreds of yuan, in fen."""
    return max(plan.monthly_minor * 2 // 3 // _LEAST_STEP_MINOR, 1) * _LEAST_STEP_MINOR


def _at(context: ServiceContext, instant: datetime) -> ServiceContext:
    return replace(context, clock=fixed(instant))
