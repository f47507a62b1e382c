"""How the figures of the request statistics are written: labels, durations, hidden counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from babel import numbers

from core.domain.quarter import Quarter
from core.services.statistics import Dimension, Line, Outcome, TimeBin
from portal.i18n import babel_locale, day_short, has, money_short, number, percent, t

_HOUR, _DAY = 3_600, 86_400
NOTHING = "–"
"""There is nothing to measure, or too little to tell."""


def quarter(period: Quarter) -> str:
    """A quarter's name: ``October to December 2026``."""
    return t(f"staff.quarter.q{period.number}", year=period.year)


def column(outcomes: Sequence[Outcome]) -> str:
    """The head of a count column; rare outcomes stand together in one."""
    return " / ".join(t(f"staff.outcome.{outcome.value}") for outcome in outcomes)


def label(dimension: Dimension, value: str) -> str:
    """What a line is about. Products and buckets are the bank's own codes and stay as they are."""
    if dimension is Dimension.WEEK:
        return t("staff.week_of", day=day_short(date.fromisoformat(value)))
    if dimension is Dimension.KIND:
        return t(f"staff.kind.{value}")
    if dimension is Dimension.REASON and has(f"reasons.hardship.{value}"):
        return t(f"reasons.hardship.{value}")
    return t("staff.reason.not_stated") if dimension is Dimension.REASON else value


def count(requests: int | None) -> str:
    """A number of requests, or the word for a hidden one."""
    return t("staff.hidden") if requests is None else number(requests)


def share(value: Decimal | None) -> str:
    """A share in whole per cent."""
    return NOTHING if value is None else percent(value, 0)


def amount(line: Line) -> str:
    """What a line's requests are about, in whole yuan."""
    return t("staff.hidden") if line.amount_minor is None else money_short(line.amount_minor)


def rounded_amount(amount_minor: int | None) -> str:
    """A large sum in the language's own steps: ``¥12.5M``, ``¥1253`` and the sign for ten thousand."""
    if amount_minor is None:
        return t("staff.hidden")
    short = numbers.format_compact_decimal(Decimal(amount_minor) / 100, locale=babel_locale(), fraction_digits=1)
    return f"\u00a5{short}"


def duration(seconds: int | None) -> str:
    """How long a decision took: minutes, hours up to two days, then days with one decimal."""
    if seconds is None:
        return NOTHING
    if seconds < _HOUR:
        return t("staff.duration.minutes", count=number(max(1, round(seconds / 60))))
    if seconds < 2 * _DAY:
        return t("staff.duration.hours", count=number(round(seconds / _HOUR)))
    return t("staff.duration.days", count=number((Decimal(seconds) / _DAY).quantize(Decimal("0.1"))))


def time_bin(step: TimeBin) -> str:
    """A class of decision time: ``up to 4 h``, ``1–2 days``, ``over 14 days``."""
    if step.up_to is None:
        return t("staff.time.over", days=number(step.above // _DAY))
    if step.up_to < _DAY:
        return t("staff.time.up_to_hours", hours=number(step.up_to // _HOUR))
    if step.up_to == _DAY:
        return t("staff.time.to_one_day", hours=number(step.above // _HOUR))
    return t("staff.time.days", above=number(step.above // _DAY), up_to=number(step.up_to // _DAY))
