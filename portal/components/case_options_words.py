"""The words of what could be agreed in a case: figures side by side, what stands in the way, what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from core.domain.offers.model import OfferKind
from core.domain.offers.offer import Offer
from core.services.case_heard import TurnedDown, Unmet
from core.services.case_options import CaseOptions
from core.services.case_weighing import CaseOption
from portal.components import assistant_words, plan_words
from portal.components.case_limits_words import bound
from portal.components.money import LEFT, RIGHT, plain, table
from portal.i18n import current, moment, money_short, number, percent, t

HEADS = ("option", "monthly", "months", "total", "value", "gain", "chance", "level")
"""The figures beside each option, in their order."""
_PLANS = (OfferKind.PERSONALISED_AGREEMENT, OfferKind.TOKEN_PAYMENT, OfferKind.PAUSE)
"""What lasts so many months; every other kind is one payment."""


def heads() -> list[str]:
    """What stands above the figures."""
    return [t(f"collector.options.head.{name}") for name in HEADS]


def cells(found: CaseOptions) -> Iterator[list[str]]:
    """A row for what was asked for, and one for each option."""
    asked, nothing = found.asked, found.nothing_minor
    if asked is not None:
        yield [f"**{t('collector.options.asked')}**", plan_words.month_in_short(asked.terms, asked.amounts),
               _months(asked.months), money_short(asked.total_minor),
               *_worth(asked.weighed.lender_value_minor, asked.total_minor, asked.gain_minor, nothing),
               _chance(asked.weighed.completion), asked.authority.value]
    for one in found.options:
        offer = one.offer
        yield [label(one, found), _payment(offer, found), _months(offer.months if offer.kind in _PLANS else None),
               money_short(offer.total_minor),
               *_worth(offer.lender_value_minor, offer.total_minor, one.gain_minor, nothing), _chance(one.chance),
               offer.authority.value]


def _payment(offer: Offer, found: CaseOptions) -> str:
    """What a month comes to; from the least to the most where a plan is meant to differ."""
    made = None if found.facts is None else plan_words.instalments(offer, found.facts)
    return money_short(offer.monthly_minor) if made is None else plan_words.month_in_short(*made)


def _worth(value: int, total: int, gain: int | None, nothing: int) -> tuple[str, str]:
    """The value in whole yuan and the gain as the difference of what is shown, so that a reader's sum agrees."""
    shown = money_short(value) if total else t("collector.options.unknown")
    if gain is None:
        return shown, t("collector.options.rest")
    return shown, money_short((_yuan(value) - _yuan(nothing)) * 100)


def _yuan(amount_minor: int) -> int:
    """Whole yuan, rounded as they are shown."""
    return int((Decimal(amount_minor) / 100).quantize(Decimal(1), ROUND_HALF_EVEN))


def figures(found: CaseOptions) -> str:
    """What is paid and what it is worth, a row for each option."""
    return table(heads(), list(cells(found)), [LEFT, *[RIGHT] * (len(HEADS) - 1)])


def label(one: CaseOption, found: CaseOptions) -> str:
    """What an option is best at."""
    name = t(f"assistant.label.{one.offer.label}")
    return t("collector.options.marked", label=name) if one.offer.label == found.recommended else name


def beside(names: Sequence[str], row: Sequence[str]) -> str:
    """One row for a narrow screen: what it is, and each figure with its name."""
    figures = "  \n".join(t("collector.options.figure", name=name, value=value)
                          for name, value in zip(names[1:], row[1:], strict=True))
    first = row[0] if row[0].startswith("**") else f"**{row[0]}**"
    return f"{first}  \n{figures}"


def _months(count: int | None) -> str:
    return t("collector.options.once") if count is None else number(count)


def _chance(chance: Decimal | None) -> str:
    return t("collector.options.unknown") if chance is None else percent(chance, 0)


def refusals(found: CaseOptions) -> str:
    """What the cardholder turned down and what they could not have, in their own words; empty where nothing was."""
    parts = []
    if found.turned_down:
        parts.append(f"**{t('collector.options.down.title')}**")
        parts.append("\n".join(map(_turned_down, found.turned_down)))
    if found.unmet:
        parts.append(f"**{t('collector.options.unmet.title')}**")
        parts.append("\n".join(map(_unmet, found.unmet)))
    return "\n\n".join(parts)


def _turned_down(one: TurnedDown) -> str:
    said = t("collector.options.down.line", at=moment(one.at), terms=plan_words.told(one.offer))
    lines = [f"- {said}", *_quoted(one.said)]
    if wishes := wished(one):
        lines.append(t("collector.options.down.wished", wishes=wishes))
    return "  \n  ".join(lines)


def _unmet(one: Unmet) -> str:
    said = t("collector.options.unmet.line", at=moment(one.at), wishes=wished(one), bound=bound(one.reason))
    return "  \n  ".join([f"- {said}", *_quoted(one.said)])


def _quoted(said: str | None) -> list[str]:
    return [] if said is None else [t("collector.case.wrote", words=plain(said))]


def wished(one: TurnedDown | Unmet) -> str:
    """What was wished for by then."""
    return t("cardholder.list_mark").join(text for _, text in assistant_words.chips(one.wish))


def basis(found: CaseOptions) -> str:
    """What the estimates rest on, and how far they can be trusted."""
    titles = {plain(one.title_zh if current() == "zh_CN" else one.title): plain(one.reference) for one in found.basis}
    said = t("collector.options.basis", policy=plain(found.policy_version))
    sources = "\n".join(f"- {t('collector.options.source', title=title, reference=reference)}"
                        for title, reference in titles.items())
    return f"{said}\n\n{sources}"
