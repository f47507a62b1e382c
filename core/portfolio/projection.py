"""Where a portfolio is heading: ``core.domain.projection.project`` for every account of a frame.

Columns in, amounts ``int64`` fen (see ``core.domain.projection_model.Position`` for what each means):

- ``principal_minor``, ``interest_minor``, ``fees_minor``, ``days_past_due``, ``statement_day`` (1-31);
- optional: ``unpaid_minimum_minor`` (``Int64``; ``<NA>`` estimates it by the rule), ``accrued_interest_minor``,
  ``open_due_date``, ``late_fee_to_come_minor``, ``no_late_fee_until_date``, ``open_bill_minor``,
  ``interest_at_stake_minor``.

Columns out: ``(field, month)`` with months from 1 for each of ``FIELDS``, and ``("settled_date", 0)``.
``bucket`` is ``int8`` (0 is M0, 7 is M7+), everything else ``int64``; a million accounts over twelve months
fill 0.8 GB, less when fewer ``fields`` are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from core.domain.errors import InvalidInput
from core.domain.projection_model import FixedMonthly, ProjectionRule, Scenario
from core.portfolio.arrays import chunks
from core.portfolio.carrying import CarriedAccounts
from core.portfolio.do_nothing import DoNothing
from core.portfolio.months import FIELDS, Months, check_fields
from core.portfolio.opening import Calendar, OpenAccounts, make_calendar, open_accounts, regular


def project_accounts(
    frame: pd.DataFrame,
    as_of: date,
    months: int,
    scenario: Scenario | FixedMonthly,
    rule: ProjectionRule,
    fields: Sequence[str] = FIELDS,
) -> pd.DataFrame:
    """Carry every account forward over ``months`` statements after ``as_of``, all by one ``rule``.

    Raises ``InvalidInput`` as ``project`` does, with ``row`` for the first account concerned.
    """
    check_fields(fields)
    if isinstance(scenario, FixedMonthly) and scenario.amount_minor < 0:
        raise InvalidInput("amount_negative", "an amount is not negative", field="scenario.fixed_monthly")
    calendar = make_calendar(as_of, months, rule.days_to_due)
    accounts = open_accounts(frame, calendar, rule)
    return project_open(accounts, calendar, scenario, rule).frame(frame.index, fields)


def project_open(
    accounts: OpenAccounts, calendar: Calendar, scenario: Scenario | FixedMonthly, rule: ProjectionRule
) -> Months:
    """The months of accounts that are open already, chunk by chunk."""
    out = Months.empty(calendar.months, len(accounts))
    quick = DoNothing(calendar, rule) if scenario is Scenario.DO_NOTHING else None
    for rows in chunks(len(accounts)):
        part, here = accounts.take(rows), out.part(rows)
        try:
            _project_chunk(part, here, quick, calendar, scenario, rule)
        except InvalidInput as refused:
            if "row" not in refused.data:
                raise
            raise InvalidInput(refused.code, str(refused), field=refused.field,
                               row=rows.start + int(refused.data["row"])) from refused
    return out


def _project_chunk(part: OpenAccounts, out: Months, quick: DoNothing | None, calendar: Calendar,
                   scenario: Scenario | FixedMonthly, rule: ProjectionRule) -> None:
    if quick is None or not quick.fits(part):
        CarriedAccounts(part, calendar, scenario, rule).run(out)
        return
    quick.run(part, out)
    others = np.flatnonzero(~regular(part, calendar, rule))
    if len(others):
        beside = Months.empty(calendar.months, len(others))
        CarriedAccounts(part.take(others), calendar, scenario, rule).run(beside)
        out.put(others, beside)
