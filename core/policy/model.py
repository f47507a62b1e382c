"""What a policy parameter is: a unit, an allowed range, and values by date, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Scalar = bool | int | Decimal | str
Value = Scalar | tuple[Scalar, ...] | Mapping[str, Scalar]
"""Money is an ``int`` of fen, a rate or ratio a ``Decimal``, a count an ``int``, a code a ``str``."""


class Unit(StrEnum):
    """What a value is measured in; the loader refuses any other."""

    PER_DAY = "per_day"
    PER_YEAR = "per_year"
    RATIO = "ratio"
    FACTOR = "factor"
    YUAN = "yuan"
    YUAN_PER_MONTH = "yuan_per_month"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    YEARS = "years"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"
    TEXT = "text"
    TIME = "time"


MONEY_UNITS = frozenset({Unit.YUAN, Unit.YUAN_PER_MONTH})
DECIMAL_UNITS = frozenset({Unit.PER_DAY, Unit.PER_YEAR, Unit.RATIO, Unit.FACTOR})
INTEGER_UNITS = frozenset({Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS, Unit.YEARS, Unit.COUNT})
TEXT_UNITS = frozenset({Unit.CHOICE, Unit.TEXT, Unit.TIME})


class Shape(StrEnum):
    """One value, a list of them, or a table from key to value."""

    SCALAR = "scalar"
    LIST = "list"
    TABLE = "table"


class Status(StrEnum):
    """How a value came to be known."""

    FOUND = "found"
    """Read in the source named."""
    MEMORY = "memory"
    """Not confirmed; shown as such to the administrator."""
    DESIGN = "design"
    """A default of this product; no legal basis is claimed."""


class Confidence(StrEnum):
    """How sure the source makes us; a design default has none."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"
    NONE = "-"


class Basis(StrEnum):
    """What a source is to this lender."""

    RULE = "rule"
    """Law, a regulator's rule or an industry convention, or a published statistic."""
    PRACTICE = "practice"
    """What other lenders publish or do: this lender's own setting is comparable to it."""
    OWN = "own"
    """This lender's own setting, comparable to nothing published."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from. ``title_zh`` is ``title`` for Chinese readers."""

    title: str
    reference: str
    status: Status
    confidence: Confidence
    title_zh: str
    basis: Basis

    @property
    def unconfirmed(self) -> bool:
        """Whether counsel should look before anybody relies on it: from memory, or of low confidence."""
        return self.status is Status.MEMORY or self.confidence is Confidence.LOW


@dataclass(frozen=True, slots=True)
class Allowed:
    """The range or the choices a value must be in; nothing set allows everything of the unit."""

    lowest: Scalar | None = None
    highest: Scalar | None = None
    one_of: tuple[Scalar, ...] = ()

    def holds(self, value: Scalar) -> bool:
        """Whether ``value`` is allowed. Compares like with like: the loader has typed both sides."""
        if self.one_of and value not in self.one_of:
            return False
        if isinstance(value, int | Decimal):
            if isinstance(self.lowest, int | Decimal) and value < self.lowest:
                return False
            if isinstance(self.highest, int | Decimal) and value > self.highest:
                return False
        return True


@dataclass(frozen=True, slots=True)
class DatedValue:
    """``value`` in force from ``from_date``; None says that the parameter is repealed, or has no limit."""

    from_date: date
    value: Value | None
    source: Source
    allowed: Allowed
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter with its history, oldest value first."""

    name: str
    section: str
    title: str
    chinese: str
    unit: Unit
    shape: Shape
    allowed: Allowed
    values: tuple[DatedValue, ...]
    file: str
    line: int
