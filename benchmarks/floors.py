"""The least a portfolio figure can cost: bare NumPy over the same arrays, with no rule left that may be left.

A floor reads the same input arrays, writes the same output arrays, and is written as one would without a
second thought about the processor's cache. It is no implementation: it serves the one rule and the one kind
of account it is called with, checks nothing, and misses what is rare.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain.projection_model import ProjectionRule
from core.portfolio.arrays import Ints
from core.portfolio.months import Months
from core.portfolio.opening import Calendar, OpenAccounts


def one_pass(due: Ints, today: int) -> tuple[Ints, NDArray[np.uint32]]:
    """Ageing: every due date read once in a subtraction, every day and every band written once."""
    late = np.empty(len(due), np.int64)
    bands = np.empty(len(due), np.uint32)
    np.subtract(today, due, out=late)
    np.copyto(bands, late, casting="unsafe")
    return late, bands


def do_nothing(start: OpenAccounts, calendar: Calendar, rule: ProjectionRule, out: Months) -> None:
    """Doing nothing: late fee on the unpaid minimum, balance × days × rate, a tenth and all charges asked for.

    Any exact implementation that compounds must do this much per month: two roundings and the minimum's
    one, four balances, the days past due and their bucket. Left out: accounts with nothing unpaid or no due
    date, extensions, consecutive misses, caps, other ratios, what only the first months bill.
    """
    rate, late = rule.daily_rate.as_integer_ratio(), rule.late_fee.rate.as_integer_ratio()
    share = rule.minimum_payment.purchase_ratio.as_integer_ratio()
    principal, fees, unpaid = start.principal, start.fees, start.unpaid
    buckets = np.searchsorted(rule.delinquency.bucket_first_days, np.arange(200), side="right").astype(np.int8)
    for month, days in enumerate(np.diff(calendar.on, axis=0)):
        fee = out.late_fee_charged[month]
        np.floor_divide(unpaid * late[0] + late[1] // 2, late[1], out=fee)
        np.maximum(fee, rule.late_fee.floor_minor, out=fee)
        fees = np.add(fees, fee, out=out.fees[month])
        charged = out.interest_charged[month]
        balance_days = principal * days[start.statement_day]
        np.floor_divide(balance_days * rate[0] + rate[1] // 2, rate[1], out=charged)
        asked = (principal * share[0] + share[1] // 2) // share[1] + fee + charged + unpaid
        principal = np.add(principal, charged, out=out.principal[month])
        out.interest[month] = start.interest
        total = np.add(principal, fees, out=out.total[month])
        total += start.interest
        unpaid = np.minimum(asked, total)
        past_due = np.subtract(calendar.on[month + 1][start.statement_day], start.unpaid_since,
                               out=out.days_past_due[month])
        out.bucket[month] = buckets[np.minimum(past_due, 199)]
