"""What may be given up, and by whom: one rule for the offers, the request and its review.

Fees stands for late fees and whatever other fees are owed. What a level may give up is policy
(``authority.*``, ``negotiation.principal_from_days``); banks do not publish theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.allocation import Outstanding
from core.domain.money import Rounding, share_minor


@dataclass(frozen=True, slots=True)
class Waived:
    """What is given up, in fen."""

    late_fee_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0

    @property
    def total_minor(self) -> int:
        """Everything given up."""
        return self.late_fee_minor + self.interest_minor + self.principal_minor

    def within(self, owed: Outstanding) -> Waived:
        """As much of it as there is: nobody gives up what has been paid meanwhile."""
        return Waived(min(self.late_fee_minor, owed.fees_minor), min(self.interest_minor, owed.interest_minor),
                      min(self.principal_minor, owed.principal_minor))


NOTHING_WAIVED = Waived()


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

    def most(self, level: Authority, owed: Outstanding, days_past_due: int) -> Waived:
        """The most ``level`` may give up of each part."""
        return Waived(self.late_fee_minor(level, owed.fees_minor), self.interest_minor(level, owed.interest_minor),
                      self.principal_minor(level, owed.principal_minor, days_past_due))


@dataclass(frozen=True, slots=True)
class WaiverNeed:
    """The least level that may give it up, and the part that makes it so (None: nothing is given up)."""

    level: Authority
    part: str | None


def waiver_need(given: Waived, owed: Outstanding, days_past_due: int, rule: WaiverRule) -> WaiverNeed:
    """Who may give up ``given``. What no level may is left to the highest; the checks of the request say so."""
    need = WaiverNeed(Authority.L1, None)
    for name in ("late_fee", "interest", "principal"):
        wanted = getattr(given, f"{name}_minor")
        if not wanted:
            continue
        level = next((one for one in Authority
                      if wanted <= getattr(rule.most(one, owed, days_past_due), f"{name}_minor")), Authority.L4)
        if need.part is None or not need.level.covers(level):
            need = WaiverNeed(level, name)
    return need
