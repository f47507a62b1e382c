"""Terms without a plan of instalments: one payment for everything, very little, nothing for a while, a promise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.domain.allocation import Outstanding
from core.domain.calendar import add_months, due_dates
from core.domain.term_fields import LONGEST_THINKABLE_MONTHS, check_amounts, check_rate, check_whole, months_later
from core.domain.waivers import Waived


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """``amount_minor`` until ``pay_by`` ends the debt; the rest is given up once that is paid in time. Fen."""

    amount_minor: int
    pay_by: date
    late_fee_waived_minor: int = 0
    interest_waived_minor: int = 0
    principal_waived_minor: int = 0

    def __post_init__(self) -> None:
        check_amounts(self, "amount_minor", lowest=1)
        check_amounts(self, "late_fee_waived_minor", "interest_waived_minor", "principal_waived_minor")

    @property
    def waived(self) -> Waived:
        """What is given up."""
        return Waived(self.late_fee_waived_minor, self.interest_waived_minor, self.principal_waived_minor)

    def for_debt(self, owed: Outstanding) -> SettlementTerms:
        """The same payment, never more than is owed now, and the parts given up so that nothing is left.

        What has grown since is given up too: late fees first, then interest, then principal, as in every
        offer. What was paid meanwhile need not be: principal first.
        """
        amount = min(self.amount_minor, owed.total_minor)
        parts = {name: getattr(self, f"{name}_waived_minor") for name in ("late_fee", "interest", "principal")}
        limits = {"late_fee": owed.fees_minor, "interest": owed.interest_minor, "principal": owed.principal_minor}
        parts = {name: min(part, limits[name]) for name, part in parts.items()}
        more = owed.total_minor - amount - sum(parts.values())
        for name in parts if more > 0 else reversed(list(parts)):
            changed = min(max(parts[name] + more, 0), limits[name])
            parts[name], more = changed, more - (changed - parts[name])
        return SettlementTerms(max(amount, 1), self.pay_by, *parts.values())

    def not_before(self, earliest: date) -> SettlementTerms:
        """The same payment, due on ``earliest`` if its day has come too near."""
        return self if self.pay_by >= earliest else replace(self, pay_by=earliest)


@dataclass(frozen=True, slots=True)
class TokenPaymentTerms:
    """Very little a month for a few months; the rest stays owed and bears ``annual_rate`` meanwhile. Fen."""

    monthly_minor: int
    months: int
    first_due_date: date
    annual_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check_amounts(self, "monthly_minor", lowest=1)
        check_whole(self.months, "months", 1, LONGEST_THINKABLE_MONTHS)
        check_rate(self.annual_rate)

    @property
    def total_minor(self) -> int:
        """All payments together."""
        return self.monthly_minor * self.months

    @property
    def due_dates(self) -> tuple[date, ...]:
        """The day of each payment."""
        return due_dates(self.first_due_date, self.months)

    def not_before(self, earliest: date) -> TokenPaymentTerms:
        """The same payments, starting whole months later where the first would be too soon."""
        first = months_later(self.first_due_date, earliest)
        return self if first == self.first_due_date else replace(self, first_due_date=first)


@dataclass(frozen=True, slots=True)
class PauseTerms:
    """Nothing to pay for ``months`` from the day the bank agrees; the debt bears ``annual_rate`` meanwhile."""

    months: int
    annual_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check_whole(self.months, "months", 1, LONGEST_THINKABLE_MONTHS)
        check_rate(self.annual_rate)

    def until(self, granted_on: date) -> date:
        """The day it ends and payments begin again."""
        return add_months(granted_on, self.months)


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """``amount_minor`` fen until ``pay_by``; interest and late fees go on as agreed in the contract."""

    amount_minor: int
    pay_by: date

    def __post_init__(self) -> None:
        check_amounts(self, "amount_minor", lowest=1)
