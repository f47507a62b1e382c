"""Several cards, one month's money: what each would pay, beside the shares by what is owed, and a button a card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import streamlit as st

from core.domain.offers.offer import Offer
from core.services.several_cards import CardWay, SeveralCards, Sum
from portal.components.charts import BLUE, GREEN, VERMILION, spoken
from portal.components.money import table, unbroken
from portal.i18n import day, money, percent, t, tn

_COLOURS = (BLUE, GREEN, VERMILION)
_PAPER, _FAINT = "#FFFFFF", "#E3E7EC"
_BAR, _GAP = 30, 12
_NARROWEST_LABEL = 0.2
"""Share of the month's money from which a part is wide enough for its card's number, on a phone too."""


def show(found: SeveralCards, take: Callable[[CardWay], None]) -> None:
    """The combination and the shares beside each other; ``take`` is called with the card whose button was clicked."""
    st.markdown(f"### {t('cardholder.several.title')}\n\n{_intro(found)}")
    if found.together is None:
        st.info(_nothing(found))
        return
    if found.missing_minor:
        st.info(t("cardholder.several.more_needed", needed=money(found.together.monthly_minor),
                  missing=money(found.missing_minor)))
        st.markdown(f"{_table(found, _ways(found)[:1])}\n\n{t('cardholder.several.rather')}")
        return
    st.markdown(compared(found))
    _picture(found)
    st.markdown(_table(found, _ways(found)))
    _details(found)
    _buttons(found, take)


def compared(found: SeveralCards) -> str:
    """What sharing the money out together is good for, against the shares by what is owed, in a sentence."""
    if found.left_out:
        shares = t("cardholder.list_mark").join(
            t("cardholder.several.share_of", last4=card.card_last4, amount=money(card.share_minor))
            for card in found.left_out)
        return t("cardholder.several.left_out", shares=shares)
    if found.by_share is None or found.together is None or found.saving_minor is None:
        return ""
    apart = found.by_share.months - found.together.months
    length = tn("common.months", abs(apart))
    if found.saving_minor:
        then = "cardholder.several.and_sooner" if apart > 0 else "cardholder.several.but_later"
        ending = t(then, length=length) if apart else ""
        return t("cardholder.several.saves", amount=money(found.saving_minor), ending=ending)
    return t("cardholder.several.sooner", length=length) if apart > 0 else t("cardholder.several.same")


def _intro(found: SeveralCards) -> str:
    said = [t("cardholder.several.intro", amount=money(found.means.left_minor or 0))]
    if found.means.promised:
        promised = t("cardholder.list_mark").join(
            t("cardholder.request.promised_granted" if one.granted else "cardholder.request.promised_asked",
              amount=money(one.monthly_minor), last4=one.card_last4) for one in found.means.promised)
        said.append(t("cardholder.several.promised", promised=promised))
    said += [t("cardholder.request.once_granted" if claim.granted else "cardholder.request.once_asked",
               last4=claim.card_last4, amount=money(claim.amount_minor), on=day(claim.due_date))
             for claim in found.means.claims]
    return "\n\n".join(said)


def _ways(found: SeveralCards) -> list[tuple[str, list[Offer | None], Sum | None]]:
    return [(t("cardholder.several.together"), [card.plan for card in found.cards], found.together),
            (t("cardholder.several.by_share"), [card.share_plan for card in found.cards], found.by_share)]


def _nothing(found: SeveralCards) -> str:
    lacking = [card.card_last4 for card in found.cards if card.account_id in found.without_plan]
    if lacking and len(lacking) < len(found.cards):
        return t("cardholder.several.none_for", cards=t("cardholder.list_mark").join(lacking))
    return t("cardholder.several.none")


def _table(found: SeveralCards, ways: Sequence[tuple[str, Sequence[Offer | None], Sum | None]]) -> str:
    """A row for each card, a column for each way, and what all cards come to. Narrow enough for a phone."""
    rows = [(_name(card), *(_cell(plans[number]) for _, plans, _ in ways)) for number, card in enumerate(found.cards)]
    sums = [whole for _, _, whole in ways]
    rows += [(f"**{t(key)}**", *(f"**{told(whole)}**" if whole else t("cardholder.several.not_all") for whole in sums))
             for key, told in (("cardholder.several.monthly", lambda whole: money(whole.monthly_minor)),
                               ("cardholder.several.length", _length),
                               ("cardholder.several.total", lambda whole: money(whole.total_minor)))]
    return table([t("cardholder.several.card"), *(name for name, _, _ in ways)], rows)


def _length(whole: Sum) -> str:
    return unbroken(tn("common.months", whole.months))


def _cell(plan: Offer | None) -> str:
    if plan is None:
        return t("cardholder.several.no_plan")
    # Two lines where the column is narrow, each of them whole.
    length = t("cardholder.several.times", length=tn("common.months", plan.months))
    return f"{money(plan.monthly_minor)} {unbroken(length)}"


def _name(card: CardWay) -> str:
    return unbroken(t("cardholder.several.card_name", last4=card.card_last4))


def _details(found: SeveralCards) -> None:
    with st.expander(t("cardholder.several.details")):
        st.markdown("\n".join(f"- {detail(card, card.plan)}" for card in found.cards if card.plan is not None))


def detail(card: CardWay, plan: Offer) -> str:
    """When a plan starts and ends, its rate, what it comes to, and what the bank gives up."""
    waived = plan.late_fee_waived_minor + plan.interest_waived_minor
    said = t("cardholder.several.detail", last4=card.card_last4, first=day(plan.first_due_date),
             last=day(plan.last_due_date), rate=percent(plan.annual_rate), total=money(plan.total_minor))
    return said + (t("cardholder.several.given_up", amount=money(waived)) if waived else "")


def _buttons(found: SeveralCards, take: Callable[[CardWay], None]) -> None:
    st.markdown(t("cardholder.several.any_order"))
    for card in found.cards:
        if card.plan is not None:
            st.button(t("cardholder.several.take", last4=card.card_last4, amount=money(card.plan.monthly_minor)),
                      key=f"several_take_{card.account_id}", width="stretch", on_click=take, args=(card,))


def _picture(found: SeveralCards) -> None:
    """How the month's money is shared out, both ways."""
    month = found.means.left_minor or 0
    chart = split_chart([(name, list(_parts(found.cards, plans, month))) for name, plans, _ in _ways(found)], month)
    st.vega_lite_chart(chart, theme=None, width="stretch", alt=spoken(in_words(found)))


def in_words(found: SeveralCards) -> str:
    """How the month's money is shared out, as a sentence."""
    month = found.means.left_minor or 0
    parts = t("cardholder.list_mark").join(
        t("cardholder.several.part", last4=card.card_last4, amount=money(card.plan.monthly_minor))
        for card in found.cards if card.plan is not None)
    left = month - (found.together.monthly_minor if found.together else 0)
    return t("cardholder.several.picture", amount=money(month), parts=parts, left=money(left))


def _parts(cards: Sequence[CardWay], plans: Sequence[Offer | None], month: int) -> Iterator[tuple[str, str, int]]:
    """Label, colour and fen of each part; what is left over comes last."""
    left = month
    for number, (card, plan) in enumerate(zip(cards, plans, strict=True)):
        if plan is not None:
            yield card.card_last4, _COLOURS[number % len(_COLOURS)], plan.monthly_minor
            left -= plan.monthly_minor
    yield "", _FAINT, left


def split_chart(ways: Sequence[tuple[str, Sequence[tuple[str, str, int]]]], month: int) -> dict[str, Any]:
    """A Vega-Lite specification with its data in it: a bar for each way, a part for each card."""
    values = []
    for way, parts in ways:
        start = 0
        for label, colour, amount in parts:
            wide = amount >= month * _NARROWEST_LABEL
            values.append({"way": way, "from": start / 100, "to": (start + amount) / 100, "colour": colour,
                           "middle": (start + amount / 2) / 100, "label": label if wide else ""})
            start += amount
    scale = {"domain": [0, max(month, 1) / 100], "nice": False}
    x = {"type": "quantitative", "axis": None, "scale": scale}
    y = {"field": "way", "type": "nominal", "sort": None, "title": None,
         "axis": {"labelFontSize": 13, "labelLimit": 130, "domain": False, "ticks": False, "labelPadding": 6}}
    return {
        "height": len(ways) * (_BAR + _GAP), "padding": {"left": 2, "right": 2, "top": 2, "bottom": 2},
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "bar", "height": _BAR, "stroke": _PAPER, "strokeWidth": 1.5},
             "encoding": {"x": {"field": "from", **x}, "x2": {"field": "to"}, "y": y,
                          "color": {"field": "colour", "type": "nominal", "scale": None}}},
            {"mark": {"type": "text", "fontSize": 13, "fontWeight": 600, "color": _PAPER},
             "encoding": {"x": {"field": "middle", **x}, "y": y, "text": {"field": "label"}}}],
        # Its text beside the chart says it in the reader's language; the labels Vega would add are English.
        "config": {"aria": False, "view": {"stroke": None}},
    }
