"""Ability and willingness side by side, and the early warning. Prepares a person's decision, never makes one.

Ability comes from the affordability assessment, willingness from payments that kept coming and agreements
that were kept (PIPL Art. 24: explained by its parts, decided by a person).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.domain.risk.commitments import Kept
from core.domain.risk.record import Measures, Part, RepaymentRecord, measures
from core.domain.risk.scorecard import Score, Scorecard, score


class Ability(StrEnum):
    """Whether the month's money covers what is due."""

    ENOUGH = "enough"
    SHORT = "short"
    UNKNOWN = "unknown"
    """Nobody has assessed it."""


class Cover(StrEnum):
    """Which part of a month's money covers what is due."""

    AFFORDABLE = "affordable"
    CEILING = "ceiling"
    """Only the most that may be asked, by the cardholder's own choice."""
    NOTHING = "nothing"
    """More is due than a month can come to."""


class Willingness(StrEnum):
    """Whether payments keep coming and agreements are kept; no judgement of a person."""

    PAYING = "paying"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"
    """Too few cycles or nothing billed, and no agreement yet."""


class Sign(StrEnum):
    """What is told of willingness."""

    AGREEMENTS_KEPT = "agreements_kept"
    """More agreed payments came than did not."""
    AGREEMENTS_MISSED = "agreements_missed"
    CYCLES_UNPAID = "cycles_unpaid"
    """Several cycles without any payment."""
    LITTLE_PAID = "little_paid"
    """Little was paid of what was billed."""
    PAYMENTS_COME = "payments_come"
    """Neither of the two."""


class EarlyWarning(StrEnum):
    """What calls for a conversation soon."""

    LIKELY = "likely"
    """Default is at least as likely as the policy's mark."""
    PROMISE_MISSED = "promise_missed"
    """An agreed payment did not come."""


@dataclass(frozen=True, slots=True)
class RiskRule:
    """The scorecard and what is made of it (policy ``risk.*``)."""

    scorecard: Scorecard
    warning_share: Decimal
    """From this share of accounts in default on, the estimate is a warning."""
    lapsed_cycles: int
    """From so many unpaid cycles on, payments count as lapsed."""
    lapsed_paid_share: Decimal
    """Below this paid share of what was billed, too."""


@dataclass(frozen=True, slots=True)
class Means:
    """What is known of a person's month, in fen."""

    left_minor: int | None
    """Affordable and not promised to another card; None: not assessed."""
    due_minor: int
    """What is to be paid next."""
    ceiling_minor: int | None = None
    """The most a month may come to, less what is promised to another card; None: not assessed."""

    @property
    def covered_by(self) -> Cover:
        """What it takes to pay what is due."""
        if self.due_minor <= (self.left_minor or 0):
            return Cover.AFFORDABLE
        return Cover.CEILING if self.due_minor <= (self.ceiling_minor or 0) else Cover.NOTHING


@dataclass(frozen=True, slots=True)
class RiskView:
    """Where an account stands, by its parts. Amounts in fen."""

    ability: Ability
    willingness: Willingness
    signs: tuple[Sign, ...]
    """What willingness was judged by, the first one deciding."""
    means: Means
    kept: Kept
    cycles: int
    """How many closed cycles were looked at."""
    measures: Measures
    score: Score | None
    """None: too few closed cycles for an estimate."""
    warnings: tuple[EarlyWarning, ...]


def view(record: RepaymentRecord, means: Means, kept: Kept, rule: RiskRule) -> RiskView:
    """Ability, willingness, estimate and warnings of one account."""
    found, measured = score(record, rule.scorecard), measures(record)
    signs = _signs(measured if found else None, kept, rule)
    likely = found is not None and found.band.share >= rule.warning_share
    return RiskView(
        ability=_ability(means), willingness=_willingness(signs), signs=signs, means=means, kept=kept,
        cycles=len(record.cycles), measures=measured, score=found,
        warnings=tuple(warning for warning, holds in ((EarlyWarning.LIKELY, likely),
                                                      (EarlyWarning.PROMISE_MISSED, kept.missed)) if holds))


def _ability(means: Means) -> Ability:
    if means.due_minor <= 0:
        return Ability.ENOUGH
    if means.left_minor is None:
        return Ability.UNKNOWN
    return Ability.ENOUGH if means.left_minor >= means.due_minor else Ability.SHORT


def _signs(measured: Measures | None, kept: Kept, rule: RiskRule) -> tuple[Sign, ...]:
    """What agreements say, then what payments say: an agreement is the newer promise, so it comes first."""
    signs = []
    if kept.kept != kept.missed:
        signs.append(Sign.AGREEMENTS_KEPT if kept.kept > kept.missed else Sign.AGREEMENTS_MISSED)
    if measured is None:
        return tuple(signs)
    unpaid, share = measured[Part.MONTHS_UNPAID], measured[Part.PAID_SHARE]
    lapsed = [Sign.CYCLES_UNPAID] if unpaid is not None and unpaid >= rule.lapsed_cycles else []
    lapsed += [Sign.LITTLE_PAID] if share is not None and share < rule.lapsed_paid_share else []
    return (*signs, *(lapsed or ([] if share is None else [Sign.PAYMENTS_COME])))


def _willingness(signs: tuple[Sign, ...]) -> Willingness:
    if not signs:
        return Willingness.UNKNOWN
    return Willingness.PAYING if signs[0] in (Sign.AGREEMENTS_KEPT, Sign.PAYMENTS_COME) else Willingness.LAPSED
