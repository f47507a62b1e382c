"""What can be asked for: a later day, or the whole balance in instalments.

The schedule of an agreement comes from ``core.domain.schedule``: the form, the review and the stored
arrangement show the same figure because they call the same function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from core.domain.calendar import Frequency, add_months, following_working_day
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR
from core.domain.proposal import ProposalKind
from core.domain.schedule import Method, Schedule, SchedulePlan, make_schedule

LONGEST_THINKABLE_MONTHS = 600
"""Beyond this a term is a slip of the finger, not a request; policy limits lie far below."""
LONGEST_THINKABLE_DAYS = 3_660
HIGHEST_THINKABLE_RATE = Decimal(1)

PERIODS_PER_YEAR: Mapping[Frequency, int] = {Frequency.WEEKLY: 52, Frequency.FORTNIGHTLY: 26, Frequency.MONTHLY: 12}


@dataclass(frozen=True, slots=True)
class ExtensionTerms:
    """Pay what is due now ``days`` days after the bank agrees. Interest goes on, late fees do not."""

    days: int

    def __post_init__(self) -> None:
        _whole(self.days, "days", 1, LONGEST_THINKABLE_DAYS)

    def until(self, granted_on: date) -> date:
        """The day it ends; a day off moves to the next working day (Civil Code Art. 203)."""
        return following_working_day(granted_on + timedelta(days=self.days))


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """The whole balance in instalments under Art. 70.

    ``annual_rate`` 0.12 is 12 % a year; ``interest_free_months`` bear none. Money in fen.
    """

    months: int
    first_due_date: date
    down_payment_minor: int = 0
    annual_rate: Decimal = Decimal(0)
    interest_free_months: int = 0
    frequency: Frequency = Frequency.MONTHLY

    def __post_init__(self) -> None:
        _whole(self.months, "months", 1, LONGEST_THINKABLE_MONTHS)
        _whole(self.down_payment_minor, "down_payment_minor", 0, MAX_MINOR)
        _whole(self.interest_free_months, "interest_free_months", 0, self.months)
        if not self.annual_rate.is_finite() or not 0 <= self.annual_rate <= HIGHEST_THINKABLE_RATE:
            raise InvalidInput("rate_out_of_range", "a yearly rate lies between 0 and 1", field="annual_rate")

    @property
    def count(self) -> int:
        """How many instalments; a part of a period at the end is left out, never added."""
        return _periods(self.months, self.frequency)

    def schedule(self, balance_minor: int, start_date: date) -> Schedule:
        """The instalments that repay ``balance_minor``, agreed on ``start_date``.

        Raises ``InvalidInput`` when the down payment exceeds the balance or the first due date lies
        before the start or beyond any thinkable day.
        """
        latest = start_date + timedelta(days=LONGEST_THINKABLE_DAYS)
        if self.first_due_date > latest:
            raise InvalidInput("out_of_range", "the first due date lies too far ahead", field="first_due_date",
                               lowest=start_date, highest=latest)
        method = Method.EQUAL_INSTALMENT if self.annual_rate else Method.INTEREST_FREE
        return make_schedule(SchedulePlan(
            principal_minor=balance_minor, start_date=start_date, count=self.count, method=method,
            first_due_date=self.first_due_date, frequency=self.frequency, rate=self.annual_rate,
            down_payment_minor=self.down_payment_minor,
            interest_free_periods=_periods(self.interest_free_months, self.frequency)))

    def not_before(self, earliest: date) -> AgreementTerms:
        """The same plan, starting whole months later where its first due date would be too soon.

        A decision that took its time must not make the first instalment fall due at once.
        """
        months, first = 0, self.first_due_date
        while first < earliest:
            months += 1
            first = add_months(self.first_due_date, months)
        return self if not months else AgreementTerms(self.months, first, self.down_payment_minor, self.annual_rate,
                                                      self.interest_free_months, self.frequency)


Terms = ExtensionTerms | AgreementTerms


def kind_of(terms: Terms) -> ProposalKind:
    """The kind of request these terms belong to."""
    return ProposalKind.EXTENSION if isinstance(terms, ExtensionTerms) else ProposalKind.PERSONALISED_AGREEMENT


def monthly_minor(amount_minor: int, frequency: Frequency) -> int:
    """What ``amount_minor`` every period comes to in a month, in fen, rounded up: it must fit the month's money."""
    return -(-amount_minor * PERIODS_PER_YEAR[frequency] // 12)


def monthly_burden_minor(schedule: Schedule) -> int:
    """What the dearest instalment comes to in a month, in fen."""
    return monthly_minor(max((row.amount_minor for row in schedule.instalments), default=0), schedule.frequency)


def as_record(terms: Terms) -> dict[str, Any]:
    """Terms as they are stored."""
    if isinstance(terms, ExtensionTerms):
        return {"days": terms.days}
    return {"months": terms.months, "first_due_date": terms.first_due_date.isoformat(),
            "down_payment_minor": terms.down_payment_minor, "annual_rate": str(terms.annual_rate),
            "interest_free_months": terms.interest_free_months, "frequency": terms.frequency.value}


def from_record(kind: str, record: Mapping[str, Any]) -> Terms:
    """Stored terms read back. Raises ``InvalidInput`` for a record that is not of this kind."""
    try:
        if kind == ProposalKind.EXTENSION:
            return ExtensionTerms(**record)
        return AgreementTerms(
            months=record["months"], first_due_date=date.fromisoformat(record["first_due_date"]),
            down_payment_minor=record["down_payment_minor"], annual_rate=Decimal(record["annual_rate"]),
            interest_free_months=record["interest_free_months"], frequency=Frequency(record["frequency"]))
    except (KeyError, TypeError, ValueError, InvalidOperation) as fault:
        raise InvalidInput("terms_malformed", f"not the terms of a {kind}", field="terms") from fault


def _periods(months: int, frequency: Frequency) -> int:
    return months * PERIODS_PER_YEAR[frequency] // 12


def _whole(value: object, field: str, lowest: int, highest: int) -> None:
    if type(value) is not int:
        raise InvalidInput("not_a_whole_number", f"{field} is a whole number", field=field)
    if not lowest <= value <= highest:
        raise InvalidInput("out_of_range", f"{field} lies between {lowest} and {highest}", field=field,
                           lowest=lowest, highest=highest)
