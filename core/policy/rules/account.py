"""The rules of a card account, built from the policy in force: interest, fees, allocation, ageing."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.domain.account_state import AccountState
from core.domain.allocation import AllocationRule, Component
from core.domain.calendar import BusinessDay, MonthEnd
from core.domain.cash_advance import CashAdvanceRule
from core.domain.delinquency import ASSET_CLASSES, BUCKETS, DelinquencyRule
from core.domain.interest import Base, DatedRate, InterestTerms, Pause
from core.domain.late_fee import HigherRate, LateFeeRule
from core.domain.minimum_payment import MinimumPaymentRule
from core.domain.money import Rounding
from core.domain.statement import Compounding, CycleRules, GraceRule, StatementCycle
from core.policy.book import Policy, PolicyBook
from core.policy.model import Scalar

_DAYS_PER_YEAR = 365
"""Of a common year."""


def interest_terms(
    book: PolicyBook, issuer: str, first: date, last: date, pauses: tuple[Pause, ...] = ()
) -> InterestTerms:
    """Dated rates from ``first`` to ``last`` and the issuer's other terms as they are on ``last``.

    Raises ``PolicyMissing`` when no rate is in force on ``first``.
    """
    policy = book.on(last, issuer)
    opening = DatedRate(first, book.on(first, issuer).decimal("interest.daily_rate"))
    later = tuple(DatedRate(change.from_date, book.on(change.from_date, issuer).decimal("interest.daily_rate"))
                  for change in book.timeline("interest.daily_rate", issuer) if first < change.from_date <= last)
    return InterestTerms(
        rates=(opening, *later),
        base=Base(policy.text("interest.base_method")),
        count_last_day=counts_statement_day(policy),
        pauses=pauses,
        rounding=Rounding(policy.text("interest.rounding")),
    )


def counts_statement_day(policy: Policy) -> bool:
    """Whether the last day of a cycle bears interest in it; else the next cycle starts on that day."""
    return policy.text("interest.day_count") == "inclusive"


def displayed_annual_rate(policy: Policy) -> Decimal:
    """The daily rate as it is shown per year (policy ``interest.annual_display``); 0.1825 is 18.25 %.

    Before 2021 none had to be shown; then, too, a year counts 365 days here.
    """
    days = _DAYS_PER_YEAR
    if policy.has("interest.annual_display") and policy.text("interest.annual_display") == "daily_times_days_of_year":
        days += isleap(policy.on.year)
    return policy.decimal("interest.daily_rate") * days


def late_fee_rule(policy: Policy) -> LateFeeRule:
    """The late fee; a repealed cap or second rate is none."""
    second = None
    if policy.has("late_fee.consecutive_misses") and policy.has("late_fee.rate_after_consecutive"):
        second = HigherRate(policy.integer("late_fee.consecutive_misses"),
                            policy.decimal("late_fee.rate_after_consecutive"))
    return LateFeeRule(policy.decimal("late_fee.rate"), policy.money("late_fee.floor"),
                       _money_or_none(policy, "late_fee.cap"), second)


def minimum_payment_rule(policy: Policy) -> MinimumPaymentRule:
    """Which shares make the minimum payment."""
    return MinimumPaymentRule(
        purchase_ratio=policy.decimal("min_payment.principal_ratio"),
        cash_ratio=policy.decimal("min_payment.cash_ratio"),
        fees_ratio=policy.decimal("min_payment.fees_ratio"),
        interest_ratio=policy.decimal("min_payment.interest_ratio"),
    )


def cash_advance_rule(policy: Policy) -> CashAdvanceRule:
    """The fee on a cash advance; a repealed cap is none."""
    return CashAdvanceRule(policy.decimal("cash_advance.fee_rate"), policy.money("cash_advance.fee_floor"),
                           _money_or_none(policy, "cash_advance.fee_cap"))


def grace_rule(policy: Policy) -> GraceRule:
    """Days and amount of grace. Before the convention of 2013 there was none: no days and no amount."""
    return GraceRule(
        days=policy.integer("grace.days") if policy.has("grace.days") else 0,
        amount_minor=_money_or_none(policy, "grace.amount") or 0,
    )


def allocation_rule(policy: Policy) -> AllocationRule:
    """The two orders of Art. 57 and the day that parts them."""
    return AllocationRule(policy.integer("alloc.switch_dpd"), _order(policy, "alloc.order_le90"),
                          _order(policy, "alloc.order_ge91"))


def delinquency_rule(policy: Policy) -> DelinquencyRule:
    """Bands of days past due; the ladder of 2023 is none on dates before it."""
    ladder_2023 = policy.table("class.2023_floor") if policy.has("class.2023_floor") else None
    return DelinquencyRule(
        bucket_first_days=_first_days(policy.table("bucket.first_days"), BUCKETS[1:]),
        ladder_2011=_first_days(policy.table("class.card_2011"), ASSET_CLASSES[1:]),
        ladder_2023=None if ladder_2023 is None else _first_days(ladder_2023, ASSET_CLASSES[1:]),
    )


def month_end_rule(policy: Policy) -> MonthEnd:
    """What becomes of a due day that a month lacks (Civil Code Art. 202)."""
    return MonthEnd(policy.text("periods.month_end"))


def business_day_rule(policy: Policy) -> BusinessDay:
    """What becomes of a due date on a day off (Civil Code Art. 203)."""
    return BusinessDay(policy.text("periods.business_day"))


def cycle_rules(
    book: PolicyBook, issuer: str, opening: AccountState, cycle: StatementCycle, pauses: tuple[Pause, ...] = ()
) -> CycleRules:
    """Everything ``core.domain.closing.close_cycle`` needs, as it is on the statement date."""
    statement_date = cycle.statement_date
    begun = [*(part.on for part in opening.bearing), *(one.on for one in (*cycle.cash, *cycle.releases)),
             *(one.on for one in cycle.adjustments)]
    oldest = min([statement_date, *begun])
    policy = book.on(statement_date, issuer)
    return CycleRules(
        interest=interest_terms(book, issuer, oldest, statement_date, pauses),
        compounding=Compounding(policy.text("interest.compounding")),
        least_interest_minor=policy.money("interest.min_charge"),
        late_fee=late_fee_rule(policy),
        minimum=minimum_payment_rule(policy),
        allocation=allocation_rule(policy),
        grace=grace_rule(policy),
        due_days=policy.integer("statement.due_days"),
        due_date_rolls=business_day_rule(policy) is BusinessDay.FOLLOWING,
    )


def _money_or_none(policy: Policy, name: str) -> int | None:
    return policy.money(name) if policy.has(name) else None


def _order(policy: Policy, name: str) -> tuple[Component, ...]:
    return tuple(Component(str(item)) for item in policy.items(name))


def _first_days(table: Mapping[str, Scalar], names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(int(table[name]) for name in names)
