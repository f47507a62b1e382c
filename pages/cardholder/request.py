"""Ask for a way out: terms that show at once what they come to, their legal effect, and one sending."""

from __future__ import annotations

import uuid
from functools import partial

import streamlit as st

from core.domain.actor import Role
from core.domain.affordability import Outcome
from core.domain.errors import PortalError
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckName
from core.services import requests
from core.services.means import Means
from core.services.requests import AccountOption, Preview, RequestDraft, RequestOptions, Submitted
from portal import errors, visit
from portal.components import bank, preview, states, terms
from portal.components.assessment import NOTHING_LEFT
from portal.i18n import day, moment, money, t
from portal.navigation import go, link
from portal.session import Viewer, viewer

_KEY, _DONE, _AGREED, _TOLD = "request_key", "request_done", "request_acknowledged", "request_told"

_FIRST = {CheckName.NO_OPEN_REQUEST: "open_request", CheckName.NO_ARRANGEMENT: "arrangement"}


def main() -> None:
    """One run of the page: the confirmation, the reason why not, or the form."""
    seen = viewer(Role.CARDHOLDER)
    st.title(t("common.page.request"))
    if (done := visit.kept().get(_DONE)) is not None:
        _confirm(seen, done)
        return
    options = requests.request_options(seen.actor, seen.context, seen.context.clock.today())
    if not options.accounts:
        states.empty(t("cardholder.overview.empty_title"), t("cardholder.overview.empty", bank=bank.line()))
        states.help_lines()
        return
    option = terms.account(options, st.query_params.get("account"))
    if option is None:
        states.not_found("request")
        states.help_lines()
        return
    if option.blocked_by is not None:
        _blocked(option)
    else:
        link("assistant", t("assistant.rather_talk"), account=option.account_id)
        _means(option, options)
        _form(option, options)
    states.help_lines()


def _blocked(option: AccountOption) -> None:
    st.info(t(f"cardholder.request.blocked.{option.blocked_by}"))
    if option.blocked_by == "nothing_owed":
        return
    if st.button(t("cardholder.step.my_requests"), type="primary"):
        go("my_requests", **({"id": option.open_request_id} if option.open_request_id else {}))


def _means(option: AccountOption, options: RequestOptions) -> None:
    """What the bank knows of the reader's means and what other cards take of it, or the way to say it."""
    means = option.means
    if means.affordable_minor is None:
        st.info(t("cardholder.request.no_assessment"))
        if st.button(t("cardholder.step.affordability")):
            go("affordability")
        return
    outcome = options.assessment_outcome
    said = _nothing_left(option, outcome) if outcome in NOTHING_LEFT else \
        [_affordable(means, money(means.affordable_minor))]
    said += [t("cardholder.request.once_granted" if claim.granted else "cardholder.request.once_asked",
               last4=claim.card_last4, amount=money(claim.amount_minor), on=day(claim.due_date))
             for claim in means.claims]
    if option.leaves_room:
        said.append(t("cardholder.request.other_cards"))
    st.markdown("\n\n".join(said))


def _nothing_left(option: AccountOption, outcome: Outcome | None) -> list[str]:
    """What the result advised where no instalment fits: no sum of nothing, but the way on."""
    later = ProposalKind.EXTENSION in option.kinds
    return [t(f"cardholder.request.nothing_left.{outcome}"),
            t("cardholder.request.rather_extension" if later else "cardholder.request.rather_write")]


def _affordable(means: Means, amount: str) -> str:
    if not means.promised:
        return t("cardholder.request.affordable", amount=amount)
    promised = t("cardholder.list_mark").join(
        t("cardholder.request.promised_granted" if one.granted else "cardholder.request.promised_asked",
          amount=money(one.monthly_minor), last4=one.card_last4) for one in means.promised)
    return t("cardholder.request.affordable_left", amount=amount, promised=promised, left=money(means.left_minor or 0))


@st.fragment
def _form(option: AccountOption, options: RequestOptions) -> None:
    """Terms and what they come to, worked out anew as they move."""
    seen = viewer(Role.CARDHOLDER)
    st.session_state.setdefault(_KEY, uuid.uuid4().hex)
    draft = terms.draft(option, options, terms.kind(option))
    if draft is None:
        st.caption(t("cardholder.request.unreadable"))
        return
    try:
        worked_out = requests.preview(seen.actor, seen.context, draft, seen.context.clock.today())
    except PortalError as refusal:
        errors.show(refusal, instead=True)
        return
    if _overtaken(worked_out):
        return
    preview.show(worked_out, partial(terms.take, option))
    if worked_out.may_send:
        _send(seen, draft, worked_out)


def _overtaken(worked_out: Preview) -> bool:
    """Whether another tab or the bank was first while this form was open; then says so, and leads there."""
    failed = {check.name for check in worked_out.checks if not check.passed}
    first = next((blocker for check, blocker in _FIRST.items() if check in failed), None)
    if first is None:
        return False
    st.info(t(f"cardholder.request.blocked.{first}"))
    if st.button(t("cardholder.step.my_requests"), type="primary"):
        go("my_requests")
    return True


def _send(seen: Viewer, draft: RequestDraft, worked_out: Preview) -> None:
    st.markdown(f"### {t('cardholder.request.effect_title')}\n\n{preview.legal_effects(worked_out)}")
    told = (draft.account_id, draft.kind)
    if st.session_state.get(_TOLD, told) != told:
        # What was agreed to is the effect of another request: this one's has to be read first.
        st.session_state.pop(_AGREED, None)
    st.session_state[_TOLD] = told
    agreed = st.checkbox(t("cardholder.request.acknowledge"), key=_AGREED)
    if not st.button(t("cardholder.request.send"), type="primary"):
        return
    try:
        done = requests.submit(seen.actor, seen.context, draft, acknowledged=agreed,
                               idempotency_key=st.session_state[_KEY])
    except PortalError as refusal:
        errors.show(refusal)
        return
    visit.kept()[_DONE] = done
    # The next request is another one, with a key and an agreement of its own.
    for key in (_KEY, _AGREED, _TOLD):
        st.session_state.pop(key, None)
    st.rerun(scope="app")


def _confirm(seen: Viewer, done: Submitted) -> None:
    others = requests.request_options(seen.actor, seen.context, seen.context.clock.today()).accounts
    st.success(f"**{t('cardholder.request.done_title')}**\n\n"
               f"{t('cardholder.request.done', reference=done.reference, by=moment(done.promised_by))}")
    st.markdown(t("cardholder.request.done_next"))
    with st.container(horizontal=True):
        if st.button(t("cardholder.request.see"), type="primary"):
            go("my_requests", id=done.proposal_id)
        if any(option.blocked_by is None for option in others):
            st.button(t("cardholder.request.another"), on_click=_forget)
    states.help_lines()


def _forget() -> None:
    """Let the next form start afresh, and not on the card just asked for."""
    visit.kept().pop(_DONE, None)
    st.query_params.pop("account", None)


main()
