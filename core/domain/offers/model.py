"""What a negotiation works on: what can be offered, the names of its constraints, the facts and the wish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR
from core.domain.plan_shape import check_lean_months


class OfferKind(StrEnum):
    """What is offered; the first two are kinds of request (``core.domain.proposal.ProposalKind``)."""

    PERSONALISED_AGREEMENT = "personalised_agreement"
    """The whole balance in instalments under Art. 70."""
    EXTENSION = "extension"
    """A later day for what is due now."""
    PROMISE_TO_PAY = "promise_to_pay"
    """What is due now, in one payment within a few days; nothing else changes."""
    SETTLEMENT = "settlement"
    """One payment that ends the debt."""
    TOKEN_PAYMENT = "token_payment"  # noqa: S105 - a small payment, not a credential
    """Very little for a few months, then another look."""
    PAUSE = "pause"
    """Nothing for a few months, then another look."""


class Bound(StrEnum):
    """Names of the constraints, hard ones first, then what a cardholder asked for; order breaks ties."""

    AFFORDABLE = "affordable"
    TERM = "term"
    MINIMUM_INSTALMENT = "minimum_instalment"
    DOWN_PAYMENT = "down_payment"
    FIRST_DUE_DATE = "first_due_date"
    LATE_FEE_WAIVER = "late_fee_waiver"
    INTEREST_WAIVER = "interest_waiver"
    PRINCIPAL_WAIVER = "principal_waiver"
    AUTHORITY_TERM = "authority_term"
    AUTHORITY_BALANCE = "authority_balance"
    INTEREST_COVERED = "interest_covered"
    """Of a plan whose instalments differ: each pays more than the interest of its period. Never set aside."""
    STARTS_LIGHTER = "starts_lighter"
    """Of a plan that rises: its first instalment is clearly smaller than the recommended offer's."""
    TOTAL = "total"
    COMPLETION = "completion"
    LENDER_VALUE = "lender_value"
    DEBTOR_VALUE = "debtor_value"
    WISH_MONTHLY = "wish_monthly"
    WISH_INSTALMENT = "wish_instalment"
    WISH_FIRST_MONTHLY = "wish_first_monthly"
    """What the first instalment comes to in a month, of a plan that rises by steps."""
    WISH_LEAN_MONTHLY = "wish_lean_monthly"
    """The same of a lean month."""
    WISH_MONTHS = "wish_months"
    WISH_DOWN_PAYMENT = "wish_down_payment"
    WISH_LUMP_SUM = "wish_lump_sum"
    WISH_FIRST_DUE_DATE = "wish_first_due_date"
    WISH_EARLIEST_FIRST_DUE_DATE = "wish_earliest_first_due_date"
    WISH_PAUSE = "wish_pause"
    WISH_INTEREST_FREE = "wish_interest_free"
    WISH_WAIVE_INTEREST = "wish_waive_interest"
    WISH_WAIVE_LATE_FEE = "wish_waive_late_fee"

    @property
    def is_wish(self) -> bool:
        """Whether it comes from the cardholder and not from policy."""
        return self.value.startswith("wish_")

    @property
    def unit(self) -> BoundUnit:
        """What its slack is measured in."""
        return _UNITS.get(self, BoundUnit.MINOR)


class BoundUnit(StrEnum):
    """What a slack is measured in."""

    MINOR = "minor"
    MONTHS = "months"
    DAYS = "days"
    RATIO = "ratio"
    """A fraction of one."""
    FLAG = "flag"
    """0: it is so, -1: it is not."""


_UNITS: Mapping[Bound, BoundUnit] = {
    Bound.TERM: BoundUnit.MONTHS, Bound.AUTHORITY_TERM: BoundUnit.MONTHS, Bound.WISH_MONTHS: BoundUnit.MONTHS,
    Bound.WISH_PAUSE: BoundUnit.MONTHS, Bound.WISH_INTEREST_FREE: BoundUnit.MONTHS,
    Bound.FIRST_DUE_DATE: BoundUnit.DAYS, Bound.WISH_FIRST_DUE_DATE: BoundUnit.DAYS,
    Bound.WISH_EARLIEST_FIRST_DUE_DATE: BoundUnit.DAYS,
    Bound.COMPLETION: BoundUnit.RATIO, Bound.WISH_WAIVE_INTEREST: BoundUnit.FLAG,
    Bound.WISH_WAIVE_LATE_FEE: BoundUnit.FLAG}

Slack = int | Decimal
Ledger = Mapping[Bound, Slack]
"""Every constraint with how far inside (positive) or outside (negative) it the plan lies."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All a negotiation may know of a person and an account; amounts in fen, the last three per month.

    No name, age, sex, region or history: what is not here cannot change an answer.
    """

    as_of: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    days_past_due: int
    affordable_minor: int
    ceiling_minor: int
    disposable_minor: int
    hardship: bool = False
    authority: Authority = Authority.L3
    chose_ceiling: bool = False
    """The cardholder was warned and chose to pay more than is affordable, up to the ceiling."""
    income_recovers: bool = False
    """The cause of hardship passes (policy ``negotiation.recovering_reasons``): a plan that starts lighter may help."""
    due_minor: int | None = None
    """What is due now by the account's books; None: the minimum payment the rule asks of the balance."""
    elsewhere: tuple[tuple[date, int], ...] = ()
    """What falls due once on the person's other cards, put off or promised there: the day and fen."""

    def __post_init__(self) -> None:
        for name in ("principal_minor", "interest_minor", "fees_minor", "affordable_minor", "ceiling_minor"):
            if not 0 <= getattr(self, name) <= MAX_MINOR:
                raise InvalidInput("amount_out_of_range", "an amount is not negative and not above the limit",
                                   field=name.removesuffix("_minor"))
        if self.due_minor is not None and not 0 <= self.due_minor <= MAX_MINOR:
            raise InvalidInput("amount_out_of_range", "an amount is not negative and not above the limit", field="due")
        if self.days_past_due < 0:
            raise InvalidInput("days_negative", "days past due are not negative", field="days_past_due")
        if self.affordable_minor > max(self.disposable_minor, 0):
            raise InvalidInput("affordable_above_disposable", "what is affordable is part of what is left over",
                               field="affordable")
        if self.ceiling_minor < self.affordable_minor:
            raise InvalidInput("ceiling_below_affordable", "the ceiling is not below what is affordable",
                               field="ceiling")

    @property
    def balance_minor(self) -> int:
        """All that is owed."""
        return self.principal_minor + self.interest_minor + self.fees_minor

    @property
    def limit_minor(self) -> int:
        """What a month's instalments may come to."""
        return self.ceiling_minor if self.chose_ceiling else self.affordable_minor

    def once_minor(self, on: date) -> int:
        """What a single payment on a day may come to: the month's money less what falls due once elsewhere in it."""
        return self.limit_minor - sum(
            amount for day, amount in self.elsewhere if (day.year, day.month) == (on.year, on.month))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a cardholder asks for; None: not mentioned. Amounts in fen."""

    monthly_at_most_minor: int | None = None
    instalment_at_most_minor: int | None = None
    """Per period of ``frequency``."""
    frequency: Frequency = Frequency.MONTHLY
    months_at_most: int | None = None
    down_payment_minor: int | None = None
    lump_sum_minor: int | None = None
    first_due_date: date | None = None
    """Exactly that day; ``earliest_first_due_date`` for that day or any later one."""
    due_day: int | None = None
    interest_free_months: int | None = None
    pause_months: int | None = None
    waive_interest: bool = False
    waive_late_fee: bool = False
    step_up: bool = False
    """Starts lighter and rises by steps."""
    first_monthly_at_most_minor: int | None = None
    """What is possible now, where more is possible later."""
    later_monthly_minor: int | None = None
    """What is expected to be possible later; counts up to the ceiling."""
    lean_months: tuple[int, ...] = ()
    """Months of the year (1 to 12) in which less comes in, in order."""
    lean_monthly_at_most_minor: int | None = None
    """What is possible in those."""
    earliest_first_due_date: date | None = None
    """Not before that day: whatever begins on it or later will do."""

    def __post_init__(self) -> None:
        check_lean_months(self.lean_months, "wish.lean_months")

    @property
    def rises(self) -> bool:
        """Whether a plan that rises by steps is asked for."""
        return self.step_up or self.first_monthly_at_most_minor is not None or self.later_monthly_minor is not None

    @property
    def is_shaped(self) -> bool:
        """Whether instalments that differ are asked for."""
        return self.rises or bool(self.lean_months)

    @property
    def names_instalments(self) -> bool:
        """Whether it says how much an instalment may be or how many there may be."""
        return any(one is not None for one in (
            self.monthly_at_most_minor, self.instalment_at_most_minor, self.months_at_most))

    @property
    def limits_plans(self) -> bool:
        """Whether it limits which plans will do; a due day or a frequency only shapes them."""
        limited = any(getattr(self, name) is not None for name in (
            "monthly_at_most_minor", "instalment_at_most_minor", "months_at_most", "down_payment_minor",
            "first_due_date", "earliest_first_due_date", "interest_free_months", "pause_months"))
        return limited or self.waive_interest or self.waive_late_fee or self.is_shaped

    @property
    def is_a_day(self) -> bool:
        """Whether it names a day and nothing else: more time for what is due now."""
        alone = Wish(first_due_date=self.first_due_date, earliest_first_due_date=self.earliest_first_due_date)
        return self.day_named is not None and self == alone

    @property
    def day_named(self) -> date | None:
        """The day it names, the only one that will do or the first that does; of both the later one."""
        named = [one for one in (self.first_due_date, self.earliest_first_due_date) if one is not None]
        return max(named, default=None)

    @property
    def is_one_payment(self) -> bool:
        """Whether it names a single payment, perhaps with its day, and no limit of a plan."""
        undated = replace(self, first_due_date=None, earliest_first_due_date=None)
        return self.lump_sum_minor is not None and not undated.limits_plans


NO_WISH = Wish()
