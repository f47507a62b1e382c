"""The late accounts of a file of the public data set's shape: the engine's figures are the domain's, to the fen.

One in six here, spread over the whole file; all of them with ``python -m benchmarks portfolio``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.late_accounts import late_accounts
from benchmarks.portfolio import LATE, card_clients
from core.domain.delinquency import BUCKETS
from core.domain.projection import project
from core.domain.projection_model import FixedMonthly, Scenario
from core.portfolio.frames import position_frame
from core.portfolio.months import AMOUNTS
from core.portfolio.projection import project_accounts
from core.services.context import ServiceContext

AS_OF = date(2026, 11, 22)


def test_twelve_months_of_a_late_account_are_those_it_has_alone(
        sqlite_context: ServiceContext, tmp_path: Path) -> None:
    accounts, rule = late_accounts(sqlite_context, card_clients(tmp_path)[0].read_bytes(), AS_OF)
    assert len(accounts) == LATE
    accounts = accounts[::6]
    partition = position_frame(accounts)
    for scenario in (*Scenario, FixedMonthly(2_000_00)):
        frame = project_accounts(partition, AS_OF, 12, scenario, rule)
        alone = [project(account, 12, scenario, rule).months for account in accounts]
        for field in (*AMOUNTS, "days_past_due"):
            expected = [[getattr(month, field) for month in months] for months in alone]
            assert frame[field].to_numpy().tolist() == expected, (scenario, field)
        buckets = [[BUCKETS.index(month.bucket) for month in months] for months in alone]
        assert frame["bucket"].to_numpy().tolist() == buckets
