"""A repayment schedule and its terms in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
    waived_by,
)
from core.domain.schedule import Schedule
from portal.components.money import table, unbroken
from portal.i18n import day, money, money_short, month_name, percent, t, tn

_SHOWN = 3


def terms_in_words(terms: Terms) -> str:
    """One sentence: what is asked for or granted."""
    said = _without_waiver(terms)
    waived = waived_by(terms).total_minor
    return t("cardholder.terms.with_waiver", terms=said, waived=money(waived)) if waived else said


def _without_waiver(terms: Terms) -> str:
    match terms:
        case ExtensionTerms():
            return t("cardholder.terms.extension", length=tn("common.days", terms.days))
        case AgreementTerms():
            return _agreement(terms)
        case SettlementTerms():
            return t("cardholder.terms.settlement", amount=money(terms.amount_minor), by=day(terms.pay_by))
        case TokenPaymentTerms():
            return t("cardholder.terms.token_payment", amount=money(terms.monthly_minor),
                     length=tn("common.months", terms.months), first=day(terms.first_due_date),
                     interest=_meanwhile(terms))
        case PauseTerms():
            return t("cardholder.terms.pause", length=tn("common.months", terms.months), interest=_meanwhile(terms))
        case PromiseTerms():
            return t("cardholder.terms.promise_to_pay", amount=money(terms.amount_minor), by=day(terms.pay_by))


def _meanwhile(terms: TokenPaymentTerms | PauseTerms) -> str:
    return t("cardholder.terms.interest.rate_meanwhile", rate=percent(terms.annual_rate)) if terms.annual_rate else \
        t("cardholder.terms.interest.none_meanwhile")


def interest_in_words(terms: AgreementTerms) -> str:
    """None, a yearly rate, or none at first and then that rate."""
    if not terms.annual_rate:
        return t("cardholder.terms.interest.none")
    rate = t("cardholder.terms.interest.rate", rate=percent(terms.annual_rate))
    if not terms.interest_free_months:
        return rate
    return t("cardholder.terms.interest.free_first", length=tn("common.months", terms.interest_free_months), rate=rate)


def _agreement(terms: AgreementTerms) -> str:
    said = t("cardholder.terms.agreement", count=terms.count, first=day(terms.first_due_date),
             frequency=t(f"reasons.frequency.{terms.frequency}"), interest=interest_in_words(terms))
    if terms.down_payment_minor:
        said = t("cardholder.terms.with_down", terms=said, down=money(terms.down_payment_minor))
    shape = terms.shape
    if shape.step_months:
        said = t("cardholder.terms.with_steps", terms=said, length=tn("common.months", shape.step_months),
                 share=percent(shape.step_share))
    if shape.lean_months:
        months = t("cardholder.list_mark").join(month_name(month) for month in shape.lean_months)
        said = t("cardholder.terms.with_lean_months", terms=said, share=percent(shape.lean_share), months=months)
    return said


def show(schedule: Schedule, down_payment_due: date | None = None) -> None:
    """What is paid first and the first instalments at once, all of them on request."""
    # Three narrow columns, what is left in whole yuan: it fits a phone without scrolling sideways.
    rows = [(unbroken(t("cardholder.schedule.line", number=row.number, due=day(row.due_date))),
             money(row.amount_minor), money_short(row.balance_after_minor)) for row in schedule.instalments]
    first = _down_payment(schedule, down_payment_due)
    heads = [t(f"cardholder.schedule.{name}") for name in ("due", "amount", "left")]
    st.markdown(table(heads, [*first, *rows[:_SHOWN]]))
    if len(rows) > _SHOWN:
        with st.expander(t("cardholder.schedule.all", count=len(rows))):
            st.markdown(table(heads, [*first, *rows]))


def _down_payment(schedule: Schedule, due: date | None) -> list[tuple[str, str, str]]:
    """Its row, if anything is paid first; the day is known once somebody grants it, or as if granted today."""
    if not schedule.down_payment_minor:
        return []
    name = t("cardholder.schedule.down", due=day(due)) if due else t("cardholder.schedule.down_undated")
    return [(unbroken(name), money(schedule.down_payment_minor), money_short(schedule.principal_minor))]


def dues(rows: Sequence[tuple[date, int]]) -> str:
    """What falls due when: a Markdown table."""
    return table([t("cardholder.schedule.due"), t("cardholder.schedule.amount")],
                 [(unbroken(day(on)), money(amount)) for on, amount in rows])


def monthly(terms: Terms, schedule: Schedule | None) -> str:
    """The regular instalment as one amount, from least to most where they differ; empty where there is none."""
    if schedule is None or not isinstance(terms, AgreementTerms) or not schedule.instalments:
        return ""
    if terms.shape.is_level:
        return money(schedule.instalments[0].amount_minor)
    # The last one absorbs what rounding left.
    amounts = [row.amount_minor for row in schedule.instalments[:-1] or schedule.instalments]
    return t("cardholder.schedule.from_to", least=money(min(amounts)), most=money(max(amounts)))
