"""What I owe: the one number first, what it means, what comes next, and how every figure was worked out."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from core.domain.actor import Role
from core.domain.message_templates import OF_THE_ACCOUNT
from core.services import accounts
from core.services import messages as message_box
from core.services import standing as endings_of
from core.services.accounts import AccountDetail, Overview
from core.services.outlooks import Outlook
from core.services.positions import AccountPosition
from portal.components import bank, endings, explain, forms, history, messages, outlook, standing, states
from portal.i18n import day, money, t
from portal.navigation import go, link
from portal.session import Viewer, viewer

_CHOSEN = "overview_account"
_NEWS_FOR = timedelta(days=7)


def main() -> None:
    """One run of the page."""
    seen = viewer(Role.CARDHOLDER)
    as_of = seen.context.clock.today()
    found, detail = accounts.overview_with_detail(seen.actor, seen.context, as_of, _asked())
    st.title(t("common.page.overview"))
    if not found.accounts:
        states.empty(t("cardholder.overview.empty_title"), t("cardholder.overview.empty", bank=bank.line()))
        states.help_lines()
        return
    if detail is None:
        states.not_found("overview")
        states.help_lines()
        return
    chosen = detail.position
    _choose(found, chosen)
    _questions(found)
    standing.headline(chosen, assessed=found.affordable_minor is not None)
    standing.notices(chosen)
    _news(seen)
    _last_answer(seen, chosen, as_of)
    _next_steps(chosen, found)
    st.markdown(f"### {t('cardholder.overview.parts')}\n\n{standing.parts(chosen)}")
    if detail.outlook is not None:
        st.markdown(f"### {t('cardholder.chart.title')}")
        _ahead(chosen, detail.outlook)
    _worked_out(detail)
    st.markdown(f"### {t('cardholder.overview.history')}")
    history.show(detail)
    states.help_lines()


def _asked() -> str | None:
    """The card to look at: the one chosen here, else the one the address names; None: the one longest overdue."""
    return st.session_state.get(_CHOSEN) or st.query_params.get("account")


def _choose(found: Overview, chosen: AccountPosition) -> None:
    """Which card is looked at, where there are several."""
    by_id = {one.account_id: one for one in found.accounts}
    if len(by_id) == 1:
        return
    st.markdown(t("cardholder.overview.all_cards", count=len(by_id), total=money(found.totals.total_minor)))
    st.session_state[_CHOSEN] = chosen.account_id
    st.segmented_control(
        t("cardholder.overview.choose"), list(by_id), key=_CHOSEN, required=True, on_change=_forget_address,
        format_func=lambda key: t("cardholder.card", last4=by_id[key].card_last4))


def _forget_address() -> None:
    st.query_params.pop("account", None)


def _questions(found: Overview) -> None:
    """What the bank waits to hear, on whichever card: first on the page, one tap from the answer."""
    for position in found.accounts:
        asked = position.open_request
        if asked is None or asked.answer_by is None:
            continue
        st.warning(f"**{t('cardholder.question.title')}**\n\n" + t(
            "cardholder.question.text", last4=position.card_last4, kind=t(f"cardholder.kind.{asked.kind}"),
            reference=asked.reference, by=day(asked.answer_by)))
        if st.button(t("cardholder.question.answer"), type="primary", key=f"overview_answer_{asked.proposal_id}"):
            go("my_requests", id=asked.proposal_id)


def _news(seen: Viewer) -> None:
    """Why the figures moved: the newest statement or missed payment the bank wrote about in the last days."""
    newest = message_box.my_messages(seen.actor, seen.context, limit=1, templates=OF_THE_ACCOUNT,
                                     since=seen.context.clock.now() - _NEWS_FOR)
    if newest:
        st.markdown(f"{t('cardholder.messages.newest_one')}{t('cardholder.colon')}{messages.line(newest[0])}")
        link("my_requests", t("cardholder.messages.all"))


def _last_answer(seen: Viewer, position: AccountPosition, as_of: date) -> None:
    """A refusal, a request that lapsed or a grant that ended, with the ways on, while nothing newer is under way."""
    if not position.may_ask:
        return
    ended = endings_of.last_ending(seen.actor, seen.context, position.account_id, as_of)
    if ended is None:
        return
    proposal_id = ended.summary.proposal_id
    missing = endings_of.missing_evidence(seen.actor, seen.context, proposal_id)
    with st.container(border=True):
        st.markdown(endings.told(ended, missing))
        if st.button(t("cardholder.answer.see"), key=f"overview_ended_{proposal_id}"):
            go("my_requests", id=proposal_id)


def _next_steps(position: AccountPosition, found: Overview) -> None:
    """The one thing to do now as the strong button, the rest beside it; asking only where a card may ask."""
    waiting = any(one.open_request is not None and one.open_request.answer_by is not None for one in found.accounts)
    with st.container(horizontal=True):
        for number, (step, page, query, label) in enumerate(_steps(position, found)):
            # While the bank waits for an answer, that answer is the strong button.
            strong = number == 0 and not waiting
            if st.button(label, type="primary" if strong else "secondary", key=f"overview_go_{step}"):
                go(page, **query)


def _steps(position: AccountPosition, found: Overview) -> list[tuple[str, str, dict[str, str], str]]:
    """(step, page, address, label) of what can be done about this card, the next thing first."""
    if position.total_minor <= 0:
        return []
    asked, granted = position.open_request, position.arrangement
    known = found.affordable_minor is not None
    work_out = ("affordability", "affordability", {},
                t("cardholder.step.affordability_known" if known else "cardholder.step.affordability"))
    steps = [] if known else [work_out]
    if granted is not None:
        steps.insert(0, ("arrangement", "my_requests", {"id": granted.proposal_id}, t("cardholder.step.arrangement")))
    elif asked is not None:
        steps.insert(0, ("my_requests", "my_requests", {"id": asked.proposal_id}, t("cardholder.step.my_requests")))
    # Another card may ask even where this one is settled for now.
    open_to = position if position.may_ask else next((one for one in found.accounts if one.may_ask), None)
    if open_to is not None:
        label = t("assistant.step") if open_to is position else t("assistant.step_other", last4=open_to.card_last4)
        steps.append(("assistant", "assistant", {"account": open_to.account_id}, label))
    if known:
        steps.append(work_out)
    if asked is None:
        steps.append(("my_requests", "my_requests", {}, t("cardholder.step.my_requests")))
    return steps


@st.fragment
def _ahead(position: AccountPosition, drawn: Outlook) -> None:
    """The outlook, drawn again alone when another monthly amount is tried."""
    key = f"overview_fixed_{position.account_id}"
    st.session_state.setdefault(key, forms.write_amount(drawn.fixed_minor))
    label = t(f"cardholder.chart.filled.{drawn.fixed_from}") if drawn.fixed_from else t("cardholder.chart.amount")
    amount = forms.amount_field(label, key)
    if amount and amount != drawn.fixed_minor:
        seen = viewer(Role.CARDHOLDER)
        drawn = accounts.projections(seen.actor, seen.context, position.account_id, position.as_of, amount) or drawn
    outlook.show(drawn, position.as_of)


def _worked_out(detail: AccountDetail) -> None:
    st.markdown(f"### {t('cardholder.explain.heading')}")
    st.caption(t("cardholder.explain.lead"))
    for explanation in detail.explanations:
        with st.expander(explain.title(explanation)):
            st.markdown(explain.body(explanation))


main()
