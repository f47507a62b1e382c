"""Interest between two statements: nothing within grace, everything from posting once a bill is missed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.domain.accrual import NOTHING_ACCRUED, SinceStatement, accrue, newest_up_to
from core.domain.interest import Base, DatedRate, InterestTerms, Movement

FIRST = date(2026, 11, 6)
TERMS = InterestTerms((DatedRate(date(2021, 1, 1), Decimal("0.0005")),))
UNPAID_BASE = InterestTerms((DatedRate(date(2021, 1, 1), Decimal("0.0005")),), base=Base.UNPAID_BALANCE)
GRACE_ENDS = date(2026, 11, 28)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def test_what_was_carried_over_bears_interest_every_day() -> None:
    assert accrue(SinceStatement((Movement(FIRST, 1_000_000),)), day(9), TERMS).interest_minor == 5_000


def test_a_bill_bears_nothing_until_its_grace_is_over_and_then_from_its_posting_date() -> None:
    bill = SinceStatement((), (Movement(date(2026, 10, 20), 1_000_000),), (), GRACE_ENDS)
    within, missed = accrue(bill, GRACE_ENDS, TERMS), accrue(bill, GRACE_ENDS + timedelta(days=1), TERMS)
    days = (GRACE_ENDS - date(2026, 10, 20)).days + 1
    assert (within.interest_minor, within.at_stake.interest_minor) == (0, 500 * days)
    assert (missed.interest_minor, missed.at_stake.interest_minor) == (500 * (days + 1), 0)


def test_a_bill_paid_in_full_never_bears_interest() -> None:
    bill = SinceStatement((), (Movement(date(2026, 10, 20), 1_000_000),), (Movement(day(3), 1_000_000),), GRACE_ENDS,
                          bill_paid=True)
    assert accrue(bill, day(60), TERMS) == NOTHING_ACCRUED


def test_payments_meet_what_was_carried_before_the_bill() -> None:
    since = SinceStatement((Movement(FIRST, 500_000),), (Movement(date(2026, 10, 20), 400_000),),
                           (Movement(day(5), 600_000),), GRACE_ENDS)
    found = accrue(since, day(29), UNPAID_BASE)
    assert [one.balance_minor for one in found.carried.segments] == [500_000]
    assert [one.balance_minor for one in found.billed.segments] == [300_000]


def test_payments_meet_the_bill_before_cash_and_purchases_that_came_later() -> None:
    since = SinceStatement((), (Movement(date(2026, 10, 20), 400_000),), (Movement(day(5), 600_000),), GRACE_ENDS,
                           cash=(Movement(day(2), 300_000),), purchases=(Movement(day(1), 100_000),))
    found = accrue(since, day(7), TERMS)
    # 400,000 meet the bill, 100,000 the purchase of the first day, 100,000 the cash of the second.
    assert [(one.days, one.balance_minor) for one in found.carried.segments] == [(3, 300_000), (3, 200_000)]


def test_what_was_paid_too_much_meets_the_next_cash() -> None:
    since = SinceStatement((), (), (Movement(day(1), 50_000),), cash=(Movement(day(3), 80_000),))
    assert [one.balance_minor for one in accrue(since, day(4), TERMS).carried.segments] == [30_000]


def test_what_is_left_of_purchases_are_the_newest_ones() -> None:
    bought = [Movement(day(1), 300), Movement(day(3), 200), Movement(day(2), 100)]
    assert newest_up_to(bought, 250) == (Movement(day(2), 50), Movement(day(3), 200))
    assert newest_up_to(bought, -5) == ()
    assert sum(one.amount_minor for one in newest_up_to(bought, 10_000)) == 600


movements = st.lists(st.builds(Movement, st.integers(0, 40).map(day), st.integers(1, 10**7)), max_size=6).map(tuple)


@given(carried=st.integers(0, 10**8), billed=movements, payments=movements, later=st.integers(0, 60))
def test_interest_never_shrinks_as_days_pass(
        carried: int, billed: tuple[Movement, ...], payments: tuple[Movement, ...], later: int) -> None:
    bill = tuple(Movement(one.on - timedelta(days=60), one.amount_minor) for one in billed)
    since = SinceStatement((Movement(FIRST, carried),), bill, payments, GRACE_ENDS)
    assert accrue(since, day(later + 1), TERMS).exact >= accrue(since, day(later), TERMS).exact


@given(carried=st.integers(0, 10**8), payments=movements, to=st.integers(0, 60))
def test_a_payment_never_raises_interest(carried: int, payments: tuple[Movement, ...], to: int) -> None:
    without = accrue(SinceStatement((Movement(FIRST, carried),)), day(to), TERMS)
    assert accrue(SinceStatement((Movement(FIRST, carried),), (), payments), day(to), TERMS).exact <= without.exact
