"""``minimum-payment``, ``late-fee`` and ``cash-advance``."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from core.domain.cash_advance import CashAdvanceRule
from core.domain.cash_advance import cash_advance as cash_advance_cost
from core.domain.interest import DatedRate, InterestTerms
from core.domain.late_fee import HigherRate, LateFeeRule
from core.domain.late_fee import late_fee as late_fee_minor
from core.domain.minimum_payment import Billed
from core.domain.minimum_payment import minimum_payment as minimum_payment_of
from core.policy.book import STANDARD, Policy
from core.policy.rules.account import cash_advance_rule, interest_terms, late_fee_rule, minimum_payment_rule
from core.services.calculator.fields import Absent, Amount, Count, Day, Input, Output, Rate, Yuan
from core.services.calculator.kinds import Book


class MinimumPaymentInput(Input):
    """What ``minimum-payment`` reads."""

    purchases: Amount
    cash: Amount = 0
    fees: Amount = 0
    interest: Amount = 0
    over_limit: Amount = 0
    instalments_due: Amount = 0
    previous_minimum_unpaid: Amount = 0
    purchase_ratio: Rate | Absent = None
    cash_ratio: Rate | Absent = None
    as_of: Day | Absent = None


class MinimumPaymentOutput(Output):
    """What ``minimum-payment`` writes; a part for each amount of the input."""

    minimum_payment: Yuan
    parts: dict[str, Yuan]
    policy_version: str


def minimum_payment(given: MinimumPaymentInput, book: Book) -> MinimumPaymentOutput:
    """The minimum payment and what it is made of."""
    policy = _policy(given.as_of, book)
    rule = minimum_payment_rule(policy)
    if given.purchase_ratio is not None:
        rule = replace(rule, purchase_ratio=given.purchase_ratio)
    if given.cash_ratio is not None:
        rule = replace(rule, cash_ratio=given.cash_ratio)
    billed = Billed(given.purchases, given.cash, given.fees, given.interest, given.over_limit,
                    given.instalments_due, given.previous_minimum_unpaid)
    result = minimum_payment_of(billed, rule)
    return MinimumPaymentOutput(minimum_payment=result.minimum_minor, parts=dict(result.parts),
                                policy_version=policy.version)


class HigherRateInput(Input):
    """The rate from the ``misses``-th miss in a row on."""

    misses: Count
    rate: Rate


class LateFeeInput(Input):
    """What ``late-fee`` reads. ``cap`` null means no cap; left out, it is the policy's."""

    minimum_payment: Amount
    paid_by_due: Amount
    rate: Rate | Absent = None
    floor: Amount | Absent = None
    cap: Amount | None = None
    consecutive_misses: Count = 1
    rate_after_consecutive: HigherRateInput | Absent = None
    as_of: Day | Absent = None


class LateFeeOutput(Output):
    """What ``late-fee`` writes."""

    late_fee: Yuan
    policy_version: str


def late_fee(given: LateFeeInput, book: Book) -> LateFeeOutput:
    """The late fee on what is missing of a minimum payment."""
    policy = _policy(given.as_of, book)
    rule = late_fee_rule(policy)
    second = given.rate_after_consecutive
    rule = LateFeeRule(
        rate=rule.rate if given.rate is None else given.rate,
        floor_minor=rule.floor_minor if given.floor is None else given.floor,
        cap_minor=given.cap if "cap" in given.model_fields_set else rule.cap_minor,
        after_consecutive=rule.after_consecutive if second is None else HigherRate(second.misses, second.rate))
    fee = late_fee_minor(given.minimum_payment, given.paid_by_due, rule, given.consecutive_misses)
    return LateFeeOutput(late_fee=fee, policy_version=policy.version)


class CashAdvanceInput(Input):
    """What ``cash-advance`` reads."""

    amount: Amount
    from_: Day = Field(alias="from")
    to: Day
    count_last_day: bool | Absent = None
    fee_rate: Rate | Absent = None
    fee_floor: Amount | Absent = None
    fee_cap: Amount | Absent = None
    daily_rate: Rate | Absent = None


class CashAdvanceOutput(Output):
    """What ``cash-advance`` writes."""

    fee: Yuan
    interest: Yuan
    total_cost: Yuan
    policy_version: str


def cash_advance(given: CashAdvanceInput, book: Book) -> CashAdvanceOutput:
    """Fee and interest of a cash advance; the fee bears no interest."""
    policy = book().on(max(given.from_, given.to))
    cost = cash_advance_cost(given.amount, given.from_, given.to, _cash_rule(given, policy), _cash_terms(given, book))
    return CashAdvanceOutput(fee=cost.fee_minor, interest=cost.interest.interest_minor,
                             total_cost=cost.total_cost_minor, policy_version=policy.version)


def _cash_rule(given: CashAdvanceInput, policy: Policy) -> CashAdvanceRule:
    if given.fee_rate is not None and given.fee_floor is not None and given.fee_cap is not None:
        return CashAdvanceRule(given.fee_rate, given.fee_floor, given.fee_cap)
    rule = cash_advance_rule(policy)
    return CashAdvanceRule(
        fee_rate=rule.fee_rate if given.fee_rate is None else given.fee_rate,
        fee_floor_minor=rule.fee_floor_minor if given.fee_floor is None else given.fee_floor,
        fee_cap_minor=rule.fee_cap_minor if given.fee_cap is None else given.fee_cap)


def _cash_terms(given: CashAdvanceInput, book: Book) -> InterestTerms:
    if given.daily_rate is not None and given.count_last_day is not None:
        return InterestTerms((DatedRate(given.from_, given.daily_rate),), count_last_day=given.count_last_day)
    terms = interest_terms(book(), STANDARD, given.from_, max(given.from_, given.to))
    return InterestTerms(
        rates=terms.rates if given.daily_rate is None else (DatedRate(given.from_, given.daily_rate),),
        base=terms.base, rounding=terms.rounding,
        count_last_day=terms.count_last_day if given.count_last_day is None else given.count_last_day)


def _policy(as_of: Day | None, book: Book) -> Policy:
    return book().on(as_of or book().newest_date)
