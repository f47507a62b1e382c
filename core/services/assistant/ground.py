"""What a conversation stands on: the account as it is, what the person can pay, and the rules of the day.

As long as its fingerprint is the same, the offers shown still hold.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from core.db.repositories import accounts as accounts_repository
from core.db.repositories import negotiations as negotiations_repository
from core.domain.actor import Authority
from core.domain.affordability import Outcome
from core.domain.errors import NotFound
from core.domain.hardship import HardshipReason
from core.domain.offers.model import Facts
from core.domain.offers.rule import OfferRule
from core.domain.projection_model import Position
from core.domain.request_checks import first_due_range
from core.policy.rules.negotiation import default_authority, offer_rule
from core.services import records
from core.services.assessment_records import FinishedAssessment
from core.services.assessments import newest_finished
from core.services.assistant.document import StoredRule, stored_rule
from core.services.assistant.model import PersonCause, SliderSettings
from core.services.assistant.wishes import reason_of
from core.services.context import ServiceContext
from core.services.means import Means, means_for, promises
from core.services.outlooks import furthest, projection_start
from core.services.positions import AccountPosition, positions


@dataclass(frozen=True, slots=True)
class Ground:
    """One account and its cardholder on ``as_of``."""

    position: AccountPosition
    assessment: FinishedAssessment | None
    means: Means
    vulnerable: bool
    blocked_by: str | None
    facts: Facts | None
    """Without what is said in the conversation; None where nothing can be offered."""
    rule: OfferRule
    stored_rule: StoredRule
    policy_version: str
    start: Position
    """Where doing nothing starts from."""
    until: date
    in_danger: bool = False
    """Whether they spoke of harming themselves, in whatever conversation, about whichever card of theirs."""

    @property
    def as_of(self) -> date:
        """The day."""
        return self.position.as_of

    @property
    def declared(self) -> tuple[str, ...]:
        """The hardship declared in the assessment."""
        return self.assessment.input.hardship if self.assessment else ()

    @property
    def outcome(self) -> Outcome | None:
        """Of the assessment."""
        return self.assessment.outcome if self.assessment else None

    @property
    def declared_reason(self) -> HardshipReason | None:
        """What was named first in the assessment: nobody should have to say it twice."""
        return HardshipReason(self.declared[0]) if self.declared else None

    def outdated_by(self, said: Collection[str], told_on: date) -> bool:
        """Whether the assessment in force is older than what is told: trouble that lowers income, not declared in it.

        ``said``: codes of hardship told on ``told_on``.
        """
        found = self.assessment
        if found is None or self.facts is None or found.as_of >= told_on:
            return False
        return any(reason is not None and reason.value not in self.declared
                   for reason in (reason_of([code]) for code in said if code != "other"))

    @property
    def fingerprint(self) -> str:
        """Changes when anything does on which what is shown rests."""
        facts, position = self.facts, self.position
        return records.fingerprint({
            "as_of": self.as_of, "owed": position.total_minor, "due": position.minimum_due_minor,
            "blocked_by": self.blocked_by, "rule": self.stored_rule.digest, "policy_version": self.policy_version,
            "assessment": self.assessment.assessment_id if self.assessment else None,
            "facts": None if facts is None else [str(getattr(facts, name)) for name in Facts.__dataclass_fields__]})

    def sliders(self) -> SliderSettings:
        """Between what the sliders may move."""
        limits, owed = self.rule.limits, max(self.position.total_minor, 0)
        earliest, latest = first_due_range(self.as_of, limits)
        return SliderSettings(
            longest_months=limits.max_months, least_instalment_minor=limits.minimum_instalment_minor(owed),
            most_down_payment_minor=limits.max_down_payment_minor(owed), first_due_from=earliest, first_due_to=latest,
            longest_pause_months=self.rule.others.pause_months)

    def facts_with(self, said: Collection[str], *, chose_ceiling: bool) -> Facts | None:
        """The facts with what this conversation adds to them; ``said``: codes of hardship."""
        if self.facts is None:
            return None
        reasons = {*self.declared, *said}
        return replace(self.facts, hardship=bool(reasons), chose_ceiling=chose_ceiling,
                       income_recovers=not reasons.isdisjoint(self.rule.grid.recovering_reasons))


def ground_of(connection: sa.Connection, context: ServiceContext, cardholder_id: str, account_id: str,
              as_of: date) -> Ground:
    """The ground of a person's own account; ``NotFound`` for another's, as for none."""
    rows = accounts_repository.of_cardholder(connection, cardholder_id)
    # All cards at once cost no more queries than one, and what the others are promised is no longer there.
    stands = positions(connection, context, rows, as_of)
    position = next((one for one in stands if one.account_id == account_id), None)
    if position is None:
        raise NotFound("account")
    assessment = newest_finished(connection, cardholder_id)
    means = means_for(assessment, promises(connection, context, cardholder_id, as_of, stands), account_id)
    vulnerable, in_danger = negotiations_repository.person(
        connection, cardholder_id, [row.id for row in rows], PersonCause.SELF_HARM)
    policy = context.policy.on(as_of, position.issuer)
    rule = offer_rule(policy)
    blocked = position.blocked_by
    facts = None
    if assessment is not None and blocked is None:
        facts = facts_of(position, assessment, means, default_authority(policy))
    return Ground(position, assessment, means, vulnerable, blocked, facts, rule, stored_rule(rule),
                  policy.version, projection_start(position, policy), furthest(position),
                  in_danger)


def facts_of(position: AccountPosition, assessment: FinishedAssessment, means: Means, authority: Authority) -> Facts:
    """One account's facts: of a month's money what the other cards are promised is not there any more."""
    result, promised_minor = assessment.result, means.promised_minor
    disposable = result.counted.disposable_minor - promised_minor
    # A credit on one part pays what is owed on the others; what is owed in all stays the same.
    principal, interest, fees = position.principal_minor, position.all_interest_minor, position.fees_minor
    if principal < 0:
        principal, interest, fees = _net(principal, interest, fees)
    affordable = min(max(result.affordable_minor - promised_minor, 0), max(disposable, 0))
    return Facts(
        as_of=position.as_of, principal_minor=principal, interest_minor=interest, fees_minor=fees,
        days_past_due=position.days_past_due, affordable_minor=affordable,
        ceiling_minor=max(result.ceiling_minor - promised_minor, affordable), disposable_minor=disposable,
        hardship=bool(assessment.input.hardship), authority=authority, due_minor=position.minimum_due_minor,
        elsewhere=tuple(sorted((claim.due_date, claim.amount_minor) for claim in means.claims
                               if claim.due_date >= position.as_of)))


def _net(principal: int, interest: int, fees: int) -> tuple[int, int, int]:
    credit = -principal
    from_interest = min(credit, interest)
    return 0, interest - from_interest, fees - min(credit - from_interest, fees)
