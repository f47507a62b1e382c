"""What I owe: the one number first, what it means, what comes next, and how every figure was worked out."""

from __future__ import annotations

import streamlit as st

from core.domain.actor import Role
from core.services import accounts
from core.services.accounts import AccountDetail, Overview
from core.services.outlooks import Outlook
from core.services.positions import AccountPosition
from portal.components import explain, forms, history, outlook, standing, states
from portal.i18n import money, t
from portal.navigation import go
from portal.session import viewer

_CHOSEN = "overview_account"


def main() -> None:
    """One run of the page."""
    seen = viewer(Role.CARDHOLDER)
    as_of = seen.context.clock.today()
    found = accounts.overview(seen.actor, seen.context, as_of)
    st.title(t("common.page.overview"))
    if not found.accounts:
        states.empty(t("cardholder.overview.empty_title"), t("cardholder.overview.empty"))
        states.help_lines()
        return
    chosen = _choose(found)
    if chosen is None:
        states.not_found("overview")
        states.help_lines()
        return
    standing.headline(chosen)
    standing.notices(chosen)
    _next_steps(chosen, found)
    detail = accounts.account_detail(seen.actor, seen.context, chosen.account_id, as_of)
    st.markdown(f"### {t('cardholder.overview.parts')}\n\n{standing.parts(chosen)}")
    if detail.outlook is not None:
        st.markdown(f"### {t('cardholder.chart.title')}")
        _ahead(chosen, detail.outlook)
    _worked_out(detail)
    st.markdown(f"### {t('cardholder.overview.history')}")
    history.show(detail)
    states.help_lines()


def _choose(found: Overview) -> AccountPosition | None:
    """The card looked at: from the address if it names one, else the one longest overdue; None: not theirs."""
    by_id = {one.account_id: one for one in found.accounts}
    asked = st.query_params.get("account")
    if asked is not None and asked not in by_id:
        return None
    if len(by_id) == 1:
        return found.accounts[0]
    st.markdown(t("cardholder.overview.all_cards", count=len(by_id), total=money(found.totals.total_minor)))
    st.session_state.setdefault(_CHOSEN, asked or found.accounts[0].account_id)
    if st.session_state[_CHOSEN] not in by_id:
        st.session_state[_CHOSEN] = found.accounts[0].account_id
    chosen = st.segmented_control(
        t("cardholder.overview.choose"), list(by_id), key=_CHOSEN, required=True, on_change=_forget_address,
        format_func=lambda key: t("cardholder.card", last4=by_id[key].card_last4))
    return by_id[str(chosen)]


def _forget_address() -> None:
    st.query_params.pop("account", None)


def _next_steps(position: AccountPosition, found: Overview) -> None:
    """The one thing to do now as the strong button, the rest beside it."""
    if position.total_minor <= 0:
        return
    steps = {"my_requests": position.open_request is not None or position.arrangement is not None,
             "affordability": found.affordable_minor is None, "request": True}
    first = next(key for key, fits in steps.items() if fits)
    with st.container(horizontal=True):
        for key in ("affordability", "request", "my_requests"):
            if st.button(t(f"cardholder.step.{key}"), type="primary" if key == first else "secondary",
                         key=f"overview_go_{key}"):
                go(key, **({"account": position.account_id} if key == "request" else {}))


@st.fragment
def _ahead(position: AccountPosition, drawn: Outlook) -> None:
    """The outlook, drawn again alone when another monthly amount is tried."""
    key = f"overview_fixed_{position.account_id}"
    st.session_state.setdefault(key, forms.write_amount(drawn.fixed_minor))
    label = "cardholder.chart.amount_affordable" if drawn.fixed_is_affordable else "cardholder.chart.amount"
    amount = forms.amount_field(t(label), key)
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
