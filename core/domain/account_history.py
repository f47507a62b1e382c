"""A card account from what happened to it: facts in, statements and ledger entries out.

Facts come from outside (a purchase, a payment, an extension). Everything else follows: interest, late
fees, how a payment was applied, statements. ``replay`` derives all of it again from a state and the facts
after it, so that a fact that arrives late is nothing special: the books post the difference between
what follows now and what they have posted (``differences``), and never edit an entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.domain.account_state import AccountState, Balances
from core.domain.closing import close_cycle, run_cycle
from core.domain.errors import InvalidInput
from core.domain.interest import ONE_DAY, Movement
from core.domain.money import MAX_MINOR
from core.domain.projection_model import statement_dates
from core.domain.statement import (
    Adjustment,
    ClosedCycle,
    CycleRules,
    Deferral,
    IssuedStatement,
    JudgedMinimum,
    PostedAdjustment,
    PostedPayment,
    RunningCycle,
    StatementCycle,
)

COMPONENTS = ("principal", "interest", "late_fee", "other_fees")
"""What an entry may move, and what an account's balance consists of."""


class FactKind(StrEnum):
    """What may happen to an account from outside."""

    PURCHASE = "purchase"
    CASH = "cash"
    OTHER_FEE = "other_fee"
    PAYMENT = "payment"
    ADJUSTMENT = "adjustment"
    """A correction of one component."""
    WAIVER = "waiver"
    """A charge forgiven: a credit to one component."""
    DEFERRAL = "deferral"
    HOLD = "hold"
    RELEASE = "release"


_CORRECTIONS = (FactKind.ADJUSTMENT, FactKind.WAIVER)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact on its value date. Fen are positive but for an adjustment's credit and a waiver (negative)."""

    subject: str
    """Unique within the account: what it is about, as the ledger names it."""
    kind: FactKind
    on: date
    amount_minor: int = 0
    component: str = "principal"
    until: date | None = None
    """Of a deferral."""

    def __post_init__(self) -> None:
        signed = self.kind in _CORRECTIONS
        if not signed and self.amount_minor < 0:
            raise InvalidInput("amount_negative", "an amount is not negative", field="amount")
        if abs(self.amount_minor) > MAX_MINOR:
            raise InvalidInput("amount_too_large", "an amount above the limit of the books", field="amount")
        if self.component not in COMPONENTS:
            raise InvalidInput("component_unknown", "no such part of a balance", field="component")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger should hold: one component moved on one day, for one subject. A debit is positive."""

    subject: str
    kind: str
    component: str
    amount_minor: int
    value_date: date


RulesFor = Callable[[date], CycleRules]
"""The rules of the cycle that closes on a statement date."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The statements since the opening state, the cycle still running, and the entries behind both."""

    closed: tuple[ClosedCycle, ...]
    state: AccountState
    """At the last statement, or the opening state."""
    state_on: date
    cycle: StatementCycle
    """What happened since, up to the day asked for; it closes on the next statement date."""
    rules: CycleRules
    running: RunningCycle
    entries: tuple[Entry, ...]
    payments: Mapping[str, PostedPayment]
    """How each payment was applied, by subject."""
    adjustments: Mapping[str, PostedAdjustment]
    """What each correction and waiver came to, by subject."""


def replay(opening: AccountState, opened_on: date, facts: Iterable[Fact], statement_day: int, through: date,
           rules_for: RulesFor, issued: Mapping[date, IssuedStatement] | None = None,
           closed_through: date | None = None) -> Replay:
    """Play everything after ``opened_on`` up to and including ``through``.

    Statements close up to ``closed_through`` (``through`` if none is given): on a statement date the
    cycle is still open until the day is closed.

    ``issued`` are the statements already sent, by statement date: what they asked for, in full or at least,
    is never raised by a late fact. Facts after ``through`` wait. Raises ``InvalidInput`` for a fact
    on or before ``opened_on`` (the books start after it) and as ``close_cycle``.
    """
    waiting = sorted((fact for fact in facts if fact.on <= through), key=lambda fact: (fact.on, fact.subject))
    if waiting and waiting[0].on <= opened_on:
        raise InvalidInput("before_the_books", "the books of this account start later", field="value_date",
                           first=str(opened_on + ONE_DAY))
    sent = issued or {}
    state, since, closed = opening, opened_on, []
    entries = [_entry_of(fact) for fact in waiting if _moves(fact)]
    paid: dict[str, PostedPayment] = {}
    adjusted: dict[str, PostedAdjustment] = {}
    last_close = through if closed_through is None else closed_through
    closes = _statement_date_after(since, statement_day)
    while closes <= last_close:
        inside = [fact for fact in waiting if since < fact.on <= closes]
        cycle = _cycle(closes, inside, sent.get(closes))
        one = close_cycle(state, cycle, rules_for(closes))
        entries += [*_late_fees(one.judged), *_adjusted(one.adjustments, inside, adjusted),
                    *_applied(one.payments, inside, paid), *_interest_entry(one)]
        closed.append(one)
        state, since = one.state, closes
        closes = _statement_date_after(since, statement_day)
    inside = [fact for fact in waiting if fact.on > since]
    cycle, rules = _cycle(closes, inside, None), rules_for(closes)
    running = run_cycle(state, cycle, rules, through)
    entries += [*_late_fees(running.judged), *_adjusted(running.adjustments, inside, adjusted),
                *_applied(running.payments, inside, paid)]
    return Replay(tuple(closed), state, since, cycle, rules, running, tuple(entries), paid, adjusted)


def balances_of(movements: Iterable[tuple[str, int]]) -> Balances:
    """The balances that (component, fen) movements add up to."""
    sums: dict[str, int] = defaultdict(int)
    for component, amount_minor in movements:
        sums[component] += amount_minor
    return Balances(*(sums[component] for component in COMPONENTS))


Posted = Mapping[tuple[str, str, date], int]
"""Fen posted so far by (subject, component, value date)."""


def differences(wanted: Iterable[Entry], posted: Posted, kinds: Mapping[str, str]) -> list[Entry]:
    """What must still be posted so that every subject's components come to what is wanted, each on its day.

    ``kinds`` names the kind of each subject already posted, for one that should now be nothing. A late fee
    whose day has moved is taken back on the old day and charged on the new one.
    """
    due: dict[tuple[str, str, date], int] = defaultdict(int)
    kind_of = dict(kinds)
    for entry in wanted:
        due[entry.subject, entry.component, entry.value_date] += entry.amount_minor
        kind_of[entry.subject] = entry.kind
    found = []
    for key in dict.fromkeys([*due, *posted]):
        subject, component, value_date = key
        amount = due.get(key, 0) - posted.get(key, 0)
        if amount:
            found.append(Entry(subject, kind_of[subject], component, amount, value_date))
    return found


def _statement_date_after(day: date, statement_day: int) -> date:
    return next(statement_dates(day, statement_day, 1))


def _moves(fact: Fact) -> bool:
    """Whether the fact itself is an entry: those of a payment or correction are what became of it."""
    return fact.kind in (FactKind.PURCHASE, FactKind.CASH, FactKind.OTHER_FEE)


def _entry_of(fact: Fact) -> Entry:
    component = "other_fees" if fact.kind is FactKind.OTHER_FEE else fact.component
    return Entry(fact.subject, fact.kind.value, component, fact.amount_minor, fact.on)


def _cycle(closes: date, facts: Sequence[Fact], issued: IssuedStatement | None) -> StatementCycle:
    def of(kind: FactKind) -> tuple[Movement, ...]:
        return tuple(Movement(fact.on, fact.amount_minor) for fact in facts if fact.kind is kind)

    if not facts:
        return StatementCycle(closes, issued=issued)
    return StatementCycle(
        closes, of(FactKind.PURCHASE), of(FactKind.CASH), of(FactKind.OTHER_FEE), of(FactKind.PAYMENT),
        adjustments=tuple(Adjustment(fact.on, fact.component, fact.amount_minor, fact.kind is FactKind.WAIVER)
                          for fact in facts if fact.kind in _CORRECTIONS),
        deferrals=tuple(Deferral(fact.on, fact.until) for fact in facts
                        if fact.kind is FactKind.DEFERRAL and fact.until is not None),
        holds=of(FactKind.HOLD), releases=of(FactKind.RELEASE), issued=issued)


def late_fee_subject(due_date: date) -> str:
    """What the ledger calls the late fee on the minimum payment of a due date."""
    return f"late_fee:{due_date}"


def _late_fees(judged: Iterable[JudgedMinimum]) -> list[Entry]:
    return [Entry(late_fee_subject(one.due_date), "late_fee", "late_fee", one.late_fee_minor, one.on)
            for one in judged if one.late_fee_minor]


def _adjusted(posted: Iterable[PostedAdjustment], facts: Iterable[Fact], by_subject: dict[str, PostedAdjustment]
              ) -> list[Entry]:
    """What corrections and waivers came to, noted in ``by_subject`` too."""
    entries = []
    for fact, one in zip([fact for fact in facts if fact.kind in _CORRECTIONS], posted, strict=True):
        by_subject[fact.subject] = one
        if one.amount_minor:
            entries.append(Entry(fact.subject, fact.kind.value, one.component, one.amount_minor, one.on))
    return entries


def _applied(posted: Iterable[PostedPayment], facts: Iterable[Fact], by_subject: dict[str, PostedPayment]
             ) -> list[Entry]:
    """How payments were applied, noted in ``by_subject`` too, and charges met by a credit balance."""
    entries: list[Entry] = []
    payments = iter([fact for fact in facts if fact.kind is FactKind.PAYMENT and fact.amount_minor])
    met_on: dict[date, int] = defaultdict(int)
    for paid in posted:
        if paid.applied.total_minor:
            kind, subject = "payment", next(payments).subject
            by_subject[subject] = paid
        else:  # a charge met by a credit balance: money between components, paid by nobody
            kind, subject = "credit", f"credit:{paid.on}:{met_on[paid.on]}"
            met_on[paid.on] += 1
        entries += [Entry(subject, kind, component, -amount, paid.on)
                    for component in COMPONENTS if (amount := getattr(paid.applied, f"{component}_minor"))]
    return entries


def _interest_entry(one: ClosedCycle) -> list[Entry]:
    if not one.interest.interest_minor:
        return []
    return [Entry(f"interest:{one.statement_date}", "interest", "interest", one.interest.interest_minor,
                  one.statement_date)]
