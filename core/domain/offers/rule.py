"""Every number a negotiation uses; all of them are policy (``negotiation.*``, ``p70.*``, ``authority.*``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.authority import AuthorityRule
from core.domain.delinquency import DelinquencyBucket
from core.domain.money import Rounding, share_minor
from core.domain.projection_model import ProjectionRule
from core.domain.request_checks import TermLimits


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


@dataclass(frozen=True, slots=True)
class WaiverRule:
    """What each level may give up."""

    late_fee_ratio: Mapping[Authority, Decimal]
    late_fee_amount_minor: Mapping[Authority, int]
    """A level without an entry has no limit in fen."""
    interest_ratio: Mapping[Authority, Decimal]
    principal_level: Authority
    principal_from_days: int
    """Days past due from which principal may be given up at all: normally after write-off."""

    def late_fee_minor(self, level: Authority, fees_minor: int) -> int:
        """The most of the late fees ``level`` may waive, cut down to a fen."""
        share = share_minor(fees_minor, self.late_fee_ratio[level], Rounding.DOWN)
        return min(share, self.late_fee_amount_minor.get(level, share))

    def interest_minor(self, level: Authority, interest_minor: int) -> int:
        """The most of past interest ``level`` may waive, cut down to a fen."""
        return share_minor(interest_minor, self.interest_ratio[level], Rounding.DOWN)

    def principal_minor(self, level: Authority, principal_minor: int, days_past_due: int) -> int:
        """The most of the principal ``level`` may waive."""
        allowed = level.covers(self.principal_level) and days_past_due >= self.principal_from_days
        return principal_minor if allowed else 0


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
    """Settlement, extension, token payment, pause."""

    settlement: bool
    settlement_days: int
    """Days until a settlement must be paid."""
    extension_days: int
    """The extension offered."""
    extension_until_days_past_due: int
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
    waivers: WaiverRule
    value: ValueRule
    many: ManyRule
    others: OtherKindsRule
    projection: ProjectionRule
