"""Where one day or one miss decides: a grid of accounts around every edge, projected together and alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from core.domain.allocation import Outstanding
from core.domain.delinquency import BUCKETS
from core.domain.late_fee import HigherRate, LateFeeRule
from core.domain.projection import project
from core.domain.projection_model import FixedMonthly, Position, Scenario, statement_dates
from core.policy.book import PolicyBook
from core.policy.rules.projection import projection_rule
from core.portfolio.frames import position_frame
from core.portfolio.months import AMOUNTS
from core.portfolio.projection import project_accounts

AS_OF = date(2026, 11, 22)
RULE = replace(projection_rule(PolicyBook.load().on(AS_OF)),
               late_fee=LateFeeRule(Decimal("0.05"), 10_00, None, HigherRate(3, Decimal("0.08"))))
MONTHS = 5


def grid(days_to_due: int) -> list[Position]:
    """Accounts before and after a due date, within grace, extended short and long, with nothing asked for yet."""
    accounts: list[Position] = []
    for past_due, minimum, open_in, statement_day, stake in product(
            (0, 1, 31, 90), (None, 0, 500_00), (None, -3, 5, 100), (21, 23, 31), (0, 40_00)):
        first = next(statement_dates(AS_OF, statement_day, 1))
        open_due = None if open_in is None else AS_OF + timedelta(days=open_in)
        accounts += [
            Position(AS_OF, Outstanding(20_00, 60_00, 3_000_00), past_due, statement_day, minimum, 15_00, open_due,
                     7_00 if past_due else 0, until, 900_00 if stake else 0, stake)
            for until in (None, AS_OF + timedelta(days=5), first + timedelta(days=days_to_due))]
    return [*accounts, replace(accounts[0], outstanding=Outstanding(), accrued_interest_minor=0)]


@pytest.mark.parametrize("days_to_due", [0, 20, 28, 29, 31, 56])
@pytest.mark.parametrize("compounds", [True, False])
def test_every_edge_falls_on_the_side_it_falls_on_alone(days_to_due: int, compounds: bool) -> None:
    rule = replace(RULE, days_to_due=days_to_due, compounds=compounds)
    accounts = grid(days_to_due)
    for scenario in (*Scenario, FixedMonthly(300_00)):
        frame = project_accounts(position_frame(accounts), AS_OF, MONTHS, scenario, rule)
        alone = [project(account, MONTHS, scenario, rule).months for account in accounts]
        for field in (*AMOUNTS, "days_past_due"):
            ours = frame[field].to_numpy().tolist()
            for account, figures, months in zip(accounts, ours, alone, strict=True):
                assert figures == [getattr(month, field) for month in months], (scenario, field, account)
        buckets = [[BUCKETS.index(month.bucket) for month in months] for months in alone]
        assert frame["bucket"].to_numpy().tolist() == buckets
