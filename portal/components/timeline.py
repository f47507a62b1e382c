"""A request as its owner reads it: where it stands, what was said when, the answer and what comes next."""

from __future__ import annotations

import streamlit as st

from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    TokenPaymentTerms,
    waived_by,
)
from core.services.requests import (
    GrantedView,
    InformationAsked,
    RequestDetail,
    RequestSummary,
    TimelineEvent,
)
from core.services.standing import MissingEvidence
from portal.components import bank, endings, plan_words, schedule
from portal.components.money import paragraphs, plain
from portal.i18n import day, moment, money, t

_SHOWN = 3
"""Instalments in the open; the others one tap away."""


def line(summary: RequestSummary) -> str:
    """A request in the list: what on which card, its terms and amount, where it stands, by when it is answered."""
    when = _when(summary)
    status = t(f"cardholder.ended.{endings.how_ended(summary.kind, summary.ending)}" if summary.ending else
               f"cardholder.status.{summary.public_status}")
    return (f"**{t(f'cardholder.kind.{summary.kind}')}** · {t('cardholder.card', last4=summary.card_last4)}  \n"
            f"{_terms(summary)}  \n"
            f"{status}{t('cardholder.colon') if when else ''}{when}  \n"
            f"{t('cardholder.requests.reference', reference=summary.reference)} · {moment(summary.submitted_at)}")


def _terms(summary: RequestSummary) -> str:
    return t("cardholder.requests.line_terms", terms=schedule.terms_in_words(summary.terms),
             amount=money(summary.amount_minor))


def _when(summary: RequestSummary) -> str:
    """When it ended or was answered, or by when: the cardholder's own day while the bank waits for them."""
    if summary.ending:
        return day(summary.ending.on)
    if summary.decided_at:
        return t("cardholder.requests.decided", at=moment(summary.decided_at))
    if summary.answer_by:
        return t("cardholder.requests.answer_by", by=day(summary.answer_by))
    if not is_open(summary):
        return ""
    return t("cardholder.requests.promised_late" if summary.late else "cardholder.requests.promised",
             by=moment(summary.promised_by))


def is_open(summary: RequestSummary) -> bool:
    """Whether somebody still owes an answer."""
    return summary.public_status in ("received", "being_reviewed", "answer_needed")


def show(detail: RequestDetail, missing: MissingEvidence | None = None) -> None:
    """Status, answer, what was granted, terms and timeline of one request."""
    summary = detail.summary
    st.markdown(f"### {t(f'cardholder.kind.{summary.kind}')} · {t('cardholder.card', last4=summary.card_last4)}\n\n"
                f"{t('cardholder.requests.reference', reference=summary.reference)}")
    (st.success if summary.public_status == "approved" and not summary.ending else st.info)(_status(detail))
    if detail.granted is not None:
        _granted(detail.granted, over=summary.ending is not None)
    if detail.decision is not None:
        _decision(detail, missing)
    _asked(detail)
    steps = "\n".join(_step(event) for event in detail.timeline)
    st.markdown(f"#### {t('cardholder.requests.timeline')}\n\n{steps}")


def _status(detail: RequestDetail) -> str:
    """Where it stands, and what that means; how what was granted ended comes before that it was granted."""
    summary = detail.summary
    if summary.ending is not None:
        return endings.ended(detail, summary.ending)
    by = day(summary.answer_by) if summary.answer_by else moment(summary.promised_by)
    means = t("cardholder.requests.late", by=by, bank=bank.line(), reference=summary.reference) if summary.late else \
        t(f"cardholder.status.{summary.public_status}_means", by=by)
    return f"**{t(f'cardholder.status.{summary.public_status}')}**  \n{means}"


def _asked(detail: RequestDetail) -> None:
    """What was asked for, with its schedule."""
    summary = detail.summary
    parts = [f"#### {t('cardholder.requests.asked')}", schedule.terms_in_words(summary.terms),
             t("cardholder.requests.balance_then", amount=money(summary.amount_minor))]
    if detail.hardship_reason:
        parts.append(t("cardholder.requests.because", reason=t(f"reasons.hardship.{detail.hardship_reason}")))
    if detail.note:
        parts.append(f"> {paragraphs(detail.note)}")
    st.markdown("\n\n".join(parts))
    if detail.schedule is not None and detail.granted is None:
        schedule.show(detail.schedule)


def _decision(detail: RequestDetail, missing: MissingEvidence | None) -> None:
    if detail.decision is None:
        return
    said = f"\n\n> {paragraphs(detail.decision.message)}" if detail.decision.message else ""
    st.markdown(f"#### {t(f'cardholder.requests.why.{detail.decision.outcome}')}\n\n"
                f"{endings.reasons(detail, missing)}{said}")


def _granted(granted: GrantedView, *, over: bool) -> None:
    """The new dates and amounts in the open: nobody should have to look for what they now owe when.

    Once it is over its terms alone: nobody should take a date that no longer holds for one that does.
    """
    if over:
        st.markdown(f"#### {t('cardholder.ended.granted')}\n\n{schedule.terms_in_words(granted.terms)}")
        return
    parts = [f"#### {t('cardholder.requests.granted')}", plan_words.agreed(granted.terms, granted.dues),
             _following(granted)]
    if (waived := waived_by(granted.terms).total_minor) and isinstance(granted.terms, AgreementTerms):
        parts.append(t("cardholder.requests.waived_later", waived=money(waived)))
    in_parts = isinstance(granted.terms, AgreementTerms | TokenPaymentTerms)
    if in_parts:
        parts.append(schedule.dues(granted.dues[:_SHOWN]))
    st.markdown("\n\n".join(parts))
    if in_parts and len(granted.dues) > _SHOWN:
        with st.expander(t("cardholder.schedule.all", count=len(granted.dues))):
            st.markdown(schedule.dues(granted.dues))


def _following(granted: GrantedView) -> str:
    """What to do next."""
    words = {"on": day(granted.last_due_date), "amount": money(sum(amount for _, amount in granted.dues)),
             "first": day(granted.first_due_date), "bank": bank.line()}
    match granted.terms:
        case ExtensionTerms():
            return t("cardholder.requests.granted_extension", **words)
        case PromiseTerms():
            return t("cardholder.requests.granted_promise", **words)
        case SettlementTerms():
            return t("cardholder.requests.next_settlement", waived=money(granted.terms.waived.total_minor), **words)
        case PauseTerms():
            return t("cardholder.requests.next_pause", **words)
        case _:
            return t(f"cardholder.requests.next.{granted.state}", **words)


def question(asked: InformationAsked, reference: str) -> str:
    """What the bank would like to know, until when, and how to hand in what is asked for on paper."""
    said = f"\n\n> {paragraphs(asked.message)}" if asked.message else ""
    how = endings.documents(reference, asked.items)
    items = "\n".join(f"- {t(f'reasons.information.{item}')}" for item in asked.items)
    return (f"{t('cardholder.requests.question', by=day(asked.answer_by))}\n\n{items}{said}"
            + (f"\n\n{how}" if how else ""))


def still_to_hand_in(detail: RequestDetail) -> str:
    """How to hand in the documents asked for, while the case is open and the question itself is answered."""
    if detail.information is not None or not is_open(detail.summary):
        return ""
    return endings.documents(detail.summary.reference, [
        item for event in detail.timeline if event.event == "request_information" for item in event.reasons])


def _step(event: TimelineEvent) -> str:
    """One line; a question and its answer with their words, so that neither is lost once it is answered."""
    head = t(f"cardholder.event.{event.event}")
    if event.event == "request_information" and event.reasons:
        head = t("cardholder.requests.asked_for", event=head, items=t("cardholder.list_mark").join(
            t(f"reasons.information.{item}") for item in event.reasons))
    told = event.message if event.event in ("request_information", "provide_information") else None
    said = f"  \n  {plain(told)}" if told else ""
    return f"- {moment(event.at)} · {head}{said}"
