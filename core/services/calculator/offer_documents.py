"""What ``offers`` reads and writes: the debt, the means and the wish; plans, the answer and what stands in the way."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from core.domain.offers.editions import FIRST, LATEST
from core.services.calculator.fields import (
    Absent,
    Amount,
    Code,
    DailyRate,
    Day,
    DaysPastDue,
    Input,
    Output,
    Percent,
    Rate,
    SignedAmount,
    Yuan,
)

_MOST_ELSEWHERE = 100
"""As many as are read of one person (``core.db.repositories.proposals.MOST_PLANS``)."""
Months = Annotated[int, Field(ge=1, le=600)]
SlackText = str | int
"""Yuan or a ratio as text; months, days and flags (0 holds, -1 does not) as integers."""


class OwedInput(Input):
    """What is owed on one card and for how long."""

    principal: Amount
    interest: Amount
    fees: Amount
    days_past_due: DaysPastDue
    daily_rate: Rate | Absent = None


class AccountInput(OwedInput):
    """The card whose offers are asked for."""

    due: Amount | Absent = None
    """What is due now by the books; without it the minimum payment of the balance is."""


class OnceInput(Input):
    """What falls due once on another card."""

    on: Day
    amount: Amount


class WishInput(Input):
    """What the cardholder asks for; every key as ``understand`` writes it."""

    monthly_at_most: Amount | Absent = None
    amount: Amount | Absent = None
    frequency: Literal["weekly", "fortnightly", "monthly"] | Absent = None
    months_at_most: Months | Absent = None
    down_payment: Amount | Absent = None
    lump_sum: Amount | Absent = None
    first_due_on: Day | Absent = None
    earliest_first_due_on: Day | Absent = None
    """Not before that day, where ``first_due_on`` is exactly it."""
    due_day: Annotated[int, Field(ge=1, le=31)] | Absent = None
    interest_free_months: Months | Absent = None
    pause_months: Months | Absent = None
    waive: list[Literal["interest", "late_fee"]] = Field(default_factory=list)
    step_up: bool = False
    """A plan that starts lighter and rises by steps."""
    first_monthly_at_most: Amount | Absent = None
    """What is possible a month now, where more is later."""
    later_monthly: Amount | Absent = None
    """What is expected to be possible later; counts up to the ceiling."""
    lean_months: list[Annotated[int, Field(ge=1, le=12)]] = Field(default_factory=list)
    """Months of the year in which less comes in."""
    lean_monthly_at_most: Amount | Absent = None


class OffersInput(Input):
    """What ``offers`` reads; ``affordable``, ``ceiling`` and ``disposable`` are those of ``affordability``."""

    as_of: Day
    issuer: Code | Absent = None
    """The issuer profile of the policy; the standard one if left out."""
    account: AccountInput
    affordable: Amount
    ceiling: Amount
    disposable: SignedAmount
    hardship: list[Code] | bool = False
    authority: Literal["L1", "L2", "L3", "L4"] | Absent = None
    chose_ceiling: bool = False
    elsewhere: list[OnceInput] = Field(default_factory=list, max_length=_MOST_ELSEWHERE)
    """What an extension puts off or a promise makes due on the person's other cards."""
    wish: WishInput | Absent = None
    edition: Annotated[int, Field(ge=FIRST, le=LATEST)] = FIRST
    """Of the answer (``core.domain.offers.editions``); a document without one is answered as when there was one."""


class ConstraintOutput(Output):
    """One line of the ledger."""

    name: str
    unit: str
    slack: SlackText
    binding: bool


class ShapeOutput(Output):
    """How instalments differ: they rise every so many months, or are smaller in some months of the year."""

    step_months: int
    step_share: str
    most_steps: int
    lean_months: list[int]
    lean_share: str


class StageOutput(Output):
    """So many equal instalments from a day on; the plan's very last may be a few fen less."""

    first_due_on: date
    count: int
    instalment: Yuan


class OfferOutput(Output):
    """One offer; ``monthly`` is what its dearest instalment comes to in a month.

    ``shape`` is null and ``stages`` empty where every instalment is the same.
    """

    label: str
    kind: str
    down_payment: Yuan
    months: int
    frequency: str
    count: int
    interest_free_months: int
    annual_rate: DailyRate
    late_fee_waived: Yuan
    interest_waived: Yuan
    principal_waived: Yuan
    instalment: Yuan
    monthly: Yuan
    first_due_on: date
    last_due_on: date
    total: Yuan
    annualised_rate: Percent
    completion_probability: str
    authority: str
    constraints: list[ConstraintOutput]
    shape: ShapeOutput | None
    stages: list[StageOutput]


class AnswerOutput(Output):
    """The answer to the wish; ``as_named``, the plan nearest to what was named, only where that is another one."""

    accepted: bool
    plan: OfferOutput | None
    reason: str
    as_named: OfferOutput | None = None

    @model_serializer(mode="wrap")
    def only_another(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without ``as_named`` where there is none, so that an answer of before stays what it was."""
        return {key: value for key, value in serialise(self).items() if key != "as_named" or value is not None}


class ChangeOutput(Output):
    """By how much a constraint would have to give way, and the plan that then passes everything else."""

    constraint: str
    unit: str
    change: SlackText
    plan: OfferOutput


class InfeasibleOutput(Output):
    """What stands in the way; null where no single constraint or change does it alone."""

    binding: str | None
    nearest: list[ChangeOutput]
    smallest_change: ChangeOutput | None


class DoNothingOutput(Output):
    """What would be owed after so many months of doing nothing."""

    total: Yuan
    horizon_months: int


class OffersOutput(Output):
    """What ``offers`` writes. Every probability is a model estimate, and a person decides."""

    offers: list[OfferOutput]
    recommended: str | None
    answer: AnswerOutput | None
    infeasible: InfeasibleOutput | None
    do_nothing: DoNothingOutput
    policy_version: str
    input_hash: str
    grid_hash: str
    result_hash: str
