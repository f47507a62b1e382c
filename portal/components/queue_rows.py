"""A waiting case in a few lines: what it is, why its turn is now, by when the answer is promised."""

from __future__ import annotations

from core.domain.priority import PriorityRule, PriorityScore
from core.domain.proposal import ProposalState
from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
    waived_by,
)
from core.services.review import HeldRow, QueueRow
from portal.components.money import plain
from portal.i18n import day, moment, money, t, tn


def waiting(row: QueueRow, rule: PriorityRule) -> str:
    """A row of the queue."""
    return "  \n".join((heading(row), about(row), promise(row), score(row.score, rule)))


def in_hand(row: QueueRow) -> str:
    """A case the reader holds."""
    until = t("collector.row.held_until", until=moment(row.claim_expires_at)) if row.claim_expires_at else ""
    return "  \n".join(line for line in (heading(row), promise(row), until) if line)


def held(one: HeldRow) -> str:
    """A case in a colleague's hands: whose, since when, and until when without activity."""
    row = one.row
    lines = [heading(row), promise(row)]
    if row.claimed_at is not None and row.claim_expires_at is not None:
        lines.append(t("collector.row.held_by", by=plain(one.holder), since=moment(row.claimed_at),
                       until=moment(row.claim_expires_at)))
    return "  \n".join(lines)


def heading(row: QueueRow) -> str:
    """Score, kind, reference."""
    return (f"**{t('collector.row.points', total=row.score.total)}** · **{t(f'cardholder.kind.{row.kind}')}** · "
            f"{row.reference} · {t('cardholder.card', last4=row.card_last4)}")


def about(row: QueueRow) -> str:
    """Money, delay, level, and what deserves care."""
    late = t("collector.row.overdue", bucket=row.bucket, length=tn("common.days", row.days_past_due)) \
        if row.days_past_due else t("collector.row.not_overdue", bucket=row.bucket)
    parts = [t("collector.row.owed", amount=money(row.amount_minor)), late,
             t("collector.row.needs", level=row.needed_authority.value)]
    if row.answered_at is not None:
        parts.append(f"**{t('collector.row.answered', at=moment(row.answered_at))}**")
    if row.vulnerable:
        parts.append(f"**{t('collector.vulnerable')}**")
    if row.state is ProposalState.REFERRED:
        parts.append(t(f"collector.row.recommended.{row.recommendation}"))
    return "  \n".join(line for line in (" · ".join(parts), terms(row), gone(row)) if line)


def terms(row: QueueRow) -> str:
    """What is asked for, as short as it can be said."""
    said, waived = _without_waiver(row.terms), waived_by(row.terms).total_minor
    return t("collector.row.with_waiver", terms=said, waived=money(waived)) if waived else said


def gone(row: QueueRow) -> str:
    """That it cannot be granted as it stands, where the day it names has passed or come too near, and from when."""
    if not row.day_passed and row.start_if_granted is None:
        return ""
    said = t(f"collector.row.day.{'passed' if row.day_passed else 'near'}")
    if row.start_if_granted is not None:
        key = "pay_by" if isinstance(row.terms, SettlementTerms) else "start"
        said = t(f"collector.row.moved.{key}", said=said, on=day(row.start_if_granted))
    return f"**{said}**"


def _without_waiver(asked: Terms) -> str:
    match asked:
        case ExtensionTerms():
            return t("collector.row.extension", length=tn("common.days", asked.days))
        case AgreementTerms():
            return t("collector.row.agreement", length=tn("common.months", asked.months),
                     first=day(asked.first_due_date))
        case SettlementTerms():
            return t("collector.row.settlement", amount=money(asked.amount_minor), by=day(asked.pay_by))
        case TokenPaymentTerms():
            return t("collector.row.token_payment", amount=money(asked.monthly_minor),
                     length=tn("common.months", asked.months))
        case PauseTerms():
            return t("collector.row.pause", length=tn("common.months", asked.months))
        case PromiseTerms():
            return t("collector.row.promise_to_pay", amount=money(asked.amount_minor), by=day(asked.pay_by))


def promise(row: QueueRow) -> str:
    """By when; a broken promise is said in words, not by colour alone."""
    key = "late" if row.overdue else "promised"
    words = t(f"collector.row.{key}", by=moment(row.promised_by))
    return f"**{words}**" if row.overdue else words


def score(points: PriorityScore, rule: PriorityRule) -> str:
    """The score as the sum of its parts, each with what it can reach, and why a long delay counts less."""
    highest, peak = rule.highest, rule.peak_days
    said = t("collector.row.score", total=points.total, amount=points.amount, amount_of=highest.amount,
             days=points.days_past_due, days_of=highest.days_past_due, waiting=points.waiting,
             waiting_of=highest.waiting, vulnerability=points.vulnerability, vulnerability_of=highest.vulnerability)
    if not points.beyond_peak or peak is None:
        return said
    return t("collector.row.score_less", score=said, first=peak[0], last=peak[1])
