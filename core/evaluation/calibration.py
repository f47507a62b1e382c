"""Worlds fitted to published outcomes: the reference plan, simulated, breaks as often as the published ones did.

The reference plan takes ``REFERENCE_STRAIN`` of what is left over from everybody who has something left over, for
as long as the published plans ran. People and months are of seeds no evaluation uses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.offers.rule import OfferRule
from core.evaluation.people import make_people
from core.evaluation.world import MONTHS, REFERENCE_STRAIN, Events, World, hazard, make_events, strain, tendency
from core.policy.book import Policy

SEED = 990_001
"""Far from any seed an evaluation uses."""
_STEPS = 40
_FRAILTIES = tuple(round(0.25 * step, 2) for step in range(11))
_LONGEST_CALM = 60.0
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Reference:
    """The people the reference plan is tried on and what befalls them."""

    people: pd.DataFrame
    events: Events
    rule: OfferRule


def make_reference(count: int, policy: Policy, rule: OfferRule) -> Reference:
    """``count`` people with something left over each month."""
    people = make_people(SEED, 0, 2 * count, policy)
    able = people[people["disposable_minor"] > 0].head(count).reset_index(drop=True)
    return Reference(able, make_events(SEED, 0, len(able)), rule)


def broken_by(world: World, reference: Reference) -> NDArray[np.float64]:
    """The expected share of reference plans broken by the end of each month, months from 1 to 60."""
    each = tendency(reference.people, world, reference.rule)[:, None]
    left_over = reference.people["disposable_minor"].to_numpy(np.float64)[:, None]
    strained = strain(REFERENCE_STRAIN * left_over, left_over, reference.events.left)
    chance = hazard(each, strained, np.arange(1, MONTHS + 1)[None, :], world)
    return np.asarray(1 - np.cumprod(1 - chance, axis=1).mean(axis=0), np.float64)


def fit(world: World, reference: Reference) -> World:
    """The world whose reference plan breaks as often as published.

    One published figure fixes the scale; with three, the early calm and how much people differ are fitted too:
    for every spread of frailty the scale and the calm that meet the first and the last figure, and of these the
    spread that comes nearest to the one between.
    """
    aims = {month: (least + most) / 2 for month, least, most in world.published.ended_by}
    last = max(aims)
    if len(aims) == 1:
        return _with_scale(world, reference, last, aims[last])
    first, between = sorted(aims)[:2]

    def candidate(frailty: float) -> World:
        def calm(months: float) -> World:
            return _with_scale(replace(world, frailty=frailty, holding_out=months), reference, last, aims[last])

        def too_early(months: float) -> bool:
            return bool(broken_by(calm(months), reference)[first - 1] > aims[first])

        return calm(_bisect(too_early, 0.01, _LONGEST_CALM, 14))

    found = [candidate(frailty) for frailty in _FRAILTIES]
    return min(found, key=lambda one: abs(float(broken_by(one, reference)[between - 1]) - aims[between])
               + abs(float(broken_by(one, reference)[first - 1]) - aims[first]))


def _with_scale(world: World, reference: Reference, month: int, aim: float) -> World:
    def too_few(scale: float) -> bool:
        return bool(broken_by(replace(world, scale=scale), reference)[month - 1] < aim)

    return replace(world, scale=_bisect(too_few, 0.0, 0.5, _STEPS))


def _bisect(is_low: Callable[[float], bool], low: float, high: float, steps: int) -> float:
    """Where ``is_low`` stops holding between ``low`` and ``high``."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if is_low(middle) else (low, middle)
        if high - low < _TOLERANCE * high:
            break
    return (low + high) / 2
