"""A cycle played day by day: extensions, holds, corrections, due dates that roll, and what is asked for meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.domain.account_state import AccountState, Balances, UnpaidMinimum
from core.domain.closing import close_cycle, payoff, run_cycle
from core.domain.interest import Movement
from core.domain.statement import Adjustment, ClosedCycle, CycleRules, Deferral, IssuedStatement, StatementCycle
from core.policy.book import PolicyBook
from core.policy.rules.account import cycle_rules

BOOK = PolicyBook.load()
APRIL, MAY, JUNE = (date(2023, month, 5) for month in (4, 5, 6))
SHOPPING = StatementCycle(APRIL, purchases=(Movement(date(2023, 3, 30), 100_000),))


def rules_of(opening: AccountState, cycle: StatementCycle, issuer: str = "standard") -> CycleRules:
    return cycle_rules(BOOK, issuer, opening, cycle)


def close(opening: AccountState, cycle: StatementCycle, **changes: object) -> ClosedCycle:
    return close_cycle(opening, cycle, replace(rules_of(opening, cycle), **changes))  # type: ignore[arg-type]  # any rule


def billed() -> AccountState:
    """1,000 yuan on the bill of 5 April, due on the 25th with grace until the 28th."""
    return close(AccountState(), SHOPPING).state


def test_an_extension_moves_the_judgement_of_the_minimum_but_not_of_the_bill() -> None:
    cycle = StatementCycle(MAY, deferrals=(Deferral(date(2023, 4, 20), date(2023, 5, 10)),))
    may = close(billed(), cycle)
    assert (may.judged, may.late_fee_minor) == ((), 0)
    assert may.interest.interest_minor == 1_850  # the bill was not paid by its own due date: 30 March to 5 May
    assert may.state.oldest_unpaid_due_date is None
    june = close(may.state, StatementCycle(JUNE))
    first = june.judged[0]
    assert (first.due_date, first.on) == (date(2023, 4, 25), date(2023, 5, 14))
    assert june.state.overdue[0].due_date == date(2023, 5, 10)  # arrears count from what was agreed


def test_an_extension_granted_after_the_grace_ended_changes_nothing() -> None:
    late = StatementCycle(MAY, deferrals=(Deferral(date(2023, 4, 29), date(2023, 5, 20)),))
    assert close(billed(), late).judged == close(billed(), StatementCycle(MAY)).judged


def test_an_extension_holds_for_statements_still_to_come_until_its_day() -> None:
    cycle = StatementCycle(APRIL, SHOPPING.purchases, deferrals=(Deferral(date(2023, 4, 1), date(2023, 5, 20)),))
    april = close(AccountState(), cycle)
    assert april.state.asks[0].agreed_due_date == date(2023, 5, 20)
    assert close(april.state, StatementCycle(MAY)).judged == ()


def test_two_asks_wait_together_and_one_payment_counts_towards_both() -> None:
    deferred = StatementCycle(MAY, purchases=(Movement(date(2023, 4, 10), 50_000),),
                              deferrals=(Deferral(date(2023, 4, 20), date(2023, 5, 20)),))
    may = close(billed(), deferred)
    assert [ask.due_date for ask in may.state.asks] == [date(2023, 4, 25), date(2023, 5, 25)]
    newer = may.state.asks[1].minimum_minor
    june = close(may.state, StatementCycle(JUNE, payments=(Movement(date(2023, 5, 18), newer),)))
    assert [(one.due_date, one.late_fee_minor) for one in june.judged] == [
        (date(2023, 4, 25), 0), (date(2023, 5, 25), 0)]
    assert june.state.overdue == ()


def test_a_due_date_rolled_behind_the_next_statement_is_still_judged_and_its_bill_decided() -> None:
    """National Day 2026: 1 to 7 October are days off, so what is due on 1 October is due on the 8th."""
    rolls = {"due_date_rolls": True, "due_days": 20}
    september, october, november = date(2026, 9, 11), date(2026, 10, 11), date(2026, 11, 11)
    first = close(AccountState(), StatementCycle(september, (Movement(date(2026, 9, 1), 100_000),)), **rolls)
    assert first.due_date == date(2026, 10, 8)
    second = close(first.state, StatementCycle(october), **rolls)
    # Grace ends on 11 October, the statement date itself: nothing is judged yet, no interest charged.
    assert (second.judged, second.interest.interest_minor) == ((), 0)
    assert [ask.due_date for ask in second.state.asks] == [date(2026, 10, 8), date(2026, 11, 2)]
    third = close(second.state, StatementCycle(november), **rolls)
    assert [(one.due_date, one.on, one.late_fee_minor) for one in third.judged] == [
        (date(2026, 10, 8), date(2026, 10, 12), 1_000), (date(2026, 11, 2), date(2026, 11, 6), 1_000)]
    assert third.interest.segments[0].from_date == date(2026, 9, 1)
    assert sum(part.days for part in third.interest.segments) == 72  # 1 September to 11 November, each day once


def test_a_rolled_bill_paid_in_full_after_the_next_statement_bears_no_interest() -> None:
    rolls = {"due_date_rolls": True, "due_days": 20}
    first = close(AccountState(), StatementCycle(date(2026, 9, 11), (Movement(date(2026, 9, 1), 100_000),)), **rolls)
    paid = StatementCycle(date(2026, 10, 11), payments=(Movement(date(2026, 10, 11), 100_000),))
    second = close(first.state, paid, **rolls)
    third = close(second.state, StatementCycle(date(2026, 11, 11)), **rolls)
    assert (second.interest.interest_minor, third.interest.interest_minor, third.late_fee_minor) == (0, 0, 0)
    assert third.closing == Balances()


def test_what_is_on_hold_bears_no_interest_and_is_not_asked_for() -> None:
    cycle = StatementCycle(APRIL, SHOPPING.purchases, holds=(Movement(date(2023, 4, 1), 40_000),))
    april = close(AccountState(), cycle)
    assert (april.minimum.minimum_minor, april.state.held_minor) == (6_000, 40_000)
    may = close(april.state, StatementCycle(MAY))
    assert {part.balance_minor for part in may.interest.segments} == {60_000}
    released = close(may.state, StatementCycle(JUNE, releases=(Movement(date(2023, 5, 20), 40_000),)))
    assert released.state.held_minor == 0
    assert [part.days for part in released.interest.segments if part.balance_minor > 100_000] == [17]


def test_a_release_frees_no_more_than_is_held_and_a_hold_takes_no_more_than_is_owed() -> None:
    cycle = StatementCycle(APRIL, SHOPPING.purchases, holds=(Movement(date(2023, 4, 1), 200_000),))
    april = close(AccountState(), cycle)
    assert april.state.held_minor == 100_000
    may = close(april.state, StatementCycle(MAY, releases=(Movement(date(2023, 4, 10), 500_000),)))
    assert may.state.held_minor == 0


@pytest.mark.parametrize(("component", "is_waiver", "asked", "taken"), [
    ("late_fee", True, -5_000, -1_000), ("late_fee", False, -5_000, -1_000), ("principal", True, -150_000, -100_000),
    ("principal", False, -150_000, -150_000), ("interest", True, -1, 0), ("late_fee", False, 300, 300)])
def test_no_more_is_taken_off_a_charge_than_is_owed_of_it(
    component: str, is_waiver: bool, asked: int, taken: int
) -> None:
    adjustment = Adjustment(date(2023, 4, 29), component, asked, is_waiver)
    may = close(billed(), StatementCycle(MAY, adjustments=(adjustment,)))
    assert (may.adjustments[0].asked_minor, may.adjustments[0].amount_minor) == (asked, taken)


def test_a_late_fee_may_be_waived_on_its_own_day() -> None:
    waived = StatementCycle(MAY, adjustments=(Adjustment(date(2023, 4, 29), "late_fee", -1_000, is_waiver=True),))
    may = close(billed(), waived)
    assert may.late_fee_minor == 1_000
    assert may.closing.late_fee_minor == 0


def test_nothing_is_asked_for_that_a_correction_has_taken_off() -> None:
    refund = Adjustment(date(2023, 4, 10), "principal", -95_000)
    paid = StatementCycle(MAY, adjustments=(refund,), payments=(Movement(date(2023, 4, 20), 5_000),))
    may = close(billed(), paid)
    assert (may.interest.interest_minor, may.late_fee_minor, may.closing) == (0, 0, Balances())


def test_a_refund_beyond_the_principal_meets_the_charges_before_it_is_a_credit() -> None:
    may = close(billed(), StatementCycle(MAY)).state
    assert may.balances == Balances(100_000, interest_minor=1_850, late_fee_minor=1_000)
    # Fees first, then interest (Art. 57).
    for amount, left in ((102_000, Balances(interest_minor=850)), (110_000, Balances(principal_minor=-7_150))):
        cycle = StatementCycle(JUNE, adjustments=(Adjustment(date(2023, 5, 6), "principal", -amount),))
        assert run_cycle(may, cycle, rules_of(may, cycle), date(2023, 5, 6)).balances == left


def test_a_charge_corrected_upwards_on_an_account_in_credit_is_met_at_once() -> None:
    cycle = StatementCycle(APRIL, payments=(Movement(date(2023, 3, 20), 5_000),),
                           adjustments=(Adjustment(date(2023, 3, 25), "interest", 2_000),))
    assert close(AccountState(), cycle).closing == Balances(principal_minor=-3_000)


def test_arrears_end_with_the_debt() -> None:
    may = close(billed(), StatementCycle(MAY)).state
    assert may.overdue == (UnpaidMinimum(date(2023, 4, 25), 10_000),)
    all_of_it = tuple(Adjustment(date(2023, 5, 6), name, -getattr(may.balances, f"{name}_minor"), is_waiver=True)
                      for name in ("principal", "interest", "late_fee"))
    opening = run_cycle(may, StatementCycle(JUNE, adjustments=all_of_it), rules_of(may, StatementCycle(JUNE)),
                        date(2023, 5, 6))
    assert (opening.balances, opening.oldest_unpaid_due_date) == (Balances(), None)


def test_the_minimum_a_statement_asked_for_is_never_raised_and_may_fall() -> None:
    more = replace(SHOPPING, purchases=(*SHOPPING.purchases, Movement(date(2023, 4, 1), 300_000)))
    sent = IssuedStatement(10_000, 100_000)
    assert close(AccountState(), replace(more, issued=sent)).minimum.minimum_minor == 10_000
    assert close(AccountState(), replace(SHOPPING, issued=replace(sent, minimum_minor=12_000))
                 ).minimum.minimum_minor == 10_000


def test_the_running_cycle_is_what_the_close_posts_but_for_the_interest() -> None:
    cycle = StatementCycle(MAY, purchases=(Movement(date(2023, 4, 12), 7_000),),
                           payments=(Movement(date(2023, 4, 30), 30_000),))
    running = run_cycle(billed(), cycle, rules_of(billed(), cycle), MAY)
    closed = close(billed(), cycle)
    charged = Balances(interest_minor=closed.interest.interest_minor)
    assert running.balances.plus(charged) == closed.closing
    assert (running.judged, running.payments) == (closed.judged, closed.payments)


@pytest.mark.parametrize("issuer", ["standard", "unpaid_exclusive"])
def test_a_payoff_within_the_grace_asks_for_no_interest_and_after_it_for_all(issuer: str) -> None:
    cycle = StatementCycle(MAY)
    opening = close_cycle(AccountState(), SHOPPING, rules_of(AccountState(), SHOPPING, issuer)).state
    in_time = payoff(opening, cycle, rules_of(opening, cycle, issuer), date(2023, 4, 28))
    late = payoff(opening, cycle, rules_of(opening, cycle, issuer), date(2023, 4, 29))
    assert (in_time.total_minor, in_time.interest_minor) == (100_000, 0)
    # 30 March to 28 April at 0.05 %: the day of payment bears none any more.
    assert (late.balances.late_fee_minor, late.interest_minor) == (1_000, 1_500)
