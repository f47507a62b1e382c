"""What was agreed with a person, and how much of it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Standing(StrEnum):
    """Where an agreement stands."""

    RUNNING = "running"
    """Judged here, due by due."""
    KEPT = "kept"
    MISSED = "missed"
    """The close of the day has judged it as a whole."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """Something agreed: what falls due when (day, fen), from the day it was granted."""

    granted_on: date
    standing: Standing
    dues: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many agreed payments came, and how many did not."""

    kept: int = 0
    missed: int = 0

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.kept + other.kept, self.missed + other.missed)


def kept_of(commitment: Commitment, payments: Sequence[tuple[date, int]], as_of: date, grace_days: int) -> Kept:
    """What was kept of one agreement by ``as_of``; ``payments`` are the account's (day, fen).

    A due counts once its days of grace are over, and is kept if all that came since the agreement covers all that was
    due so far: what comes late is still late, but catches up for the next.
    """
    if commitment.standing is not Standing.RUNNING:
        return Kept(1, 0) if commitment.standing is Standing.KEPT else Kept(0, 1)
    asked, found = 0, Kept()
    for on, amount in sorted(commitment.dues):
        last = on + timedelta(days=grace_days)
        asked += amount
        if last >= as_of:
            break
        came = sum(paid for day, paid in payments if commitment.granted_on <= day <= last)
        found += Kept(1, 0) if came >= asked else Kept(0, 1)
    return found
