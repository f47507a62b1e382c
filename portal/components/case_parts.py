"""The parts of a case, each one block of Markdown: who, what is owed, what is asked, what passed, what came before."""

from __future__ import annotations

from core.domain.actor import Role
from core.domain.proposal import WAITING_FOR_THE_BANK, ProposalEvent
from core.domain.request_checks import CheckResult, CheckUnit
from core.domain.request_terms import AgreementTerms, ExtensionTerms, monthly_burden_minor, waived_by
from core.services.case_model import CaseEvent, CaseView, OtherCard
from core.services.request_figures import RequestFigures
from portal.components import plan_words, request_figures, schedule
from portal.components.assessment import evidence as evidence_kind
from portal.components.money import amounts, paragraphs, plain, table
from portal.components.preview import measured
from portal.i18n import day, moment, money, percent, t, tn


def heading(case: CaseView) -> str:
    """What it is, where it stands, by when it is promised."""
    stands = [t(f"collector.state.{case.state}")]
    if case.overdue:
        stands.append(f"**{t('collector.row.late', by=moment(case.promised_by))}**")
    elif case.state in WAITING_FOR_THE_BANK:
        stands.append(t("collector.row.promised", by=moment(case.promised_by)))
    return (f"### {t(f'cardholder.kind.{case.kind}')} · {t('cardholder.card', last4=case.position.card_last4)} · "
            f"{case.reference}\n\n{' · '.join(stands)}")


def person(case: CaseView) -> str:
    """Who asks and why; the phone stays masked."""
    lines = [t("collector.case.name", name=plain(case.cardholder_name))]
    if case.phone_masked:
        lines.append(t("collector.case.phone", phone=plain(case.phone_masked)))
    if case.city:
        lines.append(t("collector.case.city", city=plain(case.city)))
    if case.vulnerable:
        lines.append(t("collector.case.marked", mark=t("collector.vulnerable"),
                       means=t("collector.case.vulnerable_means")))
    reason = t(f"reasons.hardship.{case.hardship_reason}") if case.hardship_reason else t("collector.case.no_reason")
    lines.append(t("collector.case.because", reason=reason))
    note = f"\n\n> {paragraphs(case.note)}" if case.note else ""
    return f"#### {t('collector.case.person')}\n\n" + "\n".join(f"- {line}" for line in lines) + note


def answer(case: CaseView) -> str:
    """What the cardholder last answered, and to what; empty if nothing was asked or answered."""
    at = next((number for number in reversed(range(len(case.timeline)))
               if case.timeline[number].event is ProposalEvent.PROVIDE_INFORMATION), None)
    if at is None:
        return ""
    said = case.timeline[at]
    question = next((step for step in reversed(case.timeline[:at])
                     if step.event is ProposalEvent.REQUEST_INFORMATION), None)
    asked_for = "" if question is None else "\n".join(
        f"- {t(f'reasons.information.{code}')}" for code in question.reasons) + "\n\n"
    return (f"#### {t('collector.case.answered', at=moment(said.at))}\n\n{asked_for}"
            f"> {paragraphs(said.message or '')}")


def owed(case: CaseView) -> str:
    """What is owed today, part by part, and how late."""
    position = case.position
    parts = amounts(t("cardholder.part.head"), t("cardholder.part.amount"), [
        (t("cardholder.part.principal"), position.principal_minor),
        (t("cardholder.part.interest"), position.interest_minor),
        (t("cardholder.part.accrued_interest"), position.accrued_interest_minor),
        (t("cardholder.part.late_fee"), position.late_fee_minor),
        (t("cardholder.part.other_fees"), position.other_fees_minor)],
        (t("cardholder.part.total"), position.total_minor))
    facts = [t("collector.case.late", length=tn("common.days", position.days_past_due),
               bucket=position.bucket.value, asset_class=t(f"collector.class.{position.asset_class}")),
             t("collector.case.minimum_due", amount=money(position.minimum_due_minor)),
             t("collector.case.then", amount=money(case.amount_minor), at=moment(case.submitted_at))]
    if position.accrued_interest_minor:
        facts.insert(0, t("collector.case.booked", accrued=money(position.accrued_interest_minor),
                          amount=money(position.total_minor - position.accrued_interest_minor)))
    if position.days_past_due_by_contract > position.days_past_due:
        facts.append(t("collector.case.late_by_contract",
                       length=tn("common.days", position.days_past_due_by_contract)))
    if position.in_transit_minor:
        facts.append(t("collector.case.in_transit", amount=money(position.in_transit_minor)))
    if position.disputed_minor:
        facts.append(t("collector.case.disputed", amount=money(position.disputed_minor)))
    facts += [_other_card(other) for other in case.other_cards]
    return f"#### {t('collector.case.owed')}\n\n{parts}\n\n" + "\n".join(f"- {fact}" for fact in facts)


def _other_card(other: OtherCard) -> str:
    """Another card of the person in a line: owed, how late, asked for or agreed."""
    kind = other.granted or other.asked
    way = "granted" if other.granted else "asked" if other.asked else "none"
    return t(f"collector.case.other.{way}", card=t("cardholder.card", last4=other.card_last4),
             amount=money(other.total_minor), length=tn("common.days", other.days_past_due),
             kind=t(f"cardholder.kind.{kind}") if kind else "")


def asked(case: CaseView) -> str:
    """What is asked for and what it comes to if it is granted today."""
    parts = [f"#### {t('collector.case.asked')}", f"**{schedule.terms_in_words(case.asked_terms)}**"]
    if case.start_moved and case.figures is not None:
        parts.append(t("collector.case.start_moved", terms=schedule.terms_in_words(case.figures.terms)))
    if case.unworkable is not None:
        parts += [f"**{t('collector.case.unworkable')}**", t(f"errors.{case.unworkable}")]
    if case.figures is not None:
        if case.figures.waived != waived_by(case.asked_terms):
            parts.append(t("collector.case.waived_today", waived=money(case.figures.waived.total_minor)))
        parts += _differing(case.figures)
        parts.append(_figures(case.figures))
    return "\n\n".join(parts)


def _differing(figures: RequestFigures) -> list[str]:
    """What is paid first and last, where the instalments are meant to differ."""
    terms, made = figures.terms, figures.schedule
    if made is None or not isinstance(terms, AgreementTerms) or terms.shape.is_level:
        return []
    return [plan_words.payments(terms, [row.amount_minor for row in made.instalments])]


def _figures(figures: RequestFigures) -> str:
    nothing = (t("collector.case.do_nothing", on=day(figures.do_nothing.until_date)),
               money(figures.do_nothing.total_minor))
    known = figures.schedule is not None or isinstance(figures.terms, ExtensionTerms)
    rows = _planned(figures, nothing) if known else [*request_figures.rows(figures), nothing]
    return table([t("cardholder.preview.figure"), t("cardholder.part.amount")], rows)


def _planned(figures: RequestFigures, nothing: tuple[str, str]) -> list[tuple[str, str]]:
    """An extension or an agreement: what a month comes to, what it costs, what nothing would cost."""
    total = t("cardholder.preview.total") if figures.schedule else \
        t("collector.case.owed_with", on=day(figures.until_date))
    first = (t("cardholder.preview.deferred"), money(figures.deferred_minor)) if figures.schedule is None else \
        (t("collector.case.monthly"), f"**{money(monthly_burden_minor(figures.schedule))}**")
    return [first, *request_figures.given_up(figures),
            (t("cardholder.preview.cost"), money(figures.cost_minor)), (total, money(figures.total_minor)), nothing,
            (t("cardholder.preview.rate"), percent(figures.annualised_rate / 100)),
            (t("cardholder.preview.until"), day(figures.until_date))]


def checks(figures: RequestFigures) -> str:
    """What did not pass, then what did, each with its limit and the slack that is left or missing."""
    failed = len(figures.failed)
    title = t("collector.case.checks_failed", failed=failed, all=len(figures.checks)) if failed else \
        t("collector.case.checks_passed", all=len(figures.checks))
    lines = "\n".join(f"- {_check(check)}" for check in sorted(figures.checks, key=lambda check: check.passed))
    nearest = "" if figures.nearest_terms is None else \
        f"\n\n{t('collector.case.nearest', terms=schedule.terms_in_words(figures.nearest_terms))}"
    return f"#### {title}\n\n{lines}{nearest}"


def _check(check: CheckResult) -> str:
    sign = t("cardholder.check.passed") if check.passed else \
        f"**{t('collector.check.hard' if check.hard else 'cardholder.check.failed')}**"
    name = t(f"cardholder.check.{check.name}")
    if check.value is None or check.limit is None or check.slack is None:
        return t("cardholder.check.line", sign=sign, name=name)
    unit = CheckUnit.DAYS if check.unit is CheckUnit.DATE else check.unit
    slack = t("collector.check.to_spare" if check.slack >= 0 else "collector.check.beyond",
              slack=measured(unit, abs(check.slack)))
    return t("collector.check.line", sign=sign, name=name, value=measured(check.unit, check.value),
             bounds=_bounds(check), slack=slack)


def _bounds(check: CheckResult) -> str:
    """The bounds of a check, lower and upper told apart."""
    ends = {name: measured(check.unit, end) for name, end in (("lowest", check.lowest), ("highest", check.highest))
            if end is not None}
    key = "between" if len(ends) == 2 else "at_least" if "lowest" in ends else "at_most"
    return t(f"collector.check.{key}", **ends)


def ability(case: CaseView) -> str:
    """The assessment: what is affordable, which limit binds, what stands behind the figures."""
    head = f"#### {t('collector.case.ability')}"
    if case.assessment is None:
        return f"{head}\n\n{t('collector.case.no_assessment')}"
    result, counted = case.assessment.result, case.assessment.result.counted
    rows = [(t("collector.case.income"), counted.income_minor),
            *((t(f"cardholder.result.counted.{name}"), -getattr(counted, f"{name}_minor"))
              for name in ("priority", "living", "discretionary", "other_debt_payments"))]
    told = [t(f"collector.outcome.{result.outcome}", amount=money(result.affordable_minor),
              ceiling=money(result.ceiling_minor)),
            t("collector.case.binding", limit=t(f"reasons.limit.{result.binding}")),
            t("collector.case.assessed", on=day(case.assessment.as_of), persons=case.assessment.input.persons)]
    told += _promised(case)
    if result.evidence_requested:
        kinds = t("cardholder.list_mark").join(evidence_kind(kind) for kind in result.evidence_requested)
        told.append(t("collector.case.evidence_asked", kinds=kinds))
    budget = amounts(t("collector.case.budget"), t("cardholder.part.amount"), rows,
                     (t("collector.case.left"), counted.disposable_minor))
    return f"{head}\n\n" + "\n".join(f"- {line}" for line in told) + f"\n\n{budget}"


def _promised(case: CaseView) -> list[str]:
    """What the person's other cards take of the month's money, and what that leaves for this one."""
    means = None if case.figures is None else case.figures.means
    if means is None or means.left_minor is None or not (means.promised or means.claims):
        return []
    once = [t(f"collector.case.once.{'granted' if one.granted else 'asked'}", on=day(one.due_date),
              card=t("cardholder.card", last4=one.card_last4), amount=money(one.amount_minor))
            for one in means.claims]
    lines = [t(f"collector.case.promised.{'granted' if one.granted else 'asked'}",
               card=t("cardholder.card", last4=one.card_last4), amount=money(one.monthly_minor))
             for one in means.promised]
    return [*lines, *once, f"**{t('collector.case.left_here', amount=money(means.left_minor))}**"]


def evidence(case: CaseView) -> str:
    """Each declared figure and what stands behind it."""
    return table([t("collector.case.declared"), t("cardholder.part.amount"), t("collector.case.evidence")],
                 [(t(f"reasons.income.{line.kind}") if line.income else t(f"reasons.spending.{line.kind}"),
                   money(line.monthly_minor), t(f"collector.evidence.{line.evidence}")) for line in case.evidence])


def hands(case: CaseView) -> str:
    """In whose hands the case is; calmly, to somebody who had it before."""
    if case.held_by is None:
        return ""
    key = "collector.case.held_by" if case.lost_to is None else "collector.case.lost_to"
    until = "" if case.claim_expires_at is None else moment(case.claim_expires_at)
    return t(key, by=plain(case.held_by.name), since=moment(case.held_by.since), until=until)


def earlier(case: CaseView) -> str:
    """The person's other requests."""
    lines = [f"- {moment(other.submitted_at)} · {t(f'cardholder.kind.{other.kind}')} · "
             f"{t('cardholder.card', last4=other.card_last4)} · {t(f'collector.state.{other.state}')} · "
             f"{schedule.terms_in_words(other.terms)}" for other in case.earlier]
    return f"#### {t('collector.case.earlier')}\n\n" + ("\n".join(lines) or t("collector.case.no_earlier"))


def timeline(case: CaseView) -> str:
    """Every step, with the words for the cardholder and those for the bank told apart."""
    return f"#### {t('collector.case.timeline')}\n\n" + "\n".join(map(_step, case.timeline))


def _step(step: CaseEvent) -> str:
    by = plain(step.by) if step.by else t(f"common.role.{step.role}")
    lines = [f"- {moment(step.at)} · {t(f'collector.event.{step.event}')} · {by}"]
    lines += _reasons(step)
    if step.message:
        key = "collector.case.wrote" if step.role is Role.CARDHOLDER else "collector.case.said"
        lines.append(t(key, words=plain(step.message)))
    if step.internal_note:
        lines.append(t("collector.case.noted", words=plain(step.internal_note)))
    return "  \n  ".join(lines)


def _reasons(step: CaseEvent) -> list[str]:
    area = {"approve": "reasons.decision", "refuse": "reasons.decision", "request_information": "reasons.information",
            "refer": "collector.recommendation"}.get(step.event)
    return [f"– {t(f'{area}.{code}')}" for code in step.reasons] if area else []


def outcome(case: CaseView) -> str:
    """The decision as it was made, and what was granted."""
    if case.decision is None:
        return ""
    reasons = "\n".join(f"- {t(f'reasons.decision.{code}')}" for code in case.decision.reasons)
    said = f"\n\n> {paragraphs(case.decision.message)}" if case.decision.message else ""
    granted = "" if case.granted is None else f"\n\n{schedule.terms_in_words(case.granted.terms)}"
    if case.granted is not None and case.granted.dues:
        granted += f"\n\n{schedule.dues(case.granted.dues[:6])}"
    return f"#### {t(f'collector.state.{case.state}')}\n\n{reasons}{said}{granted}"
