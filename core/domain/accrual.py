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
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from fractions import Fraction

from core.domain.interest import NO_INTEREST, Base, Interest, InterestTerms, Movement, accumulated_interest
from core.domain.money import round_minor


@dataclass(frozen=True, slots=True)
class SinceStatement:
    """What may bear interest on a day between two statements; amounts in fen."""

    carried: tuple[Movement, ...]
    """Left over from earlier bills, dated the first day not yet charged."""
    billed: tuple[Movement, ...] = ()
    """Purchases of the last statement as far as they were unpaid at its close, on their posting dates."""
    payments: tuple[Movement, ...] = ()
    """What reduced these since the statement; the oldest debt is paid first, debts of the day before payments."""
    grace_ends: date | None = None
    """Last day on which the last statement could be paid in full; None: it has no due date."""
    bill_paid: bool = False
    """Whether it was."""
    cash: tuple[Movement, ...] = ()
    """Cash since the statement: it bears interest at once."""
    purchases: tuple[Movement, ...] = ()
    """Purchases since the statement: they bear none yet, but payments may meet them."""


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
    parts = _paid_oldest_first(since, to)
    daily = replace(terms, base=Base.FULL_BALANCE)  # what has no due date has no interest-free part
    carried = _interest([part for part in parts if part.kind is _Kind.CARRIED], to, daily)
    billed, at_stake = NO_INTEREST, NO_INTEREST
    if since.grace_ends is not None and not since.bill_paid:
        missed = _interest([part for part in parts if part.kind is _Kind.BILLED], to, terms, min(since.grace_ends, to))
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


class _Kind(Enum):
    CARRIED = "carried"
    BILLED = "billed"
    NEW = "new"


@dataclass(slots=True)
class _Part:
    kind: _Kind
    on: date
    amount_minor: int
    payments: list[Movement] = field(default_factory=list)

    def pay(self, on: date, amount_minor: int) -> int:
        """Take what fits; returns what is left of the payment."""
        taken = min(amount_minor, self.amount_minor - sum(payment.amount_minor for payment in self.payments))
        if taken:
            self.payments.append(Movement(on, taken))
        return amount_minor - taken


def _paid_oldest_first(since: SinceStatement, to: date) -> list[_Part]:
    """What was owed at the statement and what came since, each with the payments that met it up to ``to``.

    As ``core.domain.closing`` plays a day: debits first. What nothing is owed for meets the next debits.
    """
    parts = [_Part(kind, debit.on, debit.amount_minor)
             for kind, debits in ((_Kind.CARRIED, since.carried), (_Kind.BILLED, since.billed))
             for debit in debits if debit.on <= to]
    events = [(one.on, order, one.amount_minor)
              for order, moved in enumerate((since.purchases, since.cash, since.payments))
              for one in moved if one.on <= to]
    credit = 0
    for on, order, amount in sorted(events, key=lambda event: event[:2]):
        if order < 2:  # a purchase or cash
            owed = max(amount - credit, 0)
            credit -= amount - owed
            parts.append(_Part(_Kind.CARRIED if order else _Kind.NEW, on, owed))
        else:
            left = amount
            for part in parts:
                left = part.pay(on, left)
            credit += left
    return parts


def _interest(parts: Sequence[_Part], to: date, terms: InterestTerms, due_on: date | None = None) -> Interest:
    return accumulated_interest([Movement(part.on, part.amount_minor) for part in parts],
                                [payment for part in parts for payment in part.payments], to, terms, due_on)
