"""The conversation before a request, as it was: said, understood, answered; read only, with what proves it.

What stayed as it was since the turn before is not told again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from core.domain.offers.negotiation import Negotiation
from core.services import assistant
from core.services.assistant import Reply, Transcript, TranscriptPart, Turn, TurnSource
from core.services.case_model import CaseView
from portal.components import assistant_words, on_demand
from portal.components.case_limits_words import bound
from portal.components.money import paragraphs, plain
from portal.components.plan_words import told
from portal.i18n import day, moment, t

_FIRST = 30
"""Turns shown at once; the rest on request."""
_BY_FIGURES = (Reply.ACCEPTED_WISH, Reply.REFUSED_WISH)
"""Said by what was worked out."""


@st.fragment
def panel(case: CaseView) -> None:
    """Closed until somebody wants it: opening a case costs nothing for it."""
    on_demand.part(t("collector.transcript.title"), f"transcript_{case.proposal_id}",
                   lambda who: assistant.transcript(who.actor, who.context, case.proposal_id), _show)


def _show(found: Transcript) -> None:
    turns = len(found.turns)
    if not turns:
        st.markdown(t("collector.transcript.none"))
        return
    everything = turns <= _FIRST or st.toggle(t("collector.transcript.all", count=turns),
                                              key=f"transcript_all_{found.proposal_id}")
    # The newest led to the request; an older start is a tap away.
    left = turns if everything else _FIRST
    blocks: list[str] = []
    for part in reversed(found.parts):
        own = part.turns[-left:] if left else ()
        left -= len(own)
        if own:
            blocks.insert(0, "\n\n".join([_head(part), *_turns(own), *_end(part)]))
    st.markdown("\n\n---\n\n".join(blocks))
    st.caption(t("collector.transcript.replay_note"))


def _head(part: TranscriptPart) -> str:
    return f"*{t('collector.transcript.part', at=moment(part.opened_at), on=day(part.as_of))}*"


def _end(part: TranscriptPart) -> Iterator[str]:
    if part.chosen is not None:
        yield t("collector.transcript.chosen", label=_label(part.chosen.label), number=part.chosen.turn_number)
    if part.person_asked_at is not None and part.person_cause is not None:
        yield t("collector.transcript.person", at=moment(part.person_asked_at),
                cause=t(f"collector.people.cause.{part.person_cause}"))


def _turns(turns: Sequence[Turn]) -> Iterator[str]:
    """Each turn with what it changed; the first one whole."""
    before: Turn | None = None
    shown: Negotiation | None = None
    for turn in turns:
        yield _turn(turn, before, shown)
        before, shown = turn, turn.negotiation or shown


def _turn(turn: Turn, before: Turn | None, shown: Negotiation | None) -> str:
    """One turn: who did what, what was understood, what was answered and shown, and the proof.

    ``before``: the turn before it; ``shown``: what lay there until then.
    """
    lines = [t("collector.transcript.turn", number=turn.number, at=moment(turn.at),
               who=t(f"collector.transcript.did.{turn.source}"))]
    if turn.said is not None:
        lines.append(f"> {paragraphs(turn.said)}")
    lines += _understood(turn, before)
    lines += [t("collector.transcript.answered", words=t(f"assistant.reply.{reply}")) for reply in turn.replies
              if reply not in _BY_FIGURES]
    lines += _worked_out(turn, shown)
    if turn.input_hash is not None and turn.result_hash is not None:
        proof = t("collector.transcript.replay", turn=turn.turn_id, input=turn.input_hash[:12],
                  result=turn.result_hash[:12])
        lines.append(f":small[{plain(proof)}]")
    return "\n\n".join(lines)


def _understood(turn: Turn, before: Turn | None) -> Iterator[str]:
    """What is understood where that has changed, and what the cardholder took out of it by hand."""
    chips, known = dict(assistant_words.chips(turn.wish)), {}
    if before is not None and turn.source is not TurnSource.RESTARTED:
        known = dict(assistant_words.chips(before.wish))
        gone = [said for name, said in known.items() if name not in chips]
        gone += [t(f"assistant.hardship.{code}") for code in before.hardship if code not in turn.hardship]
        if gone and turn.source is TurnSource.CORRECTED:
            yield t("collector.transcript.removed", list=t("cardholder.list_mark").join(gone))
    if chips and chips != known:
        yield t("collector.transcript.understood", list=t("cardholder.list_mark").join(chips.values()))
    hardship = assistant_words.hardship(turn.hardship)
    if hardship and (before is None or turn.hardship != before.hardship):
        yield hardship


def _worked_out(turn: Turn, before: Negotiation | None) -> Iterator[str]:
    """The verdict on the wish, and the offers that lay there now and not before."""
    shown = turn.negotiation
    if shown is None:
        return
    answer = shown.answer
    if answer is not None and answer.accepted and answer.plan is not None:
        yield t("collector.transcript.accepted", terms=told(answer.plan))
    elif answer is not None:
        yield t("collector.transcript.refused", bound=bound(answer.reason))
        if answer.plan is not None:
            yield t("collector.transcript.instead", terms=told(answer.plan))
    if answer is not None and answer.as_named is not None:
        yield t("collector.transcript.one_shown", label=_label(answer.as_named.label), terms=told(answer.as_named))
    yield from _shown(shown, before)


def _shown(shown: Negotiation, before: Negotiation | None) -> Iterator[str]:
    """The offers, or of those that lay there before only what is new and what is gone."""
    there = {one.label: told(one) for one in shown.offers}
    known = {} if before is None else {one.label: told(one) for one in before.offers}
    if there and there == known:
        yield t("collector.transcript.same_shown")
        return
    new = [t("collector.transcript.one_shown", label=_label(name), terms=terms) for name, terms in there.items()
           if known.get(name) != terms]
    if new:
        listed = "\n".join(f"- {line}" for line in new)
        said = t("collector.transcript.now_shown") if known else t("collector.transcript.shown")
        yield f"{said}\n\n{listed}"
    if gone := [_label(name) for name in known if name not in there]:
        yield t("collector.transcript.no_longer_shown", list=t("cardholder.list_mark").join(gone))


def _label(label: str) -> str:
    """An offer's label in words; that of a change names its constraint after a colon."""
    return t(f"assistant.label.{label.partition(':')[0]}")
