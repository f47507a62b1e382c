"""The figures of a request: schedule, cost, comparison, checks, level. One place for form and review.

The form shows them before anything is sent, the review before anything is decided, and the stored
arrangement is made from them: the same function, so the same fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.domain.authority import Ask, AuthorityNeed, needed_authority
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckResult, DueOnce, RequestFacts, TermLimits, checks, nearest_terms
from core.domain.request_terms import AgreementTerms, ExtensionTerms, Terms, kind_of
from core.domain.schedule import Schedule, annualised_rate
from core.policy.book import Policy
from core.policy.rules.account import displayed_annual_rate
from core.policy.rules.requests import authority_rule, term_limits
from core.services.context import ServiceContext
from core.services.cost_marks import CostMarks, cost_marks
from core.services.means import Means
from core.services.outlooks import furthest, unpaid_until
from core.services.positions import AccountPosition


@dataclass(frozen=True, slots=True)
class DoNothing:
    """What is owed on ``until_date`` if nothing is paid and nothing agreed, by the outlook's projection. In fen.

    It looks twelve months ahead at most: further on today's rules say little, and frighten.
    """

    until_date: date
    capped: bool
    """The terms go on after ``until_date``."""
    total_minor: int
    interest_minor: int
    late_fees_minor: int
    marks: CostMarks


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
    down_payment_due_date: date | None
    """When what is paid first falls due if granted on ``start_date``; None where nothing is paid first."""
    until_date: date
    """The last day of the extension, or the last due date of the agreement."""
    deferred_minor: int
    """What an extension puts off; 0 for an agreement."""
    annualised_rate: Decimal
    interest_minor: int
    """Of an extension: on the whole balance, charged with or without it."""
    cost_minor: int
    """Interest and fees from ``start_date`` on, over what is owed then."""
    total_minor: int
    """What is owed plus ``cost_minor``: everything the cardholder would pay or still owe by ``until_date``."""
    do_nothing: DoNothing
    paid_meanwhile_minor: int
    """Under these terms, up to and including ``do_nothing.until_date``."""
    left_meanwhile_minor: int
    """What is still owed on that day under these terms."""
    checks: tuple[CheckResult, ...]
    nearest_terms: Terms | None
    """The nearest terms that pass; None when these pass, or when none would."""
    authority: AuthorityNeed
    means: Means
    """What the person can pay a month and how much of it their other cards are promised."""

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def hard_failure(self) -> CheckResult | None:
        """The first failed check that nobody may set aside."""
        return next((check for check in self.failed if check.hard), None)


def facts_of(position: AccountPosition, means: Means, *, hardship_given: bool,
             own_request: str | None = None) -> RequestFacts:
    """What the checks need to know. ``own_request``: the request under review does not block itself."""
    other = position.open_request is not None and position.open_request.proposal_id != own_request
    return RequestFacts(
        as_of=position.as_of, balance_minor=position.total_minor, amount_due_minor=position.minimum_due_minor,
        affordable_minor=means.left_minor, assessed_on=means.assessed_on, hardship_given=hardship_given,
        open_request=other, arrangement=position.arrangement is not None, month_minor=means.left_minor,
        due_elsewhere=tuple(DueOnce(claim.due_date, claim.amount_minor) for claim in means.claims))


def work_out(context: ServiceContext, position: AccountPosition, means: Means, terms: Terms, *, hardship_given: bool,
             agreed_before: bool, own_request: str | None = None) -> RequestFigures:
    """All figures of ``terms`` on an account as it stands. Pure but for the policy.

    Raises ``InvalidInput`` for terms no schedule can be made of (first due date before the start, a
    down payment above the balance).
    """
    policy = context.policy.on(position.as_of, position.issuer)
    limits = term_limits(policy)
    facts = facts_of(position, means, hardship_given=hardship_given, own_request=own_request)
    amounts = _extension(position, terms, policy) if isinstance(terms, ExtensionTerms) else \
        _agreement(position, terms, policy)
    nothing = _do_nothing(context, position, amounts.until_date, policy)
    paid, left = _meanwhile_paid(amounts, position, nothing.until_date)
    found = checks(terms, amounts.schedule, facts, limits)
    return RequestFigures(
        kind=kind_of(terms), terms=terms, start_date=position.as_of, balance_minor=position.total_minor,
        schedule=amounts.schedule, down_payment_due_date=amounts.down_payment_due_date, until_date=amounts.until_date,
        deferred_minor=amounts.deferred_minor, annualised_rate=amounts.annualised_rate,
        interest_minor=amounts.interest_minor, cost_minor=amounts.cost_minor,
        total_minor=position.total_minor + amounts.cost_minor, do_nothing=nothing, paid_meanwhile_minor=paid,
        left_meanwhile_minor=left, checks=found, nearest_terms=_nearest(terms, found, facts, limits),
        authority=needed_authority(_ask(position, terms, agreed_before=agreed_before), authority_rule(policy)),
        means=means)


def agreed_before(connection: sa.Connection, account_id: str) -> bool:
    """Whether the account ever had a personalised agreement."""
    return account_id in repository.had_agreement(connection, [account_id])


def schedule_record(figures: RequestFigures) -> list[dict[str, Any]]:
    """What falls due when, as it is stored with the arrangement; amounts in fen."""
    if figures.schedule is None:
        return [{"number": 1, "due_date": figures.until_date.isoformat(), "amount_minor": figures.deferred_minor}]
    down = figures.schedule.down_payment_minor
    on = figures.down_payment_due_date
    first = [{"number": 0, "due_date": on.isoformat(), "principal_minor": down, "interest_minor": 0,
              "fee_minor": 0, "amount_minor": down}] if on else []
    return first + [{"number": row.number, "due_date": row.due_date.isoformat(),
                     "principal_minor": row.principal_minor, "interest_minor": row.interest_minor,
                     "fee_minor": row.fee_minor, "amount_minor": row.amount_minor}
                    for row in figures.schedule.instalments]


@dataclass(frozen=True, slots=True)
class _Amounts:
    """What the two kinds of request compute differently."""

    schedule: Schedule | None
    down_payment_due_date: date | None
    until_date: date
    deferred_minor: int
    annualised_rate: Decimal
    interest_minor: int
    cost_minor: int


def _agreement(position: AccountPosition, terms: AgreementTerms, policy: Policy) -> _Amounts:
    schedule = terms.schedule(position.total_minor, position.as_of)
    first, until = schedule.instalments[0].due_date, schedule.instalments[-1].due_date
    # As much notice as the first instalment gets, and never after it.
    notice = timedelta(days=policy.integer("requests.first_due_notice_days"))
    down_due = min(position.as_of + notice, first) if terms.down_payment_minor else None
    return _Amounts(schedule, down_due, until, 0, annualised_rate(schedule).monthly_irr_x12, schedule.interest_minor,
                    schedule.cost_minor)


def _extension(position: AccountPosition, terms: ExtensionTerms, policy: Policy) -> _Amounts:
    """Interest goes on at the card's rate; late fees of the meantime are suspended (policy ``extension.*``)."""
    until = terms.until(position.as_of)
    unpaid = unpaid_until(position, until, policy)
    interest = unpaid.interest_total_minor if policy.flag("extension.interest_continues") else 0
    # A fee for a due date that was missed before the extension is not one of the meantime.
    missed_before = 0 if position.open_due_date else position.late_fee_to_come_minor
    late_fees = missed_before if policy.flag("extension.late_fee_suspended") else unpaid.late_fee_total_minor
    yearly = displayed_annual_rate(policy) * 100 if interest else Decimal(0)
    return _Amounts(None, None, until, position.minimum_due_minor, yearly.quantize(Decimal("0.01"), ROUND_HALF_UP),
                    interest, interest + late_fees)


def _do_nothing(context: ServiceContext, position: AccountPosition, until: date, policy: Policy) -> DoNothing:
    """The comparison: as long as the terms last, twelve months at most."""
    last = furthest(position)
    on = min(until, last)
    unpaid = unpaid_until(position, on, policy)
    added = unpaid.interest_total_minor + unpaid.late_fee_total_minor
    return DoNothing(on, until > last, position.total_minor + added, unpaid.interest_total_minor,
                     unpaid.late_fee_total_minor, cost_marks(context, position, on, added))


def _meanwhile_paid(amounts: _Amounts, position: AccountPosition, on: date) -> tuple[int, int]:
    """What is paid by the end of ``on`` under the terms, and what is then still owed."""
    schedule = amounts.schedule
    if schedule is None:
        return 0, position.total_minor + amounts.cost_minor
    met = [row for row in schedule.instalments if row.due_date <= on]
    paid = schedule.down_payment_minor + sum(row.amount_minor for row in met)
    return paid, met[-1].balance_after_minor if met else schedule.principal_minor


def _ask(position: AccountPosition, terms: Terms, *, agreed_before: bool) -> Ask:
    if isinstance(terms, ExtensionTerms):
        return Ask(kind_of(terms), position.total_minor, days=terms.days)
    return Ask(kind_of(terms), position.total_minor, months=terms.months, agreed_before=agreed_before)


def _nearest(terms: Terms, found: Sequence[CheckResult], facts: RequestFacts, limits: TermLimits) -> Terms | None:
    if all(check.passed for check in found):
        return None
    nearest = nearest_terms(terms, facts, limits)
    return nearest if nearest != terms else None
