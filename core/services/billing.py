"""What a statement billed, read back from the ledger, so that its minimum payment can be worked out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.domain.calendar import add_months
from core.domain.minimum_payment import Billed
from core.domain.statement import Compounding
from core.policy.book import Policy
from core.services.accruals import debits_left
from core.services.positions import AccountPosition

Row = sa.Row[Any]


def billed_again(position: AccountPosition, closed: Sequence[Row], moved: Sequence[Row], policy: Policy) -> Billed:
    """What the newest of ``closed`` asked a minimum payment for, counted as ``core.domain.closing`` does.

    ``closed`` has the newest statement first, ``moved`` the ledger's movements since the one before it.
    """
    statement = closed[0]

    def then(component: str) -> int:
        now: int = getattr(position, f"{component}_minor")
        return now - sum(int(entry.amount_minor) for entry in moved
                         if entry.component == component and entry.value_date > statement.statement_date)

    principal, interest, fees = then("principal"), then("interest"), then("late_fee") + then("other_fees")
    compounds = Compounding(policy.text("interest.compounding")) is Compounding.MONTHLY
    opened = closed[1].statement_date if len(closed) > 1 else add_months(statement.statement_date, -1)
    bearing = principal + (max(interest - statement.interest_minor, 0) if compounds else 0)
    left = debits_left(moved, opened, statement.statement_date, bearing, "cash")
    cash = min(sum(debit.amount_minor for debit in left), max(principal, 0))
    # Every payment since the minimum before was asked for went towards it first.
    missed = max(closed[1].minimum_payment_minor - statement.payments_minor, 0) if len(closed) > 1 else 0
    return Billed(purchases_minor=max(principal, 0) - cash, cash_minor=cash,
                  fees_minor=min(statement.late_fee_minor + statement.other_fees_minor, max(fees, 0)),
                  interest_minor=min(statement.interest_minor, max(interest, 0)),
                  previous_minimum_unpaid_minor=missed)
