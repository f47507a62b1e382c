"""How likely trouble is in a case, and why: opened when a reviewer asks for it, explained part by part."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import streamlit as st

from core.domain.risk.record import Part
from core.domain.risk.scorecard import PartScore, Score
from core.domain.risk.view import Ability, EarlyWarning, RiskView, Sign, Willingness
from core.services import risk
from core.services.risk import CaseRisk
from portal.components import on_demand
from portal.components.money import LEFT, RIGHT, plain, table
from portal.i18n import current, day, money, number, percent, t

_CENTRED = ":---:"
_COUNTS = frozenset({Part.MONTHS_LATE, Part.LATE_BEFORE, Part.MONTHS_UNPAID})
"""Parts that are counted; the others are shares."""


@st.fragment
def panel(proposal_id: str) -> None:
    """Closed until somebody wants it: opening a case costs nothing for it."""
    on_demand.part(t("collector.risk.title"), f"risk_{proposal_id}",
                   lambda who: risk.case_risk(who.actor, who.context, proposal_id), _show)


def _show(found: CaseRisk) -> None:
    st.markdown(words(found))
    st.caption(basis(found))


def words(found: CaseRisk) -> str:
    """Where the account stands, what that means, the estimate and its parts."""
    view = found.view
    blocks = [position(view), f"**{t(f'collector.risk.meaning.{view.ability}_{view.willingness}')}**",
              "\n".join(f"- {line}" for line in (*_means(view), *_signs(view), *_warnings(found)))]
    blocks += [t("collector.risk.no_estimate")] if view.score is None else _estimate(view.score)
    return "\n\n".join(blocks)


def position(view: RiskView) -> str:
    """Ability and willingness as a small table with one mark; what is unknown has its own row or column."""
    columns = [one for one in Willingness if one is not Willingness.UNKNOWN or one is view.willingness]
    rows = [one for one in Ability if one is not Ability.UNKNOWN or one is view.ability]
    heads = [t("collector.risk.corner"), *(t(f"collector.risk.willingness.{one}") for one in columns)]
    here = t("collector.risk.here")
    return table(heads, [[t(f"collector.risk.ability.{row}"), *(
        here if (row, column) == (view.ability, view.willingness) else "" for column in columns)] for row in rows],
        [LEFT, *(_CENTRED for _ in columns)])


def basis(found: CaseRisk) -> str:
    """What the estimate rests on, what it does not know, and that it decides nothing."""
    sample = found.sample
    title = plain(sample.title_zh if current() == "zh_CN" else sample.title)
    return t("collector.risk.basis", title=title, reference=plain(sample.reference), since=day(sample.in_force_from),
             policy=plain(found.policy_version))


def _means(view: RiskView) -> Iterator[str]:
    means = view.means
    if means.due_minor <= 0:
        yield t("collector.risk.nothing_due")
    elif means.left_minor is None:
        yield t("collector.risk.not_assessed", due=money(means.due_minor))
    else:
        yield t("collector.risk.means", left=money(means.left_minor), ceiling=money(means.ceiling_minor or 0),
                due=money(means.due_minor), covered=t(f"collector.risk.covered.{means.covered_by}"))


def _signs(view: RiskView) -> Iterator[str]:
    """What willingness was read from, the deciding one first."""
    unpaid, share = view.measures[Part.MONTHS_UNPAID], view.measures[Part.PAID_SHARE]
    for sign in view.signs:
        if sign in (Sign.AGREEMENTS_KEPT, Sign.AGREEMENTS_MISSED):
            yield t("collector.risk.sign.agreements", kept=view.kept.kept, all=view.kept.kept + view.kept.missed)
        else:
            yield t(f"collector.risk.sign.{sign}", count=_counted(unpaid), all=view.cycles, share=_share(share))


def _warnings(found: CaseRisk) -> Iterator[str]:
    for warning in found.view.warnings:
        if warning is EarlyWarning.LIKELY:
            yield t("collector.risk.warning.likely", mark=percent(found.rule.warning_share, 0))
        else:
            yield t("collector.risk.warning.promise_missed", count=found.view.kept.missed)


def _estimate(score: Score) -> list[str]:
    """What so many points have meant, and the points part by part."""
    rows = [(_seen(one), _points(one)) for one in score.parts]
    rows.append((f"**{t('collector.risk.total')}**", f"**{score.total}**"))
    return [t("collector.risk.estimate", points=score.total, accounts=number(score.band.accounts),
              share=percent(score.band.share, 0)),
            table([t("collector.risk.seen"), t("collector.risk.points_head")], rows, (LEFT, RIGHT))]


def _points(one: PartScore) -> str:
    """So many of so many; where there was nothing to measure only how many; where nothing counts, that."""
    if one.value is None:
        return number(one.points)
    key = "collector.risk.points" if one.highest else "collector.risk.no_points"
    return t(key, points=one.points, highest=one.highest)


def _seen(one: PartScore) -> str:
    """What was seen of one part, in a sentence."""
    if one.value is None:
        return t(f"collector.risk.unmeasured.{one.part}")
    if one.part is Part.PAID_TREND:
        way = "rose" if one.value > 0 else "fell" if one.value < 0 else "same"
        return t(f"collector.risk.trend.{way}", points=number(round(abs(one.value) * 100)))
    return t(f"collector.risk.part.{one.part}", value=_counted(one.value) if one.part in _COUNTS else _share(one.value))


def _counted(value: Fraction | None) -> str:
    return number(int(value or 0))


def _share(value: Fraction | None) -> str:
    value = value or Fraction(0)
    return percent(Decimal(value.numerator) / Decimal(value.denominator), 0)
