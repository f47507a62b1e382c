"""How requests of the demo go: when each was sent, what is asked for, what becomes of it and how long that takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from core.clock import CHINA
from core.domain.proposal import ProposalKind

WEEKS = 12
_CERTAIN = (("in_review", 1), ("referred", 2), ("asked", 3), ("waiting", 14), ("expired", 25), ("withdrawn", 9),
            ("in_review", 2), ("referred", 4), ("asked", 5), ("expired", 32), ("in_review", 3), ("referred", 3))
"""Endings that must be there, with the age of the request in days."""
_TALKED = ("in_review", "referred", "waiting")
"""Endings of those of whom a conversation can be read in the case."""
_RARE = (ProposalKind.SETTLEMENT, ProposalKind.TOKEN_PAYMENT, ProposalKind.PAUSE, ProposalKind.PROMISE_TO_PAY)
_CERTAIN_KINDS = (*((kind, "waiting", 1) for kind in _RARE), (ProposalKind.SETTLEMENT, "approved", 4),
                  (ProposalKind.PROMISE_TO_PAY, "approved", 3), (ProposalKind.PAUSE, "approved", 12),
                  (ProposalKind.TOKEN_PAYMENT, "refused", 15))
"""The rarer kinds, each of which is there, waiting and answered."""
_RARE_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Fate:
    """How a request goes: when it was sent, what becomes of it, and how long that takes."""

    sent_at: datetime
    ending: str
    """``waiting``, ``in_review``, ``asked``, ``referred``, ``approved``, ``refused``, ``withdrawn``, ``expired``."""
    takes: timedelta
    asked_first: bool = False
    """Information was asked for and given before the decision."""
    kind: ProposalKind | None = None
    """What is asked for, where it matters; None: what such a person would rather ask for."""
    talks: bool = False
    """The request comes of a conversation with the assistant, where it offers such a person a plan."""


def draw_fates(random: Random, count: int, now: datetime) -> list[Fate]:
    """Fates of ``count`` requests over the last twelve weeks: old ones closed, recent ones in every open state."""
    fates = []
    for number in range(count):
        # A growing number of requests, as for a service that has just become known.
        age = timedelta(days=7 * WEEKS * (1 - (number + random.random()) / count) ** 1.6)
        sent = office_hours(now - age, now)
        open_share = 0.92 if age < timedelta(days=3) else 0.7 if age < timedelta(days=9) else 0.04
        if random.random() < open_share:
            ending = random.choices(("waiting", "asked", "referred"), (70, 15, 15))[0]
            fates.append(Fate(sent, ending, timedelta(hours=random.uniform(2, 30))))
            continue
        ending = random.choices(("approved", "refused", "withdrawn", "expired"), (60, 24, 9, 7))[0]
        slow = random.random() < 0.1
        takes = timedelta(hours=random.uniform(260, 420) if slow else random.lognormvariate(3.6, 0.7))
        fates.append(Fate(sent, ending, min(takes, max(age * 0.9, timedelta(hours=1))),
                          asked_first=random.random() < 0.15,
                          kind=random.choice(_RARE) if random.random() < _RARE_SHARE else None))
    # Whatever chance made of the others, every state has somebody in it.
    for number, (ending, days) in enumerate(_CERTAIN[:count // 2]):
        fates[-1 - number] = Fate(office_hours(now - timedelta(days=days), now), ending, timedelta(hours=18),
                                  talks=ending in _TALKED)
    for number, (kind, ending, days) in enumerate(_CERTAIN_KINDS[:max(count // 2 - len(_CERTAIN), 0)]):
        fates[-1 - len(_CERTAIN) - number] = Fate(
            office_hours(now - timedelta(days=days), now), ending, timedelta(hours=20), kind=kind)
    return fates


def office_hours(instant: datetime, now: datetime) -> datetime:
    """``instant`` moved on to a Chinese working hour, never after ``now``."""
    local = instant.astimezone(CHINA)
    if local.hour >= 18:
        local += timedelta(days=1)
    if not 9 <= local.hour < 18:
        local = local.replace(hour=9 + local.minute % 9)
    return min(local.astimezone(now.tzinfo), now - timedelta(minutes=2))
