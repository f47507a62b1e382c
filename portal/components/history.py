"""Statements, payments and charges of an account: three narrow tables."""

from __future__ import annotations

import streamlit as st

from core.services.accounts import AccountDetail, PaymentLine
from core.services.explanations import Charge
from core.services.positions import StatementFigures
from portal.components.money import table
from portal.i18n import day_short, money, t


def show(detail: AccountDetail) -> None:
    """The newest twelve of each, newest first: about a year, so days need no year."""
    statements, payments, charges = st.tabs([t(f"cardholder.history.{name}")
                                             for name in ("statements", "payments", "charges")])
    statements.markdown(_table("statements", ("date", "balance", "minimum", "due"),
                               [_statement(row) for row in detail.statements]))
    payments.markdown(_table("payments", ("date", "amount", "applied"), [_payment(row) for row in detail.payments]))
    charges.markdown(_table("charges", ("date", "kind", "amount"), [_charge(row) for row in detail.charges]))


def _table(name: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return t(f"cardholder.history.none.{name}")
    return table([t(f"cardholder.history.head.{head}") for head in heads], rows)


def _statement(row: StatementFigures) -> tuple[str, ...]:
    return (day_short(row.statement_date), money(row.closing_balance_minor), money(row.minimum_payment_minor),
            day_short(row.due_date))


def _payment(row: PaymentLine) -> tuple[str, ...]:
    if row.status == "in_transit":
        return day_short(row.value_date), money(row.amount_minor), t("cardholder.history.in_transit")
    if row.status == "reversed":
        return day_short(row.value_date), money(row.amount_minor), t("cardholder.history.reversed")
    applied = [(t(f"cardholder.history.applied.{name}"), getattr(row, f"applied_{name}_minor"))
               for name in ("fees", "interest", "principal")]
    words = " · ".join(f"{name} {money(amount)}" for name, amount in applied if amount)
    return day_short(row.value_date), money(row.amount_minor), words or t("cardholder.history.applied.credit")


def _charge(row: Charge) -> tuple[str, ...]:
    return day_short(row.on), t(f"cardholder.history.kind.{row.kind}"), money(row.amount_minor)
