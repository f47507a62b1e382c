"""The conversation around its turns: which card, where it stands, and what to do where nothing can be offered."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.services.assistant import Conversation, Reply
from core.services.assistant.offers import has_plan
from core.services.requests import AccountOption, RequestOptions
from portal.components import account_choice, assistant_adjust, bank
from portal.components import assistant_steps as steps
from portal.components.money import unbroken
from portal.i18n import day, moment, money, t
from portal.navigation import go


def card(options: RequestOptions, asked: str | None, key: str) -> AccountOption | None:
    """The card talked about: the one in the address, else the first that may ask; None: not theirs.

    Where a request was sent for another one, it says which card this is now.
    """
    chosen = account_choice.choose(
        options, asked, key, t("assistant.choose_card"), horizontal=True,
        line=lambda one: t("assistant.card_line", last4=one.card_last4, amount=money(one.balance_minor)))
    sent = [one.card_last4 for one in options.accounts if one.blocked_by == "open_request"]
    if chosen is not None and chosen.blocked_by is None and sent:
        st.caption(t("assistant.now_about", sent=t("cardholder.list_mark").join(sent), last4=chosen.card_last4))
    return chosen


def head(found: Conversation, asking: int) -> None:
    """What is owed, what is affordable, and what this is: not a person, and the same for everybody.

    ``asking``: how many cards may still ask for a share of the same money.
    """
    lines = [t("assistant.owed", last4=found.card_last4, amount=money(max(found.balance_minor, 0)))]
    facts = found.facts
    if facts is not None and facts.affordable_minor:
        lines.append(t("assistant.affordable_shared" if asking > 1 else "assistant.affordable",
                       amount=money(facts.affordable_minor)))
    if found.means.promised:
        lines.append(t("assistant.promised", amount=money(found.means.promised_minor)))
    if found.chose_ceiling and facts is not None:
        lines.append(t("assistant.ceiling.chosen", ceiling=money(facts.ceiling_minor),
                       affordable=money(facts.affordable_minor)))
    st.markdown("  \n".join(lines))
    st.caption(t("assistant.who"))


def way_on(found: Conversation) -> None:
    """Where no plan can be shown: why, and the next step; never a dead end."""
    if found.blocked_by is not None:
        _blocked(found)
    elif found.facts is None:
        _no_assessment(found)
    elif found.last_shown is not None and found.last_shown.negotiation is not None \
            and not has_plan(found.last_shown.negotiation):
        st.info(f"{t('assistant.nothing_left.advice')}\n\n{t('assistant.nothing_left.beware')}")
        if st.button(t("assistant.update_affordability"), key="assistant_afford"):
            go("affordability")


def _no_assessment(found: Conversation) -> None:
    """What was wished so far, kept for then; and the way to what is affordable, after the person who is waited for."""
    if Reply.CARE in found.turns[-1].replies:
        return
    assistant_adjust.understood(found.wish, partial(steps.correct, found), key=found.conversation_id)
    waiting = found.person_waited_for
    if waiting:
        st.caption(t("assistant.no_assessment.waiting"))
    else:
        st.info(f"**{t('assistant.no_assessment.title')}**\n\n{t('assistant.no_assessment.text')}\n\n"
                f"{t('assistant.no_assessment.meanwhile')}")
    if st.button(t("assistant.to_affordability"), type="tertiary" if waiting else "primary", key="assistant_afford"):
        go("affordability")


def renewal(found: Conversation) -> None:
    """Where something was told that may lower what is affordable: the day of the figures, and the way on."""
    replies = found.turns[-1].replies
    if found.figures_of is None or Reply.CARE in replies:
        return
    asked = Reply.RENEW_ASSESSMENT in replies
    # Said in full once; from then on a line that takes no room from the answer.
    with st.container() if asked else st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("assistant.renew.rests_on", on=unbroken(day(found.figures_of))),
                   width="stretch" if asked else "content")
        if st.button(t("assistant.renew.go"), type="primary" if asked else "tertiary", key="assistant_renew"):
            go("affordability")


def _blocked(found: Conversation) -> None:
    st.info(t(f"assistant.blocked.{found.blocked_by}"))
    if found.blocked_by == "nothing_owed":
        return
    label = t("assistant.see_request" if found.blocked_by == "open_request" else "assistant.see_arrangement")
    if st.button(label, type="primary", key="assistant_see"):
        go("my_requests", **({"id": found.open_request_id} if found.open_request_id else {}))


def person(found: Conversation) -> None:
    """What happens now that a person has been asked for; and for who is in danger, who answers now."""
    if found.in_danger and Reply.CARE not in found.turns[-1].replies:
        st.info(t("assistant.care.line"), icon=":material/favorite:")
    if found.person_asked_at is None:
        return
    said = f"**{t('assistant.person.asked', at=moment(found.person_asked_at))}**"
    if not found.person_waited_for:
        said += f"\n\n{t('assistant.person.taken')}"
    elif found.turns[-1].at == found.person_asked_at or Reply.PERSON_CALLED in found.turns[-1].replies:
        said += f"\n\n{t('assistant.person.what_next', bank=bank.line())}"
    st.success(said)
    if found.may_call_off:
        st.button(t("assistant.person.call_off"), key="assistant_call_off", type="tertiary",
                  icon=":material/phone_disabled:", on_click=steps.call_off, args=(found,))
