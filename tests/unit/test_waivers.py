"""What may be given up, by whom, and how a settlement counts it from what is owed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.actor import Authority
from core.domain.allocation import Outstanding
from core.domain.authority import Ask, needed_authority
from core.domain.errors import InvalidInput
from core.domain.other_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms
from core.domain.proposal import ProposalKind
from core.domain.request_terms import as_record, from_record, if_granted, kind_of
from core.domain.waivers import Waived, waiver_need
from core.policy.book import PolicyBook
from core.policy.rules.requests import authority_rule

TODAY = date(2026, 11, 22)
RULE = authority_rule(PolicyBook.load().on(TODAY))
amounts = st.integers(0, 5_000_000)
debts = st.builds(Outstanding, amounts, amounts, st.integers(1, 50_000_000))
settlements = st.builds(SettlementTerms, st.integers(1, 60_000_000), st.just(TODAY), amounts, amounts, amounts)


@given(settlements, debts)
def test_a_settlement_and_what_it_gives_up_are_all_that_is_owed(terms: SettlementTerms, owed: Outstanding) -> None:
    made = terms.for_debt(owed)
    assert made.amount_minor + made.waived.total_minor == owed.total_minor
    assert made.amount_minor == min(terms.amount_minor, owed.total_minor)
    assert made.waived == made.waived.within(owed)
    assert made.for_debt(owed) == made


@given(settlements, debts, st.integers(1, 100_000))
def test_what_grows_meanwhile_is_given_up_and_nothing_else_changes(terms: SettlementTerms, owed: Outstanding,
                                                                  grown: int) -> None:
    before = terms.for_debt(owed)
    later = Outstanding(owed.fees_minor, owed.interest_minor + grown, owed.principal_minor)
    after = before.for_debt(later)
    if before.amount_minor == owed.total_minor:
        return  # it was paid in full
    assert after.amount_minor == before.amount_minor
    assert after.waived.total_minor == before.waived.total_minor + grown
    assert after.principal_waived_minor <= before.principal_waived_minor


def test_fees_are_given_up_before_interest_and_principal_last() -> None:
    owed = Outstanding(1_000, 2_000, 10_000)
    given_up = [SettlementTerms(amount, TODAY).for_debt(owed).waived for amount in (12_500, 11_000, 8_000)]
    assert given_up == [Waived(500), Waived(1_000, 1_000), Waived(1_000, 2_000, 2_000)]


@given(debts, st.integers(0, 400), st.data())
def test_the_level_named_may_give_it_up_and_the_one_below_may_not(owed: Outstanding, late: int,
                                                                data: st.DataObject) -> None:
    highest = RULE.waivers.most(Authority.L4, owed, late)
    given_up = Waived(data.draw(st.integers(0, highest.late_fee_minor)),
                      data.draw(st.integers(0, highest.interest_minor)),
                      data.draw(st.integers(0, highest.principal_minor)))
    need = waiver_need(given_up, owed, late, RULE.waivers)
    enough = [level for level in Authority if all(
        getattr(given_up, f"{part}_minor") <= getattr(RULE.waivers.most(level, owed, late), f"{part}_minor")
        for part in ("late_fee", "interest", "principal"))]
    assert need.level == enough[0]
    assert (need.part is None) == (given_up.total_minor == 0)


@pytest.mark.parametrize(("ask", "level", "limit"), [
    (Ask(ProposalKind.SETTLEMENT, 1_000), "L1", "settlement"),
    (Ask(ProposalKind.SETTLEMENT, 1_000, given=Waived(100), owed=Outstanding(200, 0, 800)), "L1", "late_fee_waiver"),
    (Ask(ProposalKind.SETTLEMENT, 200_000, given=Waived(60_000), owed=Outstanding(200_000, 0, 0)), "L2",
     "late_fee_waiver"),
    (Ask(ProposalKind.SETTLEMENT, 1_000, given=Waived(0, 50), owed=Outstanding(0, 100, 900)), "L3", "interest_waiver"),
    (Ask(ProposalKind.SETTLEMENT, 1_000, given=Waived(0, 0, 1), owed=Outstanding(0, 0, 1_000), days_past_due=181), "L4",
     "principal_waiver"),
    (Ask(ProposalKind.TOKEN_PAYMENT, 1_000, months=6), "L2", "relief_months"),
    (Ask(ProposalKind.PAUSE, 20_000_000, months=3), "L4", "large_balance"),
    (Ask(ProposalKind.PROMISE_TO_PAY, 20_000_000, days=7), "L1", "promise_days"),
])
def test_each_kind_needs_the_level_of_what_it_grants(ask: Ask, level: str, limit: str) -> None:
    need = needed_authority(ask, RULE)
    assert (need.level, need.limit) == (level, limit)


@pytest.mark.parametrize("terms", [
    SettlementTerms(5, TODAY, 1, 2, 3), TokenPaymentTerms(2_000, 6, TODAY), PauseTerms(3), PromiseTerms(5, TODAY)])
def test_terms_of_every_kind_are_stored_and_read_back(terms: SettlementTerms) -> None:
    assert from_record(kind_of(terms), as_record(terms)) == terms


@pytest.mark.parametrize(("kind", "record"), [
    ("settlement", {"amount_minor": 0, "pay_by": "2026-11-22"}), ("settlement", {"amount_minor": 1}),
    ("promise_to_pay", {"amount_minor": 1, "pay_by": "yesterday"}), ("pause", {"months": 0}),
    ("token_payment", {"monthly_minor": 1, "months": 6, "first_due_date": "2026-11-22", "annual_rate": "7"}),
    ("gift", {})])
def test_records_that_are_no_terms_of_their_kind_are_refused(kind: str, record: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        from_record(kind, record)


def test_a_decision_that_took_its_time_leaves_time_to_pay_but_moves_no_promise() -> None:
    later, owed = date(2027, 1, 15), Outstanding(0, 0, 1_000)
    assert if_granted(SettlementTerms(1_000, TODAY), later, owed) == SettlementTerms(1_000, later)
    moved = if_granted(TokenPaymentTerms(20, 3, TODAY), later, owed)
    assert moved == TokenPaymentTerms(20, 3, date(2027, 1, 22))
    assert if_granted(PromiseTerms(1_000, TODAY), later, owed) == PromiseTerms(1_000, TODAY)
