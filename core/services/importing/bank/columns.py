"""The columns of the bank's own files, each with its type; ``docs/importing.md`` explains them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a cell must look like; anything else is a fault with its row and column."""

    REFERENCE = "reference"
    """1 to 64 printable characters without blanks: the source's own key."""
    TEXT = "text"
    """1 to 80 printable characters."""
    CODE = "code"
    """Lower-case letters, digits and ``_``, 1 to 40."""
    PRODUCT = "product"
    """1 to 40 printable characters: the bank's own name, shown as it is."""
    LAST4 = "last4"
    PHONE = "phone"
    """A mainland mobile number, 11 digits."""
    AMOUNT = "amount"
    """Yuan as plain digits with at most two decimals."""
    SIGNED_AMOUNT = "signed_amount"
    DATE = "date"
    """``2026-11-22``, not in the future of ``--as-of``."""
    DUE_DATE = "due_date"
    """A date that may lie after ``--as-of``."""
    DAY_OF_MONTH = "day_of_month"
    """1 to 28, so that every month has it."""
    FLAG = "flag"
    """``true`` or ``false``."""
    LOCALE = "locale"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a required one has a value in every row; of another the cell, or all of it, may be missing."""

    name: str
    kind: Kind
    required: bool = True


ACCOUNTS = (
    Column("account_reference", Kind.REFERENCE),
    Column("cardholder_reference", Kind.REFERENCE),
    Column("cardholder_name", Kind.TEXT),
    Column("reserved_phone", Kind.PHONE, required=False),
    Column("city", Kind.TEXT, required=False),
    Column("vulnerable", Kind.FLAG, required=False),
    Column("locale", Kind.LOCALE, required=False),
    Column("card_last4", Kind.LAST4),
    Column("product", Kind.PRODUCT),
    Column("issuer", Kind.CODE, required=False),
    Column("credit_limit", Kind.AMOUNT),
    Column("statement_day", Kind.DAY_OF_MONTH),
    Column("opened_on", Kind.DATE, required=False),
    Column("principal", Kind.SIGNED_AMOUNT),
    Column("interest", Kind.AMOUNT),
    Column("late_fee", Kind.AMOUNT),
    Column("other_fees", Kind.AMOUNT),
    Column("disputed", Kind.AMOUNT, required=False),
    Column("in_transit", Kind.AMOUNT, required=False),
    Column("oldest_unpaid_due_date", Kind.DATE, required=False),
    Column("interest_through_date", Kind.DATE),
    Column("last_statement_date", Kind.DATE, required=False),
    Column("last_due_date", Kind.DUE_DATE, required=False),
    Column("last_statement_balance", Kind.SIGNED_AMOUNT, required=False),
    Column("last_minimum_payment", Kind.AMOUNT, required=False),
)

STATEMENTS = (
    Column("account_reference", Kind.REFERENCE),
    Column("statement_date", Kind.DATE),
    Column("due_date", Kind.DUE_DATE),
    Column("opening_balance", Kind.SIGNED_AMOUNT),
    Column("purchases", Kind.AMOUNT),
    Column("cash", Kind.AMOUNT),
    Column("interest", Kind.AMOUNT),
    Column("late_fee", Kind.AMOUNT),
    Column("other_fees", Kind.AMOUNT),
    Column("payments", Kind.AMOUNT),
    Column("adjustments", Kind.SIGNED_AMOUNT),
    Column("closing_balance", Kind.SIGNED_AMOUNT),
    Column("minimum_payment", Kind.AMOUNT),
    Column("paid_by_due", Kind.AMOUNT),
)

PAYMENTS = (
    Column("account_reference", Kind.REFERENCE),
    Column("payment_reference", Kind.REFERENCE),
    Column("value_date", Kind.DATE),
    Column("amount", Kind.AMOUNT),
    Column("channel", Kind.CODE),
    Column("applied_principal", Kind.AMOUNT),
    Column("applied_interest", Kind.AMOUNT),
    Column("applied_late_fee", Kind.AMOUNT),
    Column("applied_other_fees", Kind.AMOUNT),
)


def required_names(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """The columns a heading must have."""
    return tuple(column.name for column in columns if column.required)
