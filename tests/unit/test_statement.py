"""The close of a statement cycle, worked by hand: statements on the 5th, due 20 days later, grace of 3."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.domain.account_state import AccountState, Balances, Bearing, UnpaidMinimum
from core.domain.closing import close_cycle
from core.domain.errors import InvalidInput
from core.domain.interest import Base, Movement
from core.domain.statement import ClosedCycle, Compounding, CycleRules, StatementCycle
from core.policy.book import PolicyBook
from core.policy.rules.account import cycle_rules

BOOK = PolicyBook.load()
APRIL, MAY, JUNE, JULY = (date(2023, month, 5) for month in (4, 5, 6, 7))
SHOPPING = StatementCycle(APRIL, purchases=(Movement(date(2023, 3, 30), 100_000),))


def close(opening: AccountState, cycle: StatementCycle, issuer: str = "standard", **changes: object) -> ClosedCycle:
    rules: CycleRules = replace(cycle_rules(BOOK, issuer, opening, cycle), **changes)  # type: ignore[arg-type]
    return close_cycle(opening, cycle, rules)


def paid(on: date, amount_minor: int) -> tuple[Movement, ...]:
    return (Movement(on, amount_minor),)


def test_a_first_statement_bills_purchases_without_interest() -> None:
    april = close(AccountState(), SHOPPING)
    assert april.closing == Balances(principal_minor=100_000)
    assert (april.interest.interest_minor, april.late_fee_minor) == (0, 0)
    assert april.minimum.minimum_minor == 10_000
    assert april.due_date == date(2023, 4, 25)


@pytest.mark.parametrize(("on", "missing", "free"), [
    (date(2023, 4, 25), 0, True),
    (date(2023, 4, 28), 0, True),
    (date(2023, 4, 29), 0, False),
    (date(2023, 4, 25), 1_000, True),
    (date(2023, 4, 25), 1_001, False),
])
def test_a_bill_paid_in_full_within_days_and_amount_of_grace_bears_no_interest(
    on: date, missing: int, free: bool
) -> None:
    april = close(AccountState(), SHOPPING).state
    may = close(april, StatementCycle(MAY, payments=paid(on, 100_000 - missing)))
    assert (may.interest.interest_minor == 0) is free
    assert may.closing.principal_minor == missing + may.late_fee_minor  # paid late, the fee comes first


def test_a_remainder_within_grace_moves_to_the_next_bill_and_is_free_until_that_is_missed() -> None:
    april = close(AccountState(), SHOPPING).state
    may = close(april, StatementCycle(MAY, payments=paid(date(2023, 4, 25), 99_500)))
    assert may.state.bearing == (Bearing(date(2023, 5, 6), 500, bill_due_date=date(2023, 5, 25)),)


def test_a_part_paid_bill_bears_the_published_interest_from_its_posting_date() -> None:
    april = close(AccountState(), SHOPPING).state
    may = close(april, StatementCycle(MAY, payments=paid(date(2023, 4, 23), 10_000)))
    assert may.interest.interest_minor == 1_785
    assert [(part.days, part.balance_minor) for part in may.interest.segments] == [(24, 100_000), (13, 90_000)]
    assert (may.late_fee_minor, may.paid_by_due_minor, may.state.overdue) == (0, 10_000, ())
    assert may.minimum.minimum_minor == 9_000 + 1_785


def test_the_exclusive_issuer_charges_only_what_was_left_unpaid_and_not_the_statement_day() -> None:
    april = close(AccountState(), SHOPPING, "unpaid_exclusive").state
    may = close(april, StatementCycle(MAY, payments=paid(date(2023, 4, 23), 10_000)), "unpaid_exclusive")
    assert [(part.days, part.balance_minor) for part in may.interest.segments] == [(36, 90_000)]
    assert may.state.bearing[0].on == MAY


def test_no_day_is_lost_or_counted_twice_between_two_statements() -> None:
    state = close(AccountState(), SHOPPING).state
    counted = []
    for statement_date in (MAY, JUNE, JULY):
        closed = close(state, StatementCycle(statement_date), compounding=Compounding.NONE)
        counted += [(part.from_date, part.to_date) for part in closed.interest.segments]
        state = replace(closed.state, bearing=tuple(part for part in closed.state.bearing if part.amount_minor))
    assert counted == [(date(2023, 3, 30), MAY), (date(2023, 5, 6), JUNE), (date(2023, 6, 6), JULY)]


def test_a_missed_minimum_costs_one_late_fee_after_the_grace_and_dates_the_arrears_from_the_due_date() -> None:
    april = close(AccountState(), SHOPPING).state
    may = close(april, StatementCycle(MAY, payments=paid(date(2023, 4, 29), 4_000)))
    assert (may.late_fee_minor, may.late_fee_on) == (1_000, date(2023, 4, 29))
    assert may.state.overdue == (UnpaidMinimum(date(2023, 4, 25), 6_000),)
    assert may.payments[0].applied == Balances(principal_minor=3_000, late_fee_minor=1_000)
    assert may.payments[0].days_past_due == 4
    # 10 % of the principal left, the interest of the cycle, and what was missed; the fee is paid.
    assert may.minimum.minimum_minor == 9_700 + may.interest.interest_minor + 6_000


def test_the_late_fee_bears_no_interest() -> None:
    april = close(AccountState(), SHOPPING).state
    may = close(april, StatementCycle(MAY))
    june = close(may.state, StatementCycle(JUNE))
    assert may.closing.late_fee_minor == 1_000
    assert {part.balance_minor for part in june.interest.segments} == {100_000 + may.interest.interest_minor}


def test_billed_interest_joins_the_base_only_where_it_compounds() -> None:
    april = close(AccountState(), SHOPPING, compounding=Compounding.NONE).state
    may = close(april, StatementCycle(MAY), compounding=Compounding.NONE)
    june = close(may.state, StatementCycle(JUNE), compounding=Compounding.NONE)
    assert {part.balance_minor for part in june.interest.segments} == {100_000}


def test_paying_what_the_oldest_statement_missed_moves_the_arrears_to_the_next_one() -> None:
    may = close(close(AccountState(), SHOPPING).state, StatementCycle(MAY)).state
    june = close(may, StatementCycle(JUNE, payments=paid(date(2023, 5, 20), 10_000))).state
    assert june.oldest_unpaid_due_date == date(2023, 5, 25)
    assert june.consecutive_misses == 2
    assert june.minimum_minor >= june.overdue[0].amount_minor


def test_paying_the_whole_minimum_late_ends_the_arrears() -> None:
    may = close(close(AccountState(), SHOPPING).state, StatementCycle(MAY)).state
    june = close(may, StatementCycle(JUNE, payments=paid(date(2023, 5, 10), may.minimum_minor))).state
    assert (june.overdue, june.consecutive_misses) == ((), 0)


def test_cash_bears_interest_from_the_day_it_was_taken_and_is_due_at_once() -> None:
    cycle = StatementCycle(APRIL, cash=(Movement(date(2023, 3, 30), 100_000),),
                           other_fees=(Movement(date(2023, 3, 30), 1_000),))
    april = close(AccountState(), cycle)
    assert april.interest.interest_minor == 350  # 30 March to 5 April at 0.05 %
    assert april.minimum.minimum_minor == april.closing.total_minor == 101_350


def test_purchases_of_the_cycle_wait_for_their_own_due_date() -> None:
    april = close(AccountState(), SHOPPING).state
    may = close(april, StatementCycle(MAY, purchases=(Movement(date(2023, 4, 10), 50_000),)))
    assert {part.balance_minor for part in may.interest.segments} == {100_000}
    assert may.state.bearing[-1] == Bearing(date(2023, 4, 10), 50_000, bill_due_date=date(2023, 5, 25))


def test_a_credit_balance_meets_later_purchases_and_charges() -> None:
    paid_too_much = replace(SHOPPING, payments=paid(date(2023, 4, 1), 130_000))
    april = close(AccountState(), paid_too_much)
    assert april.closing == Balances(principal_minor=-30_000)
    assert april.payments[0].unapplied_minor == 30_000
    may = close(april.state, StatementCycle(MAY, purchases=(Movement(date(2023, 4, 10), 20_000),),
                                            other_fees=(Movement(date(2023, 4, 20), 4_000),)))
    assert may.closing == Balances(principal_minor=-6_000)
    assert may.state.bearing == ()
    assert may.minimum.minimum_minor == 0


def test_what_is_repaid_before_its_statement_never_bears_interest() -> None:
    april = close(AccountState(), replace(SHOPPING, payments=paid(date(2023, 4, 2), 60_000)))
    may = close(april.state, StatementCycle(MAY))
    assert {part.balance_minor for part in may.interest.segments} == {40_000}


def test_a_least_charge_applies_only_when_interest_is_due() -> None:
    tiny = StatementCycle(APRIL, cash=(Movement(APRIL, 2_000),))
    assert close(AccountState(), tiny, least_interest_minor=100).interest.interest_minor == 100
    assert close(AccountState(), SHOPPING, least_interest_minor=100).interest.interest_minor == 0


def test_a_contradictory_cycle_is_refused() -> None:
    april = close(AccountState(), SHOPPING).state
    for cycle in (StatementCycle(MAY, payments=paid(date(2023, 5, 6), 1)),
                  StatementCycle(MAY, purchases=(Movement(date(2023, 4, 10), -1),))):
        with pytest.raises(InvalidInput):
            close(april, cycle)
    with pytest.raises(InvalidInput):
        close(replace(april, bearing=()), StatementCycle(MAY))


def test_the_base_of_cash_is_never_the_unpaid_balance() -> None:
    cycle = StatementCycle(APRIL, cash=(Movement(date(2023, 3, 30), 100_000),))
    april = close(AccountState(), cycle, "unpaid_exclusive")
    assert cycle_rules(BOOK, "unpaid_exclusive", AccountState(), cycle).interest.base is Base.UNPAID_BALANCE
    assert april.interest.interest_minor == 300


def test_a_bill_counts_as_paid_in_full_when_all_but_the_disputed_part_is_paid() -> None:
    april = close(AccountState(), SHOPPING).state
    disputed = StatementCycle(MAY, holds=(Movement(date(2023, 4, 10), 40_000),),
                              payments=paid(date(2023, 4, 25), 60_000))
    may = close(april, disputed)
    assert may.interest.interest_minor == 0
    assert (may.state.held_minor, may.state.bearing) == (40_000, ())
    lost = StatementCycle(JUNE, releases=(Movement(date(2023, 5, 20), 40_000),))
    june = close(may.state, lost)
    assert [(part.from_date, part.balance_minor) for part in june.interest.segments] == [(date(2023, 5, 20), 40_000)]
