"""What a request would come to: figures, schedule, comparison, checks and the nearest terms that would pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import streamlit as st

from core.domain.request_checks import CheckName, CheckResult, CheckUnit
from core.domain.request_terms import Terms
from core.services.requests import Preview
from portal.components import schedule
from portal.components.money import table
from portal.i18n import day, moment, money, percent, t, tn


def show(seen: Preview, use_terms: Callable[[Terms], None]) -> None:
    """Everything that moves with the terms, in one place under them."""
    st.markdown(f"### {t('cardholder.preview.title')}\n\n{_figures(seen)}\n\n{_comparison(seen)}")
    if seen.schedule is not None:
        schedule.show(seen.schedule)
    failed = [check for check in seen.checks if not check.passed]
    if failed:
        _failed(seen, failed, use_terms)
    with st.expander(t("cardholder.preview.checks", passed=len(seen.checks) - len(failed), all=len(seen.checks))):
        st.markdown("\n".join(f"- {check_in_words(check)}" for check in seen.checks))
    st.markdown(t("cardholder.preview.promised", by=moment(seen.promised_by)))


def _figures(seen: Preview) -> str:
    if seen.schedule is None:
        return table([t("cardholder.preview.figure"), t("cardholder.part.amount")], [
            (t("cardholder.preview.deferred"), money(seen.deferred_minor)),
            (t("cardholder.preview.until"), day(seen.until_date)),
            (t("cardholder.preview.extension_cost"), money(seen.cost_minor)),
            (t("cardholder.preview.rate"), _rate(seen.annualised_rate))])
    return table([t("cardholder.preview.figure"), t("cardholder.part.amount")], [
        (t("cardholder.preview.instalment"), f"**{schedule.monthly(seen.terms, seen.schedule)}**"),
        (t("cardholder.preview.cost"), money(seen.cost_minor)),
        (t("cardholder.preview.total"), money(seen.total_minor)),
        (t("cardholder.preview.rate"), _rate(seen.annualised_rate)),
        (t("cardholder.preview.until"), day(seen.until_date))])


def _rate(rate: Decimal) -> str:
    return percent(rate / 100)


def _comparison(seen: Preview) -> str:
    saved = seen.do_nothing_total_minor - seen.total_minor
    name = "saves" if saved > 0 else "costs"
    return t(f"cardholder.preview.{name}", nothing=money(seen.do_nothing_total_minor), on=day(seen.until_date),
             total=money(seen.total_minor), difference=money(abs(saved)))


def _failed(seen: Preview, failed: list[CheckResult], use_terms: Callable[[Terms], None]) -> None:
    lines = "\n".join(f"- {check_in_words(check)}" for check in failed)
    ending = t("cardholder.preview.may_send" if seen.may_send else "cardholder.preview.may_not_send")
    st.warning(f"{t('cardholder.preview.failed')}\n\n{lines}\n\n{ending}")
    if seen.nearest_terms is not None:
        st.markdown(t("cardholder.preview.nearest", terms=schedule.terms_in_words(seen.nearest_terms)))
        st.button(t("cardholder.preview.use_nearest"), on_click=use_terms, args=(seen.nearest_terms,))
    elif any(check.name is CheckName.AFFORDABLE and check.limit is not None for check in failed):
        st.markdown(t("cardholder.preview.none_fits"))


def check_in_words(check: CheckResult) -> str:
    """One check as a sentence, with what was found and its limit."""
    sign = t("cardholder.check.passed" if check.passed else "cardholder.check.failed")
    name = t(f"cardholder.check.{check.name}")
    if check.unit is CheckUnit.FLAG or check.value is None or check.limit is None:
        return t("cardholder.check.line", sign=sign, name=name)
    return t("cardholder.check.line_with_limit", sign=sign, name=name, value=measured(check.unit, check.value),
             limit=measured(check.unit, check.limit))


def measured(unit: CheckUnit, value: int | date) -> str:
    """What a check measured, written in its unit."""
    if isinstance(value, date):
        return day(value)
    return {CheckUnit.MINOR: money, CheckUnit.MONTHS: lambda count: tn("common.months", count),
            CheckUnit.DAYS: lambda count: tn("common.days", count),
            CheckUnit.RATE: lambda rate: percent(Decimal(rate) / 10_000)}[unit](value)


def legal_effects(seen: Preview) -> str:
    """What sending the request does in law, line by line."""
    return "\n".join(f"- {t(f'reasons.effect.{effect}')}" for effect in seen.legal_effects)


