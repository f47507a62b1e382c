"""From an offer to a request: one last look, what it means in law, one sending, and the confirmation."""

from __future__ import annotations

import streamlit as st

from core.domain.errors import Conflict, PortalError
from core.domain.hardship import HardshipReason
from core.domain.offers.as_request import terms_of
from core.domain.offers.offer import Offer
from core.domain.proposal import ProposalKind
from core.services import assistant, requests
from core.services.assistant import Conversation
from core.services.requests import RequestDraft, Submitted
from portal import errors
from portal.components import assistant_offers, preview, schedule
from portal.components import assistant_steps as steps
from portal.components.assistant_amounts import Owed
from portal.components.assistant_steps import Chosen
from portal.i18n import moment, t
from portal.session import Viewer


def show(seen: Viewer, found: Conversation, chosen: Chosen, offer: Offer, *, other_cards: bool) -> Submitted | None:
    """The send step for one offer; what was sent, once it is. ``other_cards``: whether they share the money."""
    st.markdown(f"### {t('assistant.send.title')}")
    draft = RequestDraft(found.account_id, ProposalKind(offer.kind.value), terms_of(offer), found.declared_hardship)
    try:
        worked_out = requests.preview(seen.actor, seen.context, draft, seen.context.clock.today())
    except PortalError as refusal:
        errors.show(refusal, instead=True)
        st.button(t("assistant.send.back"), key="assistant_back", on_click=steps.put_back)
        return None
    with st.container(border=True, key="assistant_chosen"):
        st.markdown(assistant_offers.summary(
            offer, Owed(max(found.balance_minor, 0), found.as_of, found.facts, other_cards)))
    if worked_out.schedule is not None:
        schedule.show(worked_out.schedule, worked_out.down_payment_due_date)
    reason, note = _extra(found)
    st.markdown(f"#### {t('cardholder.request.effect_title')}\n\n{preview.legal_effects(worked_out)}\n\n"
                f"{t('cardholder.preview.promised', by=moment(worked_out.promised_by))}\n\n{t('assistant.send.told')}")
    agreed = st.checkbox(t("cardholder.request.acknowledge"), key=f"assistant_agreed_{chosen.key}")
    with st.container(horizontal=True):
        sent = st.button(t("cardholder.request.send"), type="primary", key="assistant_send")
        st.button(t("assistant.send.back"), key="assistant_back", on_click=steps.put_back)
    if not sent:
        return None
    try:
        return assistant.choose(seen.actor, seen.context, found.conversation_id, chosen.choice.turn_number,
                                chosen.choice.label,
                                acknowledged=agreed, hardship_reason=reason, note=note, idempotency_key=chosen.key)
    except Conflict as changed:
        errors.show(changed)
        st.info(t("assistant.send.changed"))
    except PortalError as refusal:
        errors.show(refusal)
    return None


def _extra(found: Conversation) -> tuple[HardshipReason | None, str]:
    """What happened, as it was declared, and a note: nothing of it has to be filled in."""
    with st.expander(t("assistant.send.extra")):
        key = f"assistant_reason_{found.conversation_id}"
        st.session_state.setdefault(key, found.declared_hardship.value if found.declared_hardship else None)
        reason = st.selectbox(t("assistant.send.because"), [one.value for one in HardshipReason], key=key,
                              placeholder=t("cardholder.afford.choose"),
                              format_func=lambda one: t(f"reasons.hardship.{one}"))
        note = st.text_area(t("assistant.send.note"), key=f"assistant_note_{found.conversation_id}",
                            help=t("cardholder.request.note_help"))
    return HardshipReason(reason) if reason else None, note or ""
