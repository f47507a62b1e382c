"""What each kind of request comes to: dues, cost, what is given up. ``request_figures`` puts them beside the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from core.domain.errors import InvalidInput
from core.domain.money import round_minor
from core.domain.request_terms import (
    LONGEST_THINKABLE_DAYS,
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
)
from core.domain.schedule import Schedule, annualised_rate
from core.domain.waivers import NOTHING_WAIVED, Waived
from core.policy.book import Policy
from core.policy.rules.account import displayed_annual_rate
from core.services.outlooks import unpaid_until
from core.services.positions import AccountPosition

_DAYS_PER_YEAR = 365
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the kinds of request compute differently; fen."""

    until_date: date
    dues: tuple[tuple[date, int], ...]
    """What falls due when, earliest first."""
    annualised_rate: Decimal
    """Percent with two decimals."""
    interest_minor: int
    cost_minor: int
    waived: Waived = NOTHING_WAIVED
    schedule: Schedule | None = None
    down_payment_due_date: date | None = None
    deferred_minor: int = 0
    ends_the_debt: bool = False
    """One payment after which nothing is owed."""


def amounts_of(position: AccountPosition, terms: Terms, policy: Policy) -> Amounts:
    """The amounts of ``terms`` on an account as it stands, as if granted on its day.

    Raises ``InvalidInput`` for a day nothing can be reckoned to.
    """
    _check_day(terms, position.as_of)
    match terms:
        case ExtensionTerms():
            return _extension(position, terms, policy)
        case AgreementTerms():
            return _agreement(position, terms, policy)
        case SettlementTerms():
            due = ((terms.pay_by, terms.amount_minor),)
            return Amounts(terms.pay_by, due, Decimal("0.00"), 0, 0, terms.waived, ends_the_debt=True)
        case TokenPaymentTerms():
            return _token(position, terms)
        case PauseTerms():
            until = terms.until(position.as_of)
            return _relief(position, until, (), terms.annual_rate)
        case PromiseTerms():
            return _promise(position, terms, policy)


def _check_day(terms: Terms, as_of: date) -> None:
    """As an agreement's schedule does: no payment of a plan before its start, nothing beyond any thinkable day.

    A promised day that has passed is for the checks: they say that it has.
    """
    match terms:
        case TokenPaymentTerms():
            field, day, earliest = "first_due_date", terms.first_due_date, as_of
        case SettlementTerms() | PromiseTerms():
            field, day, earliest = "pay_by", terms.pay_by, date.min
        case _:
            return
    latest = as_of + timedelta(days=LONGEST_THINKABLE_DAYS)
    if not earliest <= day <= latest:
        raise InvalidInput("out_of_range", "the day lies before the start or too far ahead", field=field,
                           lowest=as_of, highest=latest)


def _agreement(position: AccountPosition, terms: AgreementTerms, policy: Policy) -> Amounts:
    schedule = terms.schedule(position.total_minor, position.as_of)
    first, until = schedule.instalments[0].due_date, schedule.instalments[-1].due_date
    # As much notice as the first instalment gets, and never after it.
    notice = timedelta(days=policy.integer("requests.first_due_notice_days"))
    down_due = min(position.as_of + notice, first) if terms.down_payment_minor else None
    paid_first = ((down_due, terms.down_payment_minor),) if down_due else ()
    dues = (*paid_first, *((row.due_date, row.amount_minor) for row in schedule.instalments))
    return Amounts(until, dues, annualised_rate(schedule).monthly_irr_x12, schedule.interest_minor,
                   schedule.cost_minor, terms.waived, schedule, down_due)


def _extension(position: AccountPosition, terms: ExtensionTerms, policy: Policy) -> Amounts:
    """Interest goes on at the card's rate; late fees of the meantime are suspended (policy ``extension.*``)."""
    until = terms.until(position.as_of)
    unpaid = unpaid_until(position, until, policy)
    interest = unpaid.interest_total_minor if policy.flag("extension.interest_continues") else 0
    # A fee for a due date that was missed before the extension is not one of the meantime.
    missed_before = 0 if position.open_due_date else position.late_fee_to_come_minor
    late_fees = missed_before if policy.flag("extension.late_fee_suspended") else unpaid.late_fee_total_minor
    yearly = displayed_annual_rate(policy) if interest else Decimal(0)
    deferred = position.minimum_due_minor
    return Amounts(until, ((until, deferred),), _percent(yearly), interest, interest + late_fees,
                   deferred_minor=deferred)


def _promise(position: AccountPosition, terms: PromiseTerms, policy: Policy) -> Amounts:
    """Everything goes on by the contract until it is paid: nothing is granted but that the bank waits."""
    on = max(terms.pay_by, position.as_of)
    unpaid = unpaid_until(position, on, policy)
    interest = unpaid.interest_total_minor
    yearly = displayed_annual_rate(policy) if interest else Decimal(0)
    return Amounts(terms.pay_by, ((terms.pay_by, terms.amount_minor),), _percent(yearly), interest,
                   interest + unpaid.late_fee_total_minor)


def _token(position: AccountPosition, terms: TokenPaymentTerms) -> Amounts:
    dues = tuple((on, terms.monthly_minor) for on in terms.due_dates)
    return _relief(position, dues[-1][0], dues, terms.annual_rate)


def _relief(position: AccountPosition, until: date, dues: tuple[tuple[date, int], ...], rate: Decimal) -> Amounts:
    """Simple interest at the agreed rate on what is left, rounded once; no late fees meanwhile."""
    exact, left, since = Fraction(0), position.total_minor, position.as_of
    for on, amount in (*dues, (until, 0)):
        exact += Fraction(rate) * left * (on - since).days / _DAYS_PER_YEAR
        left, since = max(left - amount, 0), on
    interest = round_minor(exact)
    return Amounts(until, dues, _percent(rate), interest, interest)


def _percent(yearly: Decimal) -> Decimal:
    return (yearly * 100).quantize(_HUNDREDTH, ROUND_HALF_UP)
