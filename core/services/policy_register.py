"""The policy as an administrator reads it: every number, since when, from where, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.domain.actor import Actor, Role
from core.policy.model import DatedValue, Parameter
from core.services.context import ServiceContext


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A parameter and its value in force."""

    parameter: Parameter
    in_force: DatedValue | None
    """None before the first date. A value of None inside says repealed, or without limit."""

    @property
    def unconfirmed(self) -> bool:
        """Whether the value in force needs counsel's look before anybody relies on it."""
        return self.in_force is not None and self.in_force.source.unconfirmed


@dataclass(frozen=True, slots=True)
class PolicyRegister:
    """All parameters of one issuer profile on one date."""

    version: str
    as_of: date
    issuer: str
    issuers: tuple[str, ...]
    entries: tuple[PolicyEntry, ...]

    @property
    def unconfirmed(self) -> int:
        """How many values in force are unconfirmed."""
        return sum(entry.unconfirmed for entry in self.entries)

    def matching(self, words: str = "", *, only_unconfirmed: bool = False) -> tuple[PolicyEntry, ...]:
        """Entries whose name, title (either language) or source holds every word, whatever the case."""
        wanted = words.casefold().split()
        return tuple(entry for entry in self.entries
                     if (entry.unconfirmed or not only_unconfirmed) and _holds(entry, wanted))


def policy_register(actor: Actor, context: ServiceContext, as_of: date, issuer: str = "standard") -> PolicyRegister:
    """The policy in force on ``as_of`` for ``issuer``, with its history. Administrators only.

    Asks no database. Raises ``InvalidInput`` for an unknown issuer.
    """
    actor.must_be(Role.ADMIN, action="read_policy")
    return PolicyRegister(
        context.policy.version, as_of, issuer, context.policy.issuers,
        tuple(PolicyEntry(parameter, _in_force(parameter, as_of)) for parameter in context.policy.parameters(issuer)))


def _in_force(parameter: Parameter, as_of: date) -> DatedValue | None:
    return next((value for value in reversed(parameter.values) if value.from_date <= as_of), None)


def _holds(entry: PolicyEntry, words: list[str]) -> bool:
    parameter = entry.parameter
    source = entry.in_force.source.title if entry.in_force else ""
    text = f"{parameter.name} {parameter.title} {parameter.chinese} {source}".casefold()
    return all(word in text for word in words)
