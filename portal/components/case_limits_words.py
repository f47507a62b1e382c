"""What a request misses and who could grant it: each rule in a sentence of what is asked, allowed and missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.offers.as_request import terms_of
from core.domain.offers.asked import Breach
from core.domain.offers.model import Bound, BoundUnit, Facts, OfferKind, Slack
from core.domain.offers.offer import Offer
from core.domain.other_terms import PauseTerms, TokenPaymentTerms
from core.domain.request_terms import starts_on
from core.services.case_options import CaseOptions
from core.services.case_weighing import Suggestion, Why
from portal.components import assistant_words, plan_words
from portal.components.schedule import terms_in_words
from portal.i18n import day, money, number, percent, t

_HUNDRED = 100
NONE_GRANTED = (Bound.AUTHORITY_TERM, Bound.PRINCIPAL_WAIVER)
"""What a level may not grant at all is said so, not as nought."""


def bound(name: str) -> str:
    """A constraint by its name; ``several``: more than one together."""
    return t(f"collector.options.bound.{name}")


def difference(name: Bound, slack: Slack) -> str:
    """How far a figure lies from a bound: of chances in percentage points, never in per cent of them."""
    if name.unit is BoundUnit.RATIO:
        return t("collector.options.points", points=number(round(abs(Decimal(slack)) * _HUNDRED)))
    return assistant_words.slack_in_words(name, slack)


def beyond(found: CaseOptions) -> str:
    """What the request misses, rule by rule, and what keeps the bank from it; empty where nothing does."""
    asked = found.asked
    breached = () if asked is None else asked.weighed.breached
    level = found.held or Authority.L1
    parts = []
    if breached:
        first = starts_on(asked.terms) if asked is not None else None
        lines = "\n".join(f"- {missed(one, level, first)}" for one in breached)
        parts.append(f"**{t('collector.options.beyond')}**\n\n{lines}")
    # Small payments and a pause are no plan: what keeps a plan from being met says nothing of them.
    relief = asked is not None and isinstance(asked.terms, TokenPaymentTerms | PauseTerms)
    if found.in_the_way is not None and not relief and found.in_the_way not in {one.name for one in breached}:
        parts.append(t("collector.options.in_the_way", bound=bound(found.in_the_way)))
    return "\n\n".join(parts)


def missed(one: Breach, level: Authority, first: date | None = None) -> str:
    """One rule: what is asked, what is allowed, and what is missing; ``first``: the day asked for."""
    missing = difference(one.name, one.slack)
    asked, allowed = one.asked, one.allowed
    if one.name is Bound.FIRST_DUE_DATE and first is not None:
        return t("collector.options.missed_day", asked=day(first), missing=missing)
    if asked is None or allowed is None:
        return t(f"collector.options.missed.{one.name}", missing=missing)
    if not allowed and one.name in NONE_GRANTED:
        return t(f"collector.options.none_granted.{one.name}", asked=_measured(one.name, asked), level=level.value)
    if one.name.unit is BoundUnit.RATIO:
        # What is missing is the difference of the two that are shown.
        asked, allowed = (round(Decimal(figure) * _HUNDRED) for figure in (asked, allowed))
        missing = t("collector.options.points", points=number(abs(allowed - asked)))
        return t(f"collector.options.missed.{one.name}", missing=missing,
                 **{name: percent(Decimal(figure) / _HUNDRED, 0) for name, figure in (
                     ("asked", asked), ("allowed", allowed))})
    return t(f"collector.options.missed.{one.name}", asked=_measured(one.name, asked),
             allowed=_measured(one.name, allowed), missing=missing, level=level.value)


def _measured(name: Bound, figure: Slack) -> str:
    return assistant_words.months(int(figure)) if name.unit is BoundUnit.MONTHS else money(int(figure))


def payment(offer: Offer, facts: Facts) -> str:
    """What a plan asks each time and in all; empty where the terms say it."""
    found = plan_words.instalments(offer, facts)
    if found is None:
        return ""
    return t("collector.options.payment", payments=plan_words.payments(*found), total=money(offer.total_minor))


def why(one: Suggestion) -> str:
    """Why a counter-offer comes to mind; relief is no middle between two gains, it is what is left."""
    if one.why is Why.NEAREST and one.change is not None:
        return t("collector.options.why.nearest", bound=bound(one.change.name),
                 amount=difference(one.change.name, one.change.amount))
    if one.why is Why.RECOMMENDED and one.option.offer.kind in assistant_words.RELIEF:
        return t("collector.options.why.relief")
    return t(f"collector.options.why.{one.why}")


def relief_first(found: CaseOptions) -> str:
    """Why relief is recommended although nothing, or very little, is paid under it; empty where it is not."""
    first = next((one for one in found.options if one.offer.label == found.recommended), None)
    if first is None or first.offer.kind not in assistant_words.RELIEF or found.facts is None:
        return ""
    if found.facts.affordable_minor <= 0:
        return t("collector.options.relief_only")
    return t("collector.options.relief_first", affordable=money(found.facts.affordable_minor))


def level_up(found: CaseOptions) -> str:
    """Which level the request itself needs, and what a colleague one level up could grant.

    Nobody is urged upwards with what this level may grant.
    """
    return "  \n".join(_level_up(found))


def _level_up(found: CaseOptions) -> Iterator[str]:
    asked, held, higher = found.asked, found.held, found.level_up
    if asked is not None:
        granted = held is not None and held.covers(asked.authority)
        if granted and held is Authority.L4:
            return
        yield t("collector.options.up_not_needed" if granted else "collector.options.up_needs",
                level=asked.authority.value)
    if higher is None or found.facts is None:
        return
    if higher.option is None:
        yield t("collector.options.up_none", level=higher.level.value)
        return
    offer = higher.option.offer
    terms = terms_in_words(terms_of(offer))
    if offer.kind is OfferKind.PERSONALISED_AGREEMENT:
        yield t("collector.options.up", level=higher.level.value, terms=terms, payment=payment(offer, found.facts),
                value=money(offer.lender_value_minor), chance=percent(offer.completion, 0))
    else:
        yield t("collector.options.up_plain", level=higher.level.value, terms=terms)
    if higher.meets_the_wish and (asked is None or higher.level.covers(asked.authority)):
        yield t("collector.options.up_meets")
