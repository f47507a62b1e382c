"""How each figure of an account was worked out: days × balance × rate, the rule, and its source.

A figure that the ledger holds is computed again from the ledger. Where that gives the same fen, the
working is shown; where a source file brought a figure of its own, it says so instead of pretending.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from core.domain.accrual import Accrual
from core.domain.calendar import add_months
from core.domain.delinquency import BUCKETS
from core.domain.interest import Segment, decimal_rate
from core.domain.late_fee import late_fee
from core.domain.minimum_payment import minimum_payment
from core.domain.money import round_minor
from core.domain.statement import GrownInterest
from core.policy.book import Policy
from core.policy.rules.account import (
    delinquency_rule,
    displayed_annual_rate,
    grace_rule,
    late_fee_rule,
    minimum_payment_rule,
)
from core.services.accruals import BearingAccount, accrued, paid_since, window_start
from core.services.billing import billed_again
from core.services.citations import Citations, Cited
from core.services.context import ServiceContext
from core.services.positions import AccountPosition

Row = sa.Row[Any]


class Figure(StrEnum):
    """What is explained; the words are ``cardholder.explain.<value>``."""

    ACCRUED_INTEREST = "accrued_interest"
    STATEMENT_INTEREST = "statement_interest"
    INTEREST = "interest"
    LATE_FEE = "late_fee"
    OTHER_FEES = "other_fees"
    MINIMUM_PAYMENT = "minimum_payment"
    DAYS_PAST_DUE = "days_past_due"
    GROWTH = "growth"


@dataclass(frozen=True, slots=True)
class Charge:
    """Interest, a late fee or another fee as posted; a reversal is negative."""

    on: date
    kind: str
    amount_minor: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Days:
    """One line of accumulated balance × days: ``balance_days_minor`` = balance × days."""

    from_date: date
    to_date: date
    days: int
    balance_minor: int
    daily_rate: Decimal
    balance_days_minor: int
    billed: bool
    """Purchases of a bill that was missed, from their posting dates; else what was carried over."""


@dataclass(frozen=True, slots=True)
class Line:
    """A named part of a figure; ``code`` says which (``cardholder.line.<code>``)."""

    code: str
    amount_minor: int
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure with its working. ``days`` or ``lines`` add up to ``amount_minor``."""

    figure: Figure
    amount_minor: int
    days: tuple[Days, ...] = ()
    lines: tuple[Line, ...] = ()
    exact: Fraction | None = None
    """Fen before the one rounding, where there was one."""
    recomputed: bool = True
    """False: the figure came with the account's data and the ledger does not show how."""
    facts: Mapping[str, int | date | Decimal | str | None] = field(default_factory=dict)
    """What else the sentence needs."""
    cited: tuple[Cited, ...] = ()


def window(account: Row, closed: Sequence[Row]) -> dict[str, date]:
    """From which day on the ledger must be read to explain the newest statement and what came after."""
    if len(closed) < 2:
        return {account.id: window_start(account, closed)}
    opened: date = closed[2].statement_date if len(closed) > 2 else add_months(closed[1].statement_date, -1)
    return {account.id: min(opened, account.interest_through_date)}


def explain(context: ServiceContext, account: Row, position: AccountPosition, closed: Sequence[Row],
            moved: Sequence[Row], charged: Sequence[Charge]) -> tuple[Explanation, ...]:
    """Every figure of the account that has something to explain, in the order in which it is read."""
    policy = context.policy.on(position.as_of, account.issuer)
    cite = Citations(context, account.issuer, position.as_of)
    found = [
        _accrued_interest(position, cite),
        _statement_interest(context, account, closed, moved, cite),
        _posted(Figure.INTEREST, "interest", position.interest_minor, charged, cite(
            "interest.daily_rate", "interest.compounding")),
        _late_fee(position, policy, closed, moved, charged, cite),
        _posted(Figure.OTHER_FEES, "other_fee", position.other_fees_minor, charged, cite(
            "cash_advance.fee_rate", "interest.on_fees")),
        _minimum(position, policy, closed, moved, cite),
        _past_due(position, policy, cite),
        _growth(position, policy, cite),
    ]
    return tuple(one for one in found if one is not None)


def _days(segments: Iterable[Segment], *, billed: bool) -> tuple[Days, ...]:
    return tuple(Days(one.from_date, one.to_date, one.days, one.balance_minor, decimal_rate(one.daily_rate),
                      one.days * one.balance_minor, billed) for one in segments)


def _working(figure: Figure, accrual: Accrual | GrownInterest, cited: tuple[Cited, ...], **facts: Any) -> Explanation:
    return Explanation(figure, accrual.interest_minor, exact=accrual.exact, cited=cited, facts=facts,
                       days=(*_days(accrual.carried.segments, billed=False),
                             *_days(accrual.billed.segments, billed=True)))


def _accrued_interest(position: AccountPosition, cite: Citations) -> Explanation | None:
    if not position.accrued_interest_minor:
        return None
    return _working(Figure.ACCRUED_INTEREST, position.accrual,
                    cite("interest.daily_rate", "interest.base_method", "interest.day_count", "interest.on_fees"),
                    next_statement_date=position.next_statement_date)


def _statement_interest(context: ServiceContext, account: Row, closed: Sequence[Row], moved: Sequence[Row],
                        cite: Citations) -> Explanation | None:
    """The interest of the newest statement, computed again as the statement closed it."""
    if not closed or not closed[0].interest_minor:
        return None
    newest = closed[0]
    facts = {"statement_date": newest.statement_date}
    cited = cite("interest.daily_rate", "interest.base_method", "interest.day_count", "interest.compounding")
    unexplained = Explanation(Figure.STATEMENT_INTEREST, newest.interest_minor, recomputed=False, facts=facts,
                              cited=cited)
    if len(closed) < 2:
        return unexplained
    before = closed[1]
    closes: date = newest.statement_date
    # The ledger as it was when the statement closed: without its own interest and what came after.
    def before_close(entry: Row) -> bool:
        return bool(entry.value_date < closes or (entry.value_date == closes and entry.kind != "interest"))

    def then(component: str) -> int:
        now: int = getattr(account, f"{component}_minor")
        return now - sum(int(entry.amount_minor) for entry in moved
                         if entry.component == component and not before_close(entry))

    through = before.statement_date - (newest.statement_date - account.interest_through_date)
    closing = BearingAccount(account.issuer, then("principal"), then("interest"), through, before.due_date)
    again = accrued(context, closing, closed[1:3], [entry for entry in moved if before_close(entry)], closes)
    if again.interest_minor != newest.interest_minor:
        return unexplained
    return replace(_working(Figure.STATEMENT_INTEREST, again, cited), facts=facts)


def _unpaid(code: str, kind: str, unpaid_minor: int, charged: Sequence[Charge]) -> tuple[Line, ...]:
    """The newest charges that make up what is unpaid: the oldest are paid first."""
    lines, left = [], unpaid_minor
    for charge in charged:
        if charge.kind != kind or left <= 0:
            continue
        part = min(charge.amount_minor, left)
        left -= part
        lines.append(Line(code if part == charge.amount_minor else f"{code}_part", part, charge.on))
    if left > 0:
        lines.append(Line("earlier", left))
    return tuple(lines)


def _posted(figure: Figure, kind: str, amount_minor: int, charged: Sequence[Charge],
            cited: tuple[Cited, ...]) -> Explanation | None:
    if not amount_minor:
        return None
    return Explanation(figure, amount_minor, lines=_unpaid(kind, kind, amount_minor, charged), cited=cited)


def _late_fee(position: AccountPosition, policy: Policy, closed: Sequence[Row], moved: Sequence[Row],
              charged: Sequence[Charge], cite: Citations) -> Explanation | None:
    """What late fees are unpaid, and how the newest of them was computed."""
    if not position.late_fee_minor:
        return None
    rule = late_fee_rule(policy)
    facts: dict[str, int | date | Decimal | str | None] = {
        "rate": rule.rate, "floor_minor": rule.floor_minor, "cap_minor": rule.cap_minor, "fee_minor": None}
    newest = next((charge for charge in charged if charge.kind == "late_fee"), None)
    missed = None if newest is None else next((row for row in closed if row.due_date < newest.on), None)
    if newest is not None and missed is not None:
        misses = rule.after_consecutive.misses if rule.after_consecutive else 1
        # The statement after it notes what was paid in time; until that closes, the ledger tells.
        paid = missed.paid_by_due_minor if missed is not closed[0] else paid_since(
            missed, moved, missed.due_date + timedelta(days=grace_rule(policy).days))
        for count in (1, misses):
            if late_fee(missed.minimum_payment_minor, paid, rule, count) == newest.amount_minor:
                facts |= {"fee_minor": newest.amount_minor, "on": newest.on, "due_date": missed.due_date,
                          "minimum_minor": missed.minimum_payment_minor, "paid_minor": paid,
                          "unpaid_minor": missed.minimum_payment_minor - paid,
                          "rate": rule.after_consecutive.rate if count > 1 and rule.after_consecutive else rule.rate}
                break
    return Explanation(Figure.LATE_FEE, position.late_fee_minor, facts=facts,
                       lines=_unpaid("late_fee", "late_fee", position.late_fee_minor, charged),
                       cited=cite("late_fee.rate", "late_fee.floor", "late_fee.cap", "late_fee.frequency",
                                  "interest.on_fees"))


def _minimum(position: AccountPosition, policy: Policy, closed: Sequence[Row], moved: Sequence[Row],
             cite: Citations) -> Explanation | None:
    """The newest statement's minimum payment in its parts, as far as statement and ledger show them."""
    statement = position.last_statement
    if statement is None or not statement.minimum_payment_minor:
        return None
    cited = cite("min_payment.formula", "min_payment.principal_ratio", "min_payment.cash_ratio")
    facts: dict[str, int | date | Decimal | str | None] = {
        "due_date": statement.due_date, "statement_date": statement.statement_date,
        "ratio": policy.decimal("min_payment.principal_ratio"), "still_due_minor": position.minimum_due_minor,
        "paid_minor": paid_since(closed[0], moved)}
    billed = billed_again(position, closed, moved, policy)
    again = minimum_payment(billed, minimum_payment_rule(policy), max(statement.closing_balance_minor, 0))
    capped = again.minimum_minor == statement.closing_balance_minor < sum(again.parts.values())
    if again.minimum_minor != statement.minimum_payment_minor or capped:
        recomputed = again.minimum_minor == statement.minimum_payment_minor
        return Explanation(Figure.MINIMUM_PAYMENT, statement.minimum_payment_minor, recomputed=recomputed, facts={
            **facts, "capped": "yes" if recomputed else None}, cited=cited)
    lines = tuple(Line(f"minimum_{name}", amount) for name, amount in again.parts.items() if amount)
    return Explanation(Figure.MINIMUM_PAYMENT, statement.minimum_payment_minor, lines=lines, facts=facts, cited=cited)


def _past_due(position: AccountPosition, policy: Policy, cite: Citations) -> Explanation | None:
    if not position.days_past_due or position.oldest_unpaid_due_date is None:
        return None
    firsts = delinquency_rule(policy).bucket_first_days
    place = BUCKETS.index(position.bucket)
    ahead = firsts[place] if place < len(firsts) else None
    return Explanation(
        Figure.DAYS_PAST_DUE, 0, facts={
            "due_date": position.oldest_unpaid_due_date, "as_of": position.as_of, "days": position.days_past_due,
            "bucket": position.bucket.value, "first_day": firsts[place - 1],
            "last_day": None if ahead is None else ahead - 1,
            "next_bucket_date": None if ahead is None else position.oldest_unpaid_due_date + timedelta(days=ahead)},
        cited=cite("bucket.method", "class.card_2011", "class.2023_floor"))


def _growth(position: AccountPosition, policy: Policy, cite: Citations) -> Explanation | None:
    """What one more day and one more missed due date add, by today's balance and rules."""
    bearing = [*position.accrual.carried.segments, *position.accrual.billed.segments]
    balance = sum(one.balance_minor for one in bearing if one.to_date == max(part.to_date for part in bearing))
    if not balance:
        return None
    rate = policy.decimal("interest.daily_rate")
    per_day = Fraction(balance) * Fraction(rate)
    fee = position.late_fee_to_come_minor
    return Explanation(
        Figure.GROWTH, round_minor(per_day), exact=per_day,
        facts={"balance_minor": balance, "rate": rate, "yearly_rate": displayed_annual_rate(policy),
               "thirty_days_minor": round_minor(30 * per_day), "next_late_fee_minor": fee,
               "next_statement_date": position.next_statement_date},
        cited=cite("interest.daily_rate", "interest.annual_display", "late_fee.rate"))
