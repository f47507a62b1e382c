"""Time is handed in. This is the only module of core that may look at the wall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Mainland China keeps one zone without daylight saving: a banking day is a day in it."""


def _wall() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """``now()`` in UTC for instants, ``today()`` in China for banking dates."""

    now: Callable[[], datetime] = _wall

    def today(self) -> date:
        """The banking date of this instant in mainland China."""
        return self.now().astimezone(CHINA).date()


def fixed(instant: datetime) -> Clock:
    """A clock that stands still at ``instant`` (which carries its zone): for tests and replays."""
    return Clock(lambda: instant)
