"""How the queue's points come about: every step of every part, so that anybody can recompute them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.domain.priority import PriorityRule, Step
from portal.components.money import LEFT, RIGHT, table
from portal.i18n import money, t


def ladders(rule: PriorityRule) -> str:
    """The ladders of the policy as one table, the highest step of each part first."""
    rows = [*((t("collector.score.waiting"), _promised(step.bound), step.points) for step in reversed(rule.waiting)),
            *((t("collector.score.amount"), t("collector.score.from", bound=money(step.bound)), step.points)
              for step in reversed(rule.amount)),
            *((t("collector.score.days"), words, points) for words, points in _days(rule.days_past_due)),
            (t("collector.vulnerable"), t("collector.score.known"), rule.vulnerable_points)]
    heads = [t("collector.score.part"), t("collector.score.step"), t("collector.score.points")]
    parts = [t("collector.score.intro"),
             table(heads, [(part, step, str(points)) for part, step, points in rows], (LEFT, LEFT, RIGHT))]
    if any(one.points > other.points for one, other in pairwise(rule.days_past_due)):
        parts.append(t("collector.score.why_less"))
    return "\n\n".join(parts)


def _promised(hours: int) -> str:
    if hours < 0:
        return t("collector.score.promised_within", hours=-hours)
    return t("collector.score.promised_since", hours=hours) if hours else t("collector.score.promise_passed")


def _days(ladder: Sequence[Step]) -> list[tuple[str, int]]:
    """Bands of days past due, the latest first."""
    bands = [(t("collector.score.days_between", first=one.bound, last=other.bound - 1), one.points)
             for one, other in pairwise(ladder)]
    if ladder:
        bands.append((t("collector.score.days_from", first=ladder[-1].bound), ladder[-1].points))
    return bands[::-1]
