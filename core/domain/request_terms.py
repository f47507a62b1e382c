"""What can be asked for: a later day, instalments, one payment for everything, relief, or a promise.

The schedule of an agreement comes from ``core.domain.schedule``: the form, the review and the stored
arrangement show the same figure because they call the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, cast

from core.domain.allocation import Outstanding
from core.domain.calendar import Frequency, following_working_day
from core.domain.errors import InvalidInput
from core.domain.other_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms
from core.domain.plan_shape import LEVEL, PlanShape, shape_from, shape_record
from core.domain.proposal import ProposalKind
from core.domain.schedule import Method, Schedule, SchedulePlan, instalment_dates, make_schedule
from core.domain.term_fields import (
    LONGEST_THINKABLE_DAYS,
    LONGEST_THINKABLE_MONTHS,
    check_amounts,
    check_rate,
    check_whole,
    months_later,
)
from core.domain.waivers import NOTHING_WAIVED, Waived

__all__ = [
    "LONGEST_THINKABLE_DAYS", "LONGEST_THINKABLE_MONTHS", "PERIODS_PER_YEAR", "AgreementTerms", "ExtensionTerms",
    "PauseTerms", "PromiseTerms", "SettlementTerms", "Terms", "TokenPaymentTerms", "as_record", "from_record",
    "if_granted", "in_time", "kind_of", "monthly_burden_minor", "monthly_minor", "starts_on", "waived_by",
]

PERIODS_PER_YEAR: Mapping[Frequency, int] = {Frequency.WEEKLY: 52, Frequency.FORTNIGHTLY: 26, Frequency.MONTHLY: 12}


@dataclass(frozen=True, slots=True)
class ExtensionTerms:
    """Pay what is due now ``days`` days after the bank agrees. Interest goes on, late fees do not."""

    days: int

    def __post_init__(self) -> None:
        check_whole(self.days, "days", 1, LONGEST_THINKABLE_DAYS)

    def until(self, granted_on: date) -> date:
        """The day it ends; a day off moves to the next working day (Civil Code Art. 203)."""
        return following_working_day(granted_on + timedelta(days=self.days))


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """The whole balance, less what is given up, in instalments under Art. 70.

    ``annual_rate`` 0.12 is 12 % a year; ``interest_free_months`` bear none. Money in fen.
    """

    months: int
    first_due_date: date
    down_payment_minor: int = 0
    annual_rate: Decimal = Decimal(0)
    interest_free_months: int = 0
    frequency: Frequency = Frequency.MONTHLY
    late_fee_waived_minor: int = 0
    """Given up once the agreement is kept, like ``interest_waived_minor``: neither is part of the instalments."""
    interest_waived_minor: int = 0
    shape: PlanShape = LEVEL
    """How the instalments differ, if they do."""

    def __post_init__(self) -> None:
        check_whole(self.months, "months", 1, LONGEST_THINKABLE_MONTHS)
        check_amounts(self, "down_payment_minor", "late_fee_waived_minor", "interest_waived_minor")
        check_whole(self.interest_free_months, "interest_free_months", 0, self.months)
        check_rate(self.annual_rate)

    @property
    def count(self) -> int:
        """How many instalments; a part of a period at the end is left out, never added."""
        return _periods(self.months, self.frequency)

    @property
    def waived(self) -> Waived:
        """What is given up."""
        return Waived(self.late_fee_waived_minor, self.interest_waived_minor)

    def schedule(self, balance_minor: int, start_date: date) -> Schedule:
        """The instalments that repay ``balance_minor`` less what is given up, agreed on ``start_date``.

        Raises ``InvalidInput`` when nothing is left to repay, the down payment exceeds what is, or the
        first due date lies before the start or beyond any thinkable day.
        """
        return make_schedule(self.plan(balance_minor, start_date))

    def plan(self, balance_minor: int, start_date: date) -> SchedulePlan:
        """What ``schedule`` is made from; raises for a first due date out of range."""
        latest = start_date + timedelta(days=LONGEST_THINKABLE_DAYS)
        if self.first_due_date > latest:
            raise InvalidInput("out_of_range", "the first due date lies too far ahead", field="first_due_date",
                               lowest=start_date, highest=latest)
        method = Method.EQUAL_INSTALMENT if self.annual_rate else Method.INTEREST_FREE
        plan = SchedulePlan(
            principal_minor=balance_minor - self.waived.total_minor, start_date=start_date, count=self.count,
            method=method, first_due_date=self.first_due_date, frequency=self.frequency, rate=self.annual_rate,
            down_payment_minor=self.down_payment_minor,
            interest_free_periods=_periods(self.interest_free_months, self.frequency))
        if self.shape.is_level:
            return plan
        weights = self.shape.weights(instalment_dates(plan), PERIODS_PER_YEAR[self.frequency])
        return replace(plan, weights=weights)

    def not_before(self, earliest: date) -> AgreementTerms:
        """The same plan, starting whole months later where its first due date would be too soon.

        A decision that took its time must not make the first instalment fall due at once.
        """
        first = months_later(self.first_due_date, earliest)
        return self if first == self.first_due_date else replace(self, first_due_date=first)

    def given(self, waived: Waived) -> AgreementTerms:
        """The same plan with other waivers."""
        return replace(self, late_fee_waived_minor=waived.late_fee_minor, interest_waived_minor=waived.interest_minor)


Terms = ExtensionTerms | AgreementTerms | SettlementTerms | TokenPaymentTerms | PauseTerms | PromiseTerms

_KINDS: Mapping[type[Any], ProposalKind] = {
    ExtensionTerms: ProposalKind.EXTENSION, AgreementTerms: ProposalKind.PERSONALISED_AGREEMENT,
    SettlementTerms: ProposalKind.SETTLEMENT, TokenPaymentTerms: ProposalKind.TOKEN_PAYMENT,
    PauseTerms: ProposalKind.PAUSE, PromiseTerms: ProposalKind.PROMISE_TO_PAY}


def kind_of(terms: Terms) -> ProposalKind:
    """The kind of request these terms belong to."""
    return _KINDS[type(terms)]


def waived_by(terms: Terms) -> Waived:
    """What is given up under ``terms``, if anything."""
    return terms.waived if isinstance(terms, AgreementTerms | SettlementTerms) else NOTHING_WAIVED


def starts_on(terms: Terms) -> date | None:
    """The day terms name for their first or only payment; None where it is counted from the day they are granted."""
    match terms:
        case AgreementTerms() | TokenPaymentTerms():
            return terms.first_due_date
        case SettlementTerms() | PromiseTerms():
            return terms.pay_by
        case _:
            return None


def if_granted(terms: Terms, earliest: date, owed: Outstanding) -> Terms:
    """``terms`` as they can still be granted: nothing falls due before ``earliest``, nothing paid is given up.

    A promise stays as it was given: its day is the cardholder's own word.
    """
    moved = in_time(terms, earliest)
    match moved:
        case AgreementTerms():
            left = moved.waived.within(owed)
            return moved if left == moved.waived else moved.given(left)
        case SettlementTerms():
            return moved.for_debt(owed)
        case _:
            return moved


def in_time(terms: Terms, earliest: date) -> Terms:
    """``terms`` with nothing due before ``earliest``; a promise keeps the day that was promised."""
    match terms:
        case AgreementTerms() | SettlementTerms() | TokenPaymentTerms():
            return terms.not_before(earliest)
        case _:
            return terms


def monthly_minor(amount_minor: int, frequency: Frequency) -> int:
    """What ``amount_minor`` every period comes to in a month, in fen, rounded up: it must fit the month's money."""
    return -(-amount_minor * PERIODS_PER_YEAR[frequency] // 12)


def monthly_burden_minor(schedule: Schedule) -> int:
    """What the dearest instalment comes to in a month, in fen."""
    return monthly_minor(max((row.amount_minor for row in schedule.instalments), default=0), schedule.frequency)


def as_record(terms: Terms) -> dict[str, Any]:
    """Terms as they are stored; a level plan has no shape."""
    record = {field.name: _stored(getattr(terms, field.name)) for field in fields(terms)}
    return {name: value for name, value in record.items() if name != "shape" or value}


def from_record(kind: str, record: Mapping[str, Any]) -> Terms:
    """Stored terms read back; a field that is younger than the record has its default.

    Raises ``InvalidInput`` for a record that is not of this kind.
    """
    made_of = next((one for one, name in _KINDS.items() if name == kind), None)
    if made_of is None:
        raise InvalidInput("terms_malformed", f"no terms of a {kind}", field="terms")
    try:
        return cast(Terms, made_of(**{name: _READ.get(name, _as_is)(value) for name, value in record.items()}))
    except (AttributeError, TypeError, ValueError, InvalidOperation) as fault:
        raise InvalidInput("terms_malformed", f"not the terms of a {kind}", field="terms") from fault


def _stored(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, PlanShape):
        return shape_record(value)
    return str(value) if isinstance(value, Decimal) else value


def _as_is(value: Any) -> Any:
    return value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "first_due_date": date.fromisoformat, "pay_by": date.fromisoformat, "annual_rate": Decimal,
    "frequency": Frequency, "shape": shape_from}
"""How the fields that are no whole numbers are read."""


def _periods(months: int, frequency: Frequency) -> int:
    return months * PERIODS_PER_YEAR[frequency] // 12
