"""Policy values as people read them: units, yes and no, money, tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.policy.model import MONEY_UNITS, Confidence, DatedValue, Parameter, Scalar, Unit
from core.services.policy_register import PolicyEntry
from portal.components.money import plain
from portal.i18n import current, day, money, number, t, tn

_COUNTED = {Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS, Unit.YEARS}
_PERCENT = {Unit.PER_DAY, Unit.PER_YEAR, Unit.RATIO}
_LONGEST_CELL = 60


def title(parameter: Parameter) -> str:
    """What the parameter is called, in the reader's language."""
    return parameter.chinese if current() == "zh_CN" else parameter.title


def value(parameter: Parameter, dated: DatedValue | None) -> str:
    """The whole value in words; a table as ``key: value`` pairs."""
    if dated is None:
        return t("admin.policy.not_yet")
    if dated.value is None:
        return t("admin.policy.no_value")
    if isinstance(dated.value, Mapping):
        return "; ".join(f"{key}: {_scalar(parameter.unit, each)}" for key, each in dated.value.items())
    if isinstance(dated.value, tuple):
        return "; ".join(_scalar(parameter.unit, each) for each in dated.value)
    return _scalar(parameter.unit, dated.value)


def short_value(entry: PolicyEntry) -> str:
    """The value in force, cut to what fits a table; the history has it in full."""
    text = value(entry.parameter, entry.in_force)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL - 1]}…"


def confidence(dated: DatedValue) -> str:
    """How the value is known and how sure that is; unconfirmed ones say so in words."""
    status = t(f"admin.policy.status.{dated.source.status.value}")
    sure = "" if dated.source.confidence is Confidence.NONE else t(
        f"admin.policy.confidence.{dated.source.confidence.name.lower()}")
    known = ", ".join(part for part in (status, sure) if part)
    return f"**{t('admin.policy.unconfirmed')}** ({known})" if dated.source.unconfirmed else known


def provenance(dated: DatedValue | None) -> str:
    """Since when, how sure and from where, as one line of Markdown."""
    if dated is None:
        return t("admin.policy.not_yet")
    source = plain(f"{dated.source.title} ({dated.source.reference})")
    return " · ".join((t("admin.policy.since", day=day(dated.from_date)), confidence(dated), source))


def _scalar(unit: Unit, value: Scalar) -> str:
    if isinstance(value, bool):
        return t("admin.policy.yes") if value else t("admin.policy.no")
    if unit in MONEY_UNITS and isinstance(value, int):
        return t(f"admin.unit.{unit.value}", value=money(value))
    if unit in _COUNTED and isinstance(value, int):
        return tn(f"admin.unit.{unit.value}", value)
    if unit in _PERCENT and isinstance(value, Decimal):
        return t(f"admin.unit.{unit.value}", value=f"{(value * 100).normalize():f}%")
    return number(value) if isinstance(value, int | Decimal) else str(value)
