"""Comparisons: amounts that correct, replace or stand against one another, and the period they then share."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import AMOUNT, cue
from core.domain.understanding.mentions import AmountMention, Trouble

_BESIDE = frozenset({"income", "spending", "other_debt", "balance", "past"})
"""What an offer in the same sentence is reckoned for the same period as."""


def set_alternatives(clause: Clause, earlier: list[AmountMention], found: list[AmountMention]) -> None:
    """This a month, or else that at once: nobody may choose."""
    last = earlier[-1] if earlier else None
    if last is None or last.role != "offer" or found[0].role != "offer" or last.yuan == found[0].yuan:
        return
    if cue("clauses", "or_else").match(clause.text) is not None:
        last.trouble = found[0].trouble = Trouble.ALTERNATIVE


def leave_old_offer(found: list[AmountMention], last_monthly: Fraction | None) -> None:
    """Beside an amount of one's own the amount of the last offer is only what was asked."""
    offers = [amount for amount in found if amount.role == "offer" and amount.period in ("", "monthly")]
    if last_monthly is None or all(amount.yuan == last_monthly for amount in offers):
        return
    for amount in offers:
        if amount.yuan == last_monthly and amount.trouble is None:
            amount.role = "asked"


def leave_unsure(earlier: list[AmountMention], found: list[AmountMention]) -> None:
    """Three thousand a month, ... I can pay 350 a month: what no verb offers gives way to what one does."""
    sure = [amount for amount in found if amount.role == "offer" and not amount.unsure and amount.period]
    for amount in earlier if sure else ():
        if amount.role == "offer" and amount.unsure and amount.period == sure[0].period \
                and amount.yuan is not None and sure[0].yuan is not None and amount.yuan > sure[0].yuan:
            amount.role = "income"


def leave_replaced(clause: Clause, found: list[AmountMention], place: int) -> None:
    """From so much down to so much: only the latter is offered."""
    if not place or {found[place - 1].role, found[place].role} != {"offer"}:
        return
    first, second = found[place - 1], found[place]
    between = clause.text[first.end:second.start] + AMOUNT
    begins = cue("clauses", "from_so_much").search(clause.text[:first.start]) is not None
    if begins and cue("cues", "amounts", "changed").search(between):
        first.role, second.period = "asked", second.period or first.period


def begins_with_correction(clause: Clause, first: AmountMention) -> bool:
    """Whether words of correction come before the clause's first amount."""
    return cue("cues", "amounts", "correction").search(clause.text[:first.start] + AMOUNT) is not None


def correct(previous: list[AmountMention], first: AmountMention) -> None:
    """Put the first amount in the place of the last one said before."""
    if previous and previous[-1].role in ("offer", "") and first.role in ("", "offer"):
        previous[-1].role = "refused"
        first.role = "offer"


def within_correction(clause: Clause, found: list[AmountMention]) -> None:
    """Of two amounts with a correction between them, leave the latter."""
    for first, second in pairwise(found):
        between = clause.text[first.end:second.start]
        if first.role == "offer" and cue("cues", "amounts", "correction").search(between):
            first.role, second.role = "refused", "offer"
            second.period = second.period or first.period


def share_periods(before: list[AmountMention], earlier: list[AmountMention], found: list[AmountMention], *,
                   said_again: bool, at_once: bool) -> None:
    """An amount set against another, or said again, shares its period.

    ``before`` are the amounts of the message so far, ``earlier`` those of the sentence.
    """
    for number, amount in enumerate(found):
        if amount.period or amount.role not in ("offer", "refused", "asked") or (amount.role == "offer" and at_once):
            continue
        beside = [other for other in (*reversed(found[:number]), *reversed(earlier))
                  if other.role in _BESIDE and other.period != "odd"]
        others = [*reversed(found[:number]), *reversed(before), *found[number + 1:]]
        against = [other for other in others if other.role in ("refused", "asked", "others")
                   or (amount.role == "refused" and other.role == "offer")]
        again = [other for other in others if said_again and other.role == "offer" and other.yuan == amount.yuan]
        amount.period = next((other.period for other in (*again, *against, *beside) if other.period), "")
