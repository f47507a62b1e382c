"""An assessment as it is declared, kept and read back: plain JSON, amounts in fen, limits as fractions in text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from core.domain.affordability import (
    AffordabilityAssessment,
    Lever,
    Limit,
    NearestChange,
    Outcome,
    Reason,
    Route,
)
from core.domain.errors import InvalidInput
from core.domain.household import Counted, Evidence, Income, Spending, SpendingKind


class IncomeKind(StrEnum):
    """Where money comes from; the words are ``reasons.income.<value>``."""

    SALARY = "salary"
    SELF_EMPLOYMENT = "self_employment"
    PENSION = "pension"
    BENEFITS = "benefits"
    FAMILY_SUPPORT = "family_support"
    RENT_RECEIVED = "rent_received"
    OTHER = "other_income"


@dataclass(frozen=True, slots=True)
class AssessmentInput:
    """What a person declares, in fen per month. A draft may leave anything out."""

    persons: int = 1
    """The cardholder and everyone who depends on them."""
    city: str | None = None
    """A city of policy ``afford.dibao_table``; None: another one, see ``local_allowance_minor``."""
    local_allowance_minor: int = 0
    """The minimum living allowance per person where the city is not in the table; never guessed."""
    income: tuple[Income, ...] = ()
    spending: tuple[Spending, ...] = ()
    other_debt_payments_minor: int = 0
    variable_income: bool = False
    hardship: tuple[str, ...] = ()
    no_income: bool = False
    """The person says that nothing comes in: an empty list alone may be a form nobody filled in."""
    no_essential_spending: bool = False
    """The person says that nothing is paid for essentials, as where family covers them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The saved draft; ``version`` goes back into ``save_draft``."""

    input: AssessmentInput
    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class FinishedAssessment:
    """A finished assessment as it was shown; ``replay`` computes ``result`` again."""

    assessment_id: str
    as_of: date
    finished_at: datetime
    input: AssessmentInput
    outcome: Outcome
    affordable_minor: int
    policy_version: str
    result: AffordabilityAssessment


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """What there is of a person: a draft, a finished assessment, both or neither; and what may be chosen."""

    draft: Draft | None
    finished: FinishedAssessment | None
    cities: Mapping[str, str]
    """Cities whose living-cost floor is known, with their English names."""
    home_city: str | None
    """Where the bank knows the person to live; a proposal for the form, nothing more."""


def finished(row: sa.Row[Any]) -> FinishedAssessment:
    """A stored row as a finished assessment."""
    return FinishedAssessment(
        assessment_id=row.id, as_of=row.as_of, finished_at=row.updated_at, input=from_record(row.input),
        outcome=Outcome(row.outcome), affordable_minor=row.affordable_minor, policy_version=row.policy_version,
        result=result_from(row.result))


def as_record(content: AssessmentInput) -> dict[str, Any]:
    """What was declared as it is stored: plain JSON, amounts in fen."""
    return asdict(content)


def from_record(record: Mapping[str, Any]) -> AssessmentInput:
    """A stored record read back. Raises ``InvalidInput`` for one that is not an assessment's."""
    try:
        return AssessmentInput(**{
            **record,
            "income": tuple(Income(line["kind"], line["monthly_minor"], Evidence(line["evidence"]))
                            for line in record.get("income", ())),
            "spending": tuple(Spending(SpendingKind(line["kind"]), line["monthly_minor"], Evidence(line["evidence"]))
                              for line in record.get("spending", ())),
            "hardship": tuple(record.get("hardship", ()))})
    except (KeyError, TypeError, ValueError) as fault:
        raise InvalidInput("assessment_malformed", "not the input of an assessment", field="input") from fault


def result_record(result: AffordabilityAssessment) -> dict[str, Any]:
    """A result as it is stored: amounts in fen, exact limits as fractions in text."""
    change = result.nearest_change
    return {
        "counted": asdict(result.counted),
        "limits": {name.value: str(limit) for name, limit in result.limits.items()},
        "binding": result.binding.value, "affordable_minor": result.affordable_minor,
        "ceiling_minor": result.ceiling_minor, "outcome": result.outcome.value,
        "reasons": [{"code": reason.code, "figures": dict(reason.figures)} for reason in result.reasons],
        "evidence_requested": list(result.evidence_requested),
        "nearest_change": None if change is None else {
            "lever": change.lever.value, "amount_minor": change.amount_minor, "evidence": list(change.evidence)},
        "routes": [route.value for route in result.routes],
    }


def result_from(record: Mapping[str, Any]) -> AffordabilityAssessment:
    """A stored result read back: the figures that were shown, not computed again."""
    change = record["nearest_change"]
    return AffordabilityAssessment(
        counted=Counted(**record["counted"]),
        limits={Limit(name): Fraction(limit) for name, limit in record["limits"].items()},
        binding=Limit(record["binding"]), affordable_minor=record["affordable_minor"],
        ceiling_minor=record["ceiling_minor"], outcome=Outcome(record["outcome"]),
        reasons=tuple(Reason(reason["code"], reason["figures"]) for reason in record["reasons"]),
        evidence_requested=tuple(record["evidence_requested"]),
        nearest_change=None if change is None else NearestChange(
            Lever(change["lever"]), change["amount_minor"], tuple(change["evidence"])),
        routes=tuple(Route(route) for route in record["routes"]))
