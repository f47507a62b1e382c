"""Checked rows as account bundles: balances, statements, payments and the ledger that leads to them.

The ledger opens with what the movements in the files do not explain, so that it adds up to the balances
of the account file whatever history came along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from core.domain.account_state import Balances
from core.services.importing.bank.check import Values, applied_minor
from core.services.importing.bundle import (
    AccountBundle,
    CardholderRecord,
    EntryRecord,
    PaymentRecord,
    StatementRecord,
)
from core.services.ledger import COMPONENTS, balances_of

_STATEMENT_MOVEMENTS = (("purchases", "purchase", "principal"), ("cash", "cash", "principal"),
                        ("interest", "interest", "interest"), ("late_fee", "late_fee", "late_fee"),
                        ("other_fees", "other_fee", "other_fees"), ("adjustments", "adjustment", "principal"))


def assemble(account: Values, statements: Sequence[Values], payments: Sequence[Values], issuer: str,
             policy_version: str) -> AccountBundle:
    """One account of the bank's files."""
    balances = Balances(account["principal"], account["interest"], account["late_fee"], account["other_fees"])
    movements = [*_statement_entries(statements), *_payment_entries(payments)]
    opened = min((entry.value_date for entry in movements), default=account["interest_through_date"])
    return AccountBundle(
        reference=account["account_reference"], cardholder=_cardholder(account), card_last4=account["card_last4"],
        product=account["product"], issuer=account["issuer"] or issuer,
        credit_limit_minor=account["credit_limit"], statement_day=account["statement_day"], balances=balances,
        interest_through_date=account["interest_through_date"],
        oldest_unpaid_due_date=account["oldest_unpaid_due_date"], opened_on=account["opened_on"],
        disputed_minor=account["disputed"] or 0, in_transit_minor=account["in_transit"] or 0,
        statements=tuple(_statements(account, statements, policy_version)),
        payments=tuple(_payment(values) for values in payments),
        entries=(*_opening(balances, movements, opened - timedelta(days=1)), *movements))


def _cardholder(account: Values) -> CardholderRecord:
    return CardholderRecord(
        account["cardholder_reference"], account["cardholder_name"], account["reserved_phone"], account["city"],
        account["vulnerable"], account["locale"])


def _statements(account: Values, statements: Sequence[Values], policy_version: str) -> Iterator[StatementRecord]:
    for values in sorted(statements, key=lambda one: one["statement_date"]):
        yield StatementRecord(
            statement_date=values["statement_date"], due_date=values["due_date"],
            opening_balance_minor=values["opening_balance"], purchases_minor=values["purchases"],
            cash_minor=values["cash"], interest_minor=values["interest"], late_fee_minor=values["late_fee"],
            other_fees_minor=values["other_fees"], payments_minor=values["payments"],
            adjustments_minor=values["adjustments"], closing_balance_minor=values["closing_balance"],
            minimum_payment_minor=values["minimum_payment"], paid_by_due_minor=values["paid_by_due"],
            policy_version=policy_version)
    if not statements and account["last_statement_date"] is not None:
        # Only its end is known: all of it counts as carried in.
        yield StatementRecord(
            statement_date=account["last_statement_date"], due_date=account["last_due_date"],
            opening_balance_minor=account["last_statement_balance"], purchases_minor=0, cash_minor=0,
            interest_minor=0, late_fee_minor=0, other_fees_minor=0, payments_minor=0, adjustments_minor=0,
            closing_balance_minor=account["last_statement_balance"],
            minimum_payment_minor=account["last_minimum_payment"], paid_by_due_minor=0,
            policy_version=policy_version)


def _statement_entries(statements: Sequence[Values]) -> Iterator[EntryRecord]:
    for values in statements:
        on = values["statement_date"]
        for column, kind, component in _STATEMENT_MOVEMENTS:
            if values[column]:
                yield EntryRecord(f"statement:{on}:{column}", kind, component, values[column], on, on)


def _payment(values: Values) -> PaymentRecord:
    return PaymentRecord(
        reference=values["payment_reference"], value_date=values["value_date"], amount_minor=values["amount"],
        channel=values["channel"], applied_principal_minor=values["applied_principal"],
        applied_interest_minor=values["applied_interest"],
        applied_fees_minor=values["applied_late_fee"] + values["applied_other_fees"],
        unapplied_minor=values["amount"] - applied_minor(values))


def _payment_entries(payments: Sequence[Values]) -> Iterator[EntryRecord]:
    for values in payments:
        on = values["value_date"]
        for component in COMPONENTS:
            paid = values[f"applied_{component}"]
            if component == "principal":
                paid += values["amount"] - applied_minor(values)  # a credit balance
            if paid:
                yield EntryRecord(f"payment:{values['payment_reference']}:{component}", "payment", component, -paid,
                                  on, on, subject=f"payment:{values['payment_reference']}")


def _opening(balances: Balances, movements: Sequence[EntryRecord], on: date) -> Iterator[EntryRecord]:
    moved = balances_of((entry.component, entry.amount_minor) for entry in movements)
    rest = balances.less(moved)
    for component in COMPONENTS:
        amount = getattr(rest, f"{component}_minor")
        if amount:
            yield EntryRecord(f"opening:{component}", "opening", component, amount, on, on)
