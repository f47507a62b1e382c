"""What earlier messages named: what of it still counts, and what makes way where it keeps a new wish from its answer.

A limit named once counts until it is taken back. Where it and a new wish allow no plan together and the new one
alone does, the newer word holds, and as little as possible of the older is put aside (decision 40). What somebody can
pay never makes way for how long, from when or what is waived: there both are told, and the answer is no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from core.domain import understanding
from core.domain.money import MAX_MINOR
from core.domain.offers.model import NO_WISH, Bound, Wish
from core.domain.offers.negotiation import Negotiation
from core.services.assistant.wishes import added, wish_of

MOST_TRIED = 3
"""Limits put aside alone, one after another, before all of them are: each is a negotiation of its own."""
_SHAPES = frozenset({"frequency", "due_day"})
"""How payments fall, and no limit of what will do: these never make way, and nothing makes way for them."""
_EACH_TIME = frozenset({"monthly_at_most_minor", "instalment_at_most_minor", "first_monthly_at_most_minor",
                        "later_monthly_minor", "lean_monthly_at_most_minor"})
"""What somebody can pay each time: it makes way for nothing but another amount in its own place (``wishes.added``)."""
_ONCE = frozenset({"down_payment_minor", "lump_sum_minor"})
"""What somebody can pay once: it makes way for an amount only."""
_FIELDS = {
    Bound.WISH_MONTHLY: "monthly_at_most_minor", Bound.WISH_INSTALMENT: "instalment_at_most_minor",
    Bound.WISH_FIRST_MONTHLY: "first_monthly_at_most_minor", Bound.WISH_LEAN_MONTHLY: "lean_monthly_at_most_minor",
    Bound.WISH_MONTHS: "months_at_most", Bound.WISH_DOWN_PAYMENT: "down_payment_minor",
    Bound.WISH_LUMP_SUM: "lump_sum_minor", Bound.WISH_FIRST_DUE_DATE: "first_due_date",
    Bound.WISH_EARLIEST_FIRST_DUE_DATE: "earliest_first_due_date", Bound.WISH_PAUSE: "pause_months",
    Bound.WISH_INTEREST_FREE: "interest_free_months", Bound.WISH_WAIVE_INTEREST: "waive_interest",
    Bound.WISH_WAIVE_LATE_FEE: "waive_late_fee"}
"""What of a wish each of its constraints comes from."""


def still_counted(wish: Wish, read: understanding.Wish) -> Wish:
    """The part of ``wish`` that was named before the message of which ``read`` was understood."""
    return _without(wish, _named_now(wish, read))


def put_aside(before: Wish, after: Wish, read: understanding.Wish) -> Wish:
    """The part of ``before`` that made way for what a message named, beyond what its own words replaced."""
    first = after.down_payment_minor
    paid_first = first is not None and first in (before.lump_sum_minor, read.lump_sum_minor)
    whole = added(before, read, MAX_MINOR if paid_first else 0)
    return _without(whole, set(_names(after)))


def make_way(wish: Wish, read: understanding.Wish, answered: Callable[[Wish], Negotiation | None]) -> Wish:
    """``wish`` if it has an answer, or has none without what earlier messages named either.

    Else the wish without as little of that as has an answer: one limit, those first that the refusal says stand
    in the way, or all of them that may make way. Only an amount moves what had no answer by itself. ``answered``
    gives the answer to a wish; it is asked at most ``MOST_TRIED`` + 3 times.
    """
    before, now = still_counted(wish, read), _named_now(wish, read) - _SHAPES
    of_money = bool(now & (_EACH_TIME | _ONCE))
    firm = _SHAPES | _EACH_TIME | (frozenset() if of_money else _ONCE)
    earlier = [name for name in _names(before) if name not in firm]
    if not earlier or not now:
        return wish
    refused, alone = answered(wish), _without(wish, set(earlier))
    if refused is None or _accepts(refused) or not (of_money or _accepts(answered(before))) or not _accepts(
            answered(alone)):
        return wish
    for name in _most_likely(earlier, refused)[:MOST_TRIED] if len(earlier) > 1 else ():
        less = _without(wish, {name})
        if _accepts(answered(less)):
            return less
    return alone


def _most_likely(earlier: list[str], refused: Negotiation) -> list[str]:
    """Those first whose absence alone leaves a plan, as the refusal found; then the rest in their order."""
    helps = [_FIELDS.get(change.name) for change in refused.infeasible.nearest] if refused.infeasible else []
    return sorted(earlier, key=lambda name: name not in helps)


def _accepts(found: Negotiation | None) -> bool:
    return found is not None and found.answer is not None and found.answer.accepted


def _names(wish: Wish) -> list[str]:
    return [one.name for one in fields(Wish) if getattr(wish, one.name) != getattr(NO_WISH, one.name)]


def _named_now(wish: Wish, read: understanding.Wish) -> set[str]:
    """The parts of ``wish`` that a message named; a single payment may stand there as one that is paid first."""
    now = {*_names(wish_of(read)), *(["frequency"] if read.frequency is not None else [])}
    if "lump_sum_minor" in now and wish.lump_sum_minor is None and wish.down_payment_minor == read.lump_sum_minor:
        now = now - {"lump_sum_minor"} | {"down_payment_minor"}
    return now


def _without(wish: Wish, names: set[str]) -> Wish:
    return replace(wish, **{name: getattr(NO_WISH, name) for name in names})
