"""Every number a negotiation uses; all of them are policy (``negotiation.*``, ``p70.*``, ``authority.*``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.authority import AuthorityRule
from core.domain.delinquency import DelinquencyBucket
from core.domain.projection_model import ProjectionRule
from core.domain.request_checks import TermLimits
from core.domain.waivers import WaiverRule


@dataclass(frozen=True, slots=True)
class GridRule:
    """The steps of the plan space; what a step exceeds of a limit is cut off, never bent."""

    annual_rates: tuple[Decimal, ...]
    """Yearly rates during a plan, from least; none above the contract rate."""
    interest_free_months: int
    late_fee_shares: tuple[Decimal, ...]
    """Shares of the late fees that may be waived, from least."""
    interest_shares: tuple[Decimal, ...]
    """Shares of past interest that may be waived, from least."""
    start_months: int
    """On how many of the next due days a plan may start."""
    step_sizes: tuple[Decimal, ...]
    """By what shares of the first instalment a plan may rise at each step, from least."""
    step_months: tuple[int, ...]
    """After how many months each."""
    most_steps: int
    recovering_reasons: tuple[str, ...]
    """Causes of hardship after which an income usually recovers: they suggest a plan that starts lighter."""
    lean_shares: tuple[Decimal, ...]
    """What share of an ordinary instalment a lean month may pay, from least."""


@dataclass(frozen=True, slots=True)
class ValueRule:
    """The model of what a plan is worth: estimates until the lender's own outcomes replace them."""

    monthly_hazard: Mapping[DelinquencyBucket, Decimal]
    """Chance per month that a plan breaks whose payment is ``reference_share`` of disposable income."""
    reference_share: Decimal
    elasticity: Decimal
    """How steeply the hazard rises with the payment's share of disposable income."""
    hardship_factor: Decimal
    highest_hazard: Decimal
    completion_floor: Decimal
    recovery: Mapping[DelinquencyBucket, Decimal]
    """What the lender recovers of a balance about which nothing is agreed, at today's value."""
    cost_of_funds: Decimal
    """Per year."""
    debtor_discount: Decimal
    """Per year: how much less a yuan paid in a year weighs for the debtor."""
    buffer_share: Decimal
    buffer_floor_minor: int
    buffer_weight: Decimal
    """How much a yuan missing from the buffer weighs beside a yuan paid."""
    horizon_months: int
    """How far doing nothing is looked at when it is weighed against a plan."""


@dataclass(frozen=True, slots=True)
class ManyRule:
    """How offers are told apart and counter-offers answered."""

    least_difference: Decimal
    """Two offers differ if their payments differ by this share of the larger …"""
    least_difference_months: int
    """… or their lengths by so many months."""
    tolerance: Decimal
    """Share of the lender's best gain it gives up to say yes to what was asked."""
    rounds: int
    """After so many unanswered counter-offers a person takes over."""


@dataclass(frozen=True, slots=True)
class OtherKindsRule:
    """Settlement, extension, promise to pay, token payment, pause."""

    settlement: bool
    settlement_days: int
    """Days until a settlement must be paid."""
    extension_days: int
    """The extension offered."""
    extension_until_days_past_due: int
    promise_days: Mapping[Authority, int]
    """Days within which a promised payment is made, by the level that takes it."""
    promise_until_days_past_due: int
    token_minor: int
    """The least token payment per month."""
    token_months: int
    pause_months: int
    """The longest pause."""
    rate: Decimal
    """The yearly rate during token payments and a pause."""


@dataclass(frozen=True, slots=True)
class OfferRule:
    """Everything together."""

    grid: GridRule
    limits: TermLimits
    authority: AuthorityRule
    value: ValueRule
    many: ManyRule
    others: OtherKindsRule
    projection: ProjectionRule

    @property
    def waivers(self) -> WaiverRule:
        """What each level may give up: the same rule a review decides by."""
        return self.authority.waivers
