"""Answers to tap where something is asked back: each one is an answer that will be understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from core.domain.offers.as_named import AS_NAMED
from core.domain.offers.model import OfferKind
from core.domain.understanding import understand
from core.services.assistant import Choice, Conversation, Reply, Turn, find_offer, is_open
from core.services.assistant.offers import ANSWER, in_order, same_plan
from core.services.assistant.wishes import limited
from portal import i18n
from portal.components import assistant_steps as steps
from portal.components.assistant_amounts import at_most, each_time
from portal.components.assistant_words import chips
from portal.i18n import day, t

_PERIODS = ("monthly", "weekly", "fortnightly", "once")
_LENGTHS = (12, 24, 36, 60)
_LATER = (0, 10, 21)
"""Days after the first possible one: three of them to choose from."""


Tap = tuple[str, Callable[..., None], object]
"""A label, what it does and with what."""


def show(found: Conversation) -> None:
    """The taps for what the newest turn asks back, if any."""
    turn = found.turns[-1]
    taps = [tap for reply in turn.replies if reply in _MAKERS for tap in _MAKERS[reply](turn, found)]
    if not taps:
        return
    with st.container(horizontal=True, key="assistant_taps"):
        for number, (label, act, argument) in enumerate(taps):
            st.button(label, key=f"tap_{turn.number}_{number}", on_click=act, args=(found, argument))


def of_one_payment(turn: Turn) -> bool:
    """Whether what was said is about one payment, and not about so much a month."""
    return turn.understood is not None and "lump_sum" in turn.understood.intents


def _amounts(turn: Turn, found: Conversation) -> Iterator[Tap]:
    """The payments of the plans there are: amounts that work; what somebody has at once nobody else can name."""
    if of_one_payment(turn):
        return
    shown = found.last_shown
    offers = shown.negotiation.offers if shown is not None and shown.negotiation is not None else ()
    for amount, pace in sorted({(one.instalment_minor, one.frequency) for one in offers
                                if one.kind is OfferKind.PERSONALISED_AGREEMENT}):
        yield at_most(amount, pace), steps.wish, limited(found.wish, amount, pace)


def _periods(turn: Turn, found: Conversation) -> Iterator[Tap]:
    """What was said with its period added, where that is understood."""
    if turn.said is None or turn.understood is None:
        return
    for period in _PERIODS:
        with i18n.speaking("en" if turn.understood.language == "en" else "zh_CN"):
            words = t(f"assistant.tap.say.{period}", said=turn.said.rstrip(" .\u3002"))
        read = understand(words, found.as_of, max(found.balance_minor, 0))
        if read.ask is None and read.wish.stated():
            yield t(f"assistant.tap.{period}"), steps.say, words


def _plans(turn: Turn, found: Conversation) -> Iterator[Tap]:
    """Every plan there is to mean: those of the answer that are none of the offers, then the offers as they stand."""
    shown = found.last_shown
    if shown is None or shown.negotiation is None:
        return
    offers = [one for one in in_order(shown.negotiation) if one.kind is OfferKind.PERSONALISED_AGREEMENT]
    named = [(label, find_offer(shown.negotiation, label)) for label in (ANSWER, AS_NAMED)]
    meant = [(label, one) for label, one in named if one is not None and is_open(one)
             and not any(same_plan(one, other) for other in offers)]
    for label, offer in [*meant, *((one.label, one) for one in offers)]:
        yield (t("assistant.tap.plan", name=t(f"assistant.label.{label}"), payment=each_time(offer)),
               steps.choose, Choice(shown.number, label))


def _lengths(turn: Turn, found: Conversation) -> Iterator[Tap]:
    intents = turn.understood.intents if turn.understood is not None else ()
    name = "pause_months" if "pause" in intents else "months_at_most"
    lengths = range(1, found.sliders.longest_pause_months + 1) if name == "pause_months" else \
        [months for months in _LENGTHS if months <= found.sliders.longest_months]
    for months in lengths:
        wish = replace(found.wish, **{name: months})
        yield dict(chips(wish))[name], steps.wish, wish


def _dates(turn: Turn, found: Conversation) -> Iterator[Tap]:
    for first in first_days(found, _LATER):
        yield (t("assistant.tap.from", on=day(first)), steps.wish,
               replace(found.wish, first_due_date=first, earliest_first_due_date=None))


def first_days(found: Conversation, later: tuple[int, ...] | range) -> list[date]:
    """Days on which a plan may start, so many days after the first possible one."""
    earliest, latest = found.sliders.first_due_from, found.sliders.first_due_to
    days = [earliest + timedelta(days=days) for days in later]
    return [one for one in days if one <= latest]


def _person(_: Turn, found: Conversation) -> Iterator[Tap]:
    """A person, offered and not called unasked."""
    if not found.person_waited_for:
        yield t("assistant.person.yes"), _call, None


def _call(found: Conversation, _: object) -> None:
    steps.call_person(found)


_MAKERS: dict[Reply, Callable[[Turn, Conversation], Iterator[Tap]]] = {
    Reply.ASK_WHICH_AMOUNT: _amounts, Reply.ASK_PERIOD_OF_AMOUNT: _periods, Reply.ASK_WHICH_OFFER: _plans,
    Reply.ASK_HOW_LONG: _lengths, Reply.ASK_WHICH_DATE: _dates, Reply.COMPLAIN: _person, Reply.QUESTION: _person,
    Reply.STILL_HERE: _person}
