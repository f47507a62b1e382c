"""Policy values as plain, language-free text, for tables and exports."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.domain.money import format_yuan
from core.policy.model import MONEY_UNITS, Allowed, Scalar, Unit, Value


def value_text(value: Value | None, unit: Unit) -> str:
    """``10.00``, ``0.0005``, ``true``, ``fees, interest``, ``M1=1, M2=31``; empty for a repealed value."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(_scalar(item, unit) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_scalar(item, unit)}" for key, item in value.items())
    return _scalar(value, unit)


def allowed_text(allowed: Allowed, unit: Unit) -> str:
    """``0 … 0.0005``, or the choices; empty when everything of the unit is allowed."""
    if allowed.one_of:
        return " | ".join(_scalar(item, unit) for item in allowed.one_of)
    ends = [None if end is None else _scalar(end, unit) for end in (allowed.lowest, allowed.highest)]
    return "" if ends == [None, None] else f"{ends[0] or ''} … {ends[1] or ''}".strip()


def _scalar(value: Scalar, unit: Unit) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and unit in MONEY_UNITS:
        return format_yuan(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)
