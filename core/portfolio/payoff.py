"""What settles each account on a day: everything owed, and the interest since the last event.

Interest is balance × days, as ``core.domain.accrual`` counts it: nothing is written on days on which
nothing happens, the exact sum is rounded once. Columns in:

- ``principal_minor``, ``interest_minor``, ``fees_minor``: what the books show as owed;
- ``bearing_minor``: the balance that bears interest; a bill that can still be paid in full without interest
  is not part of it;
- ``counted_through_date``: the last day whose interest is in ``balance_days`` already;
- ``balance_days`` (optional, fen × days): Σ balance × days up to then since interest was last posted.

All at one daily rate: a partition in which rates differ, or changed within the cycle, is split by rate.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR
from core.portfolio.arrays import Ints, amounts, day_number, days, integers, require, within
from core.portfolio.shares import LARGEST, Share

_LONGEST_DAYS = 366 * 200


def payoff_amounts(frame: pd.DataFrame, on: date, daily_rate: Decimal) -> pd.DataFrame:
    """The amounts that settle each account on ``on``, in fen.

    Columns out: ``accrued_interest_minor`` (interest up to ``on``, that day included, not posted yet) and
    ``payoff_minor``. Raises ``InvalidInput`` for amounts or dates out of range and totals beyond the books.
    """
    if not daily_rate.is_finite() or daily_rate < 0:
        raise InvalidInput("rate_negative", "a rate is a finite number, not negative", field="daily_rate")
    accrued = Share.of(daily_rate)(balance_days(frame, on))
    within(accrued, 0, MAX_MINOR, "accrued_interest_minor", "amount_too_large")
    payoff = accrued.copy()
    for column in ("principal_minor", "interest_minor", "fees_minor"):
        payoff += amounts(frame, column)
    within(payoff, 0, MAX_MINOR, "payoff_minor", "amount_too_large")
    columns = {"accrued_interest_minor": accrued, "payoff_minor": payoff}
    return pd.DataFrame(columns, index=frame.index, copy=False)


def balance_days(frame: pd.DataFrame, on: date) -> Ints:
    """Fen × days that bear interest up to and including ``on``."""
    bearing = amounts(frame, "bearing_minor")
    counted = days(frame, "counted_through_date", required=True)
    open_days = day_number(on) - counted
    require(open_days >= 0, "dates_reversed", "interest is counted beyond the day asked for", "counted_through_date")
    within(open_days, 0, _LONGEST_DAYS, "counted_through_date", "date_out_of_range")
    before = within(integers(frame, "balance_days", 0), 0, LARGEST, "balance_days", "amount_out_of_range")
    # MAX_MINOR × two centuries of days is below 2⁶⁷: look before multiplying.
    if len(bearing) and int(bearing.max()) * int(open_days.max()) + int(before.max()) > LARGEST:
        exact = bearing.astype(object) * open_days + before
        require(np.asarray(exact <= LARGEST, np.bool_), "amount_too_large", "the debt outgrows every book",
                "bearing_minor")
    return bearing * open_days + before
