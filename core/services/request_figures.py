"""The figures of a request: schedule, cost, comparison, checks, level. One place for form and review.

The form shows them before anything is sent, the review before anything is decided, and the stored
arrangement is made from them: the same function, so the same fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.domain.allocation import Outstanding
from core.domain.authority import Ask, AuthorityNeed, needed_authority
from core.domain.calendar import add_months
from core.domain.interest import ONE_DAY, Base, Movement, accumulated_interest
from core.domain.projection import Position, Projection, Scenario, project, statement_dates
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckResult, RequestFacts, TermLimits, checks, nearest_terms
from core.domain.request_terms import AgreementTerms, ExtensionTerms, Terms, kind_of
from core.domain.schedule import Schedule, annualised_rate
from core.domain.statement import Compounding
from core.policy.book import Policy
from core.policy.rules.account import interest_terms
from core.policy.rules.projection import projection_rule
from core.policy.rules.requests import authority_rule, contract_annual_rate, term_limits
from core.services.assessments import FinishedAssessment
from core.services.context import ServiceContext
from core.services.positions import AccountPosition


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """What a request comes to. Amounts in fen; ``annualised_rate`` is percent with two decimals."""

    kind: ProposalKind
    terms: Terms
    start_date: date
    balance_minor: int
    """All that is owed on the account at ``start_date``."""
    schedule: Schedule | None
    """Of an agreement."""
    until_date: date
    """The last day of the extension, or the last due date of the agreement."""
    deferred_minor: int
    """What an extension puts off; 0 for an agreement."""
    annualised_rate: Decimal
    cost_minor: int
    """Interest and fees from ``start_date`` on, over what is owed then."""
    total_minor: int
    """What is owed plus ``cost_minor``: everything the cardholder would pay or still owe by ``until_date``."""
    do_nothing_total_minor: int
    """What would be owed on ``until_date`` if nothing were paid and nothing agreed."""
    checks: tuple[CheckResult, ...]
    nearest_terms: Terms | None
    """The nearest terms that pass; None when these pass, or when none would."""
    authority: AuthorityNeed

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def hard_failure(self) -> CheckResult | None:
        """The first failed check that nobody may set aside."""
        return next((check for check in self.failed if check.hard), None)


def facts_of(position: AccountPosition, assessment: FinishedAssessment | None, *, hardship_given: bool,
             own_request: str | None = None) -> RequestFacts:
    """What the checks need to know. ``own_request``: the request under review does not block itself."""
    other = position.open_request is not None and position.open_request.proposal_id != own_request
    return RequestFacts(
        as_of=position.as_of, balance_minor=position.total_minor, amount_due_minor=position.minimum_due_minor,
        affordable_minor=assessment.affordable_minor if assessment else None,
        assessed_on=assessment.as_of if assessment else None, hardship_given=hardship_given,
        open_request=other, arrangement=position.arrangement is not None)


def work_out(context: ServiceContext, position: AccountPosition, terms: Terms, facts: RequestFacts, *,
             agreed_before: bool) -> RequestFigures:
    """All figures of ``terms`` on an account as it stands. Pure but for the policy.

    Raises ``InvalidInput`` for terms no schedule can be made of (first due date before the start, a
    down payment above the balance).
    """
    policy = context.policy.on(position.as_of, position.issuer)
    limits = term_limits(policy)
    amounts = _extension(context, position, terms, policy) if isinstance(terms, ExtensionTerms) else \
        _agreement(position, terms, policy)
    found = checks(terms, amounts.schedule, facts, limits)
    return RequestFigures(
        kind=kind_of(terms), terms=terms, start_date=position.as_of, balance_minor=position.total_minor,
        schedule=amounts.schedule, until_date=amounts.until_date, deferred_minor=amounts.deferred_minor,
        annualised_rate=amounts.annualised_rate, cost_minor=amounts.cost_minor,
        total_minor=position.total_minor + amounts.cost_minor,
        do_nothing_total_minor=amounts.do_nothing_total_minor, checks=found,
        nearest_terms=_nearest(terms, found, facts, limits),
        authority=needed_authority(_ask(position, terms, agreed_before=agreed_before), authority_rule(policy)))


def agreed_before(connection: sa.Connection, account_id: str) -> bool:
    """Whether the account ever had a personalised agreement."""
    return account_id in repository.had_agreement(connection, [account_id])


def schedule_record(figures: RequestFigures) -> list[dict[str, Any]]:
    """What falls due when, as it is stored with the arrangement; amounts in fen."""
    if figures.schedule is None:
        return [{"number": 1, "due_date": figures.until_date.isoformat(), "amount_minor": figures.deferred_minor}]
    down = figures.schedule.down_payment_minor
    first = [{"number": 0, "due_date": figures.start_date.isoformat(), "principal_minor": down, "interest_minor": 0,
              "fee_minor": 0, "amount_minor": down}] if down else []
    return first + [{"number": row.number, "due_date": row.due_date.isoformat(),
                     "principal_minor": row.principal_minor, "interest_minor": row.interest_minor,
                     "fee_minor": row.fee_minor, "amount_minor": row.amount_minor}
                    for row in figures.schedule.instalments]


@dataclass(frozen=True, slots=True)
class _Amounts:
    """What the two kinds of request compute differently."""

    schedule: Schedule | None
    until_date: date
    deferred_minor: int
    annualised_rate: Decimal
    cost_minor: int
    do_nothing_total_minor: int


def _agreement(position: AccountPosition, terms: AgreementTerms, policy: Policy) -> _Amounts:
    schedule = terms.schedule(position.total_minor, position.as_of)
    until = schedule.instalments[-1].due_date
    nothing = _do_nothing(position, until, policy)
    return _Amounts(schedule, until, 0, annualised_rate(schedule).monthly_irr_x12, schedule.cost_minor,
                    nothing.months[-1].total_minor if nothing else position.total_minor)


def _extension(context: ServiceContext, position: AccountPosition, terms: ExtensionTerms, policy: Policy) -> _Amounts:
    """Interest goes on at the card's rate; late fees of the meantime are suspended (policy ``extension.*``)."""
    until = terms.until(position.as_of)
    meanwhile = _interest_until(context, position, until, policy)
    interest = meanwhile if policy.flag("extension.interest_continues") else 0
    late_fees = _late_fees_until(position, until, policy)
    cost = interest if policy.flag("extension.late_fee_suspended") else interest + late_fees
    yearly = contract_annual_rate(policy) * 100 if interest else Decimal(0)
    return _Amounts(None, until, position.minimum_due_minor,
                    yearly.quantize(Decimal("0.01"), ROUND_HALF_UP), cost,
                    position.total_minor + meanwhile + late_fees)


def _interest_until(context: ServiceContext, position: AccountPosition, until: date, policy: Policy) -> int:
    """Interest in fen from the day after ``as_of`` through ``until`` on what bears interest now."""
    compounds = Compounding(policy.text("interest.compounding")) is Compounding.MONTHLY
    bearing = max(position.principal_minor + (position.interest_minor if compounds else 0), 0)
    first = position.as_of + ONE_DAY
    terms = replace(interest_terms(context.policy, position.issuer, first, until), base=Base.FULL_BALANCE,
                    count_last_day=True)
    return accumulated_interest([Movement(first, bearing)], [], until, terms).interest_minor


def _do_nothing(position: AccountPosition, until: date, policy: Policy) -> Projection | None:
    """The statements from ``as_of`` up to ``until`` if nothing is paid; None if none closes by then."""
    months = sum(1 for day in _statements(position, until) if day <= until)
    return _projected(position, months, policy) if months else None


def _late_fees_until(position: AccountPosition, until: date, policy: Policy) -> int:
    """Late fees in fen that fall on due dates after ``as_of`` up to ``until`` if nothing is paid.

    A fee belongs to the due date it is charged on; the statement that shows it may close after ``until``.
    """
    closing = [add_months(position.next_statement_date, -1), *_statements(position, until)]
    rows = _projected(position, len(closing) - 1, policy).months
    to_due = timedelta(days=policy.integer("statement.due_days"))
    return sum(row.late_fee_charged_minor for before, row in zip(closing, rows, strict=False)
               if before + to_due <= until)


def _statements(position: AccountPosition, until: date) -> list[date]:
    """Statement dates from ``as_of`` on, the first one after ``until`` included."""
    most = (until - position.as_of).days // 28 + 2
    dates = list(statement_dates(position.as_of, position.statement_day, most))
    return dates[: sum(1 for day in dates if day <= until) + 1]


def _projected(position: AccountPosition, months: int, policy: Policy) -> Projection:
    owed = Outstanding(fees_minor=max(position.fees_minor, 0), interest_minor=max(position.all_interest_minor, 0),
                       principal_minor=max(position.principal_minor, 0))
    today = Position(position.as_of, owed, position.days_past_due, position.statement_day, position.minimum_due_minor)
    return project(today, months, Scenario.DO_NOTHING, projection_rule(policy))


def _ask(position: AccountPosition, terms: Terms, *, agreed_before: bool) -> Ask:
    if isinstance(terms, ExtensionTerms):
        return Ask(kind_of(terms), position.total_minor, days=terms.days)
    return Ask(kind_of(terms), position.total_minor, months=terms.months, agreed_before=agreed_before)


def _nearest(terms: Terms, found: Sequence[CheckResult], facts: RequestFacts, limits: TermLimits) -> Terms | None:
    if all(check.passed for check in found):
        return None
    nearest = nearest_terms(terms, facts, limits)
    return nearest if nearest != terms else None
