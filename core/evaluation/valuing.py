"""What many plans of one debtor are worth: by the engine's model, in private, and to somebody who knows everything.

The engine's model is written out once more here and not imported, so that it checks what it repeats
(``tests/evaluation`` compares both).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.model import Facts
from core.domain.offers.rule import OfferRule
from core.domain.offers.value import StatusQuo, base_hazard, bucket_of, buffer_minor

Floats = NDArray[np.float64]
Numbers = NDArray[Any]

WAIT_DAYS = 30
"""Until the first payment: the next due day, a month from today."""
_YEAR_DAYS, _YEAR_MONTHS = 365, 12


@dataclass(frozen=True, slots=True)
class PlanColumns:
    """Plans of one debtor, one entry each; fen, rates a year as fractions."""

    months: Numbers
    monthly_minor: Numbers
    """The dearest instalment."""
    total_minor: Numbers
    financed_minor: Numbers
    rate: Numbers
    interest_free_months: Numbers
    late_fee_waived_minor: Numbers
    interest_waived_minor: Numbers

    def __len__(self) -> int:
        return len(self.months)

    @property
    def payment(self) -> Floats:
        """What is paid a month on average."""
        return np.asarray(self.total_minor / self.months, np.float64)


@dataclass(frozen=True, slots=True)
class Values:
    """To the lender (uncapped) and the debtor, in fen of today, and the chance that a plan is kept."""

    lender: Floats
    debtor: Floats
    kept: Floats


@dataclass(frozen=True, slots=True)
class Private:
    """What only the debtor knows; see ``core.evaluation.people``. ``expected_minor``: what they would owe in a year."""

    limit_minor: float
    impatience: float
    resistance: float
    expected_minor: int

    def cost(self, plans: PlanColumns) -> Floats:
        """What the payments weigh today, by their own impatience."""
        wait, month = _discounts(self.impatience)
        return plans.payment * wait * _series(np.full(len(plans), month), plans.months)

    def worth_avoiding(self) -> float:
        """What it would cost them at most to be out of it."""
        return self.resistance * self.expected_minor / (1 + self.impatience)

    def accepts(self, plans: PlanColumns) -> NDArray[np.bool_]:
        """Whether they say yes: within what they will pay a month, and better than waiting to be made to pay."""
        return np.asarray((plans.monthly_minor <= self.limit_minor) & (self.cost(plans) <= self.worth_avoiding()))


@dataclass(frozen=True, slots=True)
class Truth:
    """What a world has in store for one debtor: the chance a month at the reference strain, averaged over what
    befalls them, how it rises, and what is recovered of a broken plan."""

    chance: float
    elasticity: float
    recovered: float


def model_values(plans: PlanColumns, facts: Facts, rule: OfferRule) -> Values:
    """By the engine's model (``core.domain.offers.value.plan_values``), but for the lender's cap."""
    value = rule.value
    truth = Truth(float(base_hazard(facts, rule)), float(value.elasticity),
                  float(value.recovery[bucket_of(facts, rule)]))
    lender, kept, _ = _lender(plans, facts, truth, rule)
    return Values(lender, _debtor(plans, facts, rule), kept)


def true_values(plans: PlanColumns, facts: Facts, truth: Truth, nothing: StatusQuo, rule: OfferRule) -> Values:
    """In expectation, to somebody who knows ``truth``: what breaks leaves a debt that grows as it does now."""
    lender, kept, open_at_break = _lender(plans, facts, truth, rule)
    paid = _debtor(plans, facts, rule) * _still_paying(plans, facts, truth, rule)
    return Values(lender, paid + open_at_break * nothing.debtor_cost_minor / facts.balance_minor, kept)


def _chances(plans: PlanColumns, facts: Facts, truth: Truth, rule: OfferRule) -> Floats:
    reference, highest = float(rule.value.reference_share), float(rule.value.highest_hazard)
    if facts.disposable_minor <= 0:
        return np.full(len(plans), highest)
    strain = plans.payment / (facts.disposable_minor * reference)
    return np.asarray(np.minimum(truth.chance * strain**truth.elasticity, highest), np.float64)


def _lender(plans: PlanColumns, facts: Facts, truth: Truth, rule: OfferRule) -> tuple[Floats, Floats, Floats]:
    """Value, chance of being kept, and what is still open when it breaks at today's value, in expectation."""
    months, chance = plans.months, _chances(plans, facts, truth, rule)
    wait, discount = _discounts(float(rule.value.cost_of_funds))
    step = (1 - chance) * discount
    paid = _series(step, months)
    open_parts = (months - step * paid) / (months * (1 - step))
    at_break = wait * plans.financed_minor * chance * open_parts
    return (wait * plans.payment * (1 - chance) * paid + truth.recovered * at_break, (1 - chance) ** months, at_break)


def _debtor(plans: PlanColumns, facts: Facts, rule: OfferRule) -> Floats:
    value, payment = rule.value, plans.payment
    wait, discount = _discounts(float(value.debtor_discount))
    missing = np.maximum(0, buffer_minor(facts, value) - (facts.disposable_minor - payment))
    burden = payment + float(value.buffer_weight) * missing
    return np.asarray(burden * wait * _series(np.full(len(plans), discount), plans.months), np.float64)


def _still_paying(plans: PlanColumns, facts: Facts, truth: Truth, rule: OfferRule) -> Floats:
    """The part of the payments' value that is reached."""
    chance = _chances(plans, facts, truth, rule)
    _, discount = _discounts(float(rule.value.debtor_discount))
    certain = _series(np.full(len(plans), discount), plans.months)
    return (1 - chance) * _series((1 - chance) * discount, plans.months) / certain


def _series(step: Floats, months: Numbers) -> Floats:
    return np.asarray((1 - step**months) / np.where(step == 1, 1.0, 1 - step) + np.where(step == 1, months, 0.0))


def _discounts(annual_rate: float) -> tuple[float, float]:
    """Of the days before the first payment, and of a month."""
    return 1 / (1 + annual_rate * WAIT_DAYS / _YEAR_DAYS), 1 / (1 + annual_rate / _YEAR_MONTHS)
