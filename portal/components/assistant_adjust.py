"""Other terms at a touch: what was understood, each to be taken away, and sliders that answer at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import streamlit as st

from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.offers.model import NO_WISH, Wish
from core.domain.offers.offer import Offer
from core.services.assistant.wishes import at_pace, at_the_pace, limited
from portal.components import assistant_words as words
from portal.components import forms
from portal.i18n import day, t

_STEPS = ((300_000, 1_000), (1_000_000, 5_000))
"""Up to so many fen a slider moves by so many: ten yuan, fifty, beyond that a hundred."""
_WIDEST_STEP = 10_000
_ANY = ""
"""Among days: the reader does not mind."""
Ask = Callable[[Wish], None]
"""What is done with a wish: it is answered, and the answer drawn."""


@dataclass(frozen=True, slots=True)
class Room:
    """How far the sliders go; amounts in fen."""

    monthly_minor: int
    months: int
    down_payment_minor: int
    first_due_dates: tuple[date, ...]
    due_days: tuple[int, ...]


def understood(wish: Wish, correct: Ask, *, key: str) -> None:
    """Every term so far as a button that takes it away again."""
    found = words.chips(wish)
    if not found:
        return
    st.caption(t("assistant.understood"))
    with st.container(horizontal=True, key=f"assistant_chips_{key}"):
        for name, said in found:
            st.button(said, key=f"chip_{key}_{name}", icon=":material/close:", on_click=correct,
                      args=(_without(wish, name),))


def _without(wish: Wish, name: str) -> Wish:
    """The wish without one of its terms; an amount named per week is no amount per month once the week is gone."""
    if name == "frequency":
        return at_pace(wish, NO_WISH.frequency)
    return replace(wish, **{name: getattr(NO_WISH, name)})


def sliders(wish: Wish, plan: Offer | None, room: Room, adjust: Ask, *, key: str, drawn: int) -> None:
    """What may be moved, standing where the wish has it, or else where the plan shown has it.

    ``drawn`` is the number of the turn shown: with a new one every slider goes to its new place.
    """
    if st.session_state.get(f"{key}_drawn") != drawn:
        st.session_state[f"{key}_drawn"] = drawn
        for name, value in _places(wish, plan, room).items():
            st.session_state[f"{key}_{name}"] = value
    st.caption(t("assistant.adjust.text"))

    def moved(name: str) -> dict[str, Any]:
        return {"key": f"{key}_{name}", "on_change": _moved, "args": (name, key, wish, adjust)}

    limit = at_the_pace(room.monthly_minor, wish.frequency)
    step, most = _step(limit), _yuan_above(limit)
    st.slider(t(f"assistant.adjust.at_most.{wish.frequency}"), step, most, step=step,
              format=t("assistant.adjust.yuan"), **moved("limit"))
    if room.months > 1:
        st.slider(t("assistant.adjust.months"), 1, room.months, format=t("assistant.adjust.months_format"),
                  **moved("months"))
    if room.down_payment_minor >= 10_000:
        st.slider(t("assistant.adjust.down"), 0, _yuan_below(room.down_payment_minor),
                  step=_step(room.down_payment_minor), format=t("assistant.adjust.yuan"), **moved("down"))
    left, right = st.columns(2)
    left.selectbox(t("assistant.adjust.first"), [_ANY, *room.first_due_dates], format_func=_day_or_any,
                   **moved("first"))
    right.selectbox(t("assistant.adjust.due_day"), [_ANY, *room.due_days], format_func=_number_or_any,
                    **moved("due_day"))
    st.segmented_control(t("assistant.adjust.frequency"), [one.value for one in Frequency], required=True,
                         format_func=lambda one: t(f"reasons.frequency.{one}"), **moved("frequency"))
    _lump_sum(key, wish, adjust)


def _lump_sum(key: str, wish: Wish, adjust: Ask) -> None:
    """One sum that would settle it; what cannot be read stays, with the reason beneath."""
    text = st.text_input(t("assistant.adjust.lump"), key=f"{key}_lump", autocomplete="off",
                         placeholder=t("cardholder.form.amount_placeholder"), on_change=_lump_typed,
                         args=(key, wish, adjust))
    try:
        forms.read_amount(text or "", "lump_sum")
    except InvalidInput as refusal:
        st.error(forms.error_text(refusal))


def _lump_typed(key: str, wish: Wish, adjust: Ask) -> None:
    try:
        amount = forms.read_amount(st.session_state[f"{key}_lump"] or "", "lump_sum")
    except InvalidInput:
        return
    if amount != (wish.lump_sum_minor or 0):
        adjust(replace(wish, lump_sum_minor=amount or None))


def _moved(name: str, key: str, wish: Wish, adjust: Ask) -> None:
    """The wish with the one thing that was moved; the rest stays as it was said."""
    value = st.session_state[f"{key}_{name}"]
    adjust({
        "limit": lambda: limited(wish, value * 100, wish.frequency),
        "months": lambda: replace(wish, months_at_most=value),
        "down": lambda: replace(wish, down_payment_minor=value * 100 or None),
        "first": lambda: replace(wish, first_due_date=value or None, earliest_first_due_date=None),
        "due_day": lambda: replace(wish, due_day=value or None),
        "frequency": lambda: at_pace(wish, Frequency(value)),
    }[name]())


def _places(wish: Wish, plan: Offer | None, room: Room) -> dict[str, Any]:
    room_minor = at_the_pace(room.monthly_minor, wish.frequency)
    step, most = _step(room_minor), _yuan_above(room_minor)
    limit = _limit(wish, plan, room)
    months = wish.months_at_most or (plan.months if plan else room.months)
    down_step = _step(room.down_payment_minor)
    first = wish.day_named
    return {
        "limit": min(max(-(-limit // 100 // step) * step, step), most),
        "months": min(max(months, 1), room.months),
        "down": min((wish.down_payment_minor or 0) // 100 // down_step * down_step,
                    _yuan_below(room.down_payment_minor)),
        "first": first if first in room.first_due_dates else _ANY,
        "due_day": wish.due_day if wish.due_day in room.due_days else _ANY,
        "frequency": wish.frequency.value,
        "lump": forms.write_amount(wish.lump_sum_minor or 0)}


def _limit(wish: Wish, plan: Offer | None, room: Room) -> int:
    """Each payment's limit as it was named, else what the plan shown asks for, at the pace of the wish; in fen."""
    if wish.instalment_at_most_minor is not None:
        return wish.instalment_at_most_minor
    if wish.monthly_at_most_minor is None and plan is not None and plan.frequency is wish.frequency:
        return plan.instalment_minor
    monthly = wish.monthly_at_most_minor or (plan.monthly_minor if plan else room.monthly_minor)
    return at_the_pace(monthly, wish.frequency)


def _step(most_minor: int) -> int:
    return next((step for limit, step in _STEPS if most_minor <= limit), _WIDEST_STEP) // 100


def _yuan_above(amount_minor: int) -> int:
    """The whole steps that reach the amount, two at least, so that there is something to move."""
    step = _step(amount_minor)
    return max(-(-amount_minor // 100 // step), 2) * step


def _yuan_below(amount_minor: int) -> int:
    step = _step(amount_minor)
    return amount_minor // 100 // step * step


def _day_or_any(value: date | str) -> str:
    return t("assistant.adjust.any") if isinstance(value, str) else day(value)


def _number_or_any(value: int | str) -> str:
    return t("assistant.adjust.any") if isinstance(value, str) else str(value)
