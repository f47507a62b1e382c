"""Many debtors' offers at once are those each gets alone."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pandas as pd
import pytest

from core.domain.actor import Authority
from core.domain.errors import InvalidInput
from core.domain.offers.model import NO_WISH, Facts
from core.domain.offers.negotiation import negotiate
from core.portfolio.offers import ArraySearch
from core.portfolio.offers_many import PURPOSES, make_offers, tables
from tests.portfolio.offer_cases import AS_OF, RULE, random_facts
from tests.portfolio.offer_judge import broken

COLUMNS = ("principal_minor", "interest_minor", "fees_minor", "days_past_due", "affordable_minor", "ceiling_minor",
           "disposable_minor", "hardship")


def frame_of(people: list[Facts]) -> pd.DataFrame:
    frame = pd.DataFrame({name: [getattr(one, name) for one in people] for name in COLUMNS})
    return frame.assign(authority=[one.authority.value for one in people])


def test_every_row_has_the_offers_it_has_alone() -> None:
    chance = Random(7)
    people = [replace(random_facts(chance), as_of=AS_OF) for _ in range(60)]
    made = make_offers(frame_of(people), AS_OF, RULE)
    seen = 0
    for row, facts in enumerate(people):
        alone = negotiate(facts, RULE, NO_WISH, ArraySearch)
        plans = {offer.label: offer for offer in alone.offers}
        assert made[("recommended", "")].iloc[row] == (alone.recommended if alone.recommended in plans
                                                      and plans[alone.recommended].financed_minor else "")
        for purpose in PURPOSES:
            figures = made[purpose.value].iloc[row]
            if purpose.value not in plans:
                assert not figures.any()
                continue
            seen += 1
            offer = plans[purpose.value]
            assert (figures["months"], figures["monthly_minor"], figures["total_minor"]) == (
                offer.months, offer.monthly_minor, offer.total_minor)
            assert figures["waived_minor"] == offer.late_fee_waived_minor + offer.interest_waived_minor
            assert figures["lender_value_minor"] == offer.lender_value_minor
            assert figures["completion_basis_points"] == offer.completion * 10_000
    assert seen > 60


def test_a_row_that_cannot_be_is_refused_with_its_place() -> None:
    chance = Random(3)
    frame = frame_of([replace(random_facts(chance), as_of=AS_OF, authority=Authority.L3) for _ in range(3)])
    frame.loc[2, "affordable_minor"] = frame.loc[2, "disposable_minor"] + 1
    with pytest.raises(InvalidInput) as refused:
        make_offers(frame, AS_OF, RULE)
    assert (refused.value.code, refused.value.data["row"]) == ("affordable_above_disposable", 2)


def test_no_offer_of_a_portfolio_breaks_a_rule_judged_by_other_code() -> None:
    chance = Random(20261122)
    frame = frame_of([replace(random_facts(chance), as_of=AS_OF) for _ in range(150)])
    judged = 0
    for _, situation, table in tables(frame, AS_OF, RULE):
        for purpose, option in table.options:
            judged += 1
            assert broken(option, situation) == [], (situation.facts, purpose)
    assert judged > 100


def test_the_judge_finds_what_is_a_fen_too_much() -> None:
    _, situation, table = next(one for one in tables(frame_of([replace(random_facts(Random(seed)), as_of=AS_OF)
                                                               for seed in range(40)]), AS_OF, RULE) if one[2].options)
    option, facts = table.options[0][1], situation.facts
    tight = replace(situation, facts=replace(facts, affordable_minor=option.monthly_minor - 1))
    assert "affordable" in broken(option, tight)
    assert "term" in broken(option, replace(situation, facts=replace(facts, authority=Authority.L1)))
    assert "figures" in broken(replace(option, lender_value_minor=option.lender_value_minor + 1), situation)
