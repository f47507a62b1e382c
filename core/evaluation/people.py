"""Synthetic debtors: facts a portal would know, and private traits nobody negotiating with them sees.

Shapes follow the 6,818 late accounts of the public file "Default of Credit Card Clients" (UCI, doi
10.24432/C55S3H), whose months late and bills are summed up in ``MARGINALS``; no account is copied. Incomes and
spending are this product's assumptions, and what they leave over is worked out by ``core.domain.affordability``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.affordability import AffordabilityRule, assess
from core.domain.household import Household, Income, Spending, SpendingKind
from core.evaluation.streams import Stream, stream
from core.policy.book import Policy
from core.policy.rules.plan import affordability_rule, living_cost_floor
from core.policy.rules.requests import term_limits

Floats = NDArray[np.float64]

AS_OF = date(2026, 11, 22)
"""The day every negotiation is held on, and whose policy is in force."""
BYSTANDERS = ("sex", "age_band", "manner")
"""What must not matter."""
_DAYS_PER_MONTH = 30
_CITIES = ("Shanghai", "Beijing")


@dataclass(frozen=True, slots=True)
class Marginal:
    """Accounts so many months late in the file: how many, and the median of their bills in NT dollars."""

    months_late: int
    accounts: int
    median_bill: int


MARGINALS = (Marginal(1, 3_688, 26_187), Marginal(2, 2_667, 41_631), Marginal(3, 322, 18_355), Marginal(4, 76, 32_520),
             Marginal(5, 26, 32_520), Marginal(6, 11, 32_520), Marginal(7, 28, 32_520))
"""Late accounts of September 2005; medians of the bills above zero, from four months on taken together."""
BILL_SPREAD = 1.09
"""Standard deviation of the logarithm of those bills, nearly the same one and two months late."""
YUAN_PER_BILL = 0.66
"""0.22 yuan to the NT dollar (as ``portal import`` defaults to), and threefold for two decades of nominal growth
(this product's assumption)."""
INCOME_MEDIAN, INCOME_SPREAD = 12_500.0, 0.45
"""Net yuan a month of one earner; an assumption."""


def make_people(seed: int, part: int, count: int, policy: Policy) -> pd.DataFrame:
    """``count`` debtors whose balance exceeds their ability (the portal's own check).

    ``seed`` and ``part`` make them: a population is made in parts, so that parts can be made side by side.
    """
    floors = [living_cost_floor(policy, city) for city in _CITIES]
    rule, limits = affordability_rule(policy), term_limits(policy)
    parts: list[pd.DataFrame] = []
    found, chance = 0, stream(seed, Stream.PEOPLE, part)
    while found < count:
        drawn = _draw(chance, count, floors, rule)
        owed = drawn["principal_minor"] + drawn["interest_minor"] + drawn["fees_minor"]
        parts.append(drawn[owed > drawn["affordable_minor"] * limits.exceeds_ability_months])
        found += len(parts[-1])
    people = pd.concat(parts, ignore_index=True).head(count)
    return people.assign(balance_minor=people["principal_minor"] + people["interest_minor"] + people["fees_minor"],
                         **_private(stream(seed, Stream.PRIVATE, part), people["disposable_minor"].to_numpy()))


def _draw(chance: np.random.Generator, count: int, floors: list[int], rule: AffordabilityRule) -> pd.DataFrame:
    months, size = _months_late(chance, count), chance.normal(size=count)
    medians = np.array([one.median_bill for one in MARGINALS])[months - 1] * YUAN_PER_BILL
    balance = np.clip(medians * np.exp(BILL_SPREAD * size), 1_000, 500_000)
    # A month's interest is about 1.5 % of what is owed, a late fee about 0.5 %: see policy, section A.
    interest = balance * 0.015 * (months + 1) * chance.uniform(0.7, 1.3, count)
    fees = balance * 0.005 * months * chance.uniform(0.5, 1.5, count)
    days = np.where(months < 7, (months - 1) * _DAYS_PER_MONTH + chance.integers(1, 31, count),
                    chance.integers(181, 361, count))
    bystander = _bystanders(chance, count)
    budgets = _budgets(chance, size, bystander["age_band"], floors, rule)
    return pd.DataFrame({"principal_minor": _fen(balance - interest - fees), "interest_minor": _fen(interest),
                         "fees_minor": _fen(fees), "days_past_due": days} | budgets | bystander)


def _months_late(chance: np.random.Generator, count: int) -> NDArray[np.int64]:
    # The root of the file's counts: accounts many months late are few in it, and all the more in need.
    weights = np.sqrt([one.accounts for one in MARGINALS])
    return chance.choice(len(MARGINALS), count, p=weights / weights.sum()) + 1


def _bystanders(chance: np.random.Generator, count: int) -> dict[str, NDArray[np.int64]]:
    """What must not matter. Age moves incomes in this population; sex and manner move nothing."""
    return {"sex": chance.integers(0, 2, count), "age_band": chance.integers(0, 4, count),
            "manner": chance.integers(0, 3, count)}


def _budgets(chance: np.random.Generator, size: Floats, age_band: NDArray[np.int64], floors: list[int],
             rule: AffordabilityRule) -> dict[str, NDArray[np.int64] | NDArray[np.bool_]]:
    """Households by ``assess``; the larger the debt, the larger the income, loosely (correlation 0.3)."""
    count = len(size)
    income = INCOME_MEDIAN * np.exp(INCOME_SPREAD * (0.3 * size + np.sqrt(1 - 0.09) * chance.normal(size=count)))
    income *= np.array([0.85, 1.05, 1.1, 0.95])[age_band]
    hardship = chance.random(count) < 0.3
    income *= np.where(hardship, chance.uniform(0.6, 0.9, count), 1.0)
    persons = chance.choice((1, 2, 3, 4), count, p=(0.35, 0.25, 0.25, 0.15))
    second = np.where((persons > 1) & (chance.random(count) < 0.6), chance.uniform(0.3, 0.9, count), 0.0)
    city = chance.integers(0, len(floors), count)
    shares = {SpendingKind.HOUSING: chance.uniform(0.08, 0.3, count), SpendingKind.UTILITIES: chance.uniform(
        0.01, 0.04, count), SpendingKind.WORK_TRAVEL: chance.uniform(0.01, 0.05, count),
        SpendingKind.LEISURE: chance.uniform(0, 0.08, count)}
    living = np.exp(chance.normal(0.0, 0.2, count))
    others = np.where(chance.random(count) < 0.5, chance.uniform(0.03, 0.2, count), 0.0)
    variable = chance.random(count) < 0.2
    columns = np.zeros((count, 3), np.int64)
    for row in range(count):
        earned = int(income[row] * (1 + second[row]) * 100)
        floor = floors[city[row]]
        spending = [Spending(kind, int(share[row] * earned)) for kind, share in shares.items()]
        spending.append(Spending(SpendingKind.FOOD, int(floor * persons[row] * living[row])))
        assessed = assess(Household(int(persons[row]), floor, [Income("wages", earned)], spending,
                                    int(others[row] * earned), bool(variable[row])), rule)
        columns[row] = assessed.affordable_minor, assessed.ceiling_minor, assessed.disposable_minor
    ceiling = np.maximum(columns[:, 1], columns[:, 0])
    return {"affordable_minor": columns[:, 0], "ceiling_minor": ceiling, "disposable_minor": columns[:, 2],
            "hardship": hardship}


def _private(chance: np.random.Generator, disposable: NDArray[np.int64]) -> dict[str, Floats]:
    """What only the debtor knows, or nobody.

    ``limit_minor``: the most they will pay a month; ``impatience``: their own discount a year; ``resistance``:
    what they would pay at most to be out of it, of what they expect to owe after a year; ``frailty`` and
    ``luck``: standard normals a world turns into a tendency to break off and into what is recovered.
    """
    count = len(disposable)
    return {"limit_minor": np.maximum(disposable, 0) * (0.1 + 0.85 * chance.beta(3, 3.5, count)),
            "impatience": 0.15 * np.exp(0.6 * chance.normal(size=count)),
            "resistance": 0.92 * np.exp(0.2 * chance.normal(size=count)),
            "frailty": chance.normal(size=count), "luck": chance.normal(size=count)}


def _fen(yuan: Floats) -> NDArray[np.int64]:
    return np.round(yuan * 100).astype(np.int64)


def describe(people: pd.DataFrame) -> dict[str, float]:
    """The population in a few figures; yuan."""
    balance, disposable = people["balance_minor"] / 100, people["disposable_minor"] / 100
    nothing_left = people["affordable_minor"] < 100_00
    return {"debtors": float(len(people)), "balance_median": float(balance.median()),
            "balance_lower_quartile": float(balance.quantile(0.25)),
            "balance_upper_quartile": float(balance.quantile(0.75)), "disposable_median": float(disposable.median()),
            "nothing_left_share": float(nothing_left.mean()), "hardship_share": float(people["hardship"].mean()),
            "hardship_and_nothing_left_share": float((nothing_left & people["hardship"]).mean()),
            **{f"months_late_{one.months_late}_share": float(
                (np.minimum((people["days_past_due"] - 1) // _DAYS_PER_MONTH + 1, 7) == one.months_late).mean())
                for one in MARGINALS}}

