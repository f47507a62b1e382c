"""Random people and debts, and policies with a space small enough to be walked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from core.domain.actor import Authority
from core.domain.offers.model import Facts
from core.domain.offers.rule import OfferRule
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule

AS_OF = date(2026, 11, 22)
RULE = offer_rule(PolicyBook.load().on(AS_OF))


def random_facts(chance: Random) -> Facts:
    """Small and large debts, tight and ample budgets, every bucket and level."""
    principal = int(10 ** chance.uniform(4.6, 7.4))
    disposable = int(principal * 10 ** chance.uniform(-1.5, 0.1))
    affordable = int(disposable * chance.choice((0.5, 0.5, 0.5, 0.3, 0.1)))
    levels = [Authority.L1, *[Authority.L2, Authority.L3, Authority.L4] * 4]
    return Facts(
        as_of=date.fromordinal(AS_OF.toordinal() + chance.randrange(400)), principal_minor=principal,
        interest_minor=chance.choice((0, int(principal * chance.uniform(0, 0.3)))),
        fees_minor=chance.choice((0, int(principal * chance.uniform(0, 0.05)), chance.randrange(5))),
        days_past_due=chance.choice((0, 5, 40, 75, 100, 130, 170, 200, 900)), affordable_minor=affordable,
        ceiling_minor=int(disposable * 0.8) if chance.random() < 0.5 else affordable, disposable_minor=disposable,
        hardship=chance.random() < 0.3, authority=chance.choice(levels))


def small_rule(chance: Random) -> OfferRule:
    """The shipped policy with a coarser grid and other parameters of the model."""
    grid = replace(
        RULE.grid, start_months=chance.choice((1, 2)),
        annual_rates=tuple(sorted(chance.sample(RULE.grid.annual_rates, 2))),
        late_fee_shares=(Decimal(0), Decimal(1)),
        interest_shares=(Decimal(0), chance.choice(RULE.grid.interest_shares)))
    value = replace(
        RULE.value, elasticity=Decimal(chance.choice(("0.5", "1.1", "2.4"))),
        debtor_discount=Decimal(chance.choice(("0", "0.03", "0.12"))),
        completion_floor=Decimal(chance.choice(("0.38", "0.75", "0.9"))))
    return replace(RULE, grid=grid, value=value)
