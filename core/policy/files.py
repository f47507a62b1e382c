"""What was read from policy files, and everything wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.domain.errors import InvalidInput
from core.policy.model import DatedValue, Parameter


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one line of one file."""

    file: str
    line: int
    parameter: str
    problem: str

    def __str__(self) -> str:
        about = f"{self.parameter}: " if self.parameter else ""
        return f"{self.file}:{self.line}: {about}{self.problem}"


class PolicyInvalid(InvalidInput):
    """The policy files cannot be trusted; ``faults`` has all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("policy_invalid", "\n".join(map(str, self.faults)), count=len(self.faults))


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer profile: what it does differently, by parameter."""

    name: str
    title: str
    overrides: Mapping[str, tuple[DatedValue, ...]]


@dataclass(slots=True)
class PolicyFiles:
    """Everything read from a folder, and everything wrong with it."""

    version: str = ""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    issuers: dict[str, Issuer] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
