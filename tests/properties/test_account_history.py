"""Laws of an account's whole life: late facts, corrections and reversals, in any order of arrival."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby, pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.domain.account_history import COMPONENTS, Fact, FactKind, balances_of, replay
from core.domain.account_state import AccountState
from core.domain.closing import payoff
from core.policy.book import PolicyBook
from core.services.books.rules import RuleShelf
from tests.properties.kept_books import KeptBooks, charged_twice

SHELF = RuleShelf(PolicyBook.load())
OPENED, ONE_DAY = date(2025, 12, 20), timedelta(days=1)
MONTHS = 8
issuers = st.sampled_from(["standard", "unpaid_exclusive"])
statement_days = st.sampled_from([1, 5, 11, 20, 28])
days = st.integers(1, 30 * (MONTHS - 2)).map(lambda number: OPENED + timedelta(days=number))
amounts = st.one_of(st.integers(1, 50_00), st.integers(1, 8_000_00))
END = OPENED + timedelta(days=30 * MONTHS)


@st.composite
def facts_of_any_kind(draw: st.DrawFn, most: int = 9) -> list[Fact]:
    """What may happen to an account, each fact on its day."""
    facts = []
    for number in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from([FactKind.PURCHASE, FactKind.PURCHASE, FactKind.CASH, FactKind.OTHER_FEE,
                                     FactKind.PAYMENT, FactKind.PAYMENT, FactKind.ADJUSTMENT, FactKind.WAIVER,
                                     FactKind.HOLD, FactKind.RELEASE, FactKind.DEFERRAL]))
        on, amount = draw(days), draw(amounts)
        component = draw(st.sampled_from(COMPONENTS)) if kind in (FactKind.ADJUSTMENT, FactKind.WAIVER) else "principal"
        if kind is FactKind.WAIVER or (kind is FactKind.ADJUSTMENT and draw(st.booleans())):
            amount = -amount
        until = on + timedelta(days=draw(st.integers(1, 80))) if kind is FactKind.DEFERRAL else None
        facts.append(Fact(f"{kind.value}:{number}", kind, on, 0 if until else amount, component, until))
    return facts


def kept(issuer: str, statement_day: int) -> KeptBooks:
    return KeptBooks(SHELF, issuer, statement_day, OPENED)


def live(books: KeptBooks, arrivals: list[tuple[date, Fact]], *, every_day: bool = False) -> KeptBooks:
    """Let facts arrive, each on a day not before its own, and close up to the end."""
    day = OPENED
    for on, group in groupby(sorted(arrivals, key=lambda one: one[0]), key=lambda one: one[0]):
        while every_day and day < on:
            books.close(day)
            day += ONE_DAY
        for _, fact in group:
            books.arrive([fact], on)
    books.close(END)
    return books


@settings(max_examples=120)
@given(issuers, statement_days, facts_of_any_kind(), st.data())
def test_books_kept_from_day_to_day_are_what_one_replay_of_all_facts_gives(
    issuer: str, statement_day: int, facts: list[Fact], data: st.DataObject
) -> None:
    arrivals = [(fact.on + timedelta(days=data.draw(st.sampled_from([0, 0, 1, 20, 45, 70]))), fact) for fact in facts]
    books = live(kept(issuer, statement_day), arrivals, every_day=data.draw(st.booleans()))
    assert books.fault() is None
    assert books.balances == balances_of((one.component, one.amount_minor) for one in books.ledger)


@settings(max_examples=80)
@given(issuers, statement_days, facts_of_any_kind(), st.randoms(use_true_random=False))
def test_facts_of_one_day_of_arrival_may_come_in_any_order(
    issuer: str, statement_day: int, facts: list[Fact], random: object
) -> None:
    late = max(fact.on for fact in facts) + timedelta(days=3)
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # what st.randoms gives is typed as an object
    one = live(kept(issuer, statement_day), [(late, fact) for fact in facts])
    two = live(kept(issuer, statement_day), [(late, fact) for fact in shuffled])
    assert one.balances == two.balances
    assert one.row.state == two.row.state
    assert one.statements == two.statements


@settings(max_examples=80)
@given(issuers, statement_days, facts_of_any_kind(), st.data())
def test_a_payment_that_arrives_late_leaves_what_it_would_have_left_in_time(
    issuer: str, statement_day: int, facts: list[Fact], data: st.DataObject
) -> None:
    payments = [fact for fact in facts if fact.kind is FactKind.PAYMENT]
    assume(payments)
    delays = {fact.subject: data.draw(st.integers(0, 60)) for fact in payments}
    timely = live(kept(issuer, statement_day), [(fact.on, fact) for fact in facts])
    late = live(kept(issuer, statement_day),
                [(fact.on + timedelta(days=delays.get(fact.subject, 0)), fact) for fact in facts])
    assert late.balances == timely.balances
    assert late.row.state == timely.row.state


@settings(max_examples=80)
@given(issuers, statement_days, facts_of_any_kind(), st.integers(0, 60), st.data())
def test_a_reversed_payment_leaves_what_would_be_had_it_never_come(
    issuer: str, statement_day: int, facts: list[Fact], delay: int, data: st.DataObject
) -> None:
    bounced = Fact("payment:bounced", FactKind.PAYMENT, data.draw(days), data.draw(amounts))
    books = kept(issuer, statement_day)
    back = bounced.on + timedelta(days=delay)
    for on, fact in sorted([*((fact.on, fact) for fact in facts), (bounced.on, bounced)], key=lambda one: one[0]):
        if back is not None and on > back:
            books.arrive([], back, without=frozenset(["payment:bounced"]))
            back = None
        books.arrive([fact], on)
    if back is not None:
        books.arrive([], back, without=frozenset(["payment:bounced"]))
    books.close(END)
    assert books.fault() is None
    assert sum(one.amount_minor for one in books.ledger if one.subject == "payment:bounced") == 0
    assert {one.kind for one in books.ledger if one.subject == "payment:bounced"} == {"payment", "reversal"}


@settings(max_examples=80)
@given(issuers, statement_days, facts_of_any_kind(), st.integers(1, 30 * MONTHS))
def test_a_replay_split_at_any_day_is_the_whole(
    issuer: str, statement_day: int, facts: list[Fact], number: int
) -> None:
    split, rules_for = OPENED + timedelta(days=number), SHELF.cycle(issuer)
    whole = replay(AccountState(), OPENED, facts, statement_day, END, rules_for)
    first = replay(AccountState(), OPENED, facts, statement_day, split, rules_for)
    second = replay(first.state, first.state_on, [fact for fact in facts if fact.on > first.state_on], statement_day,
                    END, rules_for)
    assert (*first.closed, *second.closed) == whole.closed
    assert second.running == whole.running


@settings(max_examples=80)
@given(issuers, statement_days, facts_of_any_kind())
def test_every_component_is_conserved(issuer: str, statement_day: int, facts: list[Fact]) -> None:
    played = replay(AccountState(), OPENED, facts, statement_day, END, SHELF.cycle(issuer))
    assert balances_of((one.component, one.amount_minor) for one in played.entries) == played.running.balances
    paid = sum(one.amount_minor for one in facts if one.kind is FactKind.PAYMENT)
    assert -sum(one.amount_minor for one in played.entries if one.kind == "payment") == paid
    assert sum(one.amount_minor for one in played.entries if one.kind == "credit") == 0
    held = played.running.balances
    assert min(held.interest_minor, held.late_fee_minor, held.other_fees_minor, played.running.held_minor) >= 0


@given(issuers, statement_days, amounts, days, st.booleans())
def test_no_day_of_a_debt_never_paid_is_charged_twice_or_left_out(
    issuer: str, statement_day: int, amount: int, on: date, cash: bool
) -> None:
    rules_for = SHELF.cycle(issuer)
    fact = Fact("debt", FactKind.CASH if cash else FactKind.PURCHASE, on, amount + 100_00)
    played = replay(AccountState(), OPENED, [fact], statement_day, END, lambda closes: replace(
        rules_for(closes), compounding=type(rules_for(closes).compounding).NONE))
    charged = [segment for one in played.closed for segment in one.interest.segments]
    assert charged[0].from_date == on
    assert all(two.from_date == one.to_date + ONE_DAY for one, two in pairwise(charged))
    assert sum(one.days for one in charged) == (charged[-1].to_date - on).days + 1
    last = played.closed[-1].statement_date
    assert charged[-1].to_date == (last if rules_for(last).interest.count_last_day else last - ONE_DAY)


@settings(max_examples=120)
@given(issuers, statement_days, facts_of_any_kind(most=14))
def test_no_day_bears_interest_on_more_than_was_owed_on_it(
    issuer: str, statement_day: int, facts: list[Fact]
) -> None:
    assert not charged_twice(replay(AccountState(), OPENED, facts, statement_day, END, SHELF.cycle(issuer)), OPENED)


@settings(max_examples=150)
@given(issuers, statement_days, facts_of_any_kind(), days, st.integers(0, 25))
def test_a_quoted_payoff_paid_on_its_day_leaves_nothing_after_the_next_statement(
    issuer: str, statement_day: int, facts: list[Fact], as_of: date, ahead: int
) -> None:
    rules_for = SHELF.cycle(issuer)
    known = [fact for fact in facts if fact.on <= as_of]
    now = replay(AccountState(), OPENED, known, statement_day, as_of, rules_for, closed_through=as_of - ONE_DAY)
    pay_on = max(min(as_of + timedelta(days=ahead), now.cycle.statement_date - ONE_DAY), as_of)
    quote = payoff(now.state, now.cycle, now.rules, pay_on)
    assume(quote.total_minor > 0)
    paid = [*known, Fact("payment:payoff", FactKind.PAYMENT, pay_on, quote.total_minor)]
    after = replay(AccountState(), OPENED, paid, statement_day, now.cycle.statement_date, rules_for)
    assert after.state.balances.total_minor == 0
    assert after.state.oldest_unpaid_due_date is None
    later = replay(AccountState(), OPENED, paid, statement_day, END, rules_for)
    assert later.running.balances.total_minor == 0
