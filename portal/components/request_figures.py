"""The figures of a request as rows of a table: the cardholder's preview and the collector's case share them."""

from __future__ import annotations

from decimal import Decimal

from core.domain.request_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms
from core.services.request_figures import RequestFigures
from core.services.requests import Preview
from portal.components import schedule
from portal.components.money import unbroken
from portal.i18n import day, money, percent, t

Rows = list[tuple[str, str]]
Figures = Preview | RequestFigures


def rows(seen: Figures) -> Rows:
    """What the terms come to, the figure people look for first."""
    if seen.schedule is not None:
        return _agreement(seen)
    match seen.terms:
        case SettlementTerms():
            return _settlement(seen)
        case TokenPaymentTerms():
            return _token(seen, seen.terms)
        case PauseTerms():
            return _pause(seen)
        case PromiseTerms():
            return _promise(seen)
        case _:
            return _extension(seen)


def given_up(seen: Figures) -> Rows:
    """What the bank gives up, part by part; nothing where it gives up nothing."""
    return [(t(f"cardholder.preview.given_up.{name}"), money(amount)) for name in ("late_fee", "interest", "principal")
            if (amount := getattr(seen.waived, f"{name}_minor"))]


def left_minor(seen: Figures) -> int:
    """What is still owed once everything is paid as agreed, in fen."""
    return seen.total_minor - sum(amount for _, amount in seen.dues)


def rate(yearly: Decimal) -> str:
    """A yearly rate given in percent."""
    return percent(yearly / 100)


def _agreement(seen: Figures) -> Rows:
    first = [(t("cardholder.preview.down", on=day(seen.down_payment_due_date)),
              money(seen.schedule.down_payment_minor))] if seen.schedule and seen.down_payment_due_date else []
    return [*first,
            (t("cardholder.preview.instalment"), f"**{schedule.monthly(seen.terms, seen.schedule)}**"),
            *given_up(seen),
            (t("cardholder.preview.cost"), money(seen.cost_minor)),
            (t("cardholder.preview.total"), money(seen.total_minor)),
            (t("cardholder.preview.rate"), rate(seen.annualised_rate)),
            (t("cardholder.preview.until"), unbroken(day(seen.until_date)))]


def _extension(seen: Figures) -> Rows:
    """Interest on all that is owed runs anyway; what the extension itself adds stands beside it."""
    added = max(seen.total_minor - seen.do_nothing.total_minor, 0)
    found = [(t("cardholder.preview.deferred"), f"**{money(seen.deferred_minor)}**"),
             (t("cardholder.preview.extended_to"), unbroken(day(seen.until_date))),
             (t("cardholder.preview.interest_anyway", rate=rate(seen.annualised_rate)), money(seen.interest_minor))]
    if late_fees := seen.cost_minor - seen.interest_minor:
        found.append((t("cardholder.preview.late_fee_before"), money(late_fees)))
    return [*found,
            (t("cardholder.preview.extension_adds"), money(added) if added else t("cardholder.preview.nothing"))]


def _settlement(seen: Figures) -> Rows:
    return [(t("cardholder.preview.one_payment"), f"**{money(seen.total_minor)}**"),
            (t("cardholder.preview.pay_by"), unbroken(day(seen.until_date))),
            (t("cardholder.preview.owed_today"), money(seen.balance_minor)), *given_up(seen), _left(seen)]


def _token(seen: Figures, terms: TokenPaymentTerms) -> Rows:
    return [(t("cardholder.preview.monthly"), f"**{money(terms.monthly_minor)}**"),
            (t("cardholder.preview.first"), unbroken(day(terms.first_due_date))),
            (t("cardholder.preview.last"), unbroken(day(seen.until_date))),
            (t("cardholder.preview.paid"), money(terms.total_minor)),
            _meanwhile(seen), _left(seen)]


def _pause(seen: Figures) -> Rows:
    return [(t("cardholder.preview.monthly"), f"**{t('cardholder.preview.nothing')}**"),
            (t("cardholder.preview.resumes"), unbroken(day(seen.until_date))), _meanwhile(seen), _left(seen)]


def _promise(seen: Figures) -> Rows:
    found = [(t("cardholder.preview.one_payment"), f"**{money(sum(amount for _, amount in seen.dues))}**"),
             (t("cardholder.preview.pay_by"), unbroken(day(seen.until_date))),
             (t("cardholder.preview.interest_until", rate=rate(seen.annualised_rate)), money(seen.interest_minor))]
    if late_fees := seen.cost_minor - seen.interest_minor:
        found.append((t("cardholder.preview.late_fee_until"), money(late_fees)))
    return [*found, _left(seen)]


def _meanwhile(seen: Figures) -> tuple[str, str]:
    """Interest of the meantime, with its rate where there is one."""
    if not seen.interest_minor:
        return t("cardholder.preview.interest_meanwhile"), t("cardholder.preview.nothing")
    return (t("cardholder.preview.interest_meanwhile_at", rate=rate(seen.annualised_rate)),
            money(seen.interest_minor))


def _left(seen: Figures) -> tuple[str, str]:
    left = left_minor(seen)
    return t("cardholder.preview.left_after"), money(left) if left else t("cardholder.preview.nothing")
