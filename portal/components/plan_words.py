"""What a plan asks each time, in words and in short: first and last where instalments differ, exact to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.domain.offers.as_request import terms_of
from core.domain.offers.model import Facts
from core.domain.offers.offer import Offer
from core.domain.request_terms import AgreementTerms, Terms, monthly_minor
from portal.components import schedule
from portal.components.assistant_amounts import each_time
from portal.i18n import day, money, money_short, t


def payments(terms: AgreementTerms, amounts: Sequence[int]) -> str:
    """What is paid each time, in fen of ``amounts``: so much, or from the first to the last where they differ."""
    *regular, last = amounts
    regular = regular or [last]
    if terms.shape.lean_months:
        low, high = min(regular), max(regular)
        said = t("assistant.stages.lean", low=money(low), paced=_paced(terms, high))
        return said if last in (low, high) else t("assistant.offer.last", payment=said, amount=money(last))
    if len(set(regular)) > 1:
        return t("collector.plan.rises", first=_paced(terms, amounts[0]), last=money(last)) \
            if terms.shape.step_months else t(f"assistant.no_more.{terms.frequency}", amount=money(max(amounts)))
    said = _paced(terms, regular[0])
    return said if last == regular[0] else t("assistant.offer.last", payment=said, amount=money(last))


def _paced(terms: AgreementTerms, amount: int) -> str:
    return t(f"assistant.pace.{terms.frequency}", amount=money(amount))


def instalments(offer: Offer, facts: Facts) -> tuple[AgreementTerms, list[int]] | None:
    """The terms of an offer and its instalments in fen, by the function of every screen; None where it has none."""
    terms = terms_of(offer)
    if not isinstance(terms, AgreementTerms):
        return None
    return terms, [row.amount_minor for row in terms.schedule(facts.balance_minor, facts.as_of).instalments]


def told(offer: Offer) -> str:
    """An offer of another day in one line, its payment by what was kept of it: the very last may be a few fen less."""
    terms = terms_of(offer)
    said = schedule.terms_in_words(terms)
    if not isinstance(terms, AgreementTerms):
        return said
    amounts = [stage.instalment_minor for stage in offer.stages for _ in range(stage.count)]
    return t("collector.plan.told", terms=said, payment=payments(terms, amounts) if amounts else each_time(offer))


def month_in_short(terms: Terms, amounts: Sequence[int]) -> str:
    """What a month comes to in whole yuan, from the least to the most where a plan is meant to differ."""
    if not isinstance(terms, AgreementTerms):
        return money_short(max(amounts, default=0))
    months = [monthly_minor(amount, terms.frequency) for amount in amounts]
    if terms.shape.is_level:
        return money_short(max(months))
    least, most = min(months[:-1] or months), max(months)
    return t("collector.plan.month_range", least=money_short(least), most=money_short(most))


def agreed(terms: Terms, dues: Sequence[tuple[date, int]]) -> str:
    """What was granted, as somebody would say it; the waiver of a plan is told apart, with when it comes.

    ``dues``: what falls due when, in fen; of a plan its instalments last.
    """
    if not isinstance(terms, AgreementTerms):
        return schedule.terms_in_words(terms)
    amounts = [amount for _, amount in dues[-terms.count:]]
    said = t("cardholder.agreed.plan", payments=payments(terms, amounts), count=terms.count,
             interest=schedule.interest_in_words(terms), first=day(terms.first_due_date))
    if terms.down_payment_minor:
        return t("cardholder.agreed.with_down", plan=said, down=money(terms.down_payment_minor))
    return said
