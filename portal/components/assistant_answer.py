"""What can be done with the newest answer: take the plan, tap what was asked back, put right, try other terms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.domain.offers.as_named import AS_NAMED
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.offer import Offer
from core.services.assistant import Choice, Conversation, Reply, Turn, find_offer, is_open, on_the_table
from core.services.assistant.offers import has_plan
from portal.components import assistant_adjust as adjust
from portal.components import assistant_offers as offers
from portal.components import assistant_steps as steps
from portal.components import assistant_talk as talk
from portal.components import assistant_taps as taps
from portal.components import assistant_words as words
from portal.components.assistant_adjust import Room
from portal.components.assistant_amounts import Owed, each_time
from portal.components.assistant_offers import Place
from portal.i18n import money, t

_ASKED = (Reply.ASK_WHICH_AMOUNT, Reply.ASK_PERIOD_OF_AMOUNT, Reply.ASK_WHICH_OFFER, Reply.ASK_HOW_LONG,
          Reply.ASK_WHICH_DATE, Reply.UNCLEAR)


def show(found: Conversation, asking: int, beside: Callable[[], None]) -> None:
    """Everything beneath the words of the newest answer, the offers last; ``beside`` draws what comes before them.

    ``asking``: how many cards may still ask for a share of the same money.
    """
    newest, shown = found.turns[-1], found.last_shown
    # A place each, empty or not: a slider that moved down the page would lose the keyboard's focus.
    tapped, plan, chips, trying, together, ways = (st.container() for _ in range(6))
    with tapped:
        taps.show(found)
        _accepted(found, newest)
    if found.nothing is not None and found.facts is None and found.may_ask and Reply.CARE not in newest.replies:
        with ways:
            offers.nothing_alone(found.nothing, found.balance_minor)
    if shown is None or shown.negotiation is None or found.facts is None or not found.may_ask:
        return
    with plan:
        _work_out(found, newest, shown)
        place = _place(found, shown, asking)
        answered = not set(newest.replies) & {*_ASKED, Reply.ACCEPT, Reply.CARE} and _plan(shown, place)
    # Who speaks of harming themselves is not shown sums to move about; they are there when asked for.
    care = Reply.CARE in newest.replies
    if not care:
        with chips:
            if kept := talk.still_counted(newest):
                st.markdown(kept)
            adjust.understood(found.wish, partial(steps.correct, found), key=found.conversation_id)
    if has_plan(shown.negotiation) and not care:
        with trying:
            _trying(found, shown)
        with together:
            beside()
    with ways:
        _ways(found, shown, place, folded=answered or care)


def _accepted(found: Conversation, newest: Turn) -> None:
    """What was agreed to in words, by its amount, and the way to send it."""
    plan = offer_chosen(found, newest.accepts) if newest.accepts is not None and found.may_ask else None
    if plan is None:
        return
    st.button(t("assistant.accepts", payment=each_time(plan)), type="primary", key=f"accepts_{newest.turn_id}",
              on_click=steps.choose, args=(found, newest.accepts))


def _work_out(found: Conversation, newest: Turn, shown: Turn) -> None:
    """What was wished beside words of self-harm was not answered with sums; nobody is kept from looking at them."""
    if newest.negotiation is None and found.wish != shown.wish:
        st.button(t("assistant.work_out"), key=f"work_out_{newest.turn_id}", on_click=steps.wish,
                  args=(found, found.wish))


def _ways(found: Conversation, shown: Turn, card: Place, *, folded: bool) -> None:
    """Doing nothing and all offers; one tap away once there is an answer, so that the answer is what one sees."""
    negotiation = shown.negotiation
    if negotiation is None:
        return
    place = st.container()
    if folded:
        place = st.expander(t("assistant.ways", count=len(negotiation.offers)), key=f"ways_{found.conversation_id}",
                            on_change="rerun", icon=":material/compare_arrows:")
        if not place.open:
            return
    with place:
        offers.ways(found, negotiation, card)


def _place(found: Conversation, shown: Turn, asking: int) -> Place:
    return Place(Owed(max(found.balance_minor, 0), found.as_of, found.facts, other_cards=asking > 1), shown.number,
                 lambda label: steps.choose(found, Choice(shown.number, label)), shown.wish.day_named)


def _plan(shown: Turn, place: Place) -> bool:
    """The plan that answers the wish, and the other changes that would help as well; whether there is one."""
    negotiation = shown.negotiation
    plan = None if negotiation is None or negotiation.answer is None else negotiation.answer.plan
    if negotiation is None or plan is None or not is_open(plan):
        return False
    offers.card(plan, "answer", place, strong=True)
    _as_named(negotiation, place)
    changes = negotiation.infeasible.nearest[1:] if negotiation.infeasible is not None else ()
    others = [one for one in changes if is_open(one.plan)]
    if not others:
        return True
    with st.expander(t("assistant.change.more"), key=f"others_{shown.number}"):
        for one in others:
            label = f"nearest:{one.name}"
            st.markdown(words.change(one, place.wished_on))
            st.button(t("assistant.change.take", payment=each_time(one.plan)),
                      key=f"take_{shown.number}_{one.name}", on_click=place.choose, args=(label,))
    return True


def _as_named(negotiation: Negotiation, place: Place) -> None:
    """Beside the answer the plan nearest to what was named, and what the two differ by."""
    answer = negotiation.answer
    if answer is None or answer.plan is None or answer.as_named is None:
        return
    st.markdown(words.beside_answer(answer.as_named, answer.plan))
    offers.card(answer.as_named, AS_NAMED, place)


def _trying(found: Conversation, shown: Turn) -> None:
    """Sliders, and the choice to pay more than is affordable."""
    key = f"assistant_adjust_{found.conversation_id}"
    folded = st.expander(t("assistant.adjust.title"), key=key, on_change="rerun", icon=":material/tune:")
    if not folded.open:
        return
    with folded:
        adjust.sliders(found.wish, _standing(shown), room(found), partial(steps.wish, found), key=key,
                       drawn=found.turns[-1].number)
        if found.may_choose_ceiling:
            _ceiling(found)


def _ceiling(found: Conversation) -> None:
    """First the warning, then the choice: two different things to press."""
    facts = found.facts
    if facts is None:
        return
    folded = st.expander(t("assistant.ceiling.title"), key=f"ceiling_{found.conversation_id}", on_change="rerun")
    if folded.open:
        with folded:
            st.warning(t("assistant.ceiling.warning", affordable=money(facts.affordable_minor),
                         ceiling=money(facts.ceiling_minor)))
            st.button(t("assistant.ceiling.choose", ceiling=money(facts.ceiling_minor)), key="assistant_ceiling",
                      on_click=steps.ceiling, args=(found,))


def _standing(shown: Turn) -> Offer | None:
    """Where the sliders stand as long as nobody moved them: at the plan on the table."""
    found = on_the_table(shown.negotiation) if shown.negotiation is not None else None
    return None if found is None else found[1]


def room(found: Conversation) -> Room:
    """How far the sliders go."""
    sliders, facts = found.sliders, found.facts
    most = 0 if facts is None else facts.limit_minor
    return Room(monthly_minor=max(most, sliders.least_instalment_minor), months=sliders.longest_months,
                down_payment_minor=sliders.most_down_payment_minor,
                first_due_dates=tuple(taps.first_days(found, range(_DAYS))),
                due_days=tuple(range(sliders.due_day_from, sliders.due_day_to + 1)))


_DAYS = 400
"""More than any policy lets pass before the first day; the list ends where the policy does."""


def offer_chosen(found: Conversation, choice: Choice) -> Offer | None:
    """The offer that was chosen, as it was shown; None once the turn is no longer at hand."""
    turn = next((one for one in found.turns if one.number == choice.turn_number), None)
    return None if turn is None or turn.negotiation is None else find_offer(turn.negotiation, choice.label)
