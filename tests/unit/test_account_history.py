"""Facts in, entries out: what a replay posts, and the difference to what is posted already."""

from __future__ import annotations

from datetime import date

import pytest

from core.domain.account_history import Entry, Fact, FactKind, Replay, balances_of, differences, replay
from core.domain.account_state import AccountState, Balances
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR
from core.policy.book import PolicyBook
from core.services.books.rules import RuleShelf
from tests.properties.kept_books import KeptBooks

SHELF = RuleShelf(PolicyBook.load())
OPENED, SPENT = date(2026, 3, 6), date(2026, 3, 20)
APRIL, MAY = date(2026, 4, 5), date(2026, 5, 5)
SHOES = Fact("purchase:shoes", FactKind.PURCHASE, SPENT, 100_000)


def played(*facts: Fact, through: date, **more: object) -> Replay:
    return replay(AccountState(), OPENED, facts, 5, through, SHELF.cycle("standard"), **more)  # type: ignore[arg-type]  # any


def test_a_fact_and_what_follows_from_it_each_have_a_subject_and_a_day() -> None:
    entries = played(SHOES, through=MAY).entries
    assert entries == (
        Entry("purchase:shoes", "purchase", "principal", 100_000, SPENT),
        Entry("late_fee:2026-04-27", "late_fee", "late_fee", 1_000, date(2026, 5, 1)),
        Entry("interest:2026-05-05", "interest", "interest", 2_350, MAY))


def test_a_charge_met_by_a_credit_balance_moves_money_between_components_only() -> None:
    entries = played(Fact("payment:a", FactKind.PAYMENT, SPENT, 5_000),
                     Fact("other_fee:b", FactKind.OTHER_FEE, APRIL, 3_000), through=APRIL).entries
    credit = [entry for entry in entries if entry.kind == "credit"]
    assert [(one.subject, one.component, one.amount_minor) for one in credit] == [
        ("credit:2026-04-05:0", "principal", 3_000), ("credit:2026-04-05:0", "other_fees", -3_000)]
    assert balances_of((one.component, one.amount_minor) for one in entries) == Balances(principal_minor=-2_000)


def test_facts_on_or_before_the_opening_are_refused_naming_the_first_possible_day() -> None:
    with pytest.raises(InvalidInput) as refusal:
        played(Fact("payment:a", FactKind.PAYMENT, OPENED, 1), through=APRIL)
    assert (refusal.value.code, refusal.value.data["first"]) == ("before_the_books", "2026-03-07")


def test_a_statement_of_the_last_day_waits_where_that_day_is_not_closed() -> None:
    waiting = played(SHOES, through=APRIL, closed_through=date(2026, 4, 4))
    assert (waiting.closed, waiting.cycle.statement_date) == ((), APRIL)
    assert [one.statement_date for one in played(SHOES, through=APRIL).closed] == [APRIL]


@pytest.mark.parametrize(("fact", "code"), [
    ({"kind": FactKind.PURCHASE, "amount_minor": -1}, "amount_negative"),
    ({"kind": FactKind.ADJUSTMENT, "amount_minor": -MAX_MINOR - 1}, "amount_too_large"),
    ({"kind": FactKind.WAIVER, "amount_minor": -1, "component": "fees"}, "component_unknown")])
def test_a_fact_that_cannot_be_is_refused(fact: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Fact("x", on=SPENT, **fact)  # type: ignore[arg-type]  # wrong on purpose
    assert refusal.value.code == code


def test_differences_bring_every_subject_to_what_is_wanted_and_no_further() -> None:
    wanted = [Entry("a", "payment", "principal", -70, SPENT), Entry("b", "interest", "interest", 5, MAY)]
    posted = {("a", "principal", SPENT): -100, ("a", "interest", SPENT): -20, ("c", "late_fee", MAY): 10}
    found = differences(wanted, posted, {"a": "payment", "c": "late_fee"})
    assert found == [Entry("a", "payment", "principal", 30, SPENT), Entry("b", "interest", "interest", 5, MAY),
                     Entry("a", "payment", "interest", 20, SPENT), Entry("c", "late_fee", "late_fee", -10, MAY)]


def test_a_charge_whose_day_moved_is_taken_back_and_charged_on_the_new_day() -> None:
    found = differences([Entry("fee", "late_fee", "late_fee", 10, MAY)], {("fee", "late_fee", APRIL): 10},
                        {"fee": "late_fee"})
    assert found == [Entry("fee", "late_fee", "late_fee", 10, MAY), Entry("fee", "late_fee", "late_fee", -10, APRIL)]


def test_a_late_extension_moves_a_late_fee_that_is_posted_and_the_books_still_hold() -> None:
    books = KeptBooks(SHELF, "standard", 5, OPENED)
    books.arrive([SHOES], SPENT)
    books.close(date(2026, 5, 25))
    books.arrive([Fact("deferral:a", FactKind.DEFERRAL, date(2026, 4, 20), until=date(2026, 5, 10))],
                 date(2026, 5, 25))
    fees = [(one.value_date, one.amount_minor) for one in books.ledger if one.subject == "late_fee:2026-04-27"]
    assert fees == [(date(2026, 5, 1), 1_000), (date(2026, 5, 14), 1_000), (date(2026, 5, 1), -1_000)]
    books.close(date(2026, 7, 6))
    assert books.fault() is None


def test_a_close_never_goes_back_behind_what_is_posted_already() -> None:
    """A source may bring a payment dated after an event that the books still wait for."""
    books = KeptBooks(SHELF, "standard", 5, OPENED)
    books.arrive([SHOES], SPENT)
    books.close(APRIL)
    books.arrive([Fact("payment:a", FactKind.PAYMENT, date(2026, 4, 20), 100_000)], date(2026, 4, 20))
    books.row.next_event_date = date(2026, 4, 10)
    before = len(books.ledger)
    books.close(date(2026, 4, 25))
    assert len(books.ledger) == before
    assert books.fault() is None


def test_nobody_is_told_twice_of_a_minimum_payment_missed() -> None:
    books = KeptBooks(SHELF, "standard", 5, OPENED)
    books.arrive([SHOES], SPENT)
    books.close(MAY)
    assert books.missed == 1
    books.arrive([Fact("purchase:hat", FactKind.PURCHASE, date(2026, 4, 10), 5_000)], date(2026, 5, 10))
    assert books.missed == 1


def test_a_bounced_payment_tells_of_the_minimum_payment_it_leaves_missed() -> None:
    books = KeptBooks(SHELF, "standard", 5, OPENED)
    books.arrive([SHOES], SPENT)
    books.arrive([Fact("payment:a", FactKind.PAYMENT, date(2026, 4, 20), 20_000)], date(2026, 4, 20))
    books.close(MAY)
    assert books.missed == 0
    books.arrive([], date(2026, 5, 10), without=frozenset(["payment:a"]))
    assert books.missed == 1
    assert books.fault() is None
