"""One plan worked out to the fen, with its ledger: every constraint and the slack it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from core.domain.actor import Authority
from core.domain.allocation import Outstanding
from core.domain.authority import Ask, needed_authority
from core.domain.offers.editions import LATEST
from core.domain.offers.model import Bound, Facts, Slack, Wish
from core.domain.offers.plan import Concession, Option, PlanTerms
from core.domain.offers.rule import OfferRule
from core.domain.offers.shaped import shaped_payments, shaped_slacks, shaped_values
from core.domain.offers.space import Space, make_space, most_down_minor
from core.domain.offers.value import Payments, PlanValues, StatusQuo, plan_values, status_quo
from core.domain.proposal import ProposalKind
from core.domain.request_checks import first_due_range
from core.domain.request_terms import AgreementTerms, monthly_minor
from core.domain.schedule import Schedule, SchedulePlan, make_schedule
from core.domain.waivers import Waived

RANKS = {level: rank for rank, level in enumerate(Authority)}


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan is judged by: facts, rule, wish, the space cut to them, and doing nothing."""

    facts: Facts
    rule: OfferRule
    wish: Wish
    space: Space
    nothing: StatusQuo
    starts_at_most_minor: int | None = None
    """What the first instalment of a plan that rises may come to in a month."""
    edition: int = LATEST
    """Of the answer to the wish; no plan is judged by it."""
    waiver_levels: dict[Concession, Authority] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The level each concession takes, once it is known."""


def situation_of(facts: Facts, rule: OfferRule, wish: Wish, nothing: StatusQuo | None = None) -> Situation:
    """Put a situation together; ``nothing`` where it is known already."""
    return Situation(facts, rule, wish, make_space(facts, rule, wish), nothing or status_quo(facts, rule))


def financed_minor(terms: PlanTerms, facts: Facts) -> int:
    """What the instalments repay, in fen."""
    return facts.balance_minor - terms.concession.waived_minor - terms.concession.down_payment_minor


def agreement_terms(terms: PlanTerms) -> AgreementTerms:
    """The terms of the request this plan becomes."""
    given = terms.concession
    return AgreementTerms(terms.months, terms.first_due_date, given.down_payment_minor, terms.price.annual_rate,
                          terms.price.interest_free_months, terms.frequency, given.late_fee_waived_minor,
                          given.interest_waived_minor, terms.shape)


def work_out(index: int, situation: Situation) -> Option:
    """The plan numbered ``index`` in full."""
    facts, terms = situation.facts, situation.space.terms(index)
    plan = agreement_terms(terms).plan(facts.balance_minor, facts.as_of)
    schedule = make_schedule(plan)
    dearest = max(row.amount_minor for row in schedule.instalments)
    values = _values(terms, plan, schedule, situation)
    total = schedule.amount_minor + schedule.down_payment_minor
    monthly = monthly_minor(dearest, terms.frequency)
    return Option(index, terms, schedule, dearest, monthly, total, values.lender_value_minor,
                  values.debtor_cost_minor, values.completion, needed_level(terms, situation),
                  _ledger(terms, schedule, total, values, situation))


def _values(terms: PlanTerms, plan: SchedulePlan, schedule: Schedule, situation: Situation) -> PlanValues:
    facts, rule = situation.facts, situation.rule
    wait_days = (terms.first_due_date - facts.as_of).days
    if plan.weights:
        return shaped_values(shaped_payments(terms, plan, wait_days), facts, rule)
    level = schedule.instalments[0].amount_minor * len(schedule.instalments)
    return plan_values(Payments(schedule.down_payment_minor, schedule.principal_minor, level, terms.months, wait_days),
                       facts, rule)


def needed_level(terms: PlanTerms, situation: Situation) -> Authority:
    """The least level that may grant the plan with all it gives up."""
    facts, rule, given = situation.facts, situation.rule.authority, terms.concession
    ask = Ask(ProposalKind.PERSONALISED_AGREEMENT, facts.balance_minor, months=terms.months)
    if given not in situation.waiver_levels:
        waiving = replace(ask, months=0, given=Waived(given.late_fee_waived_minor, given.interest_waived_minor),
                          owed=outstanding(facts), days_past_due=facts.days_past_due)
        situation.waiver_levels[given] = needed_authority(waiving, rule).level
    level = needed_authority(ask, rule).level
    return level if level.covers(situation.waiver_levels[given]) else situation.waiver_levels[given]


def outstanding(facts: Facts) -> Outstanding:
    """What is owed, part by part."""
    return Outstanding(facts.fees_minor, facts.interest_minor, facts.principal_minor)


def balance_slack_minor(facts: Facts, rule: OfferRule) -> int:
    """How far the balance lies inside what the level held may decide; what is beyond every balance has no end."""
    if facts.authority.covers(rule.authority.large_balance_level):
        return 0
    return rule.authority.large_balance_minor - 1 - facts.balance_minor


def _ledger(terms: PlanTerms, schedule: Schedule, total: int, values: PlanValues, situation: Situation
            ) -> dict[Bound, Slack]:
    facts, rule, wish = situation.facts, situation.rule, situation.wish
    dearest = max(row.amount_minor for row in schedule.instalments)
    given, nothing = terms.concession, situation.nothing
    monthly, held = monthly_minor(dearest, terms.frequency), facts.authority
    earliest, latest = first_due_range(facts.as_of, rule.limits)
    ledger: dict[Bound, Slack] = {
        Bound.AFFORDABLE: facts.limit_minor - monthly,
        Bound.TERM: rule.limits.max_months - terms.months,
        Bound.MINIMUM_INSTALMENT: monthly - rule.limits.minimum_instalment_minor(financed_minor(terms, facts)),
        Bound.DOWN_PAYMENT: most_down_minor(facts, rule, wish) - given.down_payment_minor,
        Bound.FIRST_DUE_DATE: min((terms.first_due_date - earliest).days, (latest - terms.first_due_date).days),
        Bound.LATE_FEE_WAIVER: rule.waivers.late_fee_minor(held, facts.fees_minor) - given.late_fee_waived_minor,
        Bound.INTEREST_WAIVER: rule.waivers.interest_minor(held, facts.interest_minor) - given.interest_waived_minor,
        Bound.AUTHORITY_TERM: rule.authority.plan_months[held] - terms.months,
        Bound.AUTHORITY_BALANCE: balance_slack_minor(facts, rule),
        Bound.TOTAL: nothing.totals_minor[terms.months - 1] - total,
        Bound.COMPLETION: values.completion - rule.value.completion_floor,
        Bound.LENDER_VALUE: values.lender_value_minor - nothing.lender_value_minor,
        Bound.DEBTOR_VALUE: nothing.debtor_cost_minor - values.debtor_cost_minor,
    }
    shaped = {} if terms.shape.is_level else shaped_slacks(terms, schedule, facts, rule, wish)
    if situation.starts_at_most_minor is not None:
        first = monthly_minor(schedule.instalments[0].amount_minor, terms.frequency)
        shaped[Bound.STARTS_LIGHTER] = situation.starts_at_most_minor - first
    return ledger | wished_slacks(terms, dearest, situation) | shaped


def wished_slacks(terms: PlanTerms, dearest: int, situation: Situation) -> dict[Bound, Slack]:
    """What was asked for, each with its slack; only what was mentioned. ``dearest``: the instalment, in fen."""
    facts, wish = situation.facts, situation.wish
    given, free, monthly = terms.concession, free_months(terms), monthly_minor(dearest, terms.frequency)
    found: dict[Bound, Slack] = {}
    if wish.monthly_at_most_minor is not None:
        found[Bound.WISH_MONTHLY] = wish.monthly_at_most_minor - monthly
    if wish.instalment_at_most_minor is not None:
        found[Bound.WISH_INSTALMENT] = wish.instalment_at_most_minor - dearest
    if wish.months_at_most is not None:
        found[Bound.WISH_MONTHS] = wish.months_at_most - terms.months
    if wish.down_payment_minor is not None:
        found[Bound.WISH_DOWN_PAYMENT] = given.down_payment_minor - wish.down_payment_minor
    if wish.first_due_date is not None:
        found[Bound.WISH_FIRST_DUE_DATE] = -abs((terms.first_due_date - wish.first_due_date).days)
    if wish.earliest_first_due_date is not None:
        found[Bound.WISH_EARLIEST_FIRST_DUE_DATE] = (terms.first_due_date - wish.earliest_first_due_date).days
    if wish.pause_months is not None:
        found[Bound.WISH_PAUSE] = whole_months(facts.as_of, terms.first_due_date) - wish.pause_months
    if wish.interest_free_months is not None:
        found[Bound.WISH_INTEREST_FREE] = free - min(wish.interest_free_months, terms.months)
    if wish.waive_interest:
        stopped = not terms.price.annual_rate or given.interest_waived_minor > 0
        found[Bound.WISH_WAIVE_INTEREST] = 0 if stopped else -1
    if wish.waive_late_fee:
        found[Bound.WISH_WAIVE_LATE_FEE] = 0 if given.late_fee_waived_minor > 0 or not facts.fees_minor else -1
    return found


def free_months(terms: PlanTerms) -> int:
    """The months without interest: all of them at no rate."""
    return terms.price.interest_free_months if terms.price.annual_rate else terms.months


def whole_months(start: date, end: date) -> int:
    """Whole months from one date to another; the last day of a month ends a month begun on a later day."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if end.day >= start.day or _is_last(end) else months - 1


def _is_last(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1
