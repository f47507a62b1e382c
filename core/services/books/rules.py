"""The rules of a cycle, built once per issuer and statement date, and what an account's own terms change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from core.domain.account_state import AccountState, Bearing
from core.domain.delinquency import DelinquencyRule
from core.domain.interest import DatedRate, InterestTerms, Pause
from core.domain.statement import CycleRules, StatementCycle
from core.policy.book import PolicyBook
from core.policy.rules.account import cycle_rules, delinquency_rule

_KEPT = 4096


@dataclass(frozen=True, slots=True)
class AgreedRate:
    """A daily rate agreed for one account from its first to its last day (None: until further notice)."""

    from_date: date
    until_date: date | None
    daily_rate: Decimal


class RuleShelf:
    """Rules by issuer and day, each built once; ``policy`` is the book they come from."""

    def __init__(self, policy: PolicyBook) -> None:
        self.policy = policy
        self._cycle = lru_cache(maxsize=_KEPT)(self._build_cycle)
        self._delinquency = lru_cache(maxsize=_KEPT)(lambda issuer, on: delinquency_rule(policy.on(on, issuer)))

    def cycle(self, issuer: str, rates: Sequence[AgreedRate] = (),
              pauses: Sequence[Pause] = ()) -> Callable[[date], CycleRules]:
        """The rules of an account's cycles by statement date."""
        if not rates and not pauses:
            return lambda closes: self._cycle(issuer, closes)

        def changed(closes: date) -> CycleRules:
            rules = self._cycle(issuer, closes)
            return replace(rules, interest=with_agreed(rules.interest, rates, pauses))
        return changed

    def delinquency(self, issuer: str, on: date) -> DelinquencyRule:
        """The bands of days past due on a day."""
        return self._delinquency(issuer, on)

    def _build_cycle(self, issuer: str, closes: date) -> CycleRules:
        # Every rate there ever was: a part of the balance may bear interest from any day.
        first = self.policy.timeline("interest.daily_rate", issuer)[0].from_date
        return cycle_rules(self.policy, issuer, AccountState(bearing=(Bearing(min(first, closes), 0),)),
                           StatementCycle(closes))


def with_agreed(terms: InterestTerms, rates: Sequence[AgreedRate], pauses: Sequence[Pause]) -> InterestTerms:
    """``terms`` with an account's agreed rates laid over the policy's, later agreements over earlier ones."""
    laid = list(terms.rates)
    for agreed in sorted(rates, key=lambda one: one.from_date):
        before = [one for one in laid if one.from_date < agreed.from_date]
        after: list[DatedRate] = []
        if agreed.until_date is not None:
            resumes = agreed.until_date + timedelta(days=1)
            in_force = [one for one in laid if one.from_date <= resumes]
            if in_force:
                after = [replace(in_force[-1], from_date=resumes)]
            after += [one for one in laid if one.from_date > resumes]
        laid = [*before, DatedRate(agreed.from_date, agreed.daily_rate), *after]
    return replace(terms, rates=tuple(laid), pauses=(*terms.pauses, *pauses))
