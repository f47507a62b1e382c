"""``interest``: accumulated interest with the segments that explain it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from core.domain.errors import InvalidInput
from core.domain.interest import (
    Base,
    DatedRate,
    InterestTerms,
    Movement,
    Pause,
    RateBasis,
    accumulated_interest,
    decimal_rate,
)
from core.domain.money import Rounding
from core.policy.book import STANDARD
from core.policy.rules.account import counts_statement_day, interest_terms
from core.services.calculator.fields import Absent, Amount, DailyRate, Day, Input, Output, Rate, Yuan
from core.services.calculator.kinds import Book


class MovementInput(Input):
    """A debit or a payment on its day."""

    on: Day
    amount: Amount


class RateInput(Input):
    """A rate from a day on: daily, or annual with the days of its year."""

    from_: Day = Field(alias="from")
    daily: Rate | Absent = None
    annual: Rate | Absent = None
    year_days: Literal["360", "365", "actual"] | Absent = None


class PauseInput(Input):
    """Days without interest, both ends included."""

    from_: Day = Field(alias="from")
    to: Day


class InterestInput(Input):
    """What ``interest`` reads."""

    debits: list[MovementInput]
    payments: list[MovementInput]
    to: Day
    count_last_day: bool | Absent = None
    rates: list[RateInput] | Absent = None
    pauses: list[PauseInput] = Field(default_factory=list)
    base: Literal["full_balance", "unpaid_balance"] | Absent = None
    due_on: Day | Absent = None
    rounding: Literal["half_up", "down"] | Absent = None


class SegmentOutput(Output):
    """Days of one balance at one rate; both end days included."""

    from_: date = Field(serialization_alias="from")
    to: date
    days: int
    balance: Yuan
    daily_rate: DailyRate


class InterestOutput(Output):
    """What ``interest`` writes."""

    interest: Yuan
    segments: list[SegmentOutput]
    policy_version: str


def interest(given: InterestInput, book: Book) -> InterestOutput:
    """Interest on debits less payments; what the input leaves out is the policy of its last date."""
    result = accumulated_interest(_movements(given.debits), _movements(given.payments), given.to,
                                  _terms(given, book), given.due_on)
    segments = [SegmentOutput(from_=one.from_date, to=one.to_date, days=one.days, balance=one.balance_minor,
                              daily_rate=decimal_rate(one.daily_rate)) for one in result.segments]
    return InterestOutput(interest=result.interest_minor, segments=segments, policy_version=book().version)


def _movements(rows: list[MovementInput]) -> list[Movement]:
    return [Movement(row.on, row.amount) for row in rows]


def _terms(given: InterestInput, book: Book) -> InterestTerms:
    last = max([given.to, *(pause.to for pause in given.pauses), *([given.due_on] if given.due_on else [])])
    first = min([given.to, *(row.on for row in given.debits)])
    policy = book().on(last)
    if given.rates is None:
        rates = interest_terms(book(), STANDARD, first, last).rates
    else:
        rates = tuple(_rate(row, number) for number, row in enumerate(given.rates))
    return InterestTerms(
        rates=rates,
        base=Base(given.base or policy.text("interest.base_method")),
        count_last_day=counts_statement_day(policy) if given.count_last_day is None else given.count_last_day,
        pauses=tuple(Pause(row.from_, row.to) for row in given.pauses),
        rounding=Rounding(given.rounding or policy.text("interest.rounding")))


def _rate(row: RateInput, number: int) -> DatedRate:
    field = f"rates.{number}"
    if row.daily is not None and row.annual is None and row.year_days is None:
        return DatedRate(row.from_, row.daily)
    if row.daily is None and row.annual is not None and row.year_days is not None:
        return DatedRate(row.from_, row.annual, RateBasis(row.year_days))
    raise InvalidInput("rate_contradicts", "a rate is either daily, or annual with year_days", field=field)
