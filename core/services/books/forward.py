"""What a day brings to an account: statements, late fees, bucket moves, and entries that differ from the posted.

Pure but for the rules it is given: books in, changes out, nothing read or written. An account is brought
forward event by event, each posted on its own day, so that a day that was missed and caught up later
leaves the same books.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from core.domain.account_history import Entry, Fact, Replay, balances_of, differences, late_fee_subject, replay
from core.domain.account_state import AccountState, Ask, Balances
from core.domain.delinquency import DelinquencyRule, bucket, days_past_due
from core.domain.errors import Conflict
from core.domain.interest import ONE_DAY, Pause
from core.domain.statement import ClosedCycle, CycleRules, IssuedStatement, JudgedMinimum, PostedPayment
from core.services.books.rules import AgreedRate, RuleShelf
from core.services.statement_columns import StatementColumns

RECOMPUTED = "recomputed"
"""The reason of an entry that corrects an earlier one because a fact came late."""
REVERSAL = "reversal"
"""The kind of an entry that takes a fact back."""


@dataclass(slots=True)
class Books:
    """One account's books: the state at ``state_on`` and everything with a later value date."""

    account_id: str
    cardholder_id: str
    issuer: str
    statement_day: int
    balances: Balances
    """As posted, in fen."""
    oldest_unpaid_due_date: date | None
    interest_through_date: date
    opened_on: date
    """The books start after this day."""
    state_on: date
    state: AccountState
    run_through: date
    next_event_date: date
    facts: list[Fact] = field(default_factory=list)
    posted: dict[tuple[str, str, date], int] = field(default_factory=dict)
    """Fen by subject, component and value date."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Kind by subject."""
    revisions: dict[tuple[str, str, date], int] = field(default_factory=dict)
    """How many entries there are already, by subject, component and value date."""
    rates: tuple[AgreedRate, ...] = ()
    pauses: tuple[Pause, ...] = ()
    issued: dict[date, IssuedStatement] = field(default_factory=dict)
    """Statements since ``state_on``, and the one on it."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be posted."""

    entry: Entry
    posting_date: date
    idempotency_key: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class NewStatement(StatementColumns):
    """A statement to be issued."""


@dataclass(frozen=True, slots=True)
class BucketMove:
    """From one band of days past due to another."""

    on: date
    from_bucket: str
    to_bucket: str
    days_past_due: int


@dataclass(slots=True)
class Changes:
    """What bringing one account forward adds to the books; ``books`` holds the account as it then is."""

    books: Books
    entries: list[NewEntry] = field(default_factory=list)
    statements: list[NewStatement] = field(default_factory=list)
    judged: list[JudgedMinimum] = field(default_factory=list)
    """Minimum payments judged, some of them anew."""
    missed: list[JudgedMinimum] = field(default_factory=list)
    """Those of them that turn out missed now and were not before."""
    moves: list[BucketMove] = field(default_factory=list)
    payments: dict[str, PostedPayment] = field(default_factory=dict)
    """How payments are applied now, by subject, where that is new or has changed."""
    played: Replay | None = None
    """The account as it was last played."""


def bring_forward(books: Books, day: date, shelf: RuleShelf) -> Changes:
    """Bring ``books`` up to and including ``day``, event by event; ``books`` is changed in place.

    Raises ``Conflict("books_do_not_balance")`` when the posted balances are not what the facts lead to.
    """
    changes = Changes(books)
    rules_for = shelf.cycle(books.issuer, books.rates, books.pauses)
    while books.next_event_date <= day:
        # Never behind what a file or a payment has brought already: its entries would be taken back.
        on = max(books.next_event_date, books.run_through)
        _run(books, _Turn(on, on), rules_for, shelf, changes)
    return changes


def post_facts(books: Books, facts: Sequence[Fact], day: date, shelf: RuleShelf, *,
               without: frozenset[str] = frozenset(), reason: str | None = None) -> Changes:
    """Add ``facts`` to the books, take back the subjects ``without``, and post what follows from that on ``day``.

    All of them lie after ``state_on``, and events before ``day`` are in the books already, as ``bring_forward``
    leaves them: a fact meets the books of its day. A statement of ``day`` itself waits for the close of
    that day. ``reason`` goes with the entries of these subjects. Raises as ``bring_forward`` and ``replay``.
    """
    changes = Changes(books)
    books.facts = [*(fact for fact in books.facts if fact.subject not in without), *facts]
    on = max(day, books.run_through)
    closed_through = on if on in books.issued else on - ONE_DAY
    turn = _Turn(on, closed_through, late=True, fresh=frozenset(fact.subject for fact in facts), without=without,
                 reason=reason)
    _run(books, turn, shelf.cycle(books.issuer, books.rates, books.pauses), shelf, changes)
    return changes


@dataclass(frozen=True, slots=True)
class _Turn:
    """One go at an account: up to which day, and what is new or taken back in it."""

    on: date
    closed_through: date
    late: bool = False
    """Whether what was judged before may come out otherwise."""
    fresh: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    reason: str | None = None


def play(books: Books, on: date, closed_through: date, rules_for: Callable[[date], CycleRules]) -> Replay:
    """The account from its state up to ``on``, with what its statements asked for."""
    return replay(books.state, books.state_on, books.facts, books.statement_day, on, rules_for,
                  books.issued, closed_through)


def _run(books: Books, turn: _Turn, rules_for: Callable[[date], CycleRules], shelf: RuleShelf,
         changes: Changes) -> None:
    on = turn.on
    played = changes.played = play(books, on, turn.closed_through, rules_for)
    bands = shelf.delinquency(books.issuer, on)
    before = _bucket(books.oldest_unpaid_due_date, books.run_through, bands)
    fees = _post(books, played, turn, changes)
    for closed in played.closed:
        if closed.statement_date not in books.issued:
            changes.statements.append(_statement(books, closed, played.entries))
    for one in _judged(played):
        is_new = one.on > books.run_through
        changes.judged += [one] if is_new or turn.late else []
        if one.paid_minor < one.minimum_minor and (is_new or one.due_date in fees):
            changes.missed.append(one)
    books.oldest_unpaid_due_date = played.running.oldest_unpaid_due_date
    after = _bucket(books.oldest_unpaid_due_date, on, bands)
    if after != before:
        changes.moves.append(BucketMove(on, before, after, days_past_due(books.oldest_unpaid_due_date, on)))
    books.run_through = max(on, books.run_through)
    if played.closed:
        _advance(books, played)
    books.next_event_date = next_event_date(played, books.oldest_unpaid_due_date, on, bands)


def _post(books: Books, played: Replay, turn: _Turn, changes: Changes) -> frozenset[date]:
    """Post what is wanted and not yet there; the balances must then be what the replay says.

    Returns the due dates for which a late fee is charged now.
    """
    found = differences(played.entries, books.posted, books.kinds)
    for entry in found:
        changes.entries.append(_new_entry(books, entry, turn))
        key = (entry.subject, entry.component, entry.value_date)
        books.posted[key] = books.posted.get(key, 0) + entry.amount_minor
        books.kinds.setdefault(entry.subject, entry.kind)
        if entry.subject in played.payments:
            changes.payments[entry.subject] = played.payments[entry.subject]
    books.balances = books.balances.plus(balances_of((one.component, one.amount_minor) for one in found))
    if books.balances != played.running.balances:
        raise Conflict("books_do_not_balance", f"account {books.account_id}: posted {books.balances}, "
                       f"facts lead to {played.running.balances} on {turn.on}", account_id=books.account_id)
    charged = {entry.subject for entry in found if entry.kind == "late_fee" and entry.amount_minor > 0}
    return frozenset(one.due_date for one in _judged(played) if late_fee_subject(one.due_date) in charged)


def _judged(played: Replay) -> list[JudgedMinimum]:
    return [*(one for closed in played.closed for one in closed.judged), *played.running.judged]


def _new_entry(books: Books, entry: Entry, turn: _Turn) -> NewEntry:
    key = (entry.subject, entry.component, entry.value_date)
    revision = books.revisions.get(key, 0)
    books.revisions[key] = revision + 1
    reason = RECOMPUTED if revision or entry.value_date < turn.on else None
    if entry.subject in turn.without:
        entry, reason = replace(entry, kind=REVERSAL), turn.reason
    elif entry.subject in turn.fresh:
        reason = turn.reason
    suffix = f":{revision}" if revision else ""
    return NewEntry(entry, turn.on, f"{':'.join(map(str, key))}{suffix}", reason)


def _advance(books: Books, played: Replay) -> None:
    """Move the state to the last statement; what lies before it is history."""
    books.state, books.state_on = played.state, played.state_on
    last = played.closed[-1]
    counted = played.rules.interest.count_last_day
    books.interest_through_date = last.statement_date if counted else last.statement_date - ONE_DAY
    books.facts = [fact for fact in books.facts if fact.on > books.state_on]
    books.posted = {key: amount for key, amount in books.posted.items() if key[2] > books.state_on}


def next_event_date(played: Replay, oldest_unpaid: date | None, on: date, bands: DelinquencyRule) -> date:
    """The next day on which something happens by itself: a statement, the end of a grace, a bucket's first day.

    A statement of ``on`` itself that is still open is next: the close of that day sends it.
    """
    ahead = [judged_on(ask, played.rules) for ask in played.running.asks if ask.missing_minor]
    if oldest_unpaid is not None:
        ahead += [oldest_unpaid + timedelta(days=first) for first in bands.bucket_first_days]
    return min([played.cycle.statement_date, *(day for day in ahead if day > on)])


def judged_on(ask: Ask, rules: CycleRules) -> date:
    """The day after an ask's grace: a minimum payment still missing then is overdue."""
    return ask.agreed_due_date + timedelta(days=rules.grace.days) + ONE_DAY


def _bucket(oldest_unpaid: date | None, on: date, bands: DelinquencyRule) -> str:
    return bucket(days_past_due(oldest_unpaid, on), bands).value


def _statement(books: Books, closed: ClosedCycle, entries: Iterable[Entry]) -> NewStatement:
    """The figures of a statement. What was corrected before it shows as adjustments."""
    start = max((day for day in books.issued if day < closed.statement_date), default=books.state_on)
    sums: Mapping[str, int] = _sums(one for one in entries if start < one.value_date <= closed.statement_date)
    previous = [one for day, one in books.issued.items() if day < closed.statement_date]
    opening = previous[-1].closing_minor if previous else books.state.balances.total_minor
    figures = {"purchases": sums["purchase"], "cash": sums["cash"], "interest": closed.interest.interest_minor,
               "late_fee": closed.late_fee_minor, "other_fees": sums["other_fee"]}
    closing, paid = closed.closing.total_minor, -sums["payment"]
    statement = NewStatement(
        closed.statement_date, closed.due_date, opening, **{f"{name}_minor": value for name, value in figures.items()},
        payments_minor=paid, adjustments_minor=closing - opening - sum(figures.values()) + paid,
        closing_balance_minor=closing, minimum_payment_minor=closed.minimum.minimum_minor)
    books.issued[closed.statement_date] = IssuedStatement(statement.minimum_payment_minor, closing)
    return statement


def _sums(entries: Iterable[Entry]) -> Mapping[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.kind] += entry.amount_minor
    return sums
