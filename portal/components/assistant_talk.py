"""What was said and what was answered: the newest turn in full, those before it on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import streamlit as st

from core.domain.actor import Role
from core.domain.calendar import Frequency
from core.domain.errors import PortalError
from core.services import assistant
from core.services.assistant import Conversation, Reply, Turn, TurnSource
from core.services.assistant.earlier import put_aside
from core.services.assistant.earlier import still_counted as earlier_wish
from portal import errors
from portal.components import assistant_words as words
from portal.components.assistant_taps import of_one_payment
from portal.components.money import paragraphs, plain
from portal.i18n import day, moment, t
from portal.session import viewer

_ANSWERS = (Reply.ACCEPTED_WISH, Reply.REFUSED_WISH, Reply.NOTHING_LEFT)
"""Said in the words of what was worked out."""
_IN_A_BOX = (Reply.NOTHING_OWED, Reply.REQUEST_OPEN, Reply.ARRANGEMENT_HOLDS)
"""Said beneath, with the way on, as that what is affordable is not known is; and as that a person was asked is said
with what happens next."""
_DONE = {TurnSource.ADJUSTED: "assistant.you_adjusted", TurnSource.CORRECTED: "assistant.you_corrected",
         TurnSource.CEILING: "assistant.you_ceiling", TurnSource.RESTARTED: "assistant.restart",
         TurnSource.PERSON: "assistant.person.ask", TurnSource.CALLED_OFF: "assistant.person.call_off"}


def newest(found: Conversation) -> None:
    """The last thing said, and its answer in words."""
    turn = found.turns[-1]
    if turn.said is not None:
        with st.container(key="assistant_said"):
            st.caption(t("assistant.you"))  # for who listens: the eye sees it by the side it stands on
            st.markdown(paragraphs(turn.said))
    unsaid = {Reply.PERSON_CALLED, Reply.NO_ASSESSMENT, *(_IN_A_BOX if turn.said is None else ())}
    if Reply.NOTHING_OWED in turn.replies:
        unsaid.add(Reply.GREETING)  # there is nothing to find a way out of
    st.markdown("\n\n".join(answer(replace(turn, replies=tuple(
        reply for reply in turn.replies if reply not in unsaid)), found)))


def answer(turn: Turn, found: Conversation) -> list[str]:
    """Every reply of a turn as a paragraph, and what it took from what was said."""
    said = [text for reply in turn.replies if (text := _reply(reply, turn, found))]
    if turn.understood is not None and (told := words.hardship(turn.understood.hardship)):
        # Last, but before a question that follows from it.
        place = len(said) - (turn.replies[-1:] == (Reply.RENEW_ASSESSMENT,))
        said.insert(place, told)
    return said


def _reply(reply: Reply, turn: Turn, found: Conversation) -> str:
    shown = turn.negotiation
    if reply in _ANSWERS and shown is not None and found.facts is not None:
        if shown.answer is not None:
            return words.answered(shown.answer, shown.infeasible, found.facts, turn.wish)
        if shown.infeasible is not None and shown.infeasible.binding is not None:
            return words.refused(shown.infeasible.binding.value, shown.infeasible, found.facts, turn.wish)
    if reply is Reply.ASK_WHICH_AMOUNT and of_one_payment(turn):
        return t("assistant.ask_one_payment")
    if reply is Reply.ASK_WHICH_AMOUNT and turn.wish.frequency is not Frequency.MONTHLY:
        return t(f"assistant.ask_amount.{turn.wish.frequency}")
    if reply is Reply.PUT_ASIDE and (aside := _put_aside(turn, found)):
        return t("assistant.put_aside", list=aside)
    if reply is Reply.WISH_NOTED and (noted := words.wished(turn.wish)):
        return t("assistant.noted", list=noted)
    text = t(f"assistant.reply.{reply}")
    if reply is Reply.RELIEF and shown is not None and shown.infeasible is not None \
            and (nearest := shown.infeasible.smallest_change) is not None:
        return f"{text}\n\n{words.change(nearest, turn.wish.day_named)}"
    return f"{text}\n\n{t('assistant.say.examples')}" if reply is Reply.UNCLEAR else text


def _put_aside(turn: Turn, found: Conversation) -> str:
    """What of the turn before made way; empty where that turn is no longer at hand."""
    before = next((one for one in found.turns if one.number == turn.number - 1), None)
    if before is None or turn.understood is None:
        return ""
    return words.wished(put_aside(before.wish, turn.wish, turn.understood.wish))


def still_counted(turn: Turn) -> str:
    """What earlier messages named and the answer to this one still keeps to; empty where there is nothing."""
    if turn.understood is None or turn.negotiation is None:
        return ""
    kept = words.wished(earlier_wish(turn.wish, turn.understood.wish))
    return t("assistant.still_counted", list=kept) if kept else ""


def earlier(found: Conversation) -> None:
    """What went before the newest turn, folded away; sliders moved several times in a row count once."""
    turns = _without_trials(found.turns)
    if not turns:
        return
    folded = st.expander(t("assistant.history", count=len(turns) + found.earlier_turns),
                         key=f"assistant_history_{found.conversation_id}", on_change="rerun")
    if folded.open:
        with folded:
            st.markdown("\n\n---\n\n".join(_told(turn, found) for turn in turns))


def before(found: Conversation) -> None:
    """What was said before a fact changed and this conversation began: read only once it is unfolded."""
    if Reply.FACTS_CHANGED not in found.turns[0].replies:
        return
    folded = st.expander(t("assistant.before"), key=f"assistant_before_{found.conversation_id}", on_change="rerun")
    if not folded.open:
        return
    with folded:
        who = viewer(Role.CARDHOLDER)
        try:
            parts = assistant.told_before(who.actor, who.context, found.conversation_id)
        except PortalError as refusal:
            errors.show(refusal)
            return
        if not parts:
            st.markdown(t("assistant.before.nothing"))
        # Without the sentences of the answer: they speak of the figures of then.
        for part in parts:
            own = [turn for turn in part.turns if turn.said is not None or turn.source in _DONE]
            told = "\n\n---\n\n".join("\n\n".join(_in_short(turn, [])) for turn in own)
            st.markdown(f"**{t('assistant.before.day', on=day(part.as_of))}**\n\n{told}")


def _without_trials(turns: Sequence[Turn]) -> list[Turn]:
    """All but the newest, without the moves that another move followed at once."""
    return [turn for turn, after in pairwise(turns)
            if not turn.source is after.source is TurnSource.ADJUSTED]


def _told(turn: Turn, found: Conversation) -> str:
    """One turn in short: when, what was said or done, what was understood, what was answered."""
    return "\n\n".join(_in_short(turn, answer(turn, found)))


def _in_short(turn: Turn, answered: Sequence[str]) -> list[str]:
    lines = [f"**{moment(turn.at)}**"]
    if turn.said is not None:
        lines.append(t("assistant.you_said_line", said=plain(turn.said)))
    elif turn.source in _DONE:
        lines.append(t("assistant.you_did_line", done=t(_DONE[turn.source])))
    if chips := words.chips(turn.wish):
        lines.append(t("assistant.wished_line", wishes=t("cardholder.list_mark").join(said for _, said in chips)))
    lines += answered
    plan = turn.negotiation.answer.plan if turn.negotiation is not None and turn.negotiation.answer else None
    if plan is not None:
        lines.append(words.in_short(plan))
    return lines
