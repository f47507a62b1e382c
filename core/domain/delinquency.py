"""Days past due, the bucket M0…M7+ and the two ladders of asset classes.

Sources: policy ``bucket.*``; Measures on Commercial Banks' Credit-Card Business Art. 92 (2011);
Measures on Risk Classification of Financial Assets (from 2023-07-01).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from core.domain.errors import InvalidInput


class DelinquencyBucket(StrEnum):
    """Bands of days past due; M0 is not past due."""

    M0 = "M0"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"
    M7_PLUS = "M7+"


class AssetClass(StrEnum):
    """The five classes of the regulator, in order of severity."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"


BUCKETS = tuple(DelinquencyBucket)
ASSET_CLASSES = tuple(AssetClass)


@dataclass(frozen=True, slots=True)
class DelinquencyRule:
    """First day past due of each band, in order.

    ``bucket_first_days`` has one entry for M1…M7+; a ladder has one for special mention, substandard,
    doubtful and loss. ``ladder_2023`` is None on dates before that rule came into force.
    """

    bucket_first_days: tuple[int, ...]
    ladder_2011: tuple[int, ...]
    ladder_2023: tuple[int, ...] | None

    def __post_init__(self) -> None:
        _check(self.bucket_first_days, len(BUCKETS) - 1)
        _check(self.ladder_2011, len(ASSET_CLASSES) - 1)
        if self.ladder_2023 is not None:
            _check(self.ladder_2023, len(ASSET_CLASSES) - 1)


@dataclass(frozen=True, slots=True)
class AssetClasses:
    """The class by each ladder and the stricter of the two, which counts."""

    class_2011: AssetClass
    class_2023: AssetClass | None
    stricter: AssetClass


def days_past_due(oldest_unpaid_due_date: date | None, as_of: date) -> int:
    """Days since the oldest due date whose minimum payment is unpaid.

    0 when nothing is unpaid or the date has not passed; the day after the due date is day 1.
    """
    if oldest_unpaid_due_date is None:
        return 0
    return max((as_of - oldest_unpaid_due_date).days, 0)


def bucket(dpd: int, rule: DelinquencyRule) -> DelinquencyBucket:
    """The band of ``dpd`` days past due."""
    return BUCKETS[bisect_right(rule.bucket_first_days, _days(dpd))]


def asset_classes(dpd: int, rule: DelinquencyRule) -> AssetClasses:
    """The asset class at ``dpd`` days past due by both ladders."""
    rank_2011 = bisect_right(rule.ladder_2011, _days(dpd))
    if rule.ladder_2023 is None:
        return AssetClasses(ASSET_CLASSES[rank_2011], None, ASSET_CLASSES[rank_2011])
    rank_2023 = bisect_right(rule.ladder_2023, dpd)
    return AssetClasses(ASSET_CLASSES[rank_2011], ASSET_CLASSES[rank_2023],
                        ASSET_CLASSES[max(rank_2011, rank_2023)])


def _days(dpd: int) -> int:
    if dpd < 0:
        raise InvalidInput("days_negative", "days past due are not negative", field="days_past_due")
    return dpd


def _check(first_days: tuple[int, ...], expected: int) -> None:
    rising = all(one < two for one, two in pairwise(first_days))
    if len(first_days) != expected or not rising or first_days[0] < 1:
        raise InvalidInput("bands_malformed", f"{expected} rising first days are needed", field="bands")
