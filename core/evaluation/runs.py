"""A whole evaluation: worlds fitted, parts worked on, and everything the report says, as one document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.errors import InvalidInput
from core.evaluation.calibration import broken_by, fit, make_reference
from core.evaluation.honesty import Honesty
from core.evaluation.measures import (
    COMPARED,
    RATIOS,
    Resampled,
    factor_between,
    median_month,
    month_of,
    plain_ratio,
)
from core.evaluation.outcomes import MARKS
from core.evaluation.parts import BINS, METRICS, PART, Counted, Part, work_on
from core.evaluation.people import AS_OF, BYSTANDERS, describe
from core.evaluation.strategies import Strategy
from core.evaluation.world import WORLDS, World, with_elasticity
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.engines import Engine

Progress = Callable[[str, int, int], None]
ELASTICITIES = (0.5, 2.4)
"""Tried beside the world's own."""
REFERENCE = 1_500
"""People the worlds are fitted on."""
_REFITTED_PARTS = 10
"""Of the first seed, on which the engine is tried with another world's chances."""
_HONESTY = 10
"""Debtors of every part on whom honesty is tried."""
_CURVE = "paid_by_month"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: so many debtors in all, shared evenly among seeds ``1`` to ``seeds``."""

    debtors: int = 100_000
    seeds: int = 5
    worlds: tuple[str, ...] = tuple(WORLDS)
    stress: bool = True
    """Also other elasticities, and the engine fitted on one world and tried in the other."""

    def __post_init__(self) -> None:
        if self.debtors < self.seeds or self.seeds < 1:
            raise InvalidInput("debtors_too_few", "at least one seed, and a debtor for each", field="debtors")
        unknown = [name for name in self.worlds if name not in WORLDS]
        if unknown or not self.worlds:
            raise InvalidInput("world_unknown", f"the worlds are {', '.join(WORLDS)}", field="world")


def evaluate(plan: Plan, engine: Engine, progress: Progress) -> dict[str, Any]:
    """Everything, the same for the same plan and policy. ``progress`` gets a stage, what is done and what there is."""
    policy = PolicyBook.load().on(AS_OF)
    rule = offer_rule(policy)
    reference = make_reference(REFERENCE, policy, rule)
    fitted = [fit(WORLDS[name], reference) for name in plan.worlds]
    stressed = [fit(with_elasticity(world, one), reference) for world in fitted for one in ELASTICITIES
                ] if plan.stress else []
    parts = _parts(plan, (*fitted, *stressed))
    found = _work(engine, parts, progress, "negotiate")
    sums = np.concatenate([one.sums for one in found], axis=2)
    people = pd.concat([one.people for one in found], ignore_index=True)
    honesty = [one.honesty for one in found if one.honesty is not None]
    document: dict[str, Any] = {
        "as_of": AS_OF.isoformat(), "policy_version": policy.version, "debtors": plan.debtors, "seeds": plan.seeds,
        "population": {name: round(value, 4) for name, value in describe(people).items()},
        "worlds": {world.name: _world(world, broken_by(world, reference)) for world in fitted},
        "results": {}, "differences": {}, "dates": {}, "shown_chances": {}}
    for number, world in enumerate(fitted):
        _add_world(document, world.name, number, found, sums[number])
    if plan.stress:
        document["elasticity"] = _elasticities(sums, (*fitted, *stressed))
        document["refitted"] = _refitted(fitted, found, engine, progress)
    document["honesty"] = asdict(reduce(Honesty.plus, honesty))
    document["groups"] = _groups(people)
    return document


def _parts(plan: Plan, worlds: tuple[World, ...]) -> list[Part]:
    shares = [plan.debtors // plan.seeds + (seed < plan.debtors % plan.seeds) for seed in range(plan.seeds)]
    return [Part(seed, number, min(PART, share - number * PART), worlds, honesty=_HONESTY)
            for seed, share in enumerate(shares, start=1) for number in range(-(-share // PART))]


def _work(engine: Engine, parts: Sequence[Part], progress: Progress, stage: str) -> list[Counted]:
    found: list[Counted] = []
    progress(stage, 0, len(parts))
    for counted in engine.run(work_on, parts):
        found.append(counted)
        progress(stage, len(found), len(parts))
    return sorted(found, key=lambda one: (one.part.seed, one.part.number))


def _world(world: World, broken: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "source": world.published.source, "months": world.published.months,
        "scale": round(world.scale, 6), "holding_out": round(world.holding_out, 3), "frailty": world.frailty,
        "elasticity": world.elasticity, "lateness": world.lateness, "hardship": world.hardship,
        "recovery": world.recovery,
        "published": [{"month": month, "least": least, "most": most, "fitted": round(float(broken[month - 1]), 4)}
                      for month, least, most in world.published.ended_by],
        "broken_by_month": [round(float(one), 4) for one in broken]}


def _add_world(document: dict[str, Any], name: str, number: int, found: list[Counted],
               sums: NDArray[np.float64]) -> None:
    """Results of one world: every figure, differences against the portal, dates, and the chances shown."""
    resampled = Resampled(sums)
    seeds = sorted({one.part.seed for one in found})
    by_seed = [sum(one.sums[number].sum(axis=1) for one in found if one.part.seed == seed) for seed in seeds]
    strategies = list(enumerate(Strategy))
    document["results"][name] = {
        strategy.value: {ratio: resampled.ratio(row, ratio).as_dict()
                         | {"seeds": [round(plain_ratio(one[row], ratio), 5) for one in by_seed]} for ratio in RATIOS}
        for row, strategy in strategies}
    document["differences"][name] = {
        strategy.value: {ratio: resampled.difference(0, row, ratio).as_dict() for ratio in COMPARED}
        for row, strategy in strategies if row}
    document["dates"][name] = _dates(found, number, float(sums[0, :, METRICS.index("balance")].sum()))
    document["shown_chances"][name] = _shown(sum(one.shown[number] for one in found))


def _dates(found: list[Counted], number: int, balance: float) -> dict[str, Any]:
    paid = np.sum([one.paid_by_month[number] for one in found], axis=0)
    reached = np.sum([one.reached[number] for one in found], axis=0)
    return {strategy.value: {
        **{f"portfolio_{round(100 * mark)}": month_of(paid[row], balance, mark) for mark in MARKS},
        **{f"median_{round(100 * mark)}": median_month(reached[row, place]) for place, mark in enumerate(MARKS)},
        _CURVE: [round(float(one), 4) for one in np.cumsum(paid[row]) / balance]}
        for row, strategy in enumerate(Strategy)}


def _shown(shown: NDArray[np.float64]) -> list[dict[str, float]]:
    """By bins of the chance shown: how many deals, the mean chance, and the share that was completed."""
    return [{"least": round(place / BINS, 2), "deals": int(count), "shown": round(chances / count, 4),
             "completed": round(kept / count, 4)}
            for place, (count, chances, kept) in enumerate(shown.T.tolist()) if count]


def _elasticities(sums: NDArray[np.float64], worlds: Sequence[World]) -> list[dict[str, Any]]:
    found = []
    for number, world in enumerate(worlds):
        resampled = Resampled(sums[number])
        for row, strategy in enumerate(Strategy):
            found.append({"world": world.name, "elasticity": world.elasticity, "strategy": strategy.value,
                          **{ratio: round(resampled.ratio(row, ratio).value, 5) for ratio in COMPARED},
                          "against": {ratio: resampled.difference(0, row, ratio).as_dict() for ratio in COMPARED}})
    return found


def _refitted(worlds: list[World], found: list[Counted], engine: Engine, progress: Progress
              ) -> list[dict[str, Any]]:
    """The engine's chances scaled to what one world showed, then tried in all of them, on people of the first seed."""
    first = [one for one in found if one.part.seed == 1][:_REFITTED_PARTS]
    rows = [_refitted_row("policy", 1.0, worlds, first)]
    for number, world in enumerate(worlds):
        factor = factor_between(np.sum([one.shown[number] for one in found], axis=0))
        parts = [replace(one.part, worlds=tuple(worlds), hazard_factor=factor, portal_only=True, honesty=0)
                 for one in first]
        rows.append(_refitted_row(world.name, factor, worlds, _work(engine, parts, progress, f"fit on {world.name}")))
    return rows


def _refitted_row(fitted_on: str, factor: float, worlds: list[World], found: list[Counted]) -> dict[str, Any]:
    lived = {}
    for number, world in enumerate(worlds):
        resampled = Resampled(np.concatenate([one.sums[number] for one in found], axis=1))
        lived[world.name] = {ratio: resampled.ratio(0, ratio).as_dict() for ratio in (*COMPARED, "shown_chance")}
    return {"fitted_on": fitted_on, "factor": round(factor, 3), "worlds": lived}


def _groups(people: pd.DataFrame) -> list[dict[str, Any]]:
    """What the portal did by what it did not know."""
    found = []
    for name in BYSTANDERS:
        for group, rows in people.groupby(name):
            deals = rows[rows["agreed"]]
            found.append({"by": name, "group": int(str(group)), "debtors": len(rows),
                          "agreement": round(float(rows["agreed"].mean()), 4),
                          "able": round(float((rows["affordable_minor"] >= 100_00).mean()), 4),
                          "waived": round(float(deals["waived"].sum() / max(deals["balance_minor"].sum(), 1)), 5),
                          "completion": round(float(deals["completion"].mean()), 4)})
    return found
