"""Annualised rates in bulk are each plan's own to two decimals, whatever the flows."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.domain.apr import monthly_rate
from core.domain.errors import InvalidInput
from core.domain.schedule import annualised_rate, make_schedule
from core.portfolio import apr
from core.portfolio.apr import monthly_rates, schedule_rates
from tests.properties.test_portfolio_schedules import plan_frame, plans_of, terms_of

payments = st.lists(st.one_of(st.just(0), st.integers(0, 10_000), st.integers(0, 10**9)), min_size=1, max_size=36)


def shown(percent: Decimal) -> int:
    return int(percent * 100)


@settings(max_examples=150)
@given(st.data(), terms_of(), st.booleans())
def test_every_schedule_discloses_the_rate_it_would_disclose_alone(data, terms, default_first) -> None:
    plans = data.draw(st.lists(plans_of(terms, default_first), min_size=1, max_size=3))
    alone = []
    for plan in plans:
        try:
            alone.append(annualised_rate(make_schedule(plan)))
        except InvalidInput:  # interest that falls due before anything was lent, rates of hundreds of digits
            assume(False)
    assume(all(rate.effective <= 10**16 for rate in alone))
    rates = schedule_rates(plan_frame(plans), terms)
    assert rates["monthly_irr_x12"].tolist() == [shown(rate.monthly_irr_x12) for rate in alone]
    assert rates["effective"].tolist() == [shown(rate.effective) for rate in alone]


@settings(max_examples=150)
@given(st.integers(1, 10**9), payments)
def test_any_flows_have_the_rate_the_domain_finds(received, paid) -> None:
    assume(any(paid))
    flows = pd.DataFrame([[received, *(-amount for amount in paid)]])
    try:
        alone = monthly_rate(enumerate(flows.iloc[0].tolist()))
    except InvalidInput:
        assume(False)
    if alone.effective > 10**16:  # it fits no column
        with pytest.raises(InvalidInput, match="effective rate"):
            monthly_rates(flows)
        return
    rates = monthly_rates(flows).iloc[0]
    assert (rates["monthly_irr_x12"], rates["effective"]) == (shown(alone.monthly_irr_x12), shown(alone.effective))


def test_a_rate_on_the_half_of_the_last_decimal_is_decided_by_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    # 0.125 % in one month is 1.50 % a year exactly; 1.005 % is 12.06 %; 0.00375 % lies on the half: 0.045 %.
    flows = pd.DataFrame([[1_000_000_00, -1_001_250_00], [1_000_000_00, -1_000_037_50], [100_00, -101_00]])
    asked = []
    decide = apr._alone
    monkeypatch.setattr(apr, "_alone", lambda streams, row, start: asked.append(row) or decide(streams, row, start))
    assert monthly_rates(flows)["monthly_irr_x12"].tolist() == [150, 5, 1200]
    assert asked == [1]


def test_who_pays_back_less_than_was_received_has_a_negative_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    flows = pd.DataFrame([[1_000_00, -100_00, -300_00, -555_55], [1_000_00, -1, 0, 0]])
    monkeypatch.setattr(apr, "_alone", lambda *_: pytest.fail("such a loan is not beyond the arrays"))
    rates = monthly_rates(flows)
    for row, amounts in enumerate(flows.to_numpy().tolist()):
        alone = monthly_rate(enumerate(amounts))
        assert rates.iloc[row].tolist() == [shown(alone.monthly_irr_x12), shown(alone.effective)]
    assert (rates < 0).all(axis=None)


def test_flows_without_a_rate_are_refused_by_row() -> None:
    flows = pd.DataFrame([[100_00, -110_00], [100_00, 10_00]])
    with pytest.raises(InvalidInput) as refused:
        monthly_rates(flows)
    assert (refused.value.code, refused.value.data["row"]) == ("no_rate_of_return", 1)


def test_a_plan_without_cost_has_the_rate_zero() -> None:
    flows = pd.DataFrame([[900_00, -300_00, -300_00, -300_00]])
    assert monthly_rates(flows).iloc[0].tolist() == [0, 0]
