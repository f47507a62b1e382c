"""What is paid each time and what it leaves: at the pace it is paid, and to the fen what the schedule says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.domain.calendar import Frequency
from core.domain.offers.as_request import terms_of
from core.domain.offers.model import Facts, OfferKind
from core.domain.offers.offer import Offer
from core.domain.request_terms import AgreementTerms
from core.domain.schedule import Schedule
from portal.i18n import money, money_short, percent, t

ONCE = (OfferKind.SETTLEMENT, OfferKind.EXTENSION, OfferKind.PROMISE_TO_PAY)
"""Kinds with one payment."""
DUE_ONCE = (OfferKind.EXTENSION, OfferKind.PROMISE_TO_PAY)
"""Of these the ones that pay what is due and leave the rest of the card's debt."""
_EVERY_MONTH = (OfferKind.PERSONALISED_AGREEMENT, OfferKind.TOKEN_PAYMENT)


@dataclass(frozen=True, slots=True)
class Owed:
    """On what an offer rests: what is owed on which day (fen), the facts, and whether other cards share the money."""

    balance_minor: int
    as_of: date
    facts: Facts | None = None
    other_cards: bool = False


def at_most(amount_minor: int, frequency: Frequency) -> str:
    """A limit of each payment: the words of a button."""
    return t(f"assistant.at_most.{frequency}", amount=money(amount_minor))


def schedule_of(offer: Offer, owed: Owed) -> Schedule | None:
    """The instalments of an offer by the function of every screen; None where there are none, or on other facts."""
    terms = terms_of(offer)
    if not isinstance(terms, AgreementTerms):
        return None
    found = terms.schedule(owed.balance_minor, owed.as_of)
    same = found.down_payment_minor + found.amount_minor == offer.total_minor
    return found if same else None


def payment(offer: Offer, owed: Owed | None = None) -> str:
    """What is paid each time: the one figure people look for, in bold.

    The last instalment absorbs what rounding left: with ``owed`` it is named, without, the dearest is the most.
    """
    if offer.kind is OfferKind.PAUSE:
        return t("assistant.offer.nothing_now")
    if offer.kind in ONCE:
        return t("assistant.offer.once", amount=money(offer.instalment_minor))
    schedule = schedule_of(offer, owed) if owed is not None else None
    if offer.stages:
        return _with_last(_in_stages(offer), schedule, offer.stages[-1].instalment_minor)
    regular = offer.instalment_minor if schedule is None else schedule.instalments[0].amount_minor
    if schedule is None or any(row.amount_minor != regular for row in schedule.instalments[:-1]):
        return _each_time(offer, _bold(offer.instalment_minor))
    return _with_last(t(f"assistant.pace.{offer.frequency}", amount=_bold(regular)), schedule, regular)


def each_time(offer: Offer) -> str:
    """The same in short, for a button or in a sentence: never less than any instalment."""
    if offer.kind in ONCE:
        return money(offer.instalment_minor)
    return _each_time(offer, money(offer.instalment_minor))


def _each_time(offer: Offer, amount: str) -> str:
    if offer.down_payment_minor + offer.count * offer.instalment_minor == offer.total_minor:
        return t(f"assistant.pace.{offer.frequency}", amount=amount)
    return t(f"assistant.no_more.{offer.frequency}", amount=amount)


def _with_last(said: str, schedule: Schedule | None, regular_minor: int) -> str:
    last = schedule.instalments[-1].amount_minor if schedule is not None else regular_minor
    return said if last == regular_minor else t("assistant.offer.last", payment=said, amount=money(last))


def _in_stages(offer: Offer) -> str:
    """What differs: the first and the last instalment of a plan that rises, the least and the most of another."""
    amounts = [stage.instalment_minor for stage in offer.stages]
    lean = bool(offer.shape.lean_months)
    low, high = (min(amounts), max(amounts)) if lean else (amounts[0], amounts[-1])
    return t(f"assistant.stages.{'lean' if lean else 'rises'}", low=_bold(low), high=_bold(high),
             paced=t(f"assistant.pace.{offer.frequency}", amount=_bold(high if lean else low)))


def _bold(amount_minor: int) -> str:
    return f"**{money(amount_minor)}**"


def rate(offer: Offer) -> str:
    """The annualised rate, as PBOC announcement 2021 No. 3 asks for it."""
    return percent(offer.annualised_percent / 100)


def due_once(offer: Offer, owed: Owed) -> str:
    """Of one payment of what is due: that the whole card bears interest meanwhile, and what it then still owes.

    In whole yuan and "about": a payment of the meantime changes both.
    """
    interest = offer.total_minor - offer.instalment_minor
    left = max(owed.balance_minor + interest - offer.instalment_minor, 0)
    return t("assistant.offer.due_once", interest=money_short(interest), rate=rate(offer), left=money_short(left))


def leaves(offer: Offer, owed: Owed) -> str:
    """What the month's money then leaves for the person's other cards; empty where it takes nothing of it."""
    facts = owed.facts
    if facts is None or not owed.other_cards:
        return ""
    if offer.kind in _EVERY_MONTH:
        left = facts.limit_minor - offer.monthly_minor
        # What is taken from beyond the month's money (a small payment out of the buffer) leaves nothing either.
        return t("assistant.leaves.monthly", amount=money(left)) if left > 0 else t("assistant.leaves.nothing")
    if offer.kind in DUE_ONCE:
        left = facts.once_minor(offer.last_due_date) - offer.instalment_minor
        return t("assistant.leaves.once", amount=money(left)) if left > 0 else t("assistant.leaves.once_nothing")
    return ""
