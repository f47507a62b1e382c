"""Fixtures of the evaluation: the policy in force and one small part, lived through once."""

from __future__ import annotations

import pytest

from core.domain.offers.rule import OfferRule
from core.evaluation.calibration import Reference, fit, make_reference
from core.evaluation.parts import Counted, Part, work_on
from core.evaluation.people import AS_OF
from core.evaluation.world import WORLDS, World
from core.policy.book import Policy, PolicyBook
from core.policy.rules.negotiation import offer_rule


@pytest.fixture(scope="session")
def policy() -> Policy:
    return PolicyBook.load().on(AS_OF)


@pytest.fixture(scope="session")
def rule(policy: Policy) -> OfferRule:
    return offer_rule(policy)


@pytest.fixture(scope="session")
def reference(policy: Policy, rule: OfferRule) -> Reference:
    return make_reference(400, policy, rule)


@pytest.fixture(scope="session")
def worlds(reference: Reference) -> tuple[World, ...]:
    return tuple(fit(world, reference) for world in WORLDS.values())


@pytest.fixture(scope="session")
def part(worlds: tuple[World, ...]) -> Part:
    return Part(1, 0, 300, worlds, honesty=20)


@pytest.fixture(scope="session")
def counted(part: Part) -> Counted:
    return work_on(part)
