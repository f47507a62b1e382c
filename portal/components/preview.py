"""What a request would come to: figures, schedule, comparison, checks and the nearest terms that would pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import streamlit as st

from core.domain.request_checks import CheckName, CheckResult, CheckUnit
from core.domain.request_terms import ExtensionTerms, PromiseTerms, Terms
from core.services.outlooks import MONTHS_AHEAD
from core.services.requests import Preview
from portal.components import request_figures, schedule
from portal.components.money import table
from portal.components.outlook import cost_notes
from portal.i18n import day, moment, money, percent, t, tn

_MONTHS_MONEY = (CheckName.AFFORDABLE, CheckName.MONTH_SHARED)


def show(seen: Preview, use_terms: Callable[[Terms], None]) -> None:
    """Everything that moves with the terms, in one place under them."""
    st.markdown(f"### {t('cardholder.preview.title')}\n\n{_figures(seen)}")
    if seen.schedule is not None:
        schedule.show(seen.schedule, seen.down_payment_due_date)
    # A few weeks are no time to speak of courts.
    notes = [] if isinstance(seen.terms, ExtensionTerms | PromiseTerms) else cost_notes(seen.do_nothing.marks)
    st.markdown("\n\n".join([_comparison(seen), *notes]))
    failed = [check for check in seen.checks if not check.passed]
    if failed:
        _failed(seen, failed, use_terms)
    with st.expander(t("cardholder.preview.checks", passed=len(seen.checks) - len(failed), all=len(seen.checks))):
        st.markdown("\n".join(f"- {check_in_words(check)}" for check in seen.checks))
    st.markdown(t("cardholder.preview.promised", by=moment(seen.promised_by)))


def _figures(seen: Preview) -> str:
    return table([t("cardholder.preview.figure"), t("cardholder.part.amount")], request_figures.rows(seen))


def _comparison(seen: Preview) -> str:
    """These terms beside paying nothing, on the same day, twelve months ahead at most."""
    nothing, on = seen.do_nothing, day(seen.do_nothing.until_date)
    unpaid = {"total": money(nothing.total_minor), "interest": money(nothing.interest_minor),
              "late_fees": money(nothing.late_fees_minor)}
    if isinstance(seen.terms, ExtensionTerms):
        saved = max(nothing.total_minor - seen.total_minor, 0)
        left = money(seen.left_meanwhile_minor)
        line = t("cardholder.preview.extension_saves", left=left, saved=money(saved)) if saved else \
            t("cardholder.preview.extension_same", left=left)
    else:
        line = t("cardholder.preview.agreement_then", paid=money(seen.paid_meanwhile_minor),
                 left=money(seen.left_meanwhile_minor))
    without = t("cardholder.preview.unpaid_months", length=tn("common.months", MONTHS_AHEAD), **unpaid) \
        if nothing.capped else t("cardholder.preview.unpaid_until", **unpaid)
    return "\n".join([t("cardholder.preview.compared", on=on), "", f"- {line}", f"- {without}", "",
                      t("cardholder.chart.assumptions")])


def _failed(seen: Preview, failed: list[CheckResult], use_terms: Callable[[Terms], None]) -> None:
    lines = "\n".join(f"- {check_in_words(check)}" for check in failed)
    ending = t("cardholder.preview.may_send" if seen.may_send else "cardholder.preview.may_not_send")
    st.warning(f"{t('cardholder.preview.failed')}\n\n{lines}\n\n{ending}")
    if seen.nearest_terms is not None:
        st.markdown(t("cardholder.preview.nearest", terms=schedule.terms_in_words(seen.nearest_terms)))
        st.button(t("cardholder.preview.use_nearest"), on_click=use_terms, args=(seen.nearest_terms,))
    elif any(check.name in _MONTHS_MONEY and check.limit is not None for check in failed):
        taken = seen.means.promised or seen.means.claims
        st.markdown(t("cardholder.preview.none_left" if taken else "cardholder.preview.none_fits"))


def check_in_words(check: CheckResult) -> str:
    """One check as a sentence: whether it is met, the bounds, and what was found."""
    sign = t("cardholder.check.passed" if check.passed else "cardholder.check.failed")
    unmeasured = check.unit is not CheckUnit.FLAG and (check.value is None or check.limit is None)
    lacking = unmeasured or (check.unit is CheckUnit.FLAG and not check.passed)
    figures = {name: measured(check.unit, figure) for name, figure in (
        ("value", check.value), ("lowest", check.lowest), ("highest", check.highest)) if figure is not None}
    says = t(f"cardholder.check.{'lacks' if lacking else 'says'}.{check.name}", **figures)
    return t("cardholder.check.sentence", sign=sign, says=says)


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
