"""The policy in force: which number holds on a date for an issuer, and where it comes from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from core.domain.errors import InvalidInput, PolicyMissing
from core.policy.files import PolicyFiles, PolicyInvalid
from core.policy.loader import read_directory
from core.policy.model import MONEY_UNITS, DatedValue, Parameter, Scalar, Source, Value

SHIPPED = Path(__file__).parent / "data"
STANDARD = "standard"

T = TypeVar("T")


class PolicyBook:
    """All dated values of all issuers, read once and never changed. Use ``on`` to ask one date."""

    __slots__ = ("_issuers", "_policies", "newest_date", "version")

    version: str
    """What decided a figure: the release and a short hash of the files, ``2026.11.1+3fa9c1e2``."""
    newest_date: date
    """The latest date on which any value takes effect: the newest policy."""

    def __init__(self, files: PolicyFiles) -> None:
        if files.faults:
            raise PolicyInvalid(files.faults)
        self.version = files.version
        self._issuers = {
            name: {parameter.name: _overridden(parameter, issuer.overrides) for parameter in files.parameters.values()}
            for name, issuer in files.issuers.items()}
        self._policies: dict[tuple[date, str], Policy] = {}
        self.newest_date = max(value.from_date for parameters in self._issuers.values()
                               for parameter in parameters.values() for value in parameter.values)

    @classmethod
    def load(cls, directory: Path | None = None) -> PolicyBook:
        """The book of ``directory`` (the shipped one by default), parsed once per process.

        Raises ``PolicyInvalid`` with every fault, its file and line.
        """
        return _load((directory or SHIPPED).resolve())

    @property
    def issuers(self) -> tuple[str, ...]:
        """Names of the issuer profiles."""
        return tuple(self._issuers)

    def on(self, on: date, issuer: str = STANDARD) -> Policy:
        """The policy of ``issuer`` on a date. Raises ``InvalidInput`` for an unknown issuer."""
        key = (on, issuer)
        policy = self._policies.get(key)
        if policy is None:
            if len(self._policies) > 4096:
                self._policies.clear()
            policy = self._policies[key] = Policy(on, issuer, self.version, self._of(issuer))
        return policy

    def timeline(self, parameter: str, issuer: str = STANDARD) -> Sequence[DatedValue]:
        """All values of ``parameter``, oldest first. Raises ``InvalidInput`` for an unknown name."""
        found = self._of(issuer).get(parameter)
        if found is None:
            raise InvalidInput("unknown_parameter", f"no policy parameter is called {parameter}",
                               field="parameter", parameter=parameter)
        return found.values

    def parameters(self, issuer: str = STANDARD) -> Sequence[Parameter]:
        """Every parameter with its history, in the order of the files."""
        return tuple(self._of(issuer).values())

    def _of(self, issuer: str) -> Mapping[str, Parameter]:
        if issuer not in self._issuers:
            raise InvalidInput("unknown_issuer", f"no issuer profile is called {issuer}", field="issuer",
                               issuer=issuer)
        return self._issuers[issuer]


class Policy:
    """The values in force on one date for one issuer; every accessor raises ``PolicyMissing``."""

    __slots__ = ("_parameters", "issuer", "on", "version")

    def __init__(self, on: date, issuer: str, version: str, parameters: Mapping[str, Parameter]) -> None:
        self.on = on
        self.issuer = issuer
        self.version = version
        self._parameters = parameters

    def decimal(self, name: str) -> Decimal:
        """A rate, ratio or factor."""
        return self._typed(name, Decimal)

    def integer(self, name: str) -> int:
        """A number of days, months, years or a count."""
        if self._parameter(name).unit in MONEY_UNITS:
            raise TypeError(f"{name} is money: ask for money")
        return self._typed(name, int)

    def money(self, name: str) -> int:
        """An amount in fen."""
        if self._parameter(name).unit not in MONEY_UNITS:
            raise TypeError(f"{name} is not money")
        return self._typed(name, int)

    def text(self, name: str) -> str:
        """A code, a text or a time of day (``"08:00"``)."""
        return self._typed(name, str)

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return self._typed(name, bool)

    def table(self, name: str) -> Mapping[str, Scalar]:
        """A table, money in fen; a key that is missing is missing policy, never a default."""
        value = self._value(name).value
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} is not a table")
        return value

    def items(self, name: str) -> tuple[Scalar, ...]:
        """A list, in its order."""
        value = self._value(name).value
        if not isinstance(value, tuple):
            raise TypeError(f"{name} is not a list")
        return value

    def source(self, name: str) -> Source:
        """Where the value in force comes from."""
        return self._value(name).source

    def has(self, name: str) -> bool:
        """Whether a value is in force: not before its first date, and not repealed.

        Raises ``PolicyMissing`` for a name no file declares, so that a slip never reads as "no limit".
        """
        return self._at(name) is not None

    def _at(self, name: str) -> DatedValue | None:
        values = self._parameter(name).values
        index = bisect_right(values, self.on, key=_from_date) - 1
        return values[index] if index >= 0 and values[index].value is not None else None

    def _value(self, name: str) -> DatedValue:
        found = self._at(name)
        if found is None:
            raise PolicyMissing(name, self.on)
        return found

    def _parameter(self, name: str) -> Parameter:
        found = self._parameters.get(name)
        if found is None:
            raise PolicyMissing(name, self.on)
        return found

    def _typed(self, name: str, kind: type[T]) -> T:
        value: Value | None = self._value(name).value
        if type(value) is not kind:  # exactly: a flag is also an int to Python
            raise TypeError(f"{name} is {type(value).__name__}, not {kind.__name__}")
        return value


def _from_date(value: DatedValue) -> date:
    return value.from_date


def _overridden(parameter: Parameter, overrides: Mapping[str, tuple[DatedValue, ...]]) -> Parameter:
    """The parameter as an issuer has it: its own values replace the common ones from their first date."""
    own = overrides.get(parameter.name)
    return laid_over(parameter, own) if own else parameter


def laid_over(parameter: Parameter, values: tuple[DatedValue, ...]) -> Parameter:
    """``parameter`` with ``values`` in place of its own from their first date on."""
    before = tuple(value for value in parameter.values if value.from_date < values[0].from_date)
    return replace(parameter, values=before + values)


@lru_cache(maxsize=16)
def _load(directory: Path) -> PolicyBook:
    return PolicyBook(read_directory(directory))
