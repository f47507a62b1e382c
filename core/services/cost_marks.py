"""What a court or a regulator would look at when charges grow: information with its source, never a promise.

Two marks of the policy: ``cost.court_soft_cap`` (above this all-in yearly rate courts tend to reduce, when asked)
and ``cost.interest_vs_principal`` (interest and fees together above the principal).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.domain.money import round_minor
from core.services.citations import Citations, Cited
from core.services.context import ServiceContext
from core.services.positions import AccountPosition

_COURT, _PRINCIPAL = "cost.court_soft_cap", "cost.interest_vs_principal"
_DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class CourtMark:
    """``yearly_rate`` on the principal comes to ``amount_minor`` fen over the time looked at; charges lie above it."""

    yearly_rate: Decimal
    amount_minor: int
    cited: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class CostMarks:
    """The marks that charges pass; None or empty where they stay below, or no such rule is in force."""

    court: CourtMark | None = None
    above_principal: tuple[Cited, ...] = ()
    """Sources of the rule, when all interest and fees, old and new, exceed the principal."""


def cost_marks(context: ServiceContext, position: AccountPosition, until: date, added_minor: int) -> CostMarks:
    """Which marks ``added_minor`` fen of interest and fees from ``position.as_of`` to ``until`` would pass."""
    policy = context.policy.on(position.as_of, position.issuer)
    cite = Citations(context, position.issuer, position.as_of)
    court = None
    if policy.has(_COURT):
        rate = policy.decimal(_COURT)
        years = Fraction((until - position.as_of).days, _DAYS_A_YEAR)
        most = round_minor(max(position.principal_minor, 0) * Fraction(rate) * years)
        court = CourtMark(rate, most, cite(_COURT)) if added_minor > most else None
    charges = position.all_interest_minor + position.fees_minor + added_minor
    warns = policy.has(_PRINCIPAL) and policy.text(_PRINCIPAL) != "off"
    return CostMarks(court, cite(_PRINCIPAL) if warns and charges > position.principal_minor else ())
