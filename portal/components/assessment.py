"""The result of an assessment in words: what is left, what is affordable, which limit binds, what would change it."""

from __future__ import annotations

from math import floor

import streamlit as st

from core.domain.affordability import AffordabilityAssessment, Lever, Limit, NearestChange, Outcome, Route
from core.services.assessment_records import FinishedAssessment, IncomeKind
from portal.components import bank
from portal.components.money import amounts, table
from portal.i18n import day, money, t

NOTHING_LEFT = (Outcome.NO_INCOME, Outcome.NO_SURPLUS)
"""Outcomes without an instalment: what counts then are the other ways."""


def show_result(done: FinishedAssessment) -> None:
    """The one figure and what it means; where there is none, the ways on in its place: never a dead end."""
    result = done.result
    if result.outcome not in NOTHING_LEFT:
        st.metric(t("cardholder.result.affordable"), money(result.affordable_minor))
    st.markdown(t(f"cardholder.result.outcome.{result.outcome}", amount=money(result.affordable_minor),
                  ceiling=money(result.ceiling_minor)))
    if result.outcome is not Outcome.AFFORDABLE:
        routes = "\n".join(f"- {_route(route)}" for route in result.routes)
        st.info(f"**{t('cardholder.result.routes')}**\n\n{routes}")


def show_reasons(done: FinishedAssessment) -> None:
    """How the result came about, down to its limits, and what would change it."""
    result = done.result
    reasons = "\n".join(f"- {_reason(reason.code, dict(reason.figures))}" for reason in result.reasons)
    st.markdown(f"#### {t('cardholder.result.why')}\n\n{reasons}")
    if result.nearest_change is not None and result.nearest_change.lever is not Lever.EVIDENCE:
        st.markdown(_change(result.nearest_change))
    if result.evidence_requested:
        kinds = t("cardholder.list_mark").join(evidence(kind) for kind in result.evidence_requested)
        st.markdown(f"#### {t('cardholder.result.evidence')}\n\n{t('cardholder.result.evidence_text', kinds=kinds)}")
    with st.expander(t("cardholder.result.working")):
        st.markdown(f"{_counted(result)}\n\n{_limits(result)}")
    st.caption(t("cardholder.result.person_decides", on=day(done.as_of), version=done.policy_version))


def evidence(kind: str) -> str:
    """The words for a kind of income or spending that evidence is asked for."""
    return t(f"reasons.income.{kind}") if kind in tuple(IncomeKind) else t(f"reasons.spending.{kind}")


def _route(route: Route) -> str:
    if route is Route.CALL_A_PERSON:
        return t("reasons.route.call_a_person", bank=bank.line())
    return t(f"reasons.route.{route}")


def _reason(code: str, figures: dict[str, int]) -> str:
    left = figures.get("limit_minor", figures.get("affordable_minor", 1))
    if left <= 0:  # "at most -5 a month" would be no sentence
        code, figures = f"{code}_none", {**figures, "gap_minor": -left}
    return t(f"reasons.affordability.{code}",
             **{name: money(value) if name.endswith("_minor") else value for name, value in figures.items()})


def _change(change: NearestChange) -> str:
    said = t(f"reasons.change.{change.lever}", amount=money(change.amount_minor))
    return f"#### {t('cardholder.result.change')}\n\n{said}\n\n{t('cardholder.result.change_note')}"


def _counted(result: AffordabilityAssessment) -> str:
    counted = result.counted
    rows = [(t("cardholder.result.counted.income"), counted.income_minor)]
    rows += [(t(f"cardholder.result.counted.{name}"), -getattr(counted, f"{name}_minor"))
             for name in ("priority", "living", "discretionary", "other_debt_payments")]
    return amounts(t("cardholder.result.counted.head"), t("cardholder.result.per_month"), rows,
                   (t("cardholder.result.counted.disposable"), result.disposable_minor))


def _limits(result: AffordabilityAssessment) -> str:
    rows = []
    for limit in Limit:
        name, amount = t(f"reasons.limit.{limit}"), money(floor(result.limits[limit]))
        binds = limit is result.binding
        rows.append((f"**{name}** {t('cardholder.result.binds')}" if binds else name,
                     f"**{amount}**" if binds else amount))
    return table([t("cardholder.result.limit"), t("cardholder.result.per_month")], rows)
