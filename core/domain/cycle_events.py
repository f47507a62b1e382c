"""What happens in a cycle, and in which order: the movements of each day, and what falls due between them.

A day is played in this order: debits and fees, holds, then what is decided about a bill and a minimum
payment whose grace ended the day before, then corrections and waivers, then payments.
``core.domain.account_book`` plays the events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from core.domain.account_state import AccountState, Ask
from core.domain.errors import InvalidInput
from core.domain.interest import ONE_DAY
from core.domain.statement import Compounding, CycleRules, Deferral, StatementCycle


class Happening(Enum):
    """What happens on a day, in the order in which a day is played."""

    PURCHASE = 1
    CASH = 2
    FEE = 3
    RELEASE = 4
    HOLD = 5
    BILL_DECIDED = 6
    MINIMUM_JUDGED = 7
    ADJUSTMENT = 8
    """After the late fee of the day, which may be waived at once."""
    PAYMENT = 9


@dataclass(frozen=True, slots=True)
class Event:
    """One happening: an amount, and for an adjustment its component, for a due date which one."""

    on: date
    kind: Happening
    amount_minor: int = 0
    component: str = ""
    due_date: date | None = None
    is_waiver: bool = False


def events_of(opening: AccountState, cycle: StatementCycle, rules: CycleRules) -> list[Event]:
    """Everything that happens in the cycle, in the order in which it is played.

    Raises ``InvalidInput`` for a negative amount, a movement after the statement date, or an opening
    state that contradicts itself.
    """
    _check_opening(opening, rules)
    posted = ((Happening.PURCHASE, cycle.purchases), (Happening.CASH, cycle.cash), (Happening.FEE, cycle.other_fees),
              (Happening.HOLD, cycle.holds), (Happening.RELEASE, cycle.releases),
              (Happening.PAYMENT, cycle.payments))
    events = [Event(one.on, kind, one.amount_minor) for kind, movements in posted for one in movements]
    if any(event.amount_minor < 0 for event in events):
        raise InvalidInput("amount_negative", "an amount is not negative", field="cycle")
    events += [Event(one.on, Happening.ADJUSTMENT, one.amount_minor, one.component, is_waiver=one.is_waiver)
               for one in cycle.adjustments]
    if any(event.on > cycle.statement_date for event in events):
        raise InvalidInput("movement_after_end", "a movement is dated after the statement date",
                           field="statement_date", on=str(cycle.statement_date))
    for ask in opening.asks:
        events += _decisions(ask, cycle, rules)
    events.sort(key=lambda event: (event.on, event.kind.value))
    return events


def _decisions(ask: Ask, cycle: StatementCycle, rules: CycleRules) -> Iterable[Event]:
    """When the grace of an ask ends, for its bill and for its minimum payment, if within the cycle."""
    after_grace = timedelta(days=rules.grace.days) + ONE_DAY
    decided = ask.due_date + after_grace
    if ask.bill_minor is not None and decided <= cycle.statement_date:
        yield Event(decided, Happening.BILL_DECIDED, due_date=ask.due_date)
    judged = deferred(ask, cycle.deferrals, rules).agreed_due_date + after_grace
    if judged <= cycle.statement_date:
        yield Event(judged, Happening.MINIMUM_JUDGED, due_date=ask.due_date)


def deferred(ask: Ask, deferrals: Iterable[Deferral], rules: CycleRules) -> Ask:
    """``ask`` with the extensions that were granted before its grace ended."""
    for deferral in sorted(deferrals, key=lambda one: one.on):
        in_time = deferral.on <= ask.agreed_due_date + timedelta(days=rules.grace.days)
        if in_time and deferral.until > ask.agreed_due_date:
            ask = replace(ask, deferred_to=deferral.until)
    return ask


def _check_opening(opening: AccountState, rules: CycleRules) -> None:
    held = opening.balances
    compounds = rules.compounding is Compounding.MONTHLY
    bears = max(held.principal_minor, 0) + (held.interest_minor if compounds else 0)
    if sum(part.left_minor for part in opening.bearing) + opening.held_minor != bears:
        raise InvalidInput("state_contradictory", "what bears interest is not what is owed", field="opening")
