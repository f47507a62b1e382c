"""Laws of interest, allocation, ageing, due dates, minimum payments and statements, for any input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.domain.account_state import AccountState, Balances
from core.domain.allocation import Component, Outstanding, allocate
from core.domain.calendar import BusinessDay, Frequency, MonthEnd, add_months, due_dates
from core.domain.closing import close_cycle
from core.domain.delinquency import ASSET_CLASSES, BUCKETS, asset_classes, bucket
from core.domain.interest import (
    Base,
    DatedRate,
    InterestTerms,
    Movement,
    Pause,
    RateBasis,
    accumulated_interest,
)
from core.domain.late_fee import late_fee
from core.domain.minimum_payment import Billed, minimum_payment
from core.domain.statement import StatementCycle
from core.policy.book import PolicyBook
from core.policy.rules import account

BOOK = PolicyBook.load()
TODAY = date(2026, 11, 22)
POLICY = BOOK.on(TODAY)
START = date(2022, 12, 1)
ONE_DAY = timedelta(days=1)

amounts = st.integers(0, 10_000_000)
days = st.integers(0, 500).map(lambda n: START + timedelta(days=n))
movements = st.lists(st.builds(Movement, days, amounts), max_size=8)
end_dates = st.integers(500, 900).map(lambda n: START + timedelta(days=n))
rates = st.lists(
    st.builds(DatedRate, days, st.integers(0, 400).map(lambda n: Decimal(n).scaleb(-5)), st.sampled_from(RateBasis)),
    max_size=4, unique_by=lambda rate: rate.from_date,
).map(lambda later: (DatedRate(START - ONE_DAY, Decimal("0.0005")), *later))
pauses = st.lists(st.tuples(days, st.integers(0, 60)).map(lambda p: Pause(p[0], p[0] + timedelta(days=p[1]))),
                  max_size=3).map(tuple)
terms_of_any_kind = st.builds(InterestTerms, rates=rates, count_last_day=st.booleans(), pauses=pauses)


def balance_on(day: date, debits: list[Movement], payments: list[Movement]) -> int:
    return (sum(one.amount_minor for one in debits if one.on <= day)
            - sum(one.amount_minor for one in payments if one.on <= day))


def rate_on(day: date, terms: InterestTerms) -> Decimal | int:
    if any(pause.first_date <= day <= pause.last_date for pause in terms.pauses):
        return 0
    return [rate for rate in terms.rates if rate.from_date <= day][-1].rate


@given(movements, movements, end_dates, st.booleans(), pauses)
def test_interest_is_the_sum_over_single_days(
    debits: list[Movement], payments: list[Movement], to: date, counted: bool, paused: tuple[Pause, ...]
) -> None:
    changes = (DatedRate(START, Decimal("0.0005")), DatedRate(START + timedelta(days=200), Decimal("0.0003")))
    terms = InterestTerms(changes, count_last_day=counted, pauses=paused)
    nights = range((to - START).days + counted)
    by_day = sum(max(balance_on(day, debits, payments), 0) * Decimal(rate_on(day, terms))
                 for day in (START + timedelta(days=n) for n in nights))
    assert accumulated_interest(debits, payments, to, terms).exact == by_day


@given(movements, movements, end_dates, terms_of_any_kind, st.data())
def test_a_window_split_at_any_day_loses_no_day(
    debits: list[Movement], payments: list[Movement], to: date, terms: InterestTerms, data: st.DataObject
) -> None:
    last = data.draw(st.integers(0, (to - START).days).map(lambda n: START + timedelta(days=n)))
    whole = accumulated_interest(debits, payments, to, terms)
    first = accumulated_interest([one for one in debits if one.on <= last], [one for one in payments if one.on <= last],
                                 last, replace(terms, count_last_day=True))
    left = balance_on(last, debits, payments)
    carried = [Movement(last + ONE_DAY, abs(left))] if last < to else []
    second = accumulated_interest(
        [one for one in debits if one.on > last] + (carried if left > 0 else []),
        [one for one in payments if one.on > last] + (carried if left < 0 else []), to, terms)
    if last == to and not terms.count_last_day:
        return  # then the last day belongs to the next window, and there is nothing to split
    assert first.exact + second.exact == whole.exact


@given(movements, movements, end_dates, terms_of_any_kind)
def test_segments_explain_the_interest_and_never_overlap(
    debits: list[Movement], payments: list[Movement], to: date, terms: InterestTerms
) -> None:
    found = accumulated_interest(debits, payments, to, terms)
    assert sum(part.balance_minor * part.days * part.daily_rate for part in found.segments) == found.exact
    assert all(part.days == (part.to_date - part.from_date).days + 1 >= 1 for part in found.segments)
    assert all(part.balance_minor > 0 for part in found.segments)
    for one, two in pairwise(found.segments):
        assert one.to_date < two.from_date
        assert (one.balance_minor, one.daily_rate) != (two.balance_minor, two.daily_rate) or (
            one.to_date + ONE_DAY < two.from_date)


@given(movements, movements, end_dates, terms_of_any_kind, st.builds(Movement, days, amounts), st.integers(0, 60))
def test_more_debt_a_later_end_or_a_higher_rate_never_cost_less(
    debits: list[Movement], payments: list[Movement], to: date, terms: InterestTerms, extra: Movement, later: int
) -> None:
    plain = accumulated_interest(debits, payments, to, terms).exact
    assert accumulated_interest([*debits, extra], payments, to, terms).exact >= plain
    assert accumulated_interest(debits, [*payments, extra], to, terms).exact <= plain
    assert accumulated_interest(debits, payments, to + timedelta(days=later), terms).exact >= plain
    dearer = replace(terms, rates=tuple(replace(rate, rate=rate.rate + 1) for rate in terms.rates))
    assert accumulated_interest(debits, payments, to, dearer).exact >= plain
    free = replace(terms, pauses=(*terms.pauses, Pause(extra.on, extra.on + timedelta(days=later))))
    assert accumulated_interest(debits, payments, to, free).exact <= plain


@given(movements, movements, end_dates, terms_of_any_kind, days)
def test_the_unpaid_balance_never_costs_more_than_the_full_one(
    debits: list[Movement], payments: list[Movement], to: date, terms: InterestTerms, due_on: date
) -> None:
    full = accumulated_interest(debits, payments, to, terms, due_on)
    unpaid = accumulated_interest(debits, payments, to, replace(terms, base=Base.UNPAID_BALANCE), due_on)
    assert 0 <= unpaid.exact <= full.exact


@given(amounts, st.integers(0, 400), amounts, amounts, amounts)
def test_allocation_conserves_every_fen(amount: int, dpd: int, fees: int, interest: int, principal: int) -> None:
    owed = Outstanding(fees, interest, principal)
    found = allocate(amount, dpd, owed, account.allocation_rule(POLICY))
    assert found.applied.total_minor + found.unapplied_minor == amount
    for one in Component:
        assert found.applied.of(one) + found.remaining.of(one) == owed.of(one)
        assert min(found.applied.of(one), found.remaining.of(one)) >= 0
    assert found.unapplied_minor >= 0
    assert found.unapplied_minor == 0 or found.remaining.total_minor == 0


@given(amounts, st.integers(0, 400), amounts, amounts, amounts)
def test_nothing_later_in_the_order_is_paid_before_all_of_what_is_earlier(
    amount: int, dpd: int, fees: int, interest: int, principal: int
) -> None:
    found = allocate(amount, dpd, Outstanding(fees, interest, principal), account.allocation_rule(POLICY))
    order = account.allocation_rule(POLICY).order(dpd)
    for earlier, later in pairwise(order):
        assert found.remaining.of(earlier) == 0 or found.applied.of(later) == 0


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_more_days_past_due_never_improve_bucket_or_class(one: int, two: int) -> None:
    rule = account.delinquency_rule(POLICY)
    low, high = sorted((one, two))
    assert BUCKETS.index(bucket(low, rule)) <= BUCKETS.index(bucket(high, rule))
    milder, harsher = asset_classes(low, rule), asset_classes(high, rule)
    assert ASSET_CLASSES.index(milder.stricter) <= ASSET_CLASSES.index(harsher.stricter)


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.integers(1, 80), st.sampled_from(Frequency),
       st.sampled_from(MonthEnd))
def test_due_dates_rise_strictly_and_start_with_the_first(
    first: date, count: int, frequency: Frequency, month_end: MonthEnd
) -> None:
    found = due_dates(first, count, frequency, month_end)
    assert found[0] == first
    assert len(found) == count
    assert all(one < two for one, two in pairwise(found))


@given(st.dates(date(2004, 1, 1), date(2060, 12, 31)), st.sampled_from([Frequency.FORTNIGHTLY, Frequency.MONTHLY]))
def test_moved_due_dates_still_rise_and_move_to_a_later_day_only(first: date, frequency: Frequency) -> None:
    plain = due_dates(first, 24, frequency)
    moved = due_dates(first, 24, frequency, business_day=BusinessDay.FOLLOWING)
    assert all(0 <= (there - here).days <= 12 for here, there in zip(plain, moved, strict=True))
    assert all(one < two for one, two in pairwise(moved))


@given(st.dates(date(1990, 1, 1), date(2150, 12, 31)), st.integers(0, 600))
def test_months_never_skip_or_repeat_a_month(anchor: date, months: int) -> None:
    clamped = add_months(anchor, months)
    assert clamped.year * 12 + clamped.month == anchor.year * 12 + anchor.month + months
    assert clamped.day <= anchor.day
    assert (add_months(anchor, months, MonthEnd.ROLL) - clamped).days == (0 if clamped.day == anchor.day else 1)


@given(st.lists(amounts, min_size=7, max_size=7), amounts)
def test_a_minimum_payment_is_between_nothing_and_the_balance(billed: list[int], balance: int) -> None:
    rule = account.minimum_payment_rule(POLICY)
    found = minimum_payment(Billed(*billed), rule, balance)
    assert 0 <= found.minimum_minor <= balance
    assert minimum_payment(Billed(*billed), rule).minimum_minor <= sum(billed)


@given(amounts, amounts, amounts)
def test_paying_more_by_the_due_date_never_costs_a_higher_late_fee(minimum: int, paid: int, more: int) -> None:
    rule = account.late_fee_rule(POLICY)
    assert late_fee(minimum, paid + more, rule) <= late_fee(minimum, paid, rule)


@st.composite
def accounts(draw: st.DrawFn) -> tuple[str, list[StatementCycle]]:
    """An issuer and up to eight months of life with a card."""
    issuer = draw(st.sampled_from(BOOK.issuers))
    cycles = []
    for number in range(draw(st.integers(1, 8))):
        closes = add_months(date(2024, 1, 5), number)
        first = add_months(closes, -1) + ONE_DAY
        within = st.integers(0, (closes - first).days).map(lambda n, first=first: first + timedelta(days=n))
        posted = st.lists(st.builds(Movement, within, st.integers(0, 500_000)), max_size=3).map(tuple)
        cycles.append(StatementCycle(closes, draw(posted), draw(posted), draw(posted), draw(posted)))
    return issuer, cycles


def total(parts: tuple[Movement, ...]) -> int:
    return sum(part.amount_minor for part in parts)


@given(accounts())
def test_every_statement_conserves_every_component(life: tuple[str, list[StatementCycle]]) -> None:
    issuer, cycles = life
    state = AccountState()
    for cycle in cycles:
        closed = close_cycle(state, cycle, account.cycle_rules(BOOK, issuer, state, cycle))
        charged = Balances(closed.opening.principal_minor + total(cycle.purchases) + total(cycle.cash),
                           closed.opening.interest_minor + closed.interest.interest_minor,
                           closed.opening.late_fee_minor + closed.late_fee_minor,
                           closed.opening.other_fees_minor + total(cycle.other_fees))
        for payment in closed.payments:
            charged = charged.less(payment.applied)
        assert charged == closed.closing
        assert sum(payment.applied.total_minor for payment in closed.payments) == total(cycle.payments)
        assert min(closed.closing.interest_minor, closed.closing.late_fee_minor, closed.closing.other_fees_minor) >= 0
        state = closed.state


@given(accounts())
def test_a_statement_asks_and_remembers_only_what_is_owed(life: tuple[str, list[StatementCycle]]) -> None:
    issuer, cycles = life
    state = AccountState()
    for cycle in cycles:
        closed = close_cycle(state, cycle, account.cycle_rules(BOOK, issuer, state, cycle))
        state = closed.state
        held = state.balances
        assert 0 <= state.minimum_minor <= max(held.total_minor, 0)
        assert sum(missed.amount_minor for missed in state.overdue) <= state.minimum_minor
        assert [missed.due_date for missed in state.overdue] == sorted({one.due_date for one in state.overdue})
        assert sum(part.amount_minor for part in state.bearing) == max(held.principal_minor, 0) + held.interest_minor
        assert held.principal_minor >= 0 or held.total_minor == held.principal_minor
