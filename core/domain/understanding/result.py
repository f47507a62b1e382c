"""What was understood: intents, wish, hardship, and the one thing to ask back."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

ASKS = ("which_amount", "period_of_amount", "which_offer", "how_long", "which_date", "rephrase")
"""What may be asked back, the first that applies."""

_SIGNS = frozenset({"first_due_is_earliest", "starts_lighter"})
"""What says more about a wish and is none by itself: no key of what ``portal calc understand`` writes."""


@dataclass(frozen=True, slots=True)
class LastOffer:
    """The offer the message answers: so much a month, for so many months."""

    monthly_minor: int
    months: int


@dataclass(slots=True)
class Wish:
    """What the person would like, as far as it is certain; amounts in fen. Nothing here is granted."""

    monthly_at_most_minor: int | None = None
    amount_minor: int | None = None
    frequency: str | None = None
    months_at_most: int | None = None
    down_payment_minor: int | None = None
    lump_sum_minor: int | None = None
    first_due_on: date | None = None
    due_day: int | None = None
    interest_free_months: int | None = None
    pause_months: int | None = None
    waive: tuple[str, ...] | None = None
    first_due_is_earliest: bool | None = None
    """Not before ``first_due_on``, any later day as well ("after the 15th"); without it paying starts on that day."""

    starts_lighter: bool = False
    """Less at first, more later, without a word of how much."""

    def stated(self) -> tuple[str, ...]:
        """The names of what is wished, sorted; amounts without the unit in their name."""
        stated = (one.name for one in fields(self) if getattr(self, one.name) is not None and one.name not in _SIGNS)
        return tuple(sorted(name.removesuffix("_minor") for name in stated))


@dataclass(frozen=True, slots=True)
class Understanding:
    """The reading of one message. ``intents`` and ``hardship`` are sorted; ``ask`` is a code or nothing."""

    language: str
    intents: tuple[str, ...]
    wish: Wish
    hardship: tuple[str, ...]
    ask: str | None
