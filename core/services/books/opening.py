"""Opening the books of accounts that came from a file: the state their figures imply, kept from then on here.

Where everything after the last statement is known, the books open on it. Where a source gives only where
an account stands, they open on the last day it speaks of; what is on the last bill and unpaid then keeps
its chance to be paid in full. A purchase is never charged for days the source did not charge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.bulk import insert_many
from core.db.repositories import accounts as repository
from core.db.tables.accounts import accounts
from core.db.tables.books import account_books
from core.domain.account_history import Fact, FactKind, balances_of, replay
from core.domain.account_state import AccountState, Ask, Balances, Bearing, UnpaidMinimum
from core.domain.calendar import add_months
from core.domain.closing import statement_due_date
from core.domain.delinquency import days_past_due
from core.domain.errors import InvalidInput
from core.domain.interest import ONE_DAY
from core.domain.minimum_payment import Billed, minimum_payment
from core.domain.projected_account import missed_due_dates
from core.domain.projection_model import statement_dates
from core.domain.statement import Compounding, CycleRules
from core.services.accruals import debits_left, paid_since, window_start
from core.services.books.forward import judged_on
from core.services.books.rules import RuleShelf
from core.services.books.states import write_state
from core.services.context import ServiceContext

Row = sa.Row[Any]
BATCH = 400
"""Accounts opened in one transaction."""


_UNOPENED = ~sa.select(account_books.c.account_id).where(account_books.c.account_id == accounts.c.id).exists()


def count_unopened(connection: sa.Connection) -> int:
    """How many accounts' books have not been opened."""
    return connection.execute(sa.select(sa.func.count()).select_from(accounts).where(_UNOPENED)).scalar_one()


def unopened_accounts(connection: sa.Connection, limit: int, after_id: str = "") -> Sequence[Row]:
    """Accounts after ``after_id`` whose books have not been opened, locked against a second run, in their order."""
    while rows := connection.execute(sa.select(accounts).where(_UNOPENED, accounts.c.id > after_id)
                                     .order_by(accounts.c.id).limit(limit).with_for_update()).all():
        # Another run may have opened them while this one waited for their locks.
        opened = set(connection.execute(sa.select(account_books.c.account_id).where(
            account_books.c.account_id.in_([row.id for row in rows]))).scalars())
        if left := [row for row in rows if row.id not in opened]:
            return left
        after_id = rows[-1].id
    return ()


def open_books(connection: sa.Connection, context: ServiceContext, rows: Sequence[Row], shelf: RuleShelf) -> int:
    """Open the books of ``rows`` (of ``accounts``); returns how many. Three queries."""
    ids = [row.id for row in rows]
    newest = repository.last_statements(connection, ids)
    moved = repository.movements_since(connection, {row.id: window_start(row, newest.get(row.id, ())) for row in rows})
    insert_many(connection, account_books, [
        _row(row.id, opened_books(row, newest.get(row.id, ()), moved.get(row.id, ()), shelf)) for row in rows])
    return len(rows)


@dataclass(frozen=True, slots=True)
class Figures:
    """Where an account stands on a day, as its source tells; balances in fen, posted."""

    on: date
    balances: Balances
    interest_through_date: date
    oldest_unpaid_due_date: date | None
    statement_day: int

    @property
    def next_statement_date(self) -> date:
        """The first statement date after ``on``."""
        return next(statement_dates(self.on, self.statement_day, 1))


@dataclass(frozen=True, slots=True)
class Opened:
    """The state books open with; what a file brought is in them up to ``run_through``."""

    opened_on: date
    state: AccountState
    run_through: date
    next_event_date: date


def opened_books(row: Row, newest: Sequence[Row], moved: Sequence[Row], shelf: RuleShelf) -> Opened:
    """How the books of an account (a row of ``accounts``) open: on its last statement, or where its source ends.

    ``newest`` are its last statements, newest first, ``moved`` the movements since the one before the last.
    """
    held = Balances(row.principal_minor, row.interest_minor, row.late_fee_minor, row.other_fees_minor)
    on = max([row.interest_through_date, *(one.statement_date for one in newest[:1]),
              *(entry.value_date for entry in moved)])
    now = Figures(on, held, row.interest_through_date, row.oldest_unpaid_due_date, row.statement_day)
    rules_for = shelf.cycle(row.issuer)
    opened_on, state = _on_last_statement(now, newest, moved, rules_for) or (
        on, opening_state(now, newest, moved, rules_for(now.next_statement_date)))
    rules = rules_for(next(statement_dates(opened_on, row.statement_day, 1)))
    # Whatever should have happened by now and is not in the file happens at the next close.
    ahead = [next(statement_dates(opened_on, row.statement_day, 1)), *(judged_on(ask, rules) for ask in state.asks)]
    if now.oldest_unpaid_due_date is not None:
        first_days = shelf.delinquency(row.issuer, on).bucket_first_days
        moves = (now.oldest_unpaid_due_date + timedelta(days=first) for first in first_days)
        ahead += [day for day in moves if day > on]
    return Opened(opened_on, state, on, min(day for day in ahead if day > opened_on))


def _row(account_id: str, opened: Opened) -> Mapping[str, Any]:
    text = write_state(opened.state)
    return {"account_id": account_id, "opened_on": opened.opened_on, "opening_state": text,
            "state_on": opened.opened_on, "state": text, "run_through": opened.run_through,
            "next_event_date": opened.next_event_date}


def _on_last_statement(now: Figures, newest: Sequence[Row], moved: Sequence[Row],
                       rules_for: Callable[[date], CycleRules]) -> tuple[date, AccountState] | None:
    """The state at the last statement, if what came after it leads to where the account stands; else None."""
    if not newest or not timedelta(0) <= now.interest_through_date + ONE_DAY - newest[0].statement_date <= ONE_DAY:
        return None
    closed = newest[0].statement_date
    later = [entry for entry in moved if entry.value_date > closed]
    then = replace(
        now, on=closed, balances=now.balances.less(balances_of((one.component, one.amount_minor) for one in later)),
        oldest_unpaid_due_date=None if now.oldest_unpaid_due_date == newest[0].due_date
        else now.oldest_unpaid_due_date)
    before = [entry for entry in moved if entry.value_date <= closed]
    state = opening_state(then, newest, before, rules_for(then.next_statement_date))
    facts = facts_of(later)
    if facts is None:
        return None
    played = replay(state, closed, facts, now.statement_day, now.on, rules_for)
    same = (played.running.balances == now.balances
            and played.running.oldest_unpaid_due_date == now.oldest_unpaid_due_date)
    return (closed, state) if same else None


def facts_of(moved: Sequence[Row]) -> list[Fact] | None:
    """The facts behind summed movements; None when some of them are no facts or facts the books do not know."""
    facts: list[Fact] = []
    paid: dict[date, int] = defaultdict(int)
    for entry in moved:
        if entry.kind == FactKind.PAYMENT:
            paid[entry.value_date] -= entry.amount_minor
        elif entry.kind in (FactKind.PURCHASE, FactKind.CASH, FactKind.OTHER_FEE):
            facts.append(Fact(f"{entry.kind}:{entry.value_date}", FactKind(entry.kind), entry.value_date,
                              entry.amount_minor))
        elif entry.kind != "late_fee":
            return None
    return facts + [Fact(f"payment:{on}", FactKind.PAYMENT, on, amount) for on, amount in paid.items() if amount > 0]


def opening_state(now: Figures, newest: Sequence[Row], moved: Sequence[Row], rules: CycleRules) -> AccountState:
    """The state that figures imply on their day.

    ``newest`` are the account's last statements, newest first, ``moved`` the movements since the one
    before the last, up to that day.
    """
    asks = _asks(newest[0], moved, now, rules) if newest else ()
    overdue = _overdue(now, newest, moved, asks, rules)
    bearing = _bearing(now, newest, moved, asks, rules)
    misses = missed_due_dates(days_past_due(overdue[0].due_date, now.on)) if overdue else 0
    return AccountState(now.balances, bearing, asks, overdue, misses)


def _asks(statement: Row, moved: Sequence[Row], now: Figures, rules: CycleRules) -> tuple[Ask, ...]:
    """The last statement's minimum payment, unless its grace is over or the source calls it missed already."""
    ask = Ask(statement.due_date, int(statement.minimum_payment_minor),
              max(int(statement.closing_balance_minor), 0), paid_since(statement, moved, now.on))
    over = judged_on(ask, rules) <= now.on or now.oldest_unpaid_due_date == statement.due_date
    return () if over else (ask,)


def _overdue(now: Figures, newest: Sequence[Row], moved: Sequence[Row], asks: Sequence[Ask],
             rules: CycleRules) -> tuple[UnpaidMinimum, ...]:
    """What is missing of minimum payments already missed, as one amount since the oldest due date."""
    oldest, balances = now.oldest_unpaid_due_date, now.balances
    if oldest is None or balances.total_minor <= 0:
        return ()
    if not newest:
        billed = Billed(max(balances.principal_minor, 0), 0, balances.late_fee_minor + balances.other_fees_minor,
                        balances.interest_minor)
        missing = minimum_payment(billed, rules.minimum, balances.total_minor).minimum_minor
    elif asks and len(newest) > 1:
        missing = newest[1].minimum_payment_minor - newest[0].payments_minor - paid_since(newest[0], moved)
    else:
        missing = newest[0].minimum_payment_minor - paid_since(newest[0], moved)
    return (UnpaidMinimum(oldest, min(max(int(missing), 1), balances.total_minor)),)


def _bearing(now: Figures, newest: Sequence[Row], moved: Sequence[Row], asks: Sequence[Ask],
             rules: CycleRules) -> tuple[Bearing, ...]:
    """What may bear interest: what is carried over, from the day after interest is posted, then purchases."""
    compounds = rules.compounding is Compounding.MONTHLY
    bears = max(now.balances.principal_minor, 0) + (now.balances.interest_minor if compounds else 0)
    first = now.interest_through_date + ONE_DAY
    next_bill = statement_due_date(now.next_statement_date, rules)
    purchases = _purchases(newest, moved, now, asks, next_bill, rules) if newest else ()
    moved_on = _moved_on(newest, moved, now, rules) if asks else 0
    carried = bears - moved_on - sum(part.amount_minor for part in purchases)
    # Nothing is known to be missed: then what is owed waits for a bill of its own.
    waits = not newest and now.oldest_unpaid_due_date is None
    parts = [Bearing(first, carried, next_bill if waits else None)] if carried else []
    if moved_on:
        parts.append(Bearing(first, moved_on, asks[-1].due_date))
    return (*parts, *purchases)


def _moved_on(newest: Sequence[Row], moved: Sequence[Row], now: Figures, rules: CycleRules) -> int:
    """What was left, within the amount of grace, of a bill that counts as paid: the last bill has it, in fen."""
    if len(newest) < 2 or not _paid_up(newest[1], moved, rules):
        return 0
    principal, opened = max(now.balances.principal_minor, 0), newest[1].statement_date
    recent = sum(one.amount_minor for kind in ("purchase", "cash")
                 for one in debits_left(moved, opened, date.max, principal, kind))
    return min(principal - recent, int(newest[1].purchases_minor))


def _purchases(newest: Sequence[Row], moved: Sequence[Row], now: Figures, asks: Sequence[Ask], next_bill: date,
               rules: CycleRules) -> tuple[Bearing, ...]:
    """Unpaid purchases since the last statement but one that count from their own posting dates.

    Those of a bill that was missed bear interest from then on, unless the source has charged it already.
    """
    statement = newest[0]
    closed = statement.statement_date
    begins = newest[1].statement_date if len(newest) > 1 else add_months(closed, -1)
    charged_since = now.interest_through_date > closed
    parts = []
    for one in debits_left(moved, begins, date.max, max(now.balances.principal_minor, 0), "purchase"):
        if one.on > closed or (not asks and _paid_up(statement, moved, rules)):
            parts.append(Bearing(one.on, one.amount_minor, next_bill))
        elif asks:
            parts.append(Bearing(one.on, one.amount_minor, asks[-1].due_date))
        elif not charged_since:
            parts.append(Bearing(one.on, one.amount_minor))
    return tuple(parts)


def _paid_up(statement: Row, moved: Sequence[Row], rules: CycleRules) -> bool:
    ends = statement.due_date + timedelta(days=rules.grace.days)
    return bool(statement.closing_balance_minor - paid_since(statement, moved, ends) <= rules.grace.amount_minor)


def reset_books(connection: sa.Connection, account_ids: Sequence[str]) -> None:
    """Forget the books of accounts that a newer file has moved on; they are opened again at the next close.

    Raises ``InvalidInput`` when more ids come than one batch has.
    """
    if len(account_ids) > BATCH:
        raise InvalidInput("too_many", f"at most {BATCH} accounts at once", field="account_ids")
    connection.execute(account_books.delete().where(account_books.c.account_id.in_(account_ids)))
