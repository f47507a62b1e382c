"""What a check is and what it needs to know: names, units, limits, facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.domain.allocation import NOTHING_OWED, Outstanding
from core.domain.money import Rounding, share_minor
from core.domain.waivers import WaiverRule


class CheckName(StrEnum):
    """What is checked; the words are ``collector.check.<value>`` and ``cardholder.check.<value>``."""

    EXTENSION_LENGTH = "extension_length"
    TERM = "term"
    AFFORDABLE = "affordable"
    LATER_STEPS = "later_steps"
    MONTH_SHARED = "month_shared"
    MINIMUM_INSTALMENT = "minimum_instalment"
    DOWN_PAYMENT = "down_payment"
    FIRST_DUE_DATE = "first_due_date"
    RATE = "rate"
    AMOUNT_OWED = "amount_owed"
    COVERS_DUE = "covers_due"
    PAY_BY = "pay_by"
    RELIEF_LENGTH = "relief_length"
    NO_INSTALMENT_FITS = "no_instalment_fits"
    LATE_FEE_WAIVER = "late_fee_waiver"
    INTEREST_WAIVER = "interest_waiver"
    PRINCIPAL_WAIVER = "principal_waiver"
    ASSESSMENT_PRESENT = "assessment_present"
    ASSESSMENT_FRESH = "assessment_fresh"
    HARDSHIP = "hardship"
    EXCEEDS_ABILITY = "exceeds_ability"
    AMOUNT_DUE = "amount_due"
    NO_OPEN_REQUEST = "no_open_request"
    NO_ARRANGEMENT = "no_arrangement"


class CheckUnit(StrEnum):
    """What value, limit and slack are measured in."""

    MINOR = "minor"
    MONTHS = "months"
    DAYS = "days"
    DATE = "date"
    """Value and limit are dates, the slack is days."""
    RATE = "rate"
    """Hundredths of a percent a year."""
    FLAG = "flag"
    """Nothing to measure: it is so or not."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. ``slack`` is how far inside (positive) or outside (negative) its limit the value lies."""

    name: CheckName
    passed: bool
    unit: CheckUnit
    value: int | date | None
    limit: int | date | None
    slack: int | None
    hard: bool = False
    lowest: int | date | None = None
    highest: int | date | None = None
    """All bounds there are; ``limit`` is the one the value is measured against."""


@dataclass(frozen=True, slots=True)
class TermLimits:
    """The bounds of the policy in force (sections C and F, ``requests.*``); amounts in fen."""

    min_months: int
    max_months: int
    """Art. 70: five years. No person may go beyond."""
    least_instalment_minor: int
    """Per month, whatever the balance; see ``minimum_instalment_minor``."""
    instalment_months: int
    """An instalment is at least the balance over this many months."""
    max_down_payment_ratio: Decimal
    first_due_after_days: int
    first_due_within_days: int
    lowest_annual_rate: Decimal
    """The rate the bank offers during the plan; a request may not go below it by itself."""
    highest_annual_rate: Decimal
    """The contract rate."""
    min_extension_days: int
    max_extension_days: int
    assessment_fresh_days: int
    exceeds_ability_months: int
    """The balance exceeds ability when so many affordable months would not pay it (Art. 70)."""
    settlement_days: int
    """Within which a settlement is paid; ``promise_days`` is the same for a promise."""
    promise_days: int
    least_token_minor: int
    """The least token payment a month."""
    min_token_months: int
    max_token_months: int
    max_pause_months: int
    waivers: WaiverRule

    def minimum_instalment_minor(self, balance_minor: int) -> int:
        """The least a month's instalments may come to, in fen, for this balance."""
        share = -(-balance_minor // self.instalment_months)
        # Never more than the balance itself: a small rest may be paid at once.
        return min(max(self.least_instalment_minor, share), max(balance_minor, 0))

    def max_down_payment_minor(self, balance_minor: int) -> int:
        """The largest down payment, in fen, cut down to a whole fen."""
        return share_minor(max(balance_minor, 0), self.max_down_payment_ratio, Rounding.DOWN)


@dataclass(frozen=True, slots=True)
class DueOnce:
    """A payment that an extension on another card has put off to a day, in fen."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What is known of the person and the account on ``as_of``; amounts in fen."""

    as_of: date
    balance_minor: int
    amount_due_minor: int
    affordable_minor: int | None
    """Per month, what is left for this account of what the newest finished assessment found; None without one."""
    assessed_on: date | None
    hardship_given: bool
    open_request: bool
    arrangement: bool
    month_minor: int | None = None
    """All that is left of a month's money, where ``affordable_minor`` is only a share of it."""
    due_elsewhere: tuple[DueOnce, ...] = ()
    """What falls due once on the person's other cards; it claims its calendar month."""
    owed: Outstanding = NOTHING_OWED
    """The balance, part by part, for what is given up of it."""
    days_past_due: int = 0
    ceiling_minor: int | None = None
    """The most a month may come to in later steps of a plan that rises; None without an assessment."""
    sent_on: date | None = None
    """When the request under review was sent; None: it is only a draft."""
    disposable_minor: int | None = None
    """What a month leaves over after what other cards are promised, buffer included; None without an assessment."""


def first_due_range(as_of: date, limits: TermLimits) -> tuple[date, date]:
    """The first and the last day on which a plan agreed about ``as_of`` may begin."""
    return (as_of + timedelta(days=limits.first_due_after_days), as_of + timedelta(days=limits.first_due_within_days))


def at_most(name: CheckName, value: int, limit: int, unit: CheckUnit, *, hard: bool = False) -> CheckResult:
    """Whether ``value`` is not above ``limit``."""
    return CheckResult(name, value <= limit, unit, value, limit, limit - value, hard, highest=limit)


def at_least(name: CheckName, value: int, limit: int, unit: CheckUnit, *, hard: bool = False) -> CheckResult:
    """Whether ``value`` is not below ``limit``."""
    return CheckResult(name, value >= limit, unit, value, limit, value - limit, hard, lowest=limit)


def flag(name: CheckName, passed: bool, *, hard: bool = False) -> CheckResult:
    """What is so or not, with nothing to measure."""
    return CheckResult(name, passed, CheckUnit.FLAG, None, None, None, hard)
