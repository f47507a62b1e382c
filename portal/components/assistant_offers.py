"""The ways side by side as cards: what each comes to, why this one, what the bank gives up, and one button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from core.domain.offers.model import OfferKind
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.offer import Offer
from core.services.assistant import Conversation, Nothing
from core.services.assistant.comparing import Against, Recommendation, credit_effect, likelihood, recommendation
from portal.components import assistant_amounts as amounts
from portal.components import assistant_words as words
from portal.components.assistant_amounts import Owed
from portal.components.assistant_chart import Bar, bars
from portal.components.charts import spoken
from portal.components.money import table, unbroken
from portal.i18n import day, money, money_short, t, tn

_BESIDE = 3
"""Cards in a row on a wide screen; on a phone they stand below one another."""
_TWELVE = 12
_UNESTIMATED = (OfferKind.PAUSE, OfferKind.SETTLEMENT)
"""Where there is no plan to be kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where offers are shown: what they rest on, and what a card's button does."""

    owed: Owed
    turn: int
    """The number of the turn that showed it: a card's button belongs to that turn."""
    choose: Callable[[str], None]
    """Called with the offer's label."""
    wished_on: date | None = None
    """The first day that was wished."""


def ways(found: Conversation, negotiation: Negotiation, place: Place) -> None:
    """Doing nothing first, then everything there is to choose, the recommended one in front."""
    offers, recommended = negotiation.offers, negotiation.recommended
    if found.nothing is not None:
        picture(found.nothing, offers, recommended, found.balance_minor)
    plans = [one for one in offers if one.kind is OfferKind.PERSONALISED_AGREEMENT]
    others = [one for one in offers if one.kind is not OfferKind.PERSONALISED_AGREEMENT]
    if plans:
        why = recommendation(negotiation)
        group("assistant.offers.title", plans, recommended, place, why=recommended_because(why) if why else "")
    if others:
        group("assistant.offers.beside" if plans else "assistant.offers.relief", others, recommended, place)
    if any(one.kind not in _UNESTIMATED for one in offers):
        st.caption(t("assistant.compare.estimate"))


def picture(nothing: Nothing, offers: Sequence[Offer], recommended: str | None, today_minor: int) -> None:
    """What each way that ends the debt comes to, as bars, and doing nothing in words."""
    ending = [one for one in offers if one.kind in (OfferKind.PERSONALISED_AGREEMENT, OfferKind.SETTLEMENT)]
    drawn = [Bar(t("assistant.way.do_nothing"), nothing.total_minor, nothing=True)]
    drawn += [Bar(t(f"assistant.label.{one.label}"), one.total_minor, recommended=one.label == recommended)
              for one in ending]
    if ending:  # with nothing beside it, what nothing comes to needs no heading over its own
        st.markdown(f"### {t('assistant.compare.title')}")
        said = t("cardholder.list_mark").join(
            t("assistant.compare.spoken_one", name=bar.name, amount=money_short(bar.total_minor)) for bar in drawn)
        st.vega_lite_chart(bars(drawn, today_minor), theme=None, width="stretch", key="assistant_chart",
                           alt=spoken(t("assistant.compare.spoken", ways=said)))
        st.caption(t("assistant.compare.text", amount=money(today_minor), length=tn("common.months", _TWELVE)))
    with st.container(border=True, key="assistant_nothing"):
        st.markdown(_nothing(nothing, today_minor))


def nothing_alone(nothing: Nothing, today_minor: int) -> None:
    """Doing nothing where there is no way yet to hold it against: one tap away, and nothing to decide on."""
    with st.expander(t("assistant.nothing.alone"), key="assistant_nothing_alone"):
        st.markdown(f"{t('assistant.nothing.later')}\n\n{_nothing(nothing, today_minor)}")


def _nothing(nothing: Nothing, today_minor: int) -> str:
    owed = t("assistant.nothing.owed_then", length=tn("common.months", _TWELVE), amount=money(nothing.total_minor))
    more = t("assistant.nothing.more", more=money(max(nothing.total_minor - today_minor, 0)),
             interest=money(nothing.interest_minor), fees=money(nothing.late_fees_minor))
    credit = t("assistant.credit_line", effect=t("assistant.credit.overdue_grows"))
    return (f"**{t('assistant.way.do_nothing')}**  \n{t('assistant.nothing.why')}\n\n#### {owed}\n\n"
            f"{more}\n\n{credit}")


def recommended_because(found: Recommendation) -> str:
    """Why one plan is recommended and what it costs more, in figures of the same table."""
    name = t(f"assistant.label.{found.offer.label}")
    said = [text for one in found.against if (text := _against(one, found.offer))]
    text = t("assistant.recommended.because", name=name, list=t("assistant.recommended.mark").join(
        [*said, t("assistant.recommended.even")]))
    dearer = found.dearer
    if dearer is None:
        return text
    why = "waives_less" if dearer.waives_less_minor > 0 else "plainly"
    return text + t(f"assistant.recommended.dearer.{why}", amount=money(-dearer.cheaper_minor),
                    other=t(f"assistant.label.{dearer.label}"))


def _against(one: Against, offer: Offer) -> str:
    """What it has over one other plan; empty where that is nothing."""
    better = []
    if one.lighter_minor > 0:
        better.append(t(f"assistant.recommended.lighter.{offer.frequency}", amount=money(one.lighter_minor)))
    if one.sooner_months > 0:
        better.append(t("assistant.recommended.sooner", length=words.months(one.sooner_months)))
    if one.cheaper_minor > 0:
        better.append(t("assistant.recommended.cheaper", amount=money(one.cheaper_minor)))
    if one.likelier:
        better.append(t("assistant.recommended.likelier"))
    return t("assistant.recommended.against", other=t(f"assistant.label.{one.label}"),
             list=t("cardholder.list_mark").join(better)) if better else ""


def group(title: str, offers: Sequence[Offer], recommended: str | None, place: Place, why: str = "") -> None:
    """Offers of one sort beside one another, the recommended one first, and ``why`` that one."""
    st.markdown(f"### {t(title)}\n\n{why}")
    ordered = sorted(offers, key=lambda one: one.label != recommended)
    for start in range(0, len(ordered), _BESIDE):
        row = ordered[start:start + _BESIDE]
        columns = st.columns(len(row)) if len(row) > 1 else [st.container()]
        for offer, column in zip(row, columns, strict=True):
            with column:
                card(offer, offer.label, place, recommended=offer.label == recommended)


def card(offer: Offer, label: str, place: Place, *, recommended: bool = False, strong: bool = False) -> None:
    """One offer with its button and, on request, how it comes about.

    ``label``: what it is called when chosen; ``strong``: its button stands out.
    """
    key = f"{place.turn}_{label}".replace(":", "_")
    with st.container(border=True, key=f"assistant_card_{key}"):
        st.markdown(summary(offer, place.owed, recommended=recommended))
        st.button(t("assistant.offers.choose"), key=f"choose_{key}", width="stretch", on_click=place.choose,
                  type="primary" if recommended or strong else "secondary", args=(label,))
        details = st.expander(t("assistant.details"), key=f"details_{key}", on_change="rerun")
        if details.open:
            with details:
                st.markdown(worked_out(offer, place.wished_on))
                # In a block of its own: where it is wider than a card, it alone moves sideways.
                if falls_due := instalments(offer, place.owed):
                    st.markdown(falls_due)


def summary(offer: Offer, owed: Owed, *, recommended: bool = False) -> str:
    """What it is, what is paid, until when, what it comes to and leaves, what the bank gives up, what it means."""
    mark = f" · {t('assistant.offers.recommended')}" if recommended else ""
    head = f"**{t(f'assistant.label.{offer.label}')}**{mark}  \n{t(f'assistant.why.{offer.label}')}"
    terms = [words.length(offer), words.cost(offer, owed)]
    if offer.down_payment_minor:
        terms.insert(0, t("assistant.offer.down", amount=money(offer.down_payment_minor)))
    if left := amounts.leaves(offer, owed):
        terms.append(left)
    means = [t("assistant.credit_line", effect=t(f"assistant.credit.{credit_effect(offer)}"))]
    if offer.kind not in _UNESTIMATED:
        means.append(t("assistant.chance_line", chance=t(f"assistant.chance.{likelihood(offer.completion)}")))
    return "\n\n".join([head, f"#### {amounts.payment(offer, owed)}", "  \n".join(terms), words.gives(offer),
                        "  \n".join(means)])


def worked_out(offer: Offer, wished_on: date | None) -> str:
    """Why not less, and what it rests on."""
    parts = [f"**{t('assistant.details.why_not_less')}**\n\n{words.why_not_less(offer, wished_on)}"]
    if words.waives(offer):
        parts.append(t("assistant.offer.if_kept"))
    if offer.stages:
        parts.append(words.stages(offer))
    return "\n\n".join(parts)


def instalments(offer: Offer, owed: Owed) -> str:
    """What falls due when; empty where there are no instalments."""
    schedule = amounts.schedule_of(offer, owed)
    if schedule is None:
        return ""
    rows = [(unbroken(t("cardholder.schedule.line", number=row.number, due=day(row.due_date))),
             money(row.amount_minor), money_short(row.balance_after_minor)) for row in schedule.instalments]
    heads = [t(f"cardholder.schedule.{name}") for name in ("due", "amount", "left")]
    return f"**{t('assistant.details.schedule')}**\n\n{table(heads, rows)}"
