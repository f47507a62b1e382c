"""Levels of authority: the bounds of the shipped policy, the day and the fen before each."""

from __future__ import annotations

from datetime import date

import pytest

from core.domain.actor import Authority
from core.domain.authority import Ask, FourEyesNeeded, check_may_grant, needed_authority, needs_four_eyes
from core.domain.errors import AuthorityExceeded
from core.domain.proposal import ProposalKind
from core.policy.book import PolicyBook
from core.policy.rules.requests import authority_rule

RULE = authority_rule(PolicyBook.load().on(date(2026, 11, 22)))
LARGE = RULE.large_balance_minor
EXTENSION, AGREEMENT = ProposalKind.EXTENSION, ProposalKind.PERSONALISED_AGREEMENT


@pytest.mark.parametrize(("ask", "level"), [
    (Ask(EXTENSION, 1, days=30), "L1"), (Ask(EXTENSION, 1, days=31), "L3"), (Ask(EXTENSION, 1, days=90), "L3"),
    (Ask(AGREEMENT, 1, months=1), "L2"), (Ask(AGREEMENT, 1, months=24), "L2"), (Ask(AGREEMENT, 1, months=25), "L3"),
    (Ask(AGREEMENT, 1, months=60), "L3"), (Ask(AGREEMENT, 1, months=12, agreed_before=True), "L4"),
    (Ask(EXTENSION, LARGE - 1, days=30), "L1"), (Ask(EXTENSION, LARGE, days=30), "L4"),
    (Ask(AGREEMENT, LARGE - 1, months=24), "L2"), (Ask(AGREEMENT, LARGE, months=24), "L4"),
])
def test_the_least_level_that_may_grant(ask: Ask, level: str) -> None:
    assert needed_authority(ask, RULE).level == level


def test_large_balances_begin_at_two_hundred_thousand_yuan() -> None:
    assert LARGE == 20_000_000
    assert needed_authority(Ask(EXTENSION, LARGE, days=7), RULE).limit == "large_balance"


def test_asking_for_more_never_needs_less() -> None:
    for months in range(1, 60):
        shorter = needed_authority(Ask(AGREEMENT, 1, months=months), RULE).level
        assert needed_authority(Ask(AGREEMENT, 1, months=months + 1), RULE).level.covers(shorter)


@pytest.mark.parametrize(("held", "recommended_by", "refusal"), [
    (None, None, AuthorityExceeded), (Authority.L1, "another", AuthorityExceeded), (Authority.L2, None, FourEyesNeeded),
    (Authority.L4, None, FourEyesNeeded), (Authority.L2, "me", FourEyesNeeded), (Authority.L2, "another", None),
    (Authority.L4, "another", None),
])
def test_two_people_grant_from_level_two_on(held: Authority | None, recommended_by: str | None,
                                            refusal: type[Exception] | None) -> None:
    need = needed_authority(Ask(AGREEMENT, 1, months=24), RULE)
    assert needs_four_eyes(need.level, RULE)
    if refusal is None:
        check_may_grant(need, held, "me", recommended_by, RULE)
        return
    with pytest.raises(refusal):
        check_may_grant(need, held, "me", recommended_by, RULE)


def test_one_person_grants_what_level_one_may() -> None:
    need = needed_authority(Ask(EXTENSION, 1, days=30), RULE)
    check_may_grant(need, Authority.L1, "me", None, RULE)
    assert not needs_four_eyes(need.level, RULE)
