"""The figures of a request: schedule, cost, comparison, checks, level. One place for form and review.

The form shows them before anything is sent, the review before anything is decided, and the stored
arrangement is made from them: the same function, so the same fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.domain.allocation import Outstanding
from core.domain.authority import Ask, AuthorityNeed, needed_authority
from core.domain.calendar import add_months
from core.domain.errors import InvalidInput
from core.domain.nearest_terms import nearest_terms
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckResult, DueOnce, RequestFacts, TermLimits, checks
from core.domain.request_terms import (
    ExtensionTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    if_granted,
    kind_of,
    waived_by,
)
from core.domain.schedule import Schedule
from core.domain.waivers import Waived
from core.policy.book import Policy
from core.policy.rules.requests import authority_rule, term_limits
from core.services.context import ServiceContext
from core.services.cost_marks import CostMarks, cost_marks
from core.services.means import Means
from core.services.outlooks import furthest, unpaid_until
from core.services.positions import AccountPosition
from core.services.request_amounts import Amounts, amounts_of


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
    dues: tuple[tuple[date, int], ...]
    """What falls due when, earliest first; nothing of a pause."""
    down_payment_due_date: date | None
    """When what is paid first falls due if granted on ``start_date``; None where nothing is paid first."""
    until_date: date
    """The last day of the extension or pause, or the last due date."""
    deferred_minor: int
    """What an extension puts off; 0 for every other kind."""
    waived: Waived
    """What is given up if everything is paid as agreed."""
    annualised_rate: Decimal
    interest_minor: int
    """Of an extension or a promise: on the whole balance, charged with or without it."""
    cost_minor: int
    """Interest and fees from ``start_date`` on, over what is owed then."""
    total_minor: int
    """What is owed, less what is given up, plus ``cost_minor``: all that is paid or still owed by ``until_date``."""
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


def facts_of(position: AccountPosition, means: Means, *, hardship_given: bool, own_request: str | None = None,
             sent_on: date | None = None) -> RequestFacts:
    """What the checks need to know. ``own_request``: the request under review, sent on a day, does not block itself."""
    other = position.open_request is not None and position.open_request.proposal_id != own_request
    return RequestFacts(
        as_of=position.as_of, balance_minor=position.total_minor, amount_due_minor=position.minimum_due_minor,
        affordable_minor=means.left_minor, assessed_on=means.assessed_on, hardship_given=hardship_given,
        open_request=other, arrangement=position.arrangement is not None, month_minor=means.left_minor,
        due_elsewhere=tuple(DueOnce(claim.due_date, claim.amount_minor) for claim in means.claims),
        owed=owed_by(position),
        days_past_due=position.days_past_due, sent_on=sent_on, ceiling_minor=means.ceiling_left_minor,
        disposable_minor=means.disposable_left_minor)


def work_out(context: ServiceContext, position: AccountPosition, means: Means, terms: Terms, *, hardship_given: bool,
             agreed_before: bool, own_request: str | None = None, sent_on: date | None = None) -> RequestFigures:
    """All figures of ``terms`` on an account as it stands. Pure but for the policy.

    Raises ``InvalidInput`` for terms no schedule can be made of (first due date before the start, a
    down payment above the balance).
    """
    policy = context.policy.on(position.as_of, position.issuer)
    limits = term_limits(policy)
    facts = facts_of(position, means, hardship_given=hardship_given, own_request=own_request,
                     sent_on=sent_on)
    # What is given up is counted from what is owed today.
    terms = if_granted(terms, date.min, facts.owed)
    amounts = amounts_of(position, terms, policy)
    nothing = _do_nothing(context, position, amounts, policy)
    total = position.total_minor - amounts.waived.total_minor + amounts.cost_minor
    paid, left = _meanwhile_paid(amounts, total, nothing.until_date)
    found = checks(terms, amounts.schedule, facts, limits)
    return RequestFigures(
        kind=kind_of(terms), terms=terms, start_date=position.as_of, balance_minor=position.total_minor,
        schedule=amounts.schedule, dues=amounts.dues, down_payment_due_date=amounts.down_payment_due_date,
        until_date=amounts.until_date, deferred_minor=amounts.deferred_minor, waived=amounts.waived,
        annualised_rate=amounts.annualised_rate, interest_minor=amounts.interest_minor, cost_minor=amounts.cost_minor,
        total_minor=total, do_nothing=nothing, paid_meanwhile_minor=paid,
        left_meanwhile_minor=left, checks=found, nearest_terms=_nearest(terms, found, facts, limits),
        authority=needed_authority(_ask(facts, terms, agreed_before=agreed_before), authority_rule(policy)),
        means=means)


def owed_by(position: AccountPosition) -> Outstanding:
    """What is owed part by part, for what may be given up of it; accrued interest counts as interest."""
    return Outstanding(max(position.fees_minor, 0), max(position.all_interest_minor, 0),
                       max(position.principal_minor, 0))


def agreed_before(connection: sa.Connection, account_id: str) -> bool:
    """Whether the account ever had a personalised agreement."""
    return account_id in repository.had_agreement(connection, [account_id])


def schedule_record(figures: RequestFigures) -> list[dict[str, Any]]:
    """What falls due when, as it is stored with the arrangement; amounts in fen."""
    if figures.schedule is None:
        return [{"number": number, "due_date": on.isoformat(), "amount_minor": amount}
                for number, (on, amount) in enumerate(figures.dues, 1)]
    down = figures.schedule.down_payment_minor
    on = figures.down_payment_due_date
    first = [{"number": 0, "due_date": on.isoformat(), "principal_minor": down, "interest_minor": 0,
              "fee_minor": 0, "amount_minor": down}] if on else []
    return first + [{"number": row.number, "due_date": row.due_date.isoformat(),
                     "principal_minor": row.principal_minor, "interest_minor": row.interest_minor,
                     "fee_minor": row.fee_minor, "amount_minor": row.amount_minor}
                    for row in figures.schedule.instalments]


def begins_on(figures: RequestFigures) -> date:
    """The day of the first instalment or payment; of a pause the day by which it must be signed, one month on."""
    if figures.schedule is not None:
        return figures.schedule.instalments[0].due_date
    if not figures.dues:
        return min(add_months(figures.start_date, 1), figures.until_date)
    return figures.dues[0][0]


def _do_nothing(context: ServiceContext, position: AccountPosition, amounts: Amounts, policy: Policy) -> DoNothing:
    """The comparison: as long as the terms last, twelve months at most; what ends the debt is held against all of
    them."""
    last = furthest(position)
    ends = amounts.ends_the_debt or amounts.until_date > last
    # A promise may be looked at after its day.
    on = last if ends else max(amounts.until_date, position.as_of)
    unpaid = unpaid_until(position, on, policy)
    added = unpaid.interest_total_minor + unpaid.late_fee_total_minor
    return DoNothing(on, ends, position.total_minor + added, unpaid.interest_total_minor,
                     unpaid.late_fee_total_minor, cost_marks(context, position, on, added))


def _meanwhile_paid(amounts: Amounts, total_minor: int, on: date) -> tuple[int, int]:
    """What is paid by the end of ``on`` under the terms, and what is then still owed."""
    schedule = amounts.schedule
    if schedule is None:
        paid = 0 if amounts.deferred_minor else sum(amount for day, amount in amounts.dues if day <= on)
        return paid, total_minor - paid
    met = [row for row in schedule.instalments if row.due_date <= on]
    paid = schedule.down_payment_minor + sum(row.amount_minor for row in met)
    return paid, met[-1].balance_after_minor if met else schedule.principal_minor


def _ask(facts: RequestFacts, terms: Terms, *, agreed_before: bool) -> Ask:
    whole = Ask(kind_of(terms), facts.balance_minor, given=waived_by(terms), owed=facts.owed,
                days_past_due=facts.days_past_due)
    match terms:
        case ExtensionTerms():
            return replace(whole, days=terms.days)
        case PromiseTerms():
            return replace(whole, days=max((terms.pay_by - facts.as_of).days, 0))
        case SettlementTerms():
            return whole
        case _:
            return replace(whole, months=terms.months, agreed_before=agreed_before)


def _nearest(terms: Terms, found: Sequence[CheckResult], facts: RequestFacts, limits: TermLimits) -> Terms | None:
    if all(check.passed for check in found):
        return None
    try:
        nearest = nearest_terms(terms, facts, limits)
    except InvalidInput:
        # A plan that rises may not cover its interest at every length.
        return None
    return nearest if nearest != terms else None
