"""How an account stands, in words: the one number, what it means, what is on its way, what comes next."""

from __future__ import annotations

import streamlit as st

from core.services.positions import AccountPosition, DeadlineKind
from portal.components.money import amounts
from portal.i18n import day, moment, money, t


def headline(position: AccountPosition) -> None:
    """The total, and the sentence that says what it means and what to do next."""
    st.metric(t("cardholder.overview.total", last4=position.card_last4), money(max(position.total_minor, 0)))
    st.markdown(meaning(position))


def meaning(position: AccountPosition) -> str:
    """Overdue or not, in plain words, and the next step."""
    if position.total_minor <= 0:
        return t("cardholder.meaning.nothing_owed", credit=money(-position.total_minor)) if position.total_minor else \
            t("cardholder.meaning.paid_up")
    if position.days_past_due:
        bucket = t(f"cardholder.bucket.{position.bucket.name.lower()}")
        step = "past_due_answer" if position.open_request else "past_due"
        return t(f"cardholder.meaning.{step}", days=position.days_past_due, bucket=bucket)
    if position.minimum_due_minor and position.last_statement is not None:
        return t("cardholder.meaning.minimum_due", amount=money(position.minimum_due_minor),
                 on=day(position.deferred_until or position.last_statement.due_date))
    return t("cardholder.meaning.nothing_due")


def notices(position: AccountPosition) -> None:
    """Next deadline, arrangement, request, money in transit, disputed amounts: one block, one line each."""
    lines = [_deadline(position)]
    if position.arrangement is not None:
        lines.append(t(f"cardholder.notice.{position.arrangement.kind}_{position.arrangement.state}",
                       first=day(position.arrangement.first_due_date), last=day(position.arrangement.last_due_date)))
    if position.open_request is not None:
        lines.append(t("cardholder.notice.request", reference=position.open_request.reference,
                       promised=moment(position.open_request.promised_by)))
    if position.in_transit_minor:
        lines.append(t("cardholder.notice.in_transit", amount=money(position.in_transit_minor)))
    if position.disputed_minor:
        lines.append(t("cardholder.notice.disputed", amount=money(position.disputed_minor)))
    st.info("\n".join(f"- {line}" for line in lines))


def _deadline(position: AccountPosition) -> str:
    deadline = position.next_deadline
    amount = money(position.minimum_due_minor) if deadline.kind is DeadlineKind.MINIMUM_DUE else ""
    return t(f"cardholder.deadline.{deadline.kind}", on=day(deadline.on), amount=amount)


def parts(position: AccountPosition) -> str:
    """What is owed, part by part, with the total: a Markdown table."""
    rows = [(t(f"cardholder.part.{name}"), getattr(position, f"{name}_minor"))
            for name in ("principal", "interest", "accrued_interest", "late_fee", "other_fees")]
    return amounts(t("cardholder.part.head"), t("cardholder.part.amount"),
                   [(name, amount) for name, amount in rows if amount],
                   (t("cardholder.part.total"), position.total_minor))
