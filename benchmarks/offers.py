"""The negotiation engine: the full grid of one debtor, plans a second, a portfolio's three offers, and three walks.

The walks take an hour: they go through the whole spaces of a thousand random cases that have plans, and of fewer whose
instalments differ or that answer a wish, one plan at a time, with code that shares nothing with the engine but the
schedule, and look for a plan that is better. The portfolio's offers are judged by such code as well.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from random import Random

import numpy as np
import pandas as pd

from benchmarks.report import Row, at_most, none_of
from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.offers.choice import lay_on_table
from core.domain.offers.evaluation import situation_of
from core.domain.offers.model import NO_WISH, Facts, Wish
from core.domain.offers.negotiation import negotiate
from core.domain.offers.shaped_offers import shaped_plan
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.engines import Processes
from core.portfolio.offer_tables import tabulate
from core.portfolio.offers import ArraySearch
from core.portfolio.offers_many import PURPOSES, make_offers, tables

AS_OF = date(2026, 11, 22)
DEBTORS = 100_000
WALKED = 1_000
_OTHERS_WALKED_OF = 5
"""One space of shapes and one that answers a wish is walked for so many level ones."""
_LEVEL, _SHAPES, _WISHED = "spaces", "spaces of steps and lean months", "spaces of a wish"
_SHAPES_JUDGED = 10_000
_BATCH = 2_500
_SINGLY = 1_000
_WORKERS = 2
_WALKED_AT_ONCE = 10
RULE = offer_rule(PolicyBook.load().on(AS_OF))


def measure(walked: int = WALKED) -> list[Row]:
    """Every row; with fewer spaces walked as many fewer offers are judged, with none only the pace is measured."""
    chance = np.random.default_rng(20261122)
    people = _debtors(chance, DEBTORS)
    rows = [*_singly(people.head(_SINGLY)), *_portfolio(people)]
    if walked:
        of_every_level = people.assign(authority=chance.choice([*Authority], len(people)))
        part = min(walked / WALKED, 1)
        rows += [_judged(of_every_level.head(int(DEBTORS * part))),
                 _judged_shapes(of_every_level.head(int(_SHAPES_JUDGED * part))),
                 _walk(walked), *(_walk(max(walked // _OTHERS_WALKED_OF, 1), kind) for kind in (_SHAPES, _WISHED))]
    return rows


def _debtors(chance: np.random.Generator, rows: int) -> pd.DataFrame:
    """Late accounts of 3,000 to 150,000 yuan whose owners have 3 to 30 % of the debt left over each month."""
    principal = chance.integers(3_000_00, 150_000_00, rows)
    disposable = (principal * chance.uniform(0.03, 0.3, rows)).astype(np.int64)
    return pd.DataFrame({
        "principal_minor": principal, "interest_minor": (principal * chance.uniform(0, 0.1, rows)).astype(np.int64),
        "fees_minor": chance.integers(0, 600_00, rows), "days_past_due": chance.choice((5, 40, 75, 100, 130, 170, 200),
                                                                                     rows),
        "affordable_minor": disposable // 2, "ceiling_minor": disposable // 2, "disposable_minor": disposable,
        "hardship": chance.random(rows) < 0.3})


def _singly(people: pd.DataFrame) -> list[Row]:
    facts = [Facts(AS_OF, *map(int, row[:7]), hardship=bool(row[7])) for row in people.itertuples(index=False)]
    grid, whole, spent, plans = [], [], 0.0, 0
    for one in facts:
        began = time.process_time()
        lay_on_table(ArraySearch(situation_of(one, RULE, NO_WISH)))
        grid.append(time.process_time() - began)
        began = time.process_time()
        negotiate(one, RULE, NO_WISH, ArraySearch)
        whole.append(time.process_time() - began)
        situation = situation_of(one, RULE, NO_WISH)
        began = time.process_time()
        plans += len(tabulate(situation)[0])
        spent += time.process_time() - began
    pace = plans / spent
    bar = "the bar of the design"
    return [
        at_most("three offers of one debtor over the full grid, p99", _p99(grid), "ms", 50, bar),
        at_most("the same with every binding constraint found, p99", _p99(whole), "ms", 50, bar),
        *(at_most(f"the same, {name}, first asked on a day, p99", _p99(_first_asked(facts, wish)), "ms", 50, bar)
          for name, wish in _WISHES.items()),
        Row("plans valued in arrays", float(f"{pace:.4g}"), "/s", "the bar of the design", round(pace / 5e6, 3), 5e6,
            pace >= 5e6)]


_WISHES = {
    "monthly with an instalment named": Wish(monthly_at_most_minor=800_00),
    "weekly": Wish(frequency=Frequency.WEEKLY), "fortnightly": Wish(frequency=Frequency.FORTNIGHTLY),
    "monthly with one that starts lighter": Wish(step_up=True), "with lean months": Wish(lean_months=(1, 2, 8))}


def _first_asked(people: list[Facts], wish: Wish) -> list[float]:
    """Each on a day of its own, so that nothing of the space was made before."""
    spent = []
    for number, one in enumerate(people):
        facts = replace(one, as_of=AS_OF + timedelta(days=number))
        began = time.process_time()
        negotiate(facts, RULE, wish, ArraySearch)
        spent.append(time.process_time() - began)
    return spent


def _p99(seconds: list[float]) -> float:
    return 1000 * float(np.quantile(seconds, 0.99))


def offers_of(part: pd.DataFrame) -> tuple[int, int, float]:
    """How many offers a batch gets, how many of them exceed what is affordable, and its CPU seconds."""
    began = time.process_time()
    made = make_offers(part, AS_OF, RULE)
    spent = time.process_time() - began
    offers = broken = 0
    for purpose in PURPOSES:
        there = made[(purpose.value, "months")].to_numpy() > 0
        offers += int(there.sum())
        over = made[(purpose.value, "monthly_minor")].to_numpy() > part["affordable_minor"].to_numpy()
        broken += int((over & there).sum())
    return offers, broken, spent


def _portfolio(people: pd.DataFrame) -> list[Row]:
    began = time.perf_counter()
    found = list(Processes(_WORKERS).run(offers_of, _batches(people)))
    waited = time.perf_counter() - began
    offers, over = sum(one[0] for one in found), sum(one[1] for one in found)
    # On a machine that others use as well the clock says little: what each of the workers spent.
    seconds = sum(one[2] for one in found) / _WORKERS
    return [at_most(f"three offers of {len(people):,} debtors, CPU of each of {_WORKERS} processes", seconds, "s", 120,
                    "the bar of the design"),
            at_most(f"three offers of {len(people):,} debtors, wall with {_WORKERS} processes", waited, "s", 120,
                    "the bar of the design; a quiet machine"),
            none_of(f"of {offers:,} offers exceed what is affordable", over, "offers")]


def _batches(people: pd.DataFrame) -> list[pd.DataFrame]:
    return [people.iloc[first : first + _BATCH] for first in range(0, len(people), _BATCH)]


def judged(part: pd.DataFrame) -> tuple[int, int]:
    """How many offers a batch gets, and how many break a rule or show a figure that is not the one found here."""
    from tests.portfolio.offer_judge import broken

    found = [bool(broken(option, situation)) for _, situation, table in tables(part, AS_OF, RULE)
             for _, option in table.options]
    return len(found), sum(found)


def _judged(people: pd.DataFrame) -> Row:
    found = list(Processes(_WORKERS).run(judged, _batches(people)))
    offers, wrong = sum(one[0] for one in found), sum(one[1] for one in found)
    return none_of(f"offers to {len(people):,} debtors of every level that break a rule, by other code", wrong,
                   f"of {offers:,} offers")


def judged_shapes(part: pd.DataFrame) -> tuple[int, int]:
    """The same of a plan that starts lighter and one with lean months for everybody in a batch."""
    from tests.portfolio.shaped_walk import keeps_every_rule

    found = []
    for _, situation, table in tables(part, AS_OF, RULE):
        for wish in (Wish(step_up=True), Wish(lean_months=(1, 2, 8))):
            shaped = shaped_plan(replace(situation, wish=wish), table, partial(ArraySearch, feasible_only=True))
            if shaped is not None:
                found.append(keeps_every_rule(shaped.option, shaped.search.situation))
    return len(found), found.count(False)


def _judged_shapes(people: pd.DataFrame) -> Row:
    found = list(Processes(_WORKERS).run(judged_shapes, _batches(people)))
    plans, wrong = sum(one[0] for one in found), sum(one[1] for one in found)
    return none_of(f"plans with steps or lean months, for {len(people):,} debtors, that break a rule, by other code",
                   wrong, f"of {plans:,} plans")


def walked(seeds: list[int], kind: str) -> tuple[int, int]:
    """In how many of these random cases there are plans, and in how many of them a walk finds a better one."""
    from tests.portfolio.test_offers import compare
    from tests.portfolio.test_offers_shaped import compare_shapes
    from tests.portfolio.test_offers_wished import compare_wished

    comparing = {_LEVEL: compare, _SHAPES: compare_shapes, _WISHED: compare_wished}[kind]
    with_plans = differ = 0
    for seed in seeds:
        try:
            with_plans += comparing(seed) > 0
        except AssertionError:
            with_plans, differ = with_plans + 1, differ + 1
    return with_plans, differ


def _walk(cases: int, kind: str = _LEVEL) -> Row:
    """Walk random cases until so many of them had plans."""
    chance, walk = Random(20261122), partial(walked, kind=kind)
    with_plans = differ = 0
    while with_plans < cases:
        batches = [[chance.randrange(10**9) for _ in range(_WALKED_AT_ONCE)] for _ in range(2 * _WORKERS)]
        for plans, wrong in Processes(_WORKERS).run(walk, batches):
            with_plans, differ = with_plans + plans, differ + wrong
    return none_of(f"{kind} with plans, walked plan by plan, that hold a better plan", differ,
                   f"of {with_plans:,} spaces")
