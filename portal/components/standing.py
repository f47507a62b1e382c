"""How an account stands, in words: the one number, what it means, what is on its way, what comes next."""

from __future__ import annotations

from datetime import date

import streamlit as st

from core.domain.proposal import ProposalKind
from core.services.deadlines import ActiveArrangement, DeadlineKind
from core.services.positions import AccountPosition
from portal.components import bank
from portal.components.money import amounts
from portal.i18n import day, moment, money, t

_PAID = (DeadlineKind.MINIMUM_DUE, DeadlineKind.GRACE_ENDS, DeadlineKind.EXTENSION_ENDS, DeadlineKind.INSTALMENT,
         DeadlineKind.SIGNATURE, DeadlineKind.PROMISED)
"""Dates on which something is to be paid: said with its amount."""


def headline(position: AccountPosition, *, assessed: bool) -> None:
    """The total, and the sentence that says what it means and what to do next."""
    st.metric(t("cardholder.overview.total", last4=position.card_last4), money(max(position.total_minor, 0)))
    st.markdown(meaning(position, assessed=assessed))


def meaning(position: AccountPosition, *, assessed: bool) -> str:
    """Overdue or not, in plain words, and the next step; ``assessed``: the reader knows what they can afford."""
    if position.total_minor <= 0:
        return t("cardholder.meaning.nothing_owed", credit=money(-position.total_minor)) if position.total_minor else \
            t("cardholder.meaning.paid_up")
    if (due := _instalment(position)) is not None:
        return t("cardholder.meaning.instalment", on=day(due[0]), amount=money(due[1]))
    if position.days_past_due:
        return _past_due(position, assessed=assessed)
    if position.minimum_due_minor and position.pay_by is not None:
        step = "minimum_signature" if _unsigned(position) else "minimum_due"
        return t(f"cardholder.meaning.{step}", amount=money(position.minimum_due_minor), bank=bank.line(),
                 on=day(position.pay_by.on))
    return t("cardholder.meaning.nothing_due")


def _past_due(position: AccountPosition, *, assessed: bool) -> str:
    """How long, and the one step that fits what is already under way."""
    asked, granted = position.open_request, position.arrangement
    step, on, amount = "past_due_assessed" if assessed else "past_due", position.as_of, 0
    if asked is not None:
        step = "past_due_question" if asked.answer_by else "past_due_answer"
        on = asked.answer_by or on
    elif granted is not None and _unsigned(position):
        step = "past_due_signature"
    elif granted is not None and granted.kind == ProposalKind.PROMISE_TO_PAY:
        step, on, amount = "past_due_promised", granted.last_due_date, granted.due_on(granted.last_due_date)
    elif granted is not None and granted.kind == ProposalKind.EXTENSION and granted.last_due_date >= position.as_of:
        step, on, amount = "past_due_extended", granted.last_due_date, _deferred(position, granted)
    return t(f"cardholder.meaning.{step}", days=position.days_past_due, on=day(on), amount=money(amount),
             bucket=t(f"cardholder.bucket.{position.bucket.name.lower()}"), bank=bank.line())


def _instalment(position: AccountPosition) -> tuple[date, int] | None:
    granted = position.arrangement
    if granted is None or granted.kind != ProposalKind.PERSONALISED_AGREEMENT or granted.state != "active":
        return None
    return granted.next_due(position.as_of)


def _unsigned(position: AccountPosition) -> bool:
    return position.arrangement is not None and position.arrangement.state == "awaiting_signature"


def _deferred(position: AccountPosition, granted: ActiveArrangement) -> int:
    """What an extension still asks for on its last day: less than was granted once some of it is paid."""
    return position.minimum_due_minor if position.deferred_until else granted.due_on(granted.last_due_date)


def notices(position: AccountPosition) -> None:
    """Next deadline, arrangement, request, money in transit, disputed amounts: one block, one line each."""
    lines = [_deadline(position)]
    if position.arrangement is not None:
        lines.append(_granted(position, position.arrangement))
    asked = position.open_request
    if asked is not None and asked.answer_by is None:
        promised = moment(asked.promised_by)
        lines.append(t("cardholder.notice.request_late", reference=asked.reference, promised=promised, bank=bank.line())
                     if asked.late else t("cardholder.notice.request", reference=asked.reference, promised=promised))
    if position.in_transit_minor:
        lines.append(t("cardholder.notice.in_transit", amount=money(position.in_transit_minor)))
    if position.disputed_minor:
        lines.append(t("cardholder.notice.disputed", amount=money(position.disputed_minor)))
    st.info("\n".join(f"- {line}" for line in lines))


def _deadline(position: AccountPosition) -> str:
    deadline = position.next_deadline
    amount = money(deadline.amount_minor) if deadline.kind in _PAID else ""
    return t(f"cardholder.deadline.{deadline.kind}", on=day(deadline.on), amount=amount)


def _granted(position: AccountPosition, granted: ActiveArrangement) -> str:
    """What was granted, with what falls due next and when."""
    if granted.kind == ProposalKind.EXTENSION:
        following = (granted.last_due_date, _deferred(position, granted))
    elif granted.state == "awaiting_signature":
        following = (granted.first_due_date, granted.due_on(granted.first_due_date))
    else:
        following = granted.next_due(position.as_of) or (granted.last_due_date, 0)
    return t(f"cardholder.notice.{granted.kind}_{granted.state}", next=day(following[0]), amount=money(following[1]),
             last=day(granted.last_due_date), bank=bank.line())


def parts(position: AccountPosition) -> str:
    """What is owed, part by part, with the total: a Markdown table."""
    rows = [(t(f"cardholder.part.{name}"), getattr(position, f"{name}_minor"))
            for name in ("principal", "interest", "accrued_interest", "late_fee", "other_fees")]
    return amounts(t("cardholder.part.head"), t("cardholder.part.amount"),
                   [(name, amount) for name, amount in rows if amount],
                   (t("cardholder.part.total"), position.total_minor))
