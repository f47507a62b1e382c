"""A world: how plans break in it, what befalls people, and what is recovered. Not what the engine assumes.

The engine knows one constant chance a month by bucket and hardship. In a world people differ (frailty), lose
income for months, hold out at first, and lateness weighs otherwise. The rise with the payment's share of what
is left over has the same form as the engine's: that much the two share, and it is said in the report.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.delinquency import BUCKETS, DelinquencyBucket, bucket
from core.domain.offers.rule import OfferRule
from core.evaluation.streams import Stream, stream

Floats = NDArray[np.float64]

MONTHS = 60
"""How long everybody is followed."""
REFERENCE_STRAIN = 0.8
"""The published plans take about this share of what is left over each month."""
_HIGHEST = 0.95
_SHOCK_CHANCE = 0.012
_SHOCK_STAY = 0.75
"""A month's chance that an income falls away in part, and that it stays so for another month (four on average)."""
_SHOCK_LEFT = (0.15, 0.8)
"""What is left of what a month left over before."""
_LEAST_LEFT_MINOR = 1_00
"""Of a month that leaves nothing; payments then weigh a hundred times."""


@dataclass(frozen=True, slots=True)
class Published:
    """What is known of plans that were lived through: months and the share that had ended early by then."""

    source: str
    months: int
    """The length of the reference plan."""
    ended_by: tuple[tuple[int, float, float], ...]
    """(month, least, greatest) share that had broken by the end of that month."""


@dataclass(frozen=True, slots=True)
class World:
    """One world. ``scale``, ``holding_out`` and ``frailty`` are fitted to ``published`` by ``calibration``."""

    name: str
    published: Published
    scale: float = 0.01
    """Chance a month at the reference strain, of the average person one to two months late."""
    holding_out: float = 0.0
    """Months after which the early calm is mostly over (1 - 1/e); 0: no calm."""
    frailty: float = 0.8
    """Standard deviation of the logarithm of what each person brings to that chance."""
    elasticity: float = 1.1
    """How it rises with the payment's share of what the month leaves over."""
    lateness: float = 1.1
    """By how much every further month of lateness raises it."""
    hardship: float = 1.5
    recovery: float = 0.0
    """Added to the log-odds of what policy expects to recover where nothing is agreed."""


INSOLVENCY_SERVICE = Published("Individual voluntary arrangements, England and Wales (Insolvency Service)", 60,
                               ((12, 0.056, 0.056), (24, 0.144, 0.144), (60, 0.25, 0.33)))
DEBT_MANAGEMENT = Published("US debt-management plans", 48, ((48, 0.57, 0.62),))
IVA = World("iva", INSOLVENCY_SERVICE)
DMP = World("dmp", DEBT_MANAGEMENT, frailty=0.8, lateness=1.15, hardship=1.4, recovery=-0.3)
WORLDS = {world.name: world for world in (IVA, DMP)}


@dataclass(frozen=True, slots=True)
class Events:
    """What happens to each person in each month, whatever was agreed. ``[person, month]``."""

    chance: NDArray[np.float32]
    """A plan breaks in the month in which this falls below its chance of breaking."""
    left: NDArray[np.float32]
    """What is left over, as a share of what was before."""


def make_events(seed: int, part: int, people: int) -> Events:
    """The months of ``people`` debtors of one part of one seed."""
    draw = stream(seed, Stream.EVENTS, part)
    chance = draw.random((people, MONTHS), np.float32)
    begins, stays = draw.random((2, people, MONTHS), np.float32)
    severity = draw.uniform(*_SHOCK_LEFT, (people, MONTHS)).astype(np.float32)
    left, now = np.ones((people, MONTHS), np.float32), np.ones(people, np.float32)
    for month in range(MONTHS):
        over = (now < 1) & (stays[:, month] > _SHOCK_STAY)
        now = np.where(over, np.float32(1), now)
        now = np.where((now == 1) & (begins[:, month] < _SHOCK_CHANCE), severity[:, month], now)
        left[:, month] = now
    return Events(chance, left)


def tendency(people: pd.DataFrame, world: World, rule: OfferRule) -> Floats:
    """Each person's chance a month at the reference strain, with the calm over."""
    late = np.array([BUCKETS.index(one) for one in _buckets(people, rule)])
    frail = np.exp(world.frailty * people["frailty"].to_numpy() - world.frailty**2 / 2)
    hard = np.where(people["hardship"].to_numpy(), world.hardship, 1.0)
    return np.asarray(world.scale * world.lateness ** (late - 1.5) * hard * frail, np.float64)


def average_chance(people: pd.DataFrame, world: World, events: Events, rule: OfferRule) -> Floats:
    """Each person's chance a month at the reference strain, averaged over the months that are to befall them."""
    months = np.arange(1, MONTHS + 1)[None, :]
    eased = np.maximum(events.left, 1e-3) ** -world.elasticity * _calm(months, world)
    return np.asarray(tendency(people, world, rule) * np.minimum(eased, 100).mean(axis=1), np.float64)


def strain(payment: NDArray[Any], left_over: NDArray[Any], left: NDArray[Any]) -> Floats:
    """The payment's share of what the month leaves over (``left`` of the usual), of the reference share."""
    free = np.maximum(left_over * left, _LEAST_LEFT_MINOR)
    return np.asarray(payment / free / REFERENCE_STRAIN, np.float64)


def hazard(each: Floats, strained: Floats, month: int | NDArray[Any], world: World) -> Floats:
    """The chance of breaking in ``month`` (from 1)."""
    return np.asarray(np.minimum(each * _calm(month, world) * strained**world.elasticity, _HIGHEST), np.float64)


def _calm(month: int | NDArray[Any], world: World) -> Floats:
    """How much of the chance there is yet: people hold out at first."""
    months = np.asarray(month, np.float64)
    return 1 - np.exp(-months / world.holding_out) if world.holding_out else np.ones_like(months)


def recovered_share(people: pd.DataFrame, world: World, rule: OfferRule) -> Floats:
    """What the lender recovers of each person's balance when nothing is agreed, at its value then.

    Policy's figure by bucket moved by the world and the person: the frailer, the less.
    """
    expected = np.array([float(rule.value.recovery[one]) for one in _buckets(people, rule)])
    odds = np.log(expected / (1 - expected)) + world.recovery
    odds += 0.6 * people["luck"].to_numpy() - 0.3 * people["frailty"].to_numpy()
    return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


def with_elasticity(world: World, elasticity: float) -> World:
    """The same world where payments weigh otherwise; to be fitted anew."""
    return replace(world, elasticity=elasticity)


def _buckets(people: pd.DataFrame, rule: OfferRule) -> list[DelinquencyBucket]:
    return [bucket(int(days), rule.projection.delinquency) for days in people["days_past_due"]]
