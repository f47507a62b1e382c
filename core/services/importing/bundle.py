"""One account as any source hands it to the loader: who holds it, what is owed, and how it came to that.

Every reader (the public data set, the bank's own files, the demo) ends here; the loader knows no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from core.domain.account_state import Balances
from core.domain.errors import InvalidInput
from core.services.ledger import balances_of
from core.services.statement_columns import StatementColumns


@dataclass(frozen=True, slots=True)
class CardholderRecord:
    """A person; ``reference`` is the source's own key, shared by all accounts of one person.

    None says that the source does not tell: nothing changes for a person who is known already.
    """

    reference: str
    name: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    city: str | None = None
    vulnerable: bool | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class StatementRecord(StatementColumns):
    """A closed statement in fen; its parts must lead from the opening to the closing balance.

    ``paid_by_due_minor`` is what was paid towards this statement by its own due date and grace.
    """

    paid_by_due_minor: int
    policy_version: str

    @property
    def unexplained_minor(self) -> int:
        """By how much the parts miss the closing balance; 0 in a statement that holds together."""
        return (self.closing_balance_minor + self.payments_minor - self.opening_balance_minor - self.purchases_minor
                - self.cash_minor - self.interest_minor - self.late_fee_minor - self.other_fees_minor
                - self.adjustments_minor)


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A payment and what it paid; ``in_transit`` payments have paid nothing yet."""

    reference: str
    value_date: date
    amount_minor: int
    channel: str
    status: str = "posted"
    applied_principal_minor: int = 0
    applied_interest_minor: int = 0
    applied_fees_minor: int = 0
    unapplied_minor: int = 0


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One ledger entry: a debit is positive, a credit negative. ``key`` is unique within the account."""

    key: str
    kind: str
    component: str
    amount_minor: int
    posting_date: date
    value_date: date
    reason: str | None = None
    subject: str = ""
    """What the entry is about, where several are about one thing, as the books name it; by default its key."""


@dataclass(frozen=True, slots=True)
class AccountBundle:
    """A card account with its history. ``reference`` is the source's own key for it.

    Raises ``InvalidInput`` unless the entries add up to the balances, part by part, and every
    statement's parts lead to its closing balance: such a bundle never reaches the database.
    """

    reference: str
    cardholder: CardholderRecord
    card_last4: str
    product: str
    issuer: str
    credit_limit_minor: int
    statement_day: int
    balances: Balances
    interest_through_date: date
    oldest_unpaid_due_date: date | None = None
    opened_on: date | None = None
    disputed_minor: int = 0
    in_transit_minor: int = 0
    statements: tuple[StatementRecord, ...] = ()
    payments: tuple[PaymentRecord, ...] = ()
    entries: tuple[EntryRecord, ...] = ()

    def __post_init__(self) -> None:
        derived = balances_of((entry.component, entry.amount_minor) for entry in self.entries)
        if derived != self.balances:
            raise InvalidInput("entries_do_not_sum", f"account {self.reference}: the entries add up to {derived}, "
                               f"not to {self.balances}", reference=self.reference)
        for statement in self.statements:
            if statement.unexplained_minor:
                raise InvalidInput("statement_does_not_sum", f"account {self.reference}: the statement of "
                                   f"{statement.statement_date} misses its balance", reference=self.reference)
