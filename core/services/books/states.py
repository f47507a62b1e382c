"""An account's state as text: what one statement hands to the next, kept so that nothing is replayed twice."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from core.domain.account_state import AccountState, Ask, Balances, Bearing, UnpaidMinimum
from core.domain.errors import Conflict
from core.domain.interest import Movement

_FORM = 2
"""The form of the text. Form 1 had no contract date in ``overdue``; a newer form needs a reader of its own here."""


def write_state(state: AccountState) -> str:
    """``state`` as compact JSON: always the same text for the same state."""
    held = state.balances
    return json.dumps({
        "form": _FORM,
        "balances": [held.principal_minor, held.interest_minor, held.late_fee_minor, held.other_fees_minor],
        "bearing": [[part.on.isoformat(), part.amount_minor, _text(part.bill_due_date),
                     [[paid.on.isoformat(), paid.amount_minor] for paid in part.paid]] for part in state.bearing],
        "asks": [[ask.due_date.isoformat(), ask.minimum_minor, ask.bill_minor, ask.paid_minor,
                  _text(ask.deferred_to)] for ask in state.asks],
        "overdue": [[missed.due_date.isoformat(), missed.amount_minor, _text(missed.contract_due_date)]
                    for missed in state.overdue],
        "misses": state.consecutive_misses, "held": state.held_minor, "deferred_to": _text(state.deferred_to),
    }, separators=(",", ":"))


def read_state(text: str) -> AccountState:
    """The state that ``write_state`` wrote, in this form or an earlier one.

    Raises ``Conflict``: ``books_of_newer_version`` for a form of a later version of this product,
    ``books_unreadable`` for a text that no version wrote.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        if raw["form"] > _FORM:
            raise Conflict("books_of_newer_version", f"a state of form {raw['form']} is not known here")
        return _state(raw)
    except (ValueError, KeyError, TypeError) as unreadable:
        raise Conflict("books_unreadable", "the state of an account cannot be read") from unreadable


def _state(raw: dict[str, Any]) -> AccountState:
    return AccountState(
        balances=Balances(*raw["balances"]),
        bearing=tuple(Bearing(date.fromisoformat(on), amount, _day(bill),
                              tuple(Movement(date.fromisoformat(day), paid) for day, paid in payments))
                      for on, amount, bill, payments in raw["bearing"]),
        asks=tuple(Ask(date.fromisoformat(due), minimum, bill, paid, _day(deferred))
                   for due, minimum, bill, paid, deferred in raw["asks"]),
        overdue=tuple(UnpaidMinimum(date.fromisoformat(due), amount, *map(_day, contract))
                      for due, amount, *contract in raw["overdue"]),
        consecutive_misses=raw["misses"], held_minor=raw["held"], deferred_to=_day(raw["deferred_to"]))


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
