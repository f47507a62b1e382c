"""The synthetic debtors: seeded, consistent with the rules they claim to follow, and like nobody in particular."""

from __future__ import annotations

import numpy as np

from core.domain.offers.model import Facts
from core.evaluation.people import AS_OF, BYSTANDERS, MARGINALS, describe, make_people
from core.policy.book import Policy
from core.policy.rules.requests import term_limits


def test_a_seed_makes_the_same_people_and_another_makes_others(policy: Policy) -> None:
    one, again, other = (make_people(seed, 3, 40, policy) for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


def test_every_debtor_is_one_the_portal_could_have(policy: Policy) -> None:
    people = make_people(1, 0, 200, policy)
    months = term_limits(policy).exceeds_ability_months
    assert (people["balance_minor"] > people["affordable_minor"] * months).all()
    for person in people.itertuples(index=False):
        Facts(AS_OF, person.principal_minor, person.interest_minor, person.fees_minor, person.days_past_due,
              person.affordable_minor, person.ceiling_minor, person.disposable_minor, hardship=bool(person.hardship))
    assert (people["limit_minor"] <= np.maximum(people["disposable_minor"], 0)).all()


def test_who_is_in_hardship_and_who_can_afford_nothing_are_two_groups_that_overlap(policy: Policy) -> None:
    people = make_people(1, 0, 200, policy)
    told = describe(people)
    both = int((people["hardship"] & (people["affordable_minor"] < 100_00)).sum())
    assert told["hardship_and_nothing_left_share"] == both / 200
    assert 0 < both / 200 < min(told["hardship_share"], told["nothing_left_share"])


def test_late_debtors_are_rarer_than_early_ones_as_in_the_public_file(policy: Policy) -> None:
    people = make_people(1, 1, 800, policy)
    months = np.minimum((people["days_past_due"] - 1) // 30 + 1, 7)
    shares = [float((months == one.months_late).mean()) for one in MARGINALS]
    assert shares[0] > shares[2] > shares[4] > 0
    assert shares[6] > 0


def test_what_must_not_matter_does_not_fit_into_the_facts() -> None:
    assert not set(BYSTANDERS) & set(Facts.__dataclass_fields__)
