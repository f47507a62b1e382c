"""A promise to pay: what is due now, in one payment within a few days. Nothing is given up, interest goes on.

Policy ``promise.max_days`` and ``authority.promise_days``. It is offered to who is late and has the money this
month, and answers a cardholder who names an amount and a day. Beyond ``promise_until_days_past_due`` one
payment of what is due would no longer bring the account up to date.
"""

from __future__ import annotations

from datetime import date, timedelta

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.offers.evaluation import Situation
from core.domain.offers.model import Bound, OfferKind, Slack
from core.domain.offers.offer import Change, Offer, ledger_lines
from core.domain.offers.other_kinds import amount_due_minor, kept_chance, percent, waiting_cost_minor
from core.domain.offers.value import lump_value_minor


def promise(situation: Situation) -> Offer | None:
    """What is due now by the day named, else by the last day there is; None where the money or the days do not do."""
    facts, wish, due = situation.facts, situation.wish, amount_due_minor(situation)
    on = wish.first_due_date or _latest(situation)
    too_soon = wish.earliest_first_due_date is not None and on < wish.earliest_first_due_date
    if not _helps(situation) or facts.days_past_due < 1 or too_soon:
        return None
    found = _promise(situation, due, on, {Bound.AFFORDABLE: facts.once_minor(on) - due})
    return found if all(line.slack >= 0 for line in found.constraints) else None


def promised(situation: Situation) -> Offer | None:
    """The payment the wish names, by the day it names; look at its ledger before accepting it.

    None where no day is named, nothing is due, or a promise cannot help any more. Whether the money is there the
    cardholder knows: it is a sum they declared, as for a settlement.
    """
    wish, due = situation.wish, amount_due_minor(situation)
    if not _helps(situation) or not wish.lump_sum_minor or wish.first_due_date is None:
        return None
    amount = min(wish.lump_sum_minor, situation.facts.balance_minor)
    return _promise(situation, amount, wish.first_due_date, {Bound.WISH_LUMP_SUM: amount - due})


def nearest_promise(situation: Situation, asked: Offer) -> Change | None:
    """The change by which alone the payment named would be a promise the bank can take; None if there is none."""
    breached = [line for line in asked.constraints if line.slack < 0]
    if len(breached) != 1 or asked.first_due_date < situation.facts.as_of:
        return None
    name, missing = breached[0].name, -breached[0].slack
    late, due = name is Bound.FIRST_DUE_DATE, amount_due_minor(situation)
    plan = _promise(situation, max(asked.instalment_minor, due),
                    _latest(situation) if late else asked.first_due_date, {})
    return Change(Bound.WISH_FIRST_DUE_DATE if late else name, missing, plan)


def _promise(situation: Situation, amount: int, on: date, money: dict[Bound, Slack]) -> Offer:
    facts, rule = situation.facts, situation.rule
    waited = max((on - facts.as_of).days, 0)
    ledger = money | {Bound.FIRST_DUE_DATE: min((_latest(situation) - on).days, (on - facts.as_of).days)}
    rate, held = rule.limits.highest_annual_rate, facts.authority
    level = next((one for one in Authority if waited <= rule.others.promise_days[one]), held)
    return Offer(OfferKind.PROMISE_TO_PAY.value, OfferKind.PROMISE_TO_PAY, 1, Frequency.MONTHLY, 1, on, on, amount,
                 amount, amount + waiting_cost_minor(situation, waited), rate, percent(rate),
                 kept_chance(amount, 1, situation), level,
                 lump_value_minor(amount, waited, rule.value.cost_of_funds), ledger_lines(ledger),
                 financed_minor=amount)


def _helps(situation: Situation) -> bool:
    """Whether one payment of what is due brings the account up to date and the level held may take its promise."""
    facts, others = situation.facts, situation.rule.others
    return (facts.days_past_due <= others.promise_until_days_past_due and others.promise_days[facts.authority] > 0
            and amount_due_minor(situation) > 0)


def _latest(situation: Situation) -> date:
    facts, others = situation.facts, situation.rule.others
    return facts.as_of + timedelta(days=others.promise_days[facts.authority])
