"""The columns of a statement as every reader and writer of it names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StatementColumns:
    """What a statement says, in fen; its parts lead from the opening to the closing balance."""

    statement_date: date
    due_date: date
    opening_balance_minor: int
    purchases_minor: int
    cash_minor: int
    interest_minor: int
    late_fee_minor: int
    other_fees_minor: int
    payments_minor: int
    adjustments_minor: int
    closing_balance_minor: int
    minimum_payment_minor: int
