"""What could be agreed in a case: opened when a reviewer asks for it, each way beside what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from core.domain.actor import Authority
from core.domain.offers.as_request import terms_of
from core.domain.offers.model import Facts, OfferKind
from core.domain.offers.offer import Offer
from core.domain.proposal import ProposalEvent, permits
from core.domain.request_terms import waived_by
from core.services import case_options
from core.services.case_model import CaseView
from core.services.case_options import CaseOptions
from core.services.case_weighing import CaseOption, Headroom, Suggestion
from portal.components import assistant_words, case_decision, on_demand, plan_words
from portal.components.case_limits_words import beyond, bound, level_up, payment, relief_first, why
from portal.components.case_options_words import basis, beside, cells, figures, heads, refusals
from portal.components.schedule import terms_in_words
from portal.i18n import money, money_short, percent, speaking, t

_FILLED = "case_options_filled"


@st.fragment
def panel(case: CaseView) -> None:
    """Closed until somebody wants it: opening a case costs nothing for it."""
    if st.session_state.get(_FILLED) == "now":
        # The decision stands in a part of its own: the whole page shows what was put there.
        st.session_state[_FILLED] = case.proposal_id
        st.rerun(scope="app")
    on_demand.part(t("collector.options.title"), f"options_{case.proposal_id}",
                   lambda who: case_options.options(who.actor, who.context, case.proposal_id),
                   lambda found: _show(found, case))


def _show(found: CaseOptions, case: CaseView) -> None:
    if found.obstacle is not None:
        st.info(t(f"collector.options.obstacle.{found.obstacle}"))
        _told(found)
        return
    _options(found)
    _counter_offers(found, case)
    _told(found)
    _one(found, case)


def _options(found: CaseOptions) -> None:
    """What was asked for and each option: a table where there is room, one beneath the other on a phone."""
    level = found.held or Authority.L1
    lead = [t("collector.options.lead", level=level.value, nothing=money_short(found.nothing_minor))]
    if found.held is None:
        lead.insert(0, f"**{t('collector.options.no_level')}**")
    st.markdown("\n\n".join(lead))
    with st.container(key="case_options_table"):
        st.markdown(figures(found))
    with st.container(key="case_options_cards"):
        st.markdown("\n\n---\n\n".join(beside(heads(), row) for row in cells(found)))
    st.caption(t("collector.options.value_note"))
    told = [line for line in (relief_first(found), beyond(found), level_up(found)) if line]
    if told:
        st.markdown("\n\n".join(told))


def _counter_offers(found: CaseOptions, case: CaseView) -> None:
    """The counter-offers in their order, each with its way into a message to the cardholder."""
    st.markdown(f"**{t('collector.options.counter')}**")
    if st.session_state.get(_FILLED) == case.proposal_id:
        del st.session_state[_FILLED]
        st.success(f"{t('collector.options.filled')} [{t('collector.case.to_decision')}](#{case_decision.ANCHOR})")
    if not found.suggestions:
        st.markdown(t("collector.options.no_counter"))
    for number, one in enumerate(found.suggestions):
        with st.container(border=True):
            st.markdown(_suggested(one, found.facts))
            if case.in_my_hands and permits(case.state, ProposalEvent.REQUEST_INFORMATION):
                st.button(t("collector.options.use"), key=f"counter_{case.proposal_id}_{number}", on_click=_use,
                          args=(case.proposal_id, one.option.offer, found.facts, found.language))


def _suggested(one: Suggestion, facts: Facts | None) -> str:
    offer = one.option.offer
    terms, paid = terms_in_words(terms_of(offer)), "" if facts is None else payment(offer, facts)
    said = t("collector.options.counter_plan", terms=terms, payment=paid, why=why(one)) if paid else \
        t("collector.options.counter_line", terms=terms, why=why(one))
    return f"{said}\n\n{t('collector.options.turned_down')}" if one.turned_down else said


def _use(proposal_id: str, offer: Offer, facts: Facts, language: str) -> None:
    """Begin a question to the cardholder with the counter-offer in their language; nothing is sent."""
    with speaking(language):
        case_decision.begin_question(proposal_id, letter(offer, facts))
    st.session_state[_FILLED] = "now"


def letter(offer: Offer, facts: Facts) -> str:
    """A counter-offer as the cardholder reads it."""
    made = plan_words.instalments(offer, facts)
    if made is None:
        return t("collector.options.letter.other", terms=terms_in_words(terms_of(offer)))
    terms, amounts = made
    waived = waived_by(terms).total_minor
    later = t("collector.options.letter.waived", waived=money(waived)) if waived else ""
    plan = plan_words.agreed(terms, [(terms.first_due_date, amount) for amount in amounts])
    return t("collector.options.letter.plan", plan=plan, total=money(offer.total_minor), later=later)


def _told(found: CaseOptions) -> None:
    """What the conversation says of it already."""
    if told := refusals(found):
        st.markdown(told)


def _one(found: CaseOptions, case: CaseView) -> None:
    """One option close up: how much of the own authority it takes, what holds it, what the estimates rest on."""
    if not found.options:
        return
    labels = [one.offer.label for one in found.options]
    start = labels.index(found.recommended) if found.recommended in labels else 0
    label = st.selectbox(t("collector.options.look"), labels, index=start, key=f"option_{case.proposal_id}",
                         format_func=lambda one: t(f"assistant.label.{one}"))
    one = next((one for one in found.options if one.offer.label == label), found.options[start])
    level = found.held or Authority.L1
    for room in one.headroom:
        st.progress(min(float(room.share), 1.0), text=_room(room, level))
    st.markdown("\n\n".join(_close_up(one, level, found.facts)))
    if st.toggle(t("collector.options.basis_show"), key=f"basis_{case.proposal_id}"):
        st.caption(basis(found))


def _room(room: Headroom, level: Authority) -> str:
    return t(f"collector.options.room.{room.part}", used=money(room.used_minor), most=money(room.most_minor),
             level=level.value, share=percent(room.share, 0))


def _close_up(one: CaseOption, level: Authority, facts: Facts | None) -> Iterator[str]:
    paid = "" if facts is None else payment(one.offer, facts)
    yield "  \n".join(line for line in (terms_in_words(terms_of(one.offer)), paid) if line)
    if not one.headroom:
        yield t("collector.options.room_none", level=level.value)
    if one.months_left is not None:
        yield t("collector.options.months_left", length=assistant_words.months(one.offer.months), level=level.value,
                most=assistant_words.months(one.offer.months + one.months_left))
    if one.offer.kind is OfferKind.PERSONALISED_AGREEMENT:
        yield _holds([bound(name) for name in one.binding])


def _holds(names: Sequence[str]) -> str:
    if not names:
        return t("collector.options.holds_nothing")
    return t("collector.options.holds", list=t("cardholder.list_mark").join(names))
