"""What bears interest while a cycle is played: its parts with their days, in the order in which they are paid.

A purchase on a bill waits for the bill's due date: paid in full it bears nothing, else from its posting date on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from core.domain.account_state import Bearing
from core.domain.interest import (
    NO_INTEREST,
    ONE_DAY,
    Base,
    Interest,
    InterestTerms,
    Movement,
    accumulated_interest,
)
from core.domain.money import round_minor


class _Verdict(StrEnum):
    OPEN = "open"
    PAID = "paid"
    MISSED = "missed"


@dataclass(slots=True)
class _Part:
    """A part of what may bear interest. ``bill``: None bears daily, else the bill's due date decides."""

    on: date
    amount_minor: int
    bill: date | None = None
    is_new: bool = False
    """A purchase of this cycle: on no bill yet."""
    is_new_cash: bool = False
    payments: list[Movement] = field(default_factory=list)

    @property
    def left_minor(self) -> int:
        return self.amount_minor - sum(payment.amount_minor for payment in self.payments)


class BearingParts:
    """The parts of one account and the bills that purchases among them wait for. Amounts in fen."""

    def __init__(self, opening: Sequence[Bearing], terms: InterestTerms, grace_days: int) -> None:
        self._terms, self._grace = terms, timedelta(days=grace_days)
        self._parts = [_Part(part.on, part.amount_minor, part.bill_due_date, payments=list(part.paid))
                       for part in opening]
        self._bills = {part.bill: _Verdict.OPEN for part in self._parts if part.bill is not None}

    def add(self, on: date, amount_minor: int, *, purchase: bool = False, cash: bool = False) -> None:
        """A part from ``on``; a ``purchase`` of this cycle is on no bill yet, ``cash`` of this cycle is told apart."""
        self._parts.append(_Part(on, amount_minor, is_new=purchase, is_new_cash=cash))

    def add_after(self, statement_date: date, amount_minor: int) -> None:
        """A part from the next cycle on."""
        self.add(self._first_day_after(statement_date), amount_minor)

    def take(self, on: date, amount_minor: int) -> int:
        """Let a credit reduce the parts in their order; returns what was left of it."""
        return _paid(self._parts, on, amount_minor)

    def set_aside(self, on: date, amount_minor: int) -> int:
        """Let what is disputed bear nothing from ``on``, the newest first; returns what was more than there is."""
        return _paid(reversed(self._parts), on, amount_minor)

    def decide(self, bill: date, *, in_full: bool) -> None:
        """Decide one of ``undecided_bills``."""
        self._bills[bill] = _Verdict.PAID if in_full else _Verdict.MISSED

    @property
    def undecided_bills(self) -> list[date]:
        """Due dates of bills that purchases wait for."""
        return [bill for bill, verdict in self._bills.items() if verdict is _Verdict.OPEN]

    @property
    def missed_bills(self) -> list[date]:
        """Due dates of bills that were not paid in full."""
        return [bill for bill, verdict in self._bills.items() if verdict is _Verdict.MISSED]

    @property
    def new_cash_minor(self) -> int:
        """Cash taken in this cycle and not repaid."""
        return sum(part.left_minor for part in self._parts if part.is_new_cash)

    def daily(self, to: date) -> Interest:
        """Interest up to ``to`` on what was carried over, and cash."""
        terms = replace(self._terms, base=Base.FULL_BALANCE)  # no due date, no interest-free part
        return _accrue([part for part in self._parts if part.bill is None and not part.is_new], to, terms, None)

    def of_bills(self, bills: Iterable[date], to: date) -> Interest:
        """Interest up to ``to`` on the purchases of ``bills``, from their posting dates."""
        exact, segments = Fraction(0), NO_INTEREST.segments
        for bill in bills:
            one = _accrue([part for part in self._parts if part.bill == bill], to, self._terms,
                          min(bill + self._grace, to))
            exact, segments = exact + one.exact, segments + one.segments
        return Interest(round_minor(exact, self._terms.rounding), exact, segments)

    def carried(self, statement_date: date, new_bill: date) -> tuple[Bearing, ...]:
        """What may bear interest in the next cycle, in the order in which it is paid."""
        first = self._first_day_after(statement_date)
        old: list[Bearing] = []
        new: list[Bearing] = []
        for part in self._parts:
            verdict = None if part.bill is None else self._bills[part.bill]
            if part.is_new:
                new.append(Bearing(part.on, part.left_minor, new_bill))
            elif verdict is _Verdict.OPEN:
                old.append(Bearing(part.on, part.amount_minor, part.bill, tuple(part.payments)))
            elif verdict is _Verdict.PAID:  # within the amount of grace: the rest moves to the next bill
                old.append(Bearing(first, part.left_minor, new_bill))
            else:
                old.append(Bearing(first, part.left_minor))
        return tuple(_joined(part for part in old if part.left_minor or part.paid) + [
            part for part in new if part.amount_minor])

    def _first_day_after(self, statement_date: date) -> date:
        return statement_date + ONE_DAY if self._terms.count_last_day else statement_date


def _paid(parts: Iterable[_Part], on: date, amount_minor: int) -> int:
    for part in parts:
        taken = min(amount_minor, part.left_minor)
        if taken:
            part.payments.append(Movement(on, taken))
            amount_minor -= taken
    return amount_minor


def _accrue(parts: Sequence[_Part], to: date, terms: InterestTerms, due_on: date | None) -> Interest:
    """Interest on ``parts`` up to ``to``: a part that starts after it, or whose payments do, waits."""
    if not parts:
        return NO_INTEREST
    return accumulated_interest(
        [Movement(part.on, part.amount_minor) for part in parts if part.on <= to],
        [payment for part in parts if part.on <= to for payment in part.payments if payment.on <= to],
        to, terms, due_on)


def _joined(parts: Iterable[Bearing]) -> list[Bearing]:
    """Parts of the same day and kind as one; the order stays."""
    joined: list[Bearing] = []
    for part in parts:
        same = joined and not part.paid and not joined[-1].paid and (
            (joined[-1].on, joined[-1].bill_due_date) == (part.on, part.bill_due_date))
        if same:
            joined[-1] = replace(part, amount_minor=joined[-1].amount_minor + part.amount_minor)
        else:
            joined.append(part)
    return joined
