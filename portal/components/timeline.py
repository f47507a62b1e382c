"""A request as its owner reads it: where it stands, what was said when, the answer and what comes next."""

from __future__ import annotations

import streamlit as st

from core.services.requests import (
    DecisionView,
    GrantedView,
    InformationAsked,
    RequestDetail,
    RequestSummary,
    TimelineEvent,
)
from portal.components import schedule
from portal.components.money import paragraphs
from portal.i18n import day, moment, money, t


def line(summary: RequestSummary) -> str:
    """A request in the list: what, where it stands, by when it is answered."""
    when = t("cardholder.requests.decided", at=moment(summary.decided_at)) if summary.decided_at else \
        t("cardholder.requests.promised", by=moment(summary.promised_by)) if is_open(summary) else ""
    return (f"**{t(f'cardholder.kind.{summary.kind}')}** · {t('cardholder.card', last4=summary.card_last4)}  \n"
            f"{t(f'cardholder.status.{summary.public_status}')}{t('cardholder.colon') if when else ''}{when}  \n"
            f"{t('cardholder.requests.reference', reference=summary.reference)} · {moment(summary.submitted_at)}")


def is_open(summary: RequestSummary) -> bool:
    """Whether somebody still owes an answer."""
    return summary.public_status in ("received", "being_reviewed", "answer_needed")


def show(detail: RequestDetail) -> None:
    """Status, terms, answer and timeline of one request."""
    summary = detail.summary
    st.markdown(f"### {t(f'cardholder.kind.{summary.kind}')} · {t('cardholder.card', last4=summary.card_last4)}\n\n"
                f"{t('cardholder.requests.reference', reference=summary.reference)}")
    status = f"**{t(f'cardholder.status.{summary.public_status}')}**  \n" \
             f"{t(f'cardholder.status.{summary.public_status}_means', by=moment(summary.promised_by))}"
    (st.success if summary.public_status == "approved" else st.info)(status)
    if detail.decision is not None:
        _decision(detail.decision)
    if detail.granted is not None:
        _granted(detail.granted)
    _asked(detail)
    steps = "\n".join(_step(event) for event in detail.timeline)
    st.markdown(f"#### {t('cardholder.requests.timeline')}\n\n{steps}")


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


def _decision(decision: DecisionView) -> None:
    reasons = "\n".join(f"- {t(f'reasons.decision.{reason}')}" for reason in decision.reasons)
    said = f"\n\n> {paragraphs(decision.message)}" if decision.message else ""
    st.markdown(f"#### {t(f'cardholder.requests.why.{decision.outcome}')}\n\n{reasons}{said}")


def _granted(granted: GrantedView) -> None:
    st.markdown(f"#### {t('cardholder.requests.granted')}\n\n{schedule.terms_in_words(granted.terms)}\n\n"
                f"{t(f'cardholder.requests.next.{granted.state}', first=day(granted.first_due_date))}")
    with st.expander(t("cardholder.schedule.all", count=len(granted.dues))):
        st.markdown(schedule.dues(granted.dues))


def question(asked: InformationAsked) -> str:
    """What the bank would like to know, and until when."""
    items = "\n".join(f"- {t(f'reasons.information.{item}')}" for item in asked.items)
    said = f"\n\n> {paragraphs(asked.message)}" if asked.message else ""
    return f"{t('cardholder.requests.question', by=day(asked.answer_by))}\n\n{items}{said}"


def _step(event: TimelineEvent) -> str:
    said = f"  \n  {paragraphs(event.message)}" if event.message and event.event == "provide_information" else ""
    return f"- {moment(event.at)} · {t(f'cardholder.event.{event.event}')}{said}"
