"""The portfolio engine against its floors and its peers, each pair measured in turns in this one process.

Times are the process's own CPU seconds, the best of several rounds: on a machine that others use as well,
what was least disturbed says most. Peers get their input in the form they like best, prepared beforehand.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import floors
from benchmarks.late_accounts import late_accounts
from benchmarks.portfolio import card_clients
from benchmarks.report import Row, at_least_times, at_most_times, none_of
from core import bootstrap
from core.clock import Clock
from core.db import migrate
from core.db.engine import make_engine
from core.domain.delinquency import BUCKETS
from core.domain.projection import project
from core.domain.projection_model import FixedMonthly, ProjectionRule, Scenario
from core.domain.schedule import SchedulePlan, make_schedule
from core.policy.book import PolicyBook
from core.policy.rules.projection import projection_rule
from core.portfolio.ageing import age_accounts
from core.portfolio.apr import monthly_rates
from core.portfolio.arrays import day_number, ticks_of
from core.portfolio.frames import position_frame
from core.portfolio.months import AMOUNTS, Months
from core.portfolio.opening import make_calendar, open_accounts
from core.portfolio.projection import project_accounts
from core.portfolio.schedules import ScheduleTerms, make_schedules
from core.settings import Settings

AS_OF = date(2026, 11, 22)
ACCOUNTS = 1_000_000
MONTHS = 12
INSTALMENTS = 24
ROUNDS = 7
_SINGLY = 2_000
_PARTITION = 250_000


def measure(folder: Path) -> list[Row]:
    """Every row of the engine."""
    rule = projection_rule(PolicyBook.load().on(AS_OF))
    chance = np.random.default_rng(20261122)
    return [*_ageing(chance, rule), *_projection(chance, rule), *_schedules(chance), *_rates(chance),
            _late_accounts(folder)]


def _in_turns(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """The least CPU seconds of each, taken in turns after one round that does not count."""
    best = [float("inf")] * len(works)
    for number in range(rounds + 1):
        for which, work in enumerate(works):
            gc.collect()
            began = time.process_time()
            made = work()
            spent = time.process_time() - began
            del made  # its memory is given back outside the measured time
            if number:
                best[which] = min(best[which], spent)
    return best


def _ageing(chance: np.random.Generator, rule: ProjectionRule) -> list[Row]:
    due = np.datetime64(AS_OF, "s") - chance.integers(0, 400, ACCOUNTS).astype("timedelta64[D]")
    due[chance.random(ACCOUNTS) < 0.3] = np.datetime64("NaT")
    frame = pd.DataFrame({"oldest_unpaid_due_date": due})
    ticks, per_day = ticks_of(frame["oldest_unpaid_due_date"], "oldest_unpaid_due_date")
    spent, floor = _in_turns(partial(age_accounts, frame, AS_OF, rule.delinquency),
                             partial(floors.one_pass, ticks, day_number(AS_OF) * per_day), rounds=30)
    return [at_most_times("one day's ageing of 1,000,000 accounts", spent, "s", 2, floor, "one pass over its arrays")]


def _portfolio(chance: np.random.Generator) -> pd.DataFrame:
    principal = chance.integers(1_000_00, 200_000_00, ACCOUNTS)
    late = chance.random(ACCOUNTS) < 0.3
    return pd.DataFrame({
        "principal_minor": principal, "interest_minor": chance.integers(0, principal // 50),
        "fees_minor": chance.integers(0, 200_00, ACCOUNTS), "statement_day": chance.integers(1, 29, ACCOUNTS),
        "days_past_due": np.where(late, chance.integers(1, 300, ACCOUNTS), 0)})


def _projection(chance: np.random.Generator, rule: ProjectionRule) -> list[Row]:
    frame = _portfolio(chance)
    calendar = make_calendar(AS_OF, MONTHS, rule.days_to_due)
    accounts = open_accounts(frame, calendar, rule)

    def floor() -> Months:
        out = Months.empty(MONTHS, ACCOUNTS)
        floors.do_nothing(accounts, calendar, rule, out)
        return out

    def engine(scenario: Scenario | FixedMonthly) -> pd.DataFrame:
        return project_accounts(frame, AS_OF, MONTHS, scenario, rule)

    spent, least = _in_turns(partial(engine, Scenario.DO_NOTHING), floor)
    rows = [at_most_times("12 months of 1,000,000 accounts, doing nothing", spent, "s", 2, least,
                          "the bare recurrence over the same arrays")]
    for name, scenario in (("paying the minimum", Scenario.MINIMUM_PAYMENT),
                           ("paying 500 a month", FixedMonthly(500_00))):
        (spent,) = _in_turns(partial(engine, scenario), rounds=2)
        rows.append(at_most_times(f"12 months of 1,000,000 accounts, {name}", spent, "s", 10, least, "the same floor"))
    return rows


def _schedules(chance: np.random.Generator) -> list[Row]:
    from mortgagemath import LoanParams, PaymentRounding, amortization_schedule

    rate, peer = Decimal("0.12"), "mortgagemath 0.7.1"
    frame = pd.DataFrame({"principal_minor": chance.integers(1_000_00, 300_000_00, ACCOUNTS), "count": INSTALMENTS})
    frame["start_date"] = np.datetime64(AS_OF, "s")
    principals = [int(one) for one in frame["principal_minor"][:_SINGLY]]
    loans = [LoanParams(Decimal(one) / 100, rate * 100, INSTALMENTS, payment_rounding=PaymentRounding.ROUND_HALF_UP)
             for one in principals]
    plans = [SchedulePlan(one, AS_OF, INSTALMENTS, rate=rate) for one in principals]
    made = make_schedules(frame[:_SINGLY], ScheduleTerms(rate=rate))
    differ = 0
    for row, loan in enumerate(loans):
        theirs = [one for one in amortization_schedule(loan) if one.number]
        ours = made.iloc[row]
        differ += ([int(one.principal * 100) for one in theirs] != ours["principal_minor"].tolist()
                   or [int(one.interest * 100) for one in theirs] != ours["interest_minor"].tolist())
    bulk, singly, theirs_singly = _in_turns(
        partial(make_schedules, frame, ScheduleTerms(rate=rate)), lambda: [make_schedule(plan) for plan in plans],
        lambda: [amortization_schedule(loan) for loan in loans])
    pace = _SINGLY / theirs_singly
    return [at_least_times("schedules of 24 instalments, 1,000,000 at once", ACCOUNTS / bulk, "/s", 100, pace, peer),
            at_least_times("schedules of 24 instalments, one by one", _SINGLY / singly, "/s", 1, pace, peer),
            none_of(f"of {_SINGLY:,} schedules differ from {peer} by a fen", differ, "schedules")]


def _rates(chance: np.random.Generator) -> list[Row]:
    import pyxirr

    peer = "pyxirr 0.10.8"
    bulk = theirs = 0.0
    differ = 0
    for _ in range(ACCOUNTS // _PARTITION):
        flows, lists = _plans(chance, _PARTITION)
        spent, their = _in_turns(partial(monthly_rates, flows), partial(_each_rate, pyxirr.irr, lists), rounds=2)
        bulk, theirs = bulk + spent, theirs + their
        rounded = np.floor(np.array(_each_rate(pyxirr.irr, lists)) * 120_000 + 0.5).astype(np.int64)
        differ += int((monthly_rates(flows)["monthly_irr_x12"].to_numpy() != rounded).sum())
    return [at_least_times("rates of 1,000,000 random plans", ACCOUNTS / bulk, "/s", 1, ACCOUNTS / theirs, peer),
            none_of(f"of 1,000,000 rates differ from {peer} in two decimals", differ, "rates")]


def _each_rate(irr: Callable[[np.ndarray], float], flows: Sequence[np.ndarray]) -> list[float]:
    return [irr(one) for one in flows]


def _plans(chance: np.random.Generator, rows: int) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Loans of random amounts, 6 to 60 instalments and rates up to 36 % a year; the last instalment differs."""
    principal, count = chance.integers(1_000_00, 300_000_00, rows), chance.integers(6, 61, rows)
    rate = chance.uniform(0.001, 0.36, rows) / 12
    level = np.ceil(principal * rate / (1 - (1 + rate) ** -count)).astype(np.int64)
    last = level - chance.integers(0, level // 2)
    columns = {0: principal}
    for month in range(1, 61):
        columns[month] = -np.where(month < count, level, np.where(month == count, last, 0))
    flows = pd.DataFrame(columns)
    amounts = flows.to_numpy().astype(np.float64)
    return flows, [-amounts[row, : count[row] + 1].copy() for row in range(rows)]


def _late_accounts(folder: Path) -> Row:
    """The late accounts of the file, three scenarios: how many figures differ from the domain's."""
    url = f"sqlite:///{folder / 'late.sqlite'}"
    engine = make_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
    settings = Settings(database_url=url, demo=False, secret_key=os.urandom(32).hex(), var_dir=folder)
    context = bootstrap.start(settings, Clock())
    content = card_clients(folder)[0].read_bytes()
    accounts, rule = late_accounts(context, content, context.clock.today())
    context.engine.dispose()
    as_of, partition, differ = context.clock.today(), position_frame(accounts), 0
    for scenario in (*Scenario, FixedMonthly(2_000_00)):
        frame = project_accounts(partition, as_of, MONTHS, scenario, rule)
        alone = [project(account, MONTHS, scenario, rule).months for account in accounts]
        for field in (*AMOUNTS, "days_past_due"):
            expected = np.array([[getattr(one, field) for one in months] for months in alone])
            differ += int((frame[field].to_numpy() != expected).sum())
        buckets = np.array([[BUCKETS.index(one.bucket) for one in months] for months in alone])
        differ += int((frame["bucket"].to_numpy() != buckets).sum())
    return none_of(f"figures of {len(accounts):,} late accounts, three scenarios, differ from the domain's", differ,
                   "figures")
