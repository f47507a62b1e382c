"""The form of a request: which account, which kind, which terms; sliders and lists, one amount to type."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from core.domain.calendar import Frequency
from core.domain.hardship import HardshipReason
from core.domain.proposal import ProposalKind
from core.domain.request_terms import AgreementTerms, ExtensionTerms, Terms
from core.services.requests import AccountOption, RequestDraft, RequestOptions
from portal.components import account_choice, forms
from portal.i18n import day, money, t

_PREFIX = "request_"


def account(options: RequestOptions, asked: str | None) -> AccountOption | None:
    """The account the request is about; None: the address names one that is not theirs."""
    return account_choice.choose(
        options, asked, f"{_PREFIX}account", t("cardholder.request.account"),
        line=lambda one: t("cardholder.request.account_line", last4=one.card_last4, amount=money(one.balance_minor)))


def kind(option: AccountOption) -> ProposalKind:
    """Extension or agreement, each with a line saying what it is for."""
    key = f"{_PREFIX}kind_{option.account_id}"
    st.session_state.setdefault(key, (option.kinds[0] if _rather_extension(option) else option.kinds[-1]).value)
    chosen = st.radio(t("cardholder.request.kind"), [one.value for one in option.kinds], key=key,
                      format_func=lambda one: t(f"cardholder.kind.{one}"),
                      captions=[t(f"cardholder.kind.{one}_caption") for one in option.kinds])
    return ProposalKind(str(chosen))


def _rather_extension(option: AccountOption) -> bool:
    """Whether a later day is where to begin: the reader's means are known, and no instalment fits them."""
    return ProposalKind.EXTENSION in option.kinds and option.means.left_minor is not None \
        and option.suggested_agreement is None


def draft(option: AccountOption, options: RequestOptions, asked: ProposalKind) -> RequestDraft | None:
    """The terms as they stand in the form; None while an amount cannot be read."""
    terms: Terms | None = _extension(option) if asked is ProposalKind.EXTENSION else _agreement(option)
    declared = options.declared_hardship
    st.session_state.setdefault(f"{_PREFIX}reason", declared.value if declared else None)
    reason = st.selectbox(t("cardholder.request.hardship"), [one.value for one in options.hardship_reasons],
                          key=f"{_PREFIX}reason", placeholder=t("cardholder.afford.choose"),
                          format_func=lambda one: t(f"reasons.hardship.{one}"))
    note = st.text_area(t("cardholder.request.note"), key=f"{_PREFIX}note",
                        help=t("cardholder.request.note_help"))
    if terms is None:
        return None
    return RequestDraft(option.account_id, asked, terms, HardshipReason(reason) if reason else None, note or "")


def take(option: AccountOption, terms: Terms) -> None:
    """Put ``terms`` into the form (a button's callback)."""
    if isinstance(terms, ExtensionTerms):
        st.session_state[_key(option, "days")] = terms.days
    if not isinstance(terms, AgreementTerms):
        return
    st.session_state[_key(option, "months")] = terms.months
    st.session_state[_key(option, "first")] = terms.first_due_date
    st.session_state[_key(option, "down")] = forms.write_amount(terms.down_payment_minor)
    st.session_state[_key(option, "frequency")] = terms.frequency.value


def _key(option: AccountOption, name: str) -> str:
    return f"{_PREFIX}{name}_{option.account_id}"


def _extension(option: AccountOption) -> ExtensionTerms:
    limits, key = option.limits, _key(option, "days")
    st.session_state.setdefault(key, min(30, limits.max_extension_days))
    return ExtensionTerms(int(st.slider(
        t("cardholder.request.days", amount=money(option.amount_due_minor)), limits.min_extension_days,
        limits.max_extension_days, key=key)))


def _agreement(option: AccountOption) -> AgreementTerms | None:
    limits = option.limits
    suggested = option.suggested_agreement
    days = _first_days(option.first_due_from, option.first_due_to)
    st.session_state.setdefault(_key(option, "months"), suggested.months if suggested else limits.max_months)
    st.session_state.setdefault(_key(option, "first"), suggested.first_due_date if suggested else days[0])
    st.session_state.setdefault(_key(option, "frequency"), Frequency.MONTHLY.value)
    if st.session_state[_key(option, "first")] not in days:
        st.session_state[_key(option, "first")] = days[0]
    months = st.slider(t("cardholder.request.months"), limits.min_months, limits.max_months, key=_key(option, "months"),
                       format=t("cardholder.request.months_format"))
    left, right = st.columns(2)
    first = left.selectbox(t("cardholder.request.first"), days, format_func=day, key=_key(option, "first"))
    frequency = right.selectbox(t("cardholder.request.frequency"), [one.value for one in Frequency],
                                format_func=lambda one: t(f"reasons.frequency.{one}"), key=_key(option, "frequency"))
    most = money(option.max_down_payment_minor)
    down = forms.amount_field(t("cardholder.request.down", most=most), _key(option, "down"))
    if down is None:
        return None
    if down > option.max_down_payment_minor:
        st.error(t("cardholder.request.down_above_limit", most=most))
        return None
    return AgreementTerms(months=int(months), first_due_date=first, down_payment_minor=down,
                          annual_rate=limits.lowest_annual_rate, frequency=Frequency(frequency))


def _first_days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
