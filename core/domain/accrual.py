"""Interest between two statements: what has grown since the last one and will be posted at the next.

The same rule as the close of a statement (``core.domain.statement``), read on a day in between:

- what was carried over unpaid, and cash, bears interest every day;
- purchases of the last statement bear none while its due date (with grace) lies ahead or was met in full,
  and from their posting dates once it was missed;
- purchases since the last statement bear none yet.

Sources: policy ``interest.*`` and ``grace.*``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from core.domain.interest import NO_INTEREST, Base, Interest, InterestTerms, Movement, accumulated_interest
from core.domain.money import round_minor


@dataclass(frozen=True, slots=True)
class SinceStatement:
    """What may bear interest on a day between two statements; amounts in fen."""

    carried: tuple[Movement, ...]
    """Left over from earlier bills (dated the first day not yet charged), and cash since."""
    billed: tuple[Movement, ...] = ()
    """Purchases of the last statement as far as they were unpaid at its close, on their posting dates."""
    payments: tuple[Movement, ...] = ()
    """What reduced these since the statement; the oldest debt is paid first."""
    grace_ends: date | None = None
    """Last day on which the last statement could be paid in full; None: it has no due date."""
    bill_paid: bool = False
    """Whether it was."""


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest so far, rounded once over both parts; the parts keep the segments that explain it."""

    interest_minor: int
    exact: Fraction
    carried: Interest
    billed: Interest
    at_stake: Interest = NO_INTEREST
    """What the last bill's purchases would have borne so far, were the bill missed; none once that is decided."""


NOTHING_ACCRUED = Accrual(0, Fraction(0), NO_INTEREST, NO_INTEREST)


def accrue(since: SinceStatement, to: date, terms: InterestTerms) -> Accrual:
    """Interest from the last statement to ``to`` by the terms. Raises ``InvalidInput`` as ``accumulated_interest``."""
    first, rest = _oldest_first(_until(since.payments, to), sum(debit.amount_minor for debit in since.carried))
    daily = replace(terms, base=Base.FULL_BALANCE)  # what has no due date has no interest-free part
    carried = accumulated_interest(_until(since.carried, to), first, to, daily)
    billed, at_stake = NO_INTEREST, NO_INTEREST
    if since.grace_ends is not None and not since.bill_paid:
        missed = accumulated_interest(_until(since.billed, to), rest, to, terms, min(since.grace_ends, to))
        billed, at_stake = (missed, NO_INTEREST) if to > since.grace_ends else (NO_INTEREST, missed)
    exact = carried.exact + billed.exact
    return Accrual(round_minor(exact, terms.rounding), exact, carried, billed, at_stake)


def newest_up_to(debits: Iterable[Movement], amount_minor: int) -> tuple[Movement, ...]:
    """The newest of ``debits`` that make up ``amount_minor``: what is left when the oldest are paid first."""
    kept = []
    for debit in sorted(debits, key=lambda movement: movement.on, reverse=True):
        taken = min(debit.amount_minor, max(amount_minor, 0))
        amount_minor -= taken
        if taken:
            kept.append(Movement(debit.on, taken))
    return tuple(reversed(kept))


def _until(movements: Iterable[Movement], to: date) -> list[Movement]:
    return [movement for movement in movements if movement.on <= to]


def _oldest_first(payments: Sequence[Movement], carried_minor: int) -> tuple[list[Movement], list[Movement]]:
    """Payments as they meet what was carried, and what is left of them for the bill."""
    first, rest = [], []
    for payment in sorted(payments, key=lambda movement: movement.on):
        taken = min(payment.amount_minor, carried_minor)
        carried_minor -= taken
        if taken:
            first.append(Movement(payment.on, taken))
        if payment.amount_minor > taken:
            rest.append(Movement(payment.on, payment.amount_minor - taken))
    return first, rest
