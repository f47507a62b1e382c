"""The words of what could be agreed in a case: figures side by side, what stands in the way, what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from core.domain.offers.as_request import terms_of
from core.domain.offers.model import OfferKind
from core.domain.offers.offer import Constraint
from core.services.case_heard import TurnedDown, Unmet
from core.services.case_options import CaseOptions
from core.services.case_weighing import CaseOption
from portal.components import assistant_words
from portal.components.money import LEFT, RIGHT, plain, table
from portal.components.schedule import terms_in_words
from portal.i18n import current, moment, money, money_short, number, percent, t

HEADS = ("option", "monthly", "months", "total", "value", "gain", "chance", "level")
"""The figures beside each option, in their order."""
_TABLES = (tuple(HEADS.index(name) for name in ("option", "monthly", "months", "total", "level")),
           tuple(HEADS.index(name) for name in ("option", "value", "gain", "chance")))
_PLANS = (OfferKind.PERSONALISED_AGREEMENT, OfferKind.TOKEN_PAYMENT, OfferKind.PAUSE)
"""What lasts so many months; every other kind is one payment."""


def heads() -> list[str]:
    """What stands above the figures."""
    return [t(f"collector.options.head.{name}") for name in HEADS]


def cells(found: CaseOptions) -> Iterator[list[str]]:
    """A row for what was asked for, and one for each option."""
    asked = found.asked
    if asked is not None:
        yield [f"**{t('collector.options.asked')}**", money_short(asked.monthly_minor), _months(asked.months),
               money_short(asked.total_minor), money_short(asked.weighed.lender_value_minor), _gain(asked.gain_minor),
               _chance(asked.weighed.completion), asked.authority.value]
    for one in found.options:
        offer = one.offer
        yield [label(one, found), money_short(offer.monthly_minor),
               _months(offer.months if offer.kind in _PLANS else None), money_short(offer.total_minor),
               money_short(offer.lender_value_minor), _gain(one.gain_minor), _chance(one.chance),
               offer.authority.value]


def tables(found: CaseOptions) -> str:
    """What is paid, then what it is worth: two tables, because the column is narrow."""
    names, rows = heads(), list(cells(found))
    return "\n\n".join(
        table([names[column] for column in columns], [[row[column] for column in columns] for row in rows],
              [LEFT, *[RIGHT] * (len(columns) - 1)]) for columns in _TABLES)


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


def _gain(amount: int | None) -> str:
    return t("collector.options.rest") if amount is None else money_short(amount)


def _chance(chance: Decimal | None) -> str:
    return t("collector.options.unknown") if chance is None else percent(chance, 0)


def bound(name: str) -> str:
    """A constraint by its name; ``several``: more than one together."""
    return t(f"collector.options.bound.{name}")


def beyond(found: CaseOptions) -> str:
    """Where what was asked for goes beyond a rule, and what keeps the bank from it; empty where nothing does."""
    breached = () if found.asked is None else found.asked.weighed.breached
    lines = []
    if breached:
        lines.append(t("collector.options.beyond", list=t("cardholder.list_mark").join(map(_missed, breached))))
    if found.in_the_way is not None and found.in_the_way not in {line.name for line in breached}:
        lines.append(t("collector.options.in_the_way", bound=bound(found.in_the_way)))
    return "\n\n".join(lines)


def _missed(line: Constraint) -> str:
    return t("collector.options.beyond_by", bound=bound(line.name),
             amount=assistant_words.slack_in_words(line.name, line.slack))


def level_up(found: CaseOptions) -> str:
    """What a colleague one level up could grant; empty for who holds the highest."""
    higher = found.level_up
    if higher is None:
        return ""
    if higher.option is None:
        return t("collector.options.up_none", level=higher.level.value)
    offer = higher.option.offer
    terms = terms_in_words(terms_of(offer))
    if offer.kind is OfferKind.PERSONALISED_AGREEMENT:
        said = t("collector.options.up", level=higher.level.value, terms=terms,
                 payment=t("collector.options.payment", monthly=money(offer.monthly_minor),
                           total=money(offer.total_minor)),
                 value=money(offer.lender_value_minor), chance=percent(offer.completion, 0))
    else:
        said = t("collector.options.up_plain", level=higher.level.value, terms=terms)
    return f"{said} {t('collector.options.up_meets')}" if higher.meets_the_wish else said


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
    said = t("collector.options.down.line", at=moment(one.at), terms=terms_in_words(terms_of(one.offer)))
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
