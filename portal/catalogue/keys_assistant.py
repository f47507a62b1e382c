"""Keys of the assistant's page that code puts together while running; see ``portal.catalogue.keys``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.domain.calendar import Frequency
from core.domain.offers.as_named import AS_NAMED
from core.domain.offers.model import Bound, OfferKind, Wish
from core.domain.offers.ordering import Purpose
from core.domain.offers.shaped_offers import LEAN_MONTHS, STARTS_LIGHTER
from core.services.assistant import CreditEffect, Likelihood, Reply
from portal.catalogue.endings import Endings


def _these(endings: Iterable[str]) -> Endings:
    found = [str(ending) for ending in endings]
    return lambda root: found


_LABELS = [Purpose.LIGHTEST, Purpose.CHEAPEST, Purpose.BALANCED,
           *(kind for kind in OfferKind if kind is not OfferKind.PERSONALISED_AGREEMENT), STARTS_LIGHTER,
           LEAN_MONTHS,
           "answer", AS_NAMED, "nearest"]
_NOT_MONTHLY = [pace for pace in Frequency if pace is not Frequency.MONTHLY]
_RULES = [bound for bound in Bound if not bound.is_wish]
_WISHES = [bound for bound in Bound if bound.is_wish]
_DAYS = (Bound.WISH_FIRST_DUE_DATE, Bound.WISH_EARLIEST_FIRST_DUE_DATE)
"""Missed to either side, and said by it."""
_ANSWERED = (Reply.ACCEPTED_WISH, Reply.REFUSED_WISH)
"""In the words of what was worked out, never of their own."""
_HARDSHIPS = ("unemployment", "income_drop", "illness", "family_illness", "bereavement", "disaster",
              "business_failure", "new_dependant", "other")

DYNAMIC: Mapping[str, Endings] = {
    "assistant.adjust.at_most.": _these(Frequency),
    "assistant.answer.": _these(("yes", "offer_stands", "best_plan", "no")),
    "assistant.ask_amount.": _these(_NOT_MONTHLY),
    "assistant.at_most.": _these(Frequency),
    "assistant.binds.": _these([*_RULES, "wish"]),
    "assistant.blocked.": _these(("open_request", "arrangement", "nothing_owed")),
    "assistant.chance.": _these(Likelihood),
    "assistant.change.": _these([*(one for one in _WISHES if one not in _DAYS), Bound.AFFORDABLE, Bound.TERM,
                                 Bound.MINIMUM_INSTALMENT, "other", "first_due_earlier", "first_due_later",
                                 "first_due_earlier_once", "first_due_later_once", "pause"]),
    "assistant.chip.": _these(name.removesuffix("_minor") for name in Wish.__dataclass_fields__
                              if name != "instalment_at_most_minor"),  # said at its pace
    "assistant.credit.": _these(CreditEffect),
    "assistant.hardship.": _these(_HARDSHIPS),
    "assistant.kept.": _these((Bound.TOTAL, Bound.COMPLETION)),
    "assistant.label.": _these(_LABELS),
    "assistant.missed.": _these(("monthly", "instalment", "first_monthly", "lean_monthly", "months", "down_payment",
                                 "lump_sum", "first_due_earlier", "first_due_later", "pause", "interest_free")),
    "assistant.named.": _these(("later", "sooner", "dearer", "cheaper", "heavier", "lighter")),
    "assistant.offer.gives.": _these(("late_fee", "interest", "principal", "pause", "token")),
    "assistant.no_more.": _these(Frequency),
    "assistant.pace.": _these(Frequency),
    "assistant.recommended.dearer.": _these(("waives_less", "plainly")),
    "assistant.recommended.lighter.": _these(Frequency),
    "assistant.reply.": _these(reply for reply in Reply if reply not in _ANSWERED),
    "assistant.stands.": _these([*Bound, "several", "several_once", "nothing_affordable", "too_early",
                                 "pause"]),
    "assistant.stages.": _these(("rises", "lean")),
    "assistant.tap.": _these(("monthly", "weekly", "fortnightly", "once")),
    "assistant.tap.say.": _these(("monthly", "weekly", "fortnightly", "once")),
    "assistant.why.": _these(_LABELS),
}
"""Each beginning with where its endings come from: a new offer, constraint or reply without words fails the check."""
