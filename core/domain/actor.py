"""Who asks: the first argument of every command and query."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import NotPermitted


class Role(StrEnum):
    """What a signed-in person is to the bank; each has its own screens."""

    CARDHOLDER = "cardholder"
    """Sees and asks for their own accounts only."""
    COLLECTOR = "collector"
    """Claims and decides review cases within their authority."""
    SUPERVISOR = "supervisor"
    """Decides what exceeds a collector's authority; sees the team's queue."""
    STAFF = "staff"
    """Sees aggregates only, never a person."""
    ADMIN = "admin"
    """Keeps users and reads the policy; sees no debtor."""


class Authority(StrEnum):
    """How much a decider may grant (policy ``authority.*``); ordered, L1 least."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"

    def covers(self, needed: Authority) -> bool:
        """Whether this level may grant what needs ``needed``."""
        return self.value >= needed.value


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person. ``user_id`` is random and opaque; no name or phone travels with it."""

    user_id: str
    role: Role
    cardholder_id: str | None = None
    """Set for cardholders only: the person whose accounts these are."""
    authority: Authority | None = None
    """Set for collectors and supervisors only."""

    def must_be(self, *roles: Role, action: str) -> None:
        """Raise ``NotPermitted`` unless the actor has one of ``roles``."""
        if self.role not in roles:
            raise NotPermitted(action, self.role)


SYSTEM = Actor(user_id="system", role=Role.ADMIN)
"""The command line and the close of day, when nobody is signed in. Never handed to a screen."""
