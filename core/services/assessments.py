"""What a person can afford: one draft kept across days, then a finished assessment that can be replayed.

A person has one draft. Two tabs that write it meet on its version: the later one gets ``Conflict`` with
both contents, so nothing typed is lost. A finished assessment keeps its input, its result and the policy
version; ``replay`` computes it again from those (PIPL Art. 24: a result must be explainable).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.repositories import accounts as people
from core.db.repositories import assessments as repository
from core.domain.actor import Actor, Role
from core.domain.affordability import (
    AffordabilityAssessment,
    assess,
)
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.domain.hardship import HardshipReason
from core.domain.household import (
    Household,
    SpendingClass,
    spending_class,
)
from core.domain.money import MAX_MINOR, share_minor
from core.policy.book import Policy
from core.policy.rules.plan import affordability_rule, living_cost_floor
from core.services import records
from core.services.assessment_records import (
    AssessmentInput,
    AssessmentState,
    Draft,
    FinishedAssessment,
    IncomeKind,
    as_record,
    finished,
    from_record,
    result_record,
)
from core.services.commands import once
from core.services.context import ServiceContext

MOST_PERSONS = 20
_LONGEST_CITY = 40
MOST_LINES = 40
"""Lines of income or spending; more is a mistake of the client."""


def latest(actor: Actor, context: ServiceContext) -> AssessmentState:
    """The draft and the newest finished assessment of the person who asks. Three queries."""
    cardholder_id = _own(actor, "read an assessment")
    with context.reading() as connection:
        draft = repository.draft_of(connection, cardholder_id)
        final = repository.newest_final(connection, cardholder_id)
        home = people.city_of(connection, cardholder_id)
    policy = _policy(context, context.clock.today())
    english = {str(chinese): name for name, chinese in policy.table("afford.dibao_city_names").items()}
    cities = {city: english.get(city, city) for city in policy.table("afford.dibao_table")}
    return AssessmentState(
        draft=None if draft is None else _draft(draft), finished=None if final is None else finished(final),
        cities=cities, home_city=home if home in cities else None)


def save_draft(actor: Actor, context: ServiceContext, content: AssessmentInput,
               expected_version: int | None) -> Draft:
    """Keep what was typed so far; ``expected_version`` is the draft last seen (None: none yet).

    Raises ``Conflict`` ``draft_changed`` with ``mine`` and ``theirs`` (the stored ``Draft``) when the draft
    moved on meanwhile, ``InvalidInput`` for figures no household has.
    """
    cardholder_id = _own(actor, "save an assessment")
    _check(content)
    now, today = context.clock.now(), context.clock.today()
    record = as_record(content)
    with context.writing() as connection:
        stored = repository.draft_of(connection, cardholder_id)
        if (stored.version if stored else None) != expected_version:
            raise _draft_changed(content, stored)
        kept = (repository.insert_draft(connection, cardholder_id, today, record, now) if expected_version is None
                else repository.update_draft(connection, cardholder_id, expected_version, today, record, now))
        if not kept:
            raise _draft_changed(content, repository.draft_of(connection, cardholder_id))
        version = (expected_version or 0) + 1
        records.audit(connection, actor, "assessment_draft_saved", "cardholder", cardholder_id, now, version=version)
    return Draft(content, version, now)


def finish(actor: Actor, context: ServiceContext, content: AssessmentInput, idempotency_key: str) -> FinishedAssessment:
    """Assess what was declared, keep it in place of the draft, and return the result.

    Raises ``InvalidInput`` naming the field (``city`` where no living-cost floor is known: it is never
    guessed; ``income`` and ``spending`` as in ``unsaid``), ``Conflict`` for a key used for another input.
    """
    cardholder_id = _own(actor, "finish an assessment")
    _check(content)
    for gap in unsaid(content):
        raise gap
    now, as_of = context.clock.now(), context.clock.today()
    record = as_record(content)

    def carry_out(connection: sa.Connection) -> str:
        policy = _policy(context, as_of)
        result = assess(household(content, policy), affordability_rule(policy))
        identifier = repository.keep_final(connection, {
            "cardholder_id": cardholder_id, "as_of": as_of, "input": record, "result": result_record(result),
            "outcome": result.outcome.value, "affordable_minor": result.affordable_minor,
            "policy_version": policy.version, "updated_at": now})
        records.audit(connection, actor, "assessment_finished", "assessment", identifier, now,
                      outcome=result.outcome.value, affordable_minor=result.affordable_minor,
                      policy_version=policy.version)
        return identifier

    identifier = once(actor, context, "assessments.finish", idempotency_key, record, carry_out)
    with context.reading() as connection:
        row = repository.final_by_id(connection, identifier)
    if row is None:
        raise NotFound("assessment")
    return finished(row)


def unsaid(content: AssessmentInput) -> tuple[InvalidInput, ...]:
    """What a draft may leave open and a finished assessment may not: silence is not taken for zero.

    Codes ``income_unsaid``, ``essential_spending_unsaid`` and ``city_missing``, each with its field. Nobody's word
    is doubted: to say that there is none is enough.
    """
    gaps = []
    if not content.no_income and not any(line.monthly_minor for line in content.income):
        gaps.append(InvalidInput("income_unsaid", "neither income nor the word that there is none", field="income"))
    essential = any(line.monthly_minor and spending_class(line.kind) is not SpendingClass.DISCRETIONARY
                    for line in content.spending)
    if not content.no_essential_spending and not essential:
        gaps.append(InvalidInput("essential_spending_unsaid",
                                 "neither essential spending nor the word that there is none", field="spending"))
    if not content.city and not content.local_allowance_minor:
        gaps.append(_city_missing())
    return tuple(gaps)


def newest_finished(connection: sa.Connection, cardholder_id: str) -> FinishedAssessment | None:
    """The newest finished assessment of a person, inside another service's transaction. Checks no actor."""
    row = repository.newest_final(connection, cardholder_id)
    return None if row is None else finished(row)


def replay(context: ServiceContext, assessment: FinishedAssessment) -> AffordabilityAssessment:
    """Compute a finished assessment again from its stored input and the policy of its day."""
    policy = _policy(context, assessment.as_of)
    return assess(household(assessment.input, policy), affordability_rule(policy))


def household(content: AssessmentInput, policy: Policy) -> Household:
    """What was declared as the rule takes it, with the living-cost floor of the place (``afford.*``)."""
    if content.city:
        floor_minor = living_cost_floor(policy, content.city)
    elif content.local_allowance_minor:
        floor_minor = share_minor(content.local_allowance_minor, policy.decimal("afford.working_floor"))
    else:
        raise _city_missing()
    return Household(
        persons=content.persons, living_cost_floor_minor=floor_minor, income=content.income, spending=content.spending,
        other_debt_payments_minor=content.other_debt_payments_minor, variable_income=content.variable_income,
        hardship=content.hardship)


def _city_missing() -> InvalidInput:
    return InvalidInput("city_missing", "a living-cost floor needs a city or the local allowance", field="city")


def _own(actor: Actor, action: str) -> str:
    actor.must_be(Role.CARDHOLDER, action=action)
    if actor.cardholder_id is None:
        raise NotFound("cardholder")
    return actor.cardholder_id


def _policy(context: ServiceContext, on: date) -> Policy:
    return context.policy.on(on, context.settings.issuer)


def _draft(row: sa.Row[Any]) -> Draft:
    return Draft(from_record(row.input), row.version, row.updated_at)


def _draft_changed(mine: AssessmentInput, stored: sa.Row[Any] | None) -> Conflict:
    return Conflict("draft_changed", "the draft was saved elsewhere meanwhile", mine=mine,
                    theirs=None if stored is None else _draft(stored))


def _check(content: AssessmentInput) -> None:
    """Bounds that hold for a draft too; the rule itself checks the rest."""
    if type(content.persons) is not int or not 1 <= content.persons <= MOST_PERSONS:
        raise InvalidInput("persons_out_of_range", f"a household has 1 to {MOST_PERSONS} persons", field="persons",
                           lowest=1, highest=MOST_PERSONS)
    if len(content.income) > MOST_LINES or len(content.spending) > MOST_LINES:
        raise InvalidInput("too_many_lines", f"at most {MOST_LINES} lines", field="income", highest=MOST_LINES)
    if content.city is not None and not (0 < len(content.city) <= _LONGEST_CITY and content.city.isprintable()):
        raise InvalidInput("city_unknown", "no city has such a name", field="city")
    # Pairs, not a mapping: two lines of one kind are both looked at.
    amounts = [("other_debt_payments", content.other_debt_payments_minor),
               ("local_allowance", content.local_allowance_minor),
               *((f"income.{line.kind}", line.monthly_minor) for line in content.income),
               *((f"spending.{line.kind}", line.monthly_minor) for line in content.spending)]
    for field, amount in amounts:
        if type(amount) is not int or not 0 <= amount <= MAX_MINOR:
            raise InvalidInput("amount_out_of_range", "an amount is not negative and not above the limit", field=field)
    known_income, known_reasons = set(IncomeKind), set(HardshipReason)
    if any(line.kind not in known_income for line in content.income):
        raise InvalidInput("income_kind_unknown", "no such kind of income", field="income")
    if any(reason not in known_reasons for reason in content.hardship):
        raise InvalidInput("hardship_unknown", "no such reason", field="hardship")
