"""How a request, or what was granted on it, ended: what was said, what was missing, and every way on."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.proposal import ProposalKind
from core.services.requests import Ending, RequestDetail
from core.services.standing import DOCUMENTS, MissingEvidence
from portal.components import bank, schedule
from portal.components.assessment import evidence
from portal.i18n import day, moment, money, t


def told(detail: RequestDetail, missing: MissingEvidence | None) -> str:
    """The answer in short, for the overview: which request, why, what can be done now."""
    summary = detail.summary
    if summary.ending is not None:
        which = t("cardholder.answer.which", last4=summary.card_last4, reference=summary.reference,
                  on=day(summary.ending.on))
        told_so = f"{ended(detail, summary.ending)}\n\n{which}"
        return f"{told_so}\n\n**{t('cardholder.answer.now')}**\n\n{ways(detail)}" if wants_more(detail) else told_so
    decided = summary.decided_at
    refused = detail.decision is not None
    heading = t(f"cardholder.answer.{'refused' if refused else 'expired'}", kind=t(f"cardholder.kind.{summary.kind}"))
    which = t("cardholder.answer.which", last4=summary.card_last4, reference=summary.reference,
              on=moment(decided) if decided else moment(summary.submitted_at))
    why = reasons(detail, missing) if refused else t("cardholder.answer.lapsed")
    return f"**{heading}**  \n{which}\n\n{why}\n\n**{t('cardholder.answer.now')}**\n\n{ways(detail)}"


def ended(detail: RequestDetail, ending: Ending) -> str:
    """How what was granted ended, what that changes and what it does not: a heading and a sentence or two."""
    amount = 0 if detail.granted is None else sum(amount for _, amount in detail.granted.dues)
    how = how_ended(detail.summary.kind, ending)
    means = t(f"cardholder.ended.{how}_means", on=day(ending.on), amount=money(amount))
    return f"**{t(f'cardholder.ended.{how}')}**  \n{means}"


def how_ended(kind: ProposalKind, ending: Ending) -> str:
    """The ending of the key of its words: a promise is kept or broken in other words than an extension."""
    promised = kind is ProposalKind.PROMISE_TO_PAY and ending.how != "lapsed"
    return f"promise_{ending.how}" if promised else ending.how


def wants_more(detail: RequestDetail) -> bool:
    """Whether something is left to do after what was granted ended: not where it was kept."""
    return detail.summary.ending is not None and detail.summary.ending.how != "kept"


def reasons(detail: RequestDetail, missing: MissingEvidence | None) -> str:
    """Why it was refused, with what exactly was missing where that was a reason: a Markdown list."""
    if detail.decision is None:
        return ""
    lines = [f"- {t(f'reasons.decision.{reason}')}" for reason in detail.decision.reasons]
    if missing is not None and (missing.items or missing.kinds):
        named = [t(f"reasons.information.{item}") for item in missing.items] or [evidence(one) for one in missing.kinds]
        lines.append(f"- {t('cardholder.answer.missing', items=t('cardholder.list_mark').join(named))}")
    return "\n".join(lines)


def ways(detail: RequestDetail) -> str:
    """Never a dead end: terms that would pass today, asking again, asking a person with a number to call."""
    if detail.summary.ending is not None:
        again = [f"- {t('cardholder.ended.again')}"] if detail.may_ask_again else []
        call = t("cardholder.ended.call", bank=bank.line(), reference=detail.summary.reference)
        return "\n".join([*again, f"- {call}"])
    lines = [t("cardholder.requests.nearest", terms=schedule.terms_in_words(detail.nearest_terms))] \
        if detail.nearest_terms is not None else []
    if detail.passes_today:
        lines.append(t("cardholder.answer.passes_today"))
    if detail.decision is None or detail.may_ask_again:
        lines.append(t("cardholder.answer.again"))
    if detail.decision is not None:
        lines.append(t("cardholder.answer.review", bank=bank.line(), reference=detail.summary.reference))
    return "\n".join(f"- {line}" for line in lines)


def documents(reference: str, items: Iterable[str]) -> str:
    """How to hand in what was asked for on paper; empty where only words were asked for."""
    if not DOCUMENTS.intersection(items):
        return ""
    return t("cardholder.answer.documents", bank=bank.line(), reference=reference)
