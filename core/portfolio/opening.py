"""A partition's accounts as they stand, opened for a projection: ``projected_account.open_account`` over arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from core.domain.errors import InvalidInput
from core.domain.minimum_payment import MinimumPaymentRule
from core.domain.projected_account import DAYS_BETWEEN_DUE_DATES
from core.domain.projection import LONGEST_PROJECTION
from core.domain.projection_model import ProjectionRule, statement_date, statement_dates
from core.portfolio.arrays import (
    NO_DAY,
    Flags,
    Ints,
    amounts,
    day_number,
    days,
    integers,
    optional_amounts,
    require,
    within,
)
from core.portfolio.shares import Share

_STATEMENT_DAYS = 32
"""One more than the highest, so that a statement day is its own index."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The statements of a projection by statement day: row 0 is the day it starts from."""

    as_of: int
    on: Ints
    """``[number, statement_day]``: the statement date as a day number."""
    due_ahead: Ints
    """``[statement_day]``: the due date of the last statement, ``NO_DAY`` once it has passed."""

    @property
    def months(self) -> int:
        """How many statements there are."""
        return len(self.on) - 1


@dataclass(frozen=True, slots=True)
class OpenAccounts:
    """One entry per account, fen and day numbers; the fields of ``ProjectedAccount`` at its start."""

    statement_day: Ints
    principal: Ints
    interest: Ints
    fees: Ints
    misses: Ints
    unpaid: Ints
    unpaid_since: Ints
    """The due date ``unpaid`` counts from; ``NO_DAY`` where nothing is unpaid."""
    new_fees: Ints
    new_interest: Ints
    accrued: Ints
    late_fees: Ints
    open_due: Ints
    """The due date still to be met; ``NO_DAY`` where there is none."""
    no_late_fee_until: Ints
    open_bill: Ints
    at_stake: Ints

    def __len__(self) -> int:
        return len(self.principal)

    def take(self, rows: slice | Ints) -> OpenAccounts:
        """Some of the accounts."""
        return OpenAccounts(*(getattr(self, name)[rows] for name in self.__slots__))

    @property
    def total(self) -> Ints:
        """Everything owed."""
        return self.principal + self.interest + self.fees


def make_calendar(as_of: date, months: int, days_to_due: int) -> Calendar:
    """Statement and due dates for each statement day. Raises ``InvalidInput`` for months outside 1-600."""
    if not 1 <= months <= LONGEST_PROJECTION:
        raise InvalidInput("months_out_of_range", f"months go from 1 to {LONGEST_PROJECTION}", field="months")
    on = np.full((months + 1, _STATEMENT_DAYS), day_number(as_of), np.int64)
    due_ahead = np.full(_STATEMENT_DAYS, NO_DAY, np.int64)
    for statement_day in range(1, _STATEMENT_DAYS):
        on[1:, statement_day] = [day_number(day) for day in statement_dates(as_of, statement_day, months)]
        last = statement_date(as_of, 0, statement_day)
        if last > as_of:
            last = statement_date(as_of, -1, statement_day)
        due_date = last + timedelta(days=days_to_due)
        if due_date >= as_of:
            due_ahead[statement_day] = day_number(due_date)
    return Calendar(day_number(as_of), on, due_ahead)


def open_accounts(frame: pd.DataFrame, calendar: Calendar, rule: ProjectionRule) -> OpenAccounts:
    """Read a partition (columns: see ``core.portfolio.projection``) and open its accounts."""
    principal, interest, fees = (amounts(frame, f"{name}_minor") for name in ("principal", "interest", "fees"))
    accrued = amounts(frame, "accrued_interest_minor", 0)
    require(accrued <= interest, "amount_out_of_range", "accrued interest is part of the interest outstanding",
            "accrued_interest_minor")
    past_due = within(integers(frame, "days_past_due"), 0, calendar.as_of + date(1970, 1, 1).toordinal() - 1,
                      "days_past_due", "days_negative")
    statement_day = within(integers(frame, "statement_day"), 1, 31, "statement_day", "statement_day_out_of_range")
    given_due = days(frame, "open_due_date")
    open_due = np.where(given_due == NO_DAY, calendar.due_ahead[statement_day], given_due)
    minimum = _unpaid_minimum(frame, (principal, interest, fees), rule.minimum_payment)
    unpaid = minimum * ((past_due > 0) | (open_due != NO_DAY))
    since = np.where(past_due > 0, calendar.as_of - past_due, open_due)
    nothing_asked = unpaid == 0
    late = amounts(frame, "late_fee_to_come_minor", 0)
    return OpenAccounts(
        statement_day=statement_day, principal=principal, interest=interest, fees=fees + late,
        misses=-(-past_due // DAYS_BETWEEN_DUE_DATES), unpaid=unpaid,
        unpaid_since=np.where(nothing_asked, NO_DAY, since),
        new_fees=fees * nothing_asked + late, new_interest=(interest - accrued) * nothing_asked, accrued=accrued,
        late_fees=late, open_due=open_due, no_late_fee_until=days(frame, "no_late_fee_until_date"),
        open_bill=amounts(frame, "open_bill_minor", 0), at_stake=amounts(frame, "interest_at_stake_minor", 0))


def regular(accounts: OpenAccounts, calendar: Calendar, rule: ProjectionRule) -> Flags:
    """Where one due date lies between any two statements, and none counts before an older one.

    28 days is the shortest time between two statements of one statement day. An extension beyond the next
    statement makes an account irregular.
    """
    first = calendar.on[1][accounts.statement_day]
    ordered = (accounts.unpaid == 0) | (accounts.unpaid_since <= accounts.open_due) | (accounts.open_due == NO_DAY)
    in_turn: Flags = (accounts.open_due <= first) & ordered & (0 <= rule.days_to_due <= 28)
    return in_turn


def _unpaid_minimum(frame: pd.DataFrame, owed: tuple[Ints, Ints, Ints], rule: MinimumPaymentRule) -> Ints:
    """What is unpaid of the last minimum: as the books know it, else by the rule from what is owed."""
    total = owed[0] + owed[1] + owed[2]
    minimum, known = optional_amounts(frame, "unpaid_minimum_minor")
    if not known.all():
        ratios = (rule.purchase_ratio, rule.interest_ratio, rule.fees_ratio)
        estimate = sum_capped([Share.of(ratio)(part) for ratio, part in zip(ratios, owed, strict=True)], total)
        minimum = np.where(known, minimum, estimate)
    capped: Ints = np.minimum(minimum, total)
    return capped


def sum_capped(parts: list[Ints], cap: Ints) -> Ints:
    """min(Σ parts, cap) for parts that are not negative, however large each is."""
    result = np.minimum(parts[0], cap)
    for part in parts[1:]:
        result += np.minimum(part, cap)
    return np.minimum(result, cap, out=result)
