"""How likely trouble is in a case, and why: for whoever reviews it, one more thing to weigh, never a decision.

Asked for on demand, so that opening a case costs nothing more. Cardholders, staff and administrators have no
way here; that somebody looked is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import accounts as accounts_repository
from core.db.repositories import risk as risk_repository
from core.domain.actor import Actor
from core.domain.projected_account import missed_due_dates
from core.domain.risk.commitments import Commitment, Kept, Standing, kept_of
from core.domain.risk.record import CYCLES
from core.domain.risk.view import Means, RiskRule, RiskView, view
from core.policy.rules.account import grace_rule
from core.policy.rules.risk import SHARES, risk_rule
from core.services.assessments import newest_finished
from core.services.case_looks import look
from core.services.citations import Citations, Cited
from core.services.context import ServiceContext
from core.services.means import means_for, promises
from core.services.positions import AccountPosition, positions
from core.services.risk_books import record_of

_VIEWED = "risk_viewed"
_STANDINGS = {"active": Standing.RUNNING, "kept": Standing.KEPT, "missed": Standing.MISSED}


@dataclass(frozen=True, slots=True)
class CaseRisk:
    """The risk view of a case's account on ``as_of``, and what the estimate rests on."""

    as_of: date
    view: RiskView
    rule: RiskRule
    sample: Cited
    """Where the points and shares come from."""
    assessed_on: date | None
    policy_version: str


def case_risk(actor: Actor, context: ServiceContext, proposal_id: str) -> CaseRisk:
    """The risk view for whoever may read the case, by the same rule as the case itself.

    Raises ``NotFound`` or ``Conflict`` as ``case_view.case`` does. At most nineteen queries. Audited once a claim.
    """
    return look(actor, context, proposal_id, _VIEWED, lambda connection, row: _risk(connection, context, row))


def _risk(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any]) -> CaseRisk:
    today = context.clock.today()
    stands = positions(connection, context, accounts_repository.of_cardholder(connection, row.cardholder_id), today)
    position = next(one for one in stands if one.account_id == row.account_id)
    policy = context.policy.on(today, position.issuer)
    assessment = newest_finished(connection, row.cardholder_id)
    means = means_for(assessment, promises(connection, context, row.cardholder_id, today, stands), row.account_id)
    closed = accounts_repository.recent_statements(connection, row.account_id, CYCLES + 1)
    record = record_of(position.credit_limit_minor, missed_due_dates(position.days_past_due), closed[::-1])
    kept = _kept(connection, row.cardholder_id, today, grace_rule(policy).days)
    rule = risk_rule(policy)
    [sample] = Citations(context, position.issuer, today)(SHARES)
    month = Means(means.left_minor, _due(position), means.ceiling_left_minor)
    return CaseRisk(today, view(record, month, kept, rule), rule, sample,
                    means.assessed_on, policy.version)


def _due(position: AccountPosition) -> int:
    """What is to be paid next: of an agreement its next instalment, else what is left of the minimum payment."""
    granted = position.arrangement
    ahead = [] if granted is None or granted.state != "active" else [
        amount for on, amount in granted.dues if on >= position.as_of]
    return ahead[0] if ahead else position.minimum_due_minor


def _kept(connection: sa.Connection, cardholder_id: str, today: date, grace_days: int) -> Kept:
    """What the person kept of everything agreed, on all cards; two queries, one where nothing runs."""
    rows = risk_repository.agreements(connection, cardholder_id)
    commitments = [(row.account_id, _commitment(row)) for row in rows]
    running = [(account_id, one) for account_id, one in commitments if one.standing is Standing.RUNNING]
    paid: Sequence[sa.Row[Any]] = () if not running else risk_repository.payments_since(
        connection, sorted({account_id for account_id, _ in running}), min(one.granted_on for _, one in running))
    found = Kept()
    for account_id, one in commitments:
        found += kept_of(one, [(payment.value_date, payment.amount_minor) for payment in paid
                               if payment.account_id == account_id], today, grace_days)
    return found


def _commitment(row: sa.Row[Any]) -> Commitment:
    dues = tuple((date.fromisoformat(due["due_date"]), int(due["amount_minor"])) for due in row.schedule)
    return Commitment(row.granted_at.astimezone(CHINA).date(), _STANDINGS[row.state], dues)
