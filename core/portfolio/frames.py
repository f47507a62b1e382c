"""Accounts that were read one by one, as a partition."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.domain.projection_model import Position


def position_frame(positions: Sequence[Position]) -> pd.DataFrame:
    """Positions of one day as the columns ``core.portfolio.projection`` reads, in their order."""
    owed = {f"{name}_minor": [getattr(one.outstanding, f"{name}_minor") for one in positions]
            for name in ("principal", "interest", "fees")}
    names = ("days_past_due", "statement_day", "accrued_interest_minor", "late_fee_to_come_minor", "open_bill_minor",
             "interest_at_stake_minor")
    frame = pd.DataFrame(owed | {name: [getattr(one, name) for one in positions] for name in names}, dtype="int64")
    frame["unpaid_minimum_minor"] = pd.array([one.unpaid_minimum_minor for one in positions], "Int64")
    for column, days in (("open_due_date", [one.open_due_date for one in positions]),
                         ("no_late_fee_until_date", [one.no_late_fee_until for one in positions])):
        frame[column] = pd.Series(days, dtype="datetime64[s]")
    return frame
