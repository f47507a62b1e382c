"""Keys of the cardholder's screens that code puts together while running; see ``portal.catalogue.keys``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.domain.affordability import Lever, Limit, Outcome, Route
from core.domain.calendar import Frequency
from core.domain.decision import ApproveReason, InformationItem, RefuseReason
from core.domain.delinquency import DelinquencyBucket
from core.domain.household import SpendingClass, SpendingKind
from core.domain.message_templates import OF_SIGNING_IN, MessageTemplate
from core.domain.proposal import VISIBLE_EVENTS, ProposalKind, PublicStatus
from core.domain.request_checks import CheckName
from core.services.assessment_records import IncomeKind
from core.services.deadlines import DeadlineKind
from core.services.explanations import Figure
from core.services.means import BudgetPart
from core.services.messages import UNREADABLE
from core.services.request_options import LEGAL_EFFECTS, OF_WAIVERS
from portal.catalogue.endings import Endings
from portal.components.household import SECTIONS


def _these(endings: Iterable[str]) -> Endings:
    found = [str(ending) for ending in endings]
    return lambda root: found


_EXPLAIN_TEXTS = ("accrued_interest", "statement_interest", "not_recomputed", "interest", "late_fee", "late_fee_newest",
                  "late_fee_floor", "late_fee_floor_and_cap", "minimum_payment", "minimum_capped", "minimum_left",
                  "days_past_due", "bucket_next", "bucket_last", "growth", "growth_late_fee")
_LACKED = (CheckName.AFFORDABLE, CheckName.NO_INSTALMENT_FITS, CheckName.ASSESSMENT_PRESENT, CheckName.HARDSHIP,
           CheckName.AMOUNT_DUE, CheckName.NO_OPEN_REQUEST, CheckName.NO_ARRANGEMENT)
"""Checks that can fail without anything to measure."""
_ENDINGS = ("kept", "missed", "lapsed", "over", "promise_kept", "promise_missed", "promise_over")
_BILLED = ("purchases", "cash", "fees", "interest", "previous_minimum_unpaid")

DYNAMIC: Mapping[str, Endings] = {
    "cardholder.afford.group.": _these(SpendingClass),
    "cardholder.afford.lead.": _these(SECTIONS),
    "cardholder.afford.section.": _these(SECTIONS),
    "cardholder.bucket.": _these(one.name.lower() for one in DelinquencyBucket if one is not DelinquencyBucket.M0),
    "cardholder.chart.filled.": _these(BudgetPart),
    "cardholder.check.": _these(CheckName),
    "cardholder.check.says.": _these(CheckName),
    "cardholder.check.lacks.": _these(_LACKED),
    "cardholder.deadline.": _these(DeadlineKind),
    "cardholder.event.": _these(VISIBLE_EVENTS),
    "cardholder.explain.": _these(Figure),
    "cardholder.explain.days.": _these(("carried", "billed")),
    "cardholder.explain.head.": _these(("days", "balance", "balance_days")),
    "cardholder.explain.text.": _these(_EXPLAIN_TEXTS),
    "cardholder.form.": _these(("amount_negative", "amount_separator", "amount_decimals", "amount_too_large",
                                "amount_malformed", "amount_unreadable")),
    "cardholder.history.": _these(("statements", "payments", "charges")),
    "cardholder.history.none.": _these(("statements", "payments", "charges")),
    "cardholder.history.applied.": _these(("fees", "interest", "principal")),
    "cardholder.history.head.": _these(("date", "balance", "minimum", "due", "amount", "applied", "kind")),
    "cardholder.history.kind.": _these(("interest", "late_fee", "other_fee", "reversal")),
    "cardholder.kind.": _these([*ProposalKind, *(f"{one}_caption" for one in ProposalKind)]),
    "cardholder.line.": _these(("interest", "interest_part", "late_fee", "late_fee_part", "earlier",
                                *(f"minimum_{name}" for name in _BILLED))),
    "cardholder.answer.": _these(("refused", "expired")),
    "cardholder.meaning.": _these(("past_due", "past_due_assessed", "past_due_answer", "past_due_question",
                                   "past_due_signature", "past_due_promised",
                                   "past_due_extended", "minimum_due", "minimum_signature")),
    "cardholder.ended.": _these([*_ENDINGS, *(f"{one}_means" for one in _ENDINGS)]),
    "cardholder.message.": _these([*(one for one in MessageTemplate if one not in OF_SIGNING_IN), UNREADABLE]),
    "cardholder.notice.": _these(("extension_active", "personalised_agreement_awaiting_signature",
                                  "personalised_agreement_active", "settlement_awaiting_signature",
                                  "token_payment_awaiting_signature", "pause_awaiting_signature",
                                  "promise_to_pay_active")),
    "cardholder.preview.given_up.": _these(("late_fee", "interest", "principal")),
    "cardholder.part.": _these(("principal", "interest", "accrued_interest", "late_fee", "other_fees")),
    "cardholder.card_state.": _these(("open_request", "arrangement")),
    "cardholder.request.blocked.": _these(("open_request", "arrangement", "nothing_owed")),
    "cardholder.request.nothing_left.": _these((Outcome.NO_INCOME, Outcome.NO_SURPLUS)),
    "cardholder.requests.next.": _these(("active", "awaiting_signature")),
    "cardholder.requests.said.": _these(("answered", "withdrawn")),
    "cardholder.requests.why.": _these(("approved", "refused")),
    "cardholder.result.counted.": _these(("priority", "living", "discretionary", "other_debt_payments")),
    "cardholder.result.outcome.": _these(Outcome),
    "cardholder.schedule.": _these(("due", "amount", "left")),
    "cardholder.status.": _these([*PublicStatus, *(f"{one}_means" for one in PublicStatus)]),
    "cardholder.step.": _these(("affordability", "my_requests")),
    "reasons.affordability.": _these((
        "no_income", "below_minimum_instalment", "below_minimum_instalment_none", "evidence_missing",
        "spending_exceeds_income",
        "living_raised_to_floor", *(f"limit_{one}{end}" for one in Limit for end in ("", "_none")),
        "spending_above_trigger", "variable_income")),
    "reasons.change.": _these(one for one in Lever if one is not Lever.EVIDENCE),
    "reasons.decision.": _these([*ApproveReason, *RefuseReason]),
    "reasons.effect.": _these(dict.fromkeys((*(effect for effects in LEGAL_EFFECTS.values() for effect in effects),
                                             *OF_WAIVERS))),
    "reasons.frequency.": _these(Frequency),
    "reasons.income.": _these(IncomeKind),
    "reasons.information.": _these(InformationItem),
    "reasons.limit.": _these(Limit),
    "reasons.route.": _these(Route),
    "reasons.spending.": _these(SpendingKind),
}
"""Each beginning with where its endings come from: a new state or reason without words fails the check."""
