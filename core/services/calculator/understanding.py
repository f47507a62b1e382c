"""``understand``: what a message asks, offers and tells, by the function of the assistant's page."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from core.domain.understanding import LastOffer, Understanding
from core.domain.understanding import understand as understand_text
from core.services.calculator.fields import Absent, Amount, Count, Day, Input, Output, Yuan
from core.services.calculator.kinds import Book


class LastOfferInput(Input):
    """The offer the message answers."""

    monthly: Amount
    months: Count


class UnderstandInput(Input):
    """What ``understand`` reads."""

    text: str
    as_of: Day
    outstanding: Amount | Absent = None
    last_offer: LastOfferInput | Absent = None


class WishOutput(Output):
    """What is wished; only what was understood is there."""

    monthly_at_most: Yuan | None = None
    amount: Yuan | None = None
    frequency: str | None = None
    months_at_most: int | None = None
    down_payment: Yuan | None = None
    lump_sum: Yuan | None = None
    first_due_on: date | None = None
    due_day: Annotated[int, Field(ge=1, le=31)] | None = None
    interest_free_months: int | None = None
    pause_months: int | None = None
    waive: list[str] | None = None

    @model_serializer(mode="wrap")
    def only_stated(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without the keys that were not understood."""
        return {key: value for key, value in serialise(self).items() if value is not None}


class UnderstandOutput(Output):
    """What ``understand`` writes: every key always there, lists sorted."""

    language: str
    intents: list[str]
    wish: WishOutput
    wished: list[str]
    hardship: list[str]
    ask: str | None


def understand(given: UnderstandInput, _: Book) -> UnderstandOutput:
    """Read a message; the policy has no say in what somebody wishes."""
    last = given.last_offer
    read = understand_text(given.text, given.as_of, given.outstanding,
                           None if last is None else LastOffer(last.monthly, last.months))
    return _output(read)


def _output(read: Understanding) -> UnderstandOutput:
    wish = read.wish
    return UnderstandOutput(
        language=read.language, intents=list(read.intents), wished=list(wish.stated()),
        hardship=list(read.hardship), ask=read.ask,
        wish=WishOutput(
            monthly_at_most=wish.monthly_at_most_minor, amount=wish.amount_minor, frequency=wish.frequency,
            months_at_most=wish.months_at_most, down_payment=wish.down_payment_minor, lump_sum=wish.lump_sum_minor,
            first_due_on=wish.first_due_on, due_day=wish.due_day, interest_free_months=wish.interest_free_months,
            pause_months=wish.pause_months, waive=None if wish.waive is None else list(wish.waive)))
