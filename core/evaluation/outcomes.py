"""What becomes of deals in a world, month by month; every strategy meets the same months.

Paid is what the plan asks until it breaks or ends. What breaks leaves a debt of which the lender recovers what it
recovers when nothing is agreed, and which grows for the debtor as it does then. Waived stays waived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.offers.rule import OfferRule
from core.evaluation.strategies import COLUMN
from core.evaluation.valuing import WAIT_DAYS
from core.evaluation.world import MONTHS, Events, World, hazard, recovered_share, strain, tendency

Floats = NDArray[np.float64]
_YEAR_MONTHS, _YEAR_DAYS = 12, 365
MARKS = (0.25, 0.5, 1.0)
"""Shares of what is owed whose day of recovery is noted."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happened, ``[strategy, person]``; fen and months. Values are today's, over doing nothing."""

    completed: NDArray[np.bool_]
    lender_gain: Floats
    """In cash."""
    lender_counted: Floats
    """The same where no deal counts for more than what is owed today (as the engine counts it)."""
    debtor_gain: Floats
    received: Floats
    """Paid and recovered, not discounted."""
    months_short: Floats
    """Months in which a payment took money from the buffer."""
    months_in_arrears: Floats
    """Months after a break, or all of them without a deal, of ``MONTHS``."""
    reached: NDArray[np.int64]
    """``[strategy, person, mark]``: the month in which payments reached the mark, 0 if never."""
    paid_by_month: Floats
    """``[strategy, month]``: what deals brought in, all people together."""


@dataclass(slots=True)
class _Running:
    """The months so far, ``[strategy, person]``."""

    alive: NDArray[np.bool_]
    still_open: Floats
    received: Floats
    lender: Floats
    cost: Floats
    short: Floats
    arrears: Floats
    reached: NDArray[np.int64]
    paid_by_month: Floats


@dataclass(frozen=True, slots=True)
class _Terms:
    """What does not change from month to month; people across, strategies down."""

    months: Floats
    payment: Floats
    rate: Floats
    free: Floats
    balance: Floats
    left_over: Floats
    buffer: Floats
    each: Floats
    recovered: Floats
    growth: Floats
    lender_month: float
    debtor_month: float
    lender_wait: float
    debtor_wait: float
    buffer_weight: float


def live_through(deals: NDArray[np.float64], people: pd.DataFrame, owed_later: NDArray[np.int64], world: World,
                 events: Events, rule: OfferRule) -> Outcomes:
    """What becomes of ``deals`` (``[strategy, person, field]``).

    ``owed_later``: today's value of what doing nothing leaves each debtor owing (``StatusQuo.debtor_cost_minor``).
    """
    terms = _terms(deals, people, owed_later, world, rule)
    agreed = terms.months > 0
    now = _begin(deals, agreed)
    for month in range(1, MONTHS + 1):
        _live(month, now, terms, world, events)
    completed = agreed & now.alive
    nothing = terms.recovered * terms.balance
    lender = np.where(agreed, now.lender, nothing)
    saved = np.where(agreed, owed_later - now.cost, 0.0)
    return Outcomes(completed, lender - nothing, np.minimum(lender, terms.balance) - nothing, saved,
                    np.where(agreed, now.received, nothing), now.short, np.where(agreed, now.arrears, float(MONTHS)),
                    now.reached, now.paid_by_month)


def _terms(deals: NDArray[np.float64], people: pd.DataFrame, owed_later: NDArray[np.int64], world: World,
           rule: OfferRule) -> _Terms:
    value, months = rule.value, deals[:, :, COLUMN["months"]]
    left_over, balance = (people[name].to_numpy(np.float64) for name in ("disposable_minor", "balance_minor"))
    buffer = np.maximum(np.floor(float(value.buffer_share) * np.maximum(left_over, 0)), value.buffer_floor_minor)
    funds, debtor = float(value.cost_of_funds), float(value.debtor_discount)
    return _Terms(
        months=months, payment=deals[:, :, COLUMN["total_minor"]] / np.maximum(months, 1),
        rate=deals[:, :, COLUMN["rate"]] / _YEAR_MONTHS, free=deals[:, :, COLUMN["interest_free_months"]],
        balance=balance, left_over=left_over, buffer=buffer, each=tendency(people, world, rule),
        recovered=recovered_share(people, world, rule), growth=owed_later / balance,
        lender_month=1 / (1 + funds / _YEAR_MONTHS), debtor_month=1 / (1 + debtor / _YEAR_MONTHS),
        lender_wait=1 / (1 + funds * WAIT_DAYS / _YEAR_DAYS), debtor_wait=1 / (1 + debtor * WAIT_DAYS / _YEAR_DAYS),
        buffer_weight=float(value.buffer_weight))


def _begin(deals: NDArray[np.float64], agreed: NDArray[np.bool_]) -> _Running:
    shape = agreed.shape
    return _Running(agreed.copy(), deals[:, :, COLUMN["financed_minor"]].copy(), np.zeros(shape), np.zeros(shape),
                    np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros((*shape, len(MARKS)), np.int64),
                    np.zeros((shape[0], MONTHS)))


def _live(month: int, now: _Running, terms: _Terms, world: World, events: Events) -> None:
    """One month: some plans break before their payment, the others are paid."""
    left = events.left[:, month - 1]
    running = now.alive & (month <= terms.months)
    chance = hazard(terms.each, strain(terms.payment, terms.left_over, left), month, world)
    breaks = running & (events.chance[:, month - 1] < chance)
    pays = running & ~breaks
    lender = terms.lender_wait * terms.lender_month ** (month - 1)
    debtor = terms.debtor_wait * terms.debtor_month ** (month - 1)
    recovered = np.where(breaks, terms.recovered * now.still_open, 0.0)
    paid = np.where(pays, terms.payment, 0.0)
    missing = np.clip(terms.buffer - (terms.left_over * left - paid), 0.0, paid)
    now.lender += lender * (paid + recovered)
    now.received += paid + recovered
    now.paid_by_month[:, month - 1] = paid.sum(axis=1)
    now.cost += debtor * (paid + terms.buffer_weight * missing + np.where(breaks, terms.growth * now.still_open, 0.0))
    now.short += missing > 0
    now.alive &= ~breaks
    now.arrears += (terms.months > 0) & ~now.alive
    interest = np.where(month > terms.free, terms.rate, 0.0) * now.still_open
    now.still_open = np.where(pays, np.maximum(now.still_open + interest - paid, 0.0), now.still_open)
    _note_marks(month, now, terms, pays)


def _note_marks(month: int, now: _Running, terms: _Terms, pays: NDArray[np.bool_]) -> None:
    """A mark is a share of what was owed on the first day; the last is reached with the last instalment."""
    for number, mark in enumerate(MARKS):
        there = (month == terms.months) if mark == 1 else (now.received >= mark * terms.balance)
        reached = now.reached[:, :, number]
        reached[pays & there & (reached == 0)] = month
