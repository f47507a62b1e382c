"""From one of the plans made together to a request: one last look, what it means in law, one sending.

    found = several_cards.proposal(seen.actor, seen.context, today)
    card = several_send.chosen(found)
    if card is not None: done = several_send.show(seen, found, card)
    else:                several_cards.show(found, several_send.take)
"""

from __future__ import annotations

import uuid

import streamlit as st

from core.domain.errors import PortalError
from core.domain.hardship import HardshipReason
from core.domain.offers.as_request import terms_of
from core.domain.offers.offer import Offer
from core.domain.proposal import ProposalKind
from core.services import requests
from core.services.requests import RequestDraft, Submitted
from core.services.several_cards import CardWay, SeveralCards
from portal import errors
from portal.components import preview, schedule
from portal.components.several_cards import detail
from portal.i18n import moment, money, t, tn
from portal.session import Viewer

_CHOSEN, _TERMS, _KEY, _AGREED = "several_chosen", "several_terms", "several_key", "several_agreed"


def take(card: CardWay) -> None:
    """A card's button was clicked: its plan is looked at once more before anything is sent."""
    st.session_state[_CHOSEN] = card.account_id
    st.session_state[_TERMS] = None if card.plan is None else terms_of(card.plan)
    st.session_state[_KEY] = uuid.uuid4().hex
    st.session_state.pop(_AGREED, None)


def put_back() -> None:
    """Back to all cards; nothing was sent."""
    for name in (_CHOSEN, _TERMS, _KEY, _AGREED):
        st.session_state.pop(name, None)


def chosen(found: SeveralCards | None) -> CardWay | None:
    """The card whose plan was clicked, as its plan is today; None where none was, or there is none any more."""
    if found is None:
        return None
    asked = st.session_state.get(_CHOSEN)
    return next((card for card in found.cards if card.account_id == asked and card.plan is not None
                 and not found.missing_minor), None)


def show(seen: Viewer, found: SeveralCards, card: CardWay) -> Submitted | None:
    """The send step of one card; what was sent, once it is. A second click sends nothing again.

    Plans are made anew from today's facts: one that is no longer the one that was clicked is never sent in its place.
    """
    if card.plan is None:
        return None
    if terms_of(card.plan) != st.session_state.get(_TERMS):
        st.info(t("assistant.send.changed"))
        _back()
        return None
    st.markdown(f"### {t('cardholder.several.send_title', last4=card.card_last4)}\n\n{_summary(card, card.plan)}")
    try:
        worked_out = requests.preview(seen.actor, seen.context, _draft(card, card.plan, found.declared_hardship),
                                      seen.context.clock.today())
    except PortalError as refusal:
        errors.show(refusal, instead=True)
        _back()
        return None
    if worked_out.schedule is not None:
        schedule.show(worked_out.schedule, worked_out.down_payment_due_date)
    reason = _reason(found)
    st.markdown(f"#### {t('cardholder.request.effect_title')}\n\n{preview.legal_effects(worked_out)}\n\n"
                f"{t('cardholder.preview.promised', by=moment(worked_out.promised_by))}")
    agreed = st.checkbox(t("cardholder.request.acknowledge"), key=_AGREED)
    with st.container(horizontal=True):
        sent = st.button(t("cardholder.request.send"), type="primary", key="several_send")
        _back()
    return _send(seen, _draft(card, card.plan, reason), agreed) if sent else None


def _back() -> None:
    st.button(t("cardholder.several.back"), key="several_back", on_click=put_back)


def _send(seen: Viewer, draft: RequestDraft, agreed: bool) -> Submitted | None:
    try:
        done = requests.submit(seen.actor, seen.context, draft, acknowledged=agreed,
                               idempotency_key=st.session_state[_KEY])
    except PortalError as refusal:
        errors.show(refusal)
        return None
    put_back()
    return done


def _draft(card: CardWay, plan: Offer, reason: HardshipReason | None) -> RequestDraft:
    return RequestDraft(card.account_id, ProposalKind(plan.kind.value), terms_of(plan), reason)


def _summary(card: CardWay, plan: Offer) -> str:
    return "\n\n".join([t("cardholder.several.send_monthly", amount=money(plan.monthly_minor),
                          length=tn("common.months", plan.months)), detail(card, plan)])


def _reason(found: SeveralCards) -> HardshipReason | None:
    """What happened, as it was declared; only where nothing was is there something to choose."""
    if found.declared_hardship is not None:
        return found.declared_hardship
    reason = st.selectbox(t("cardholder.request.hardship"), [one.value for one in HardshipReason], index=None,
                          key="several_reason", placeholder=t("cardholder.afford.choose"),
                          format_func=lambda one: t(f"reasons.hardship.{one}"))
    return HardshipReason(reason) if reason else None
