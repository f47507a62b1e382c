"""``offers``: what could be agreed, by the function of the assistant's page, and the answer to a wish."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.money import format_yuan
from core.domain.offers.editions import FIRST
from core.domain.offers.hashing import canonical_hash
from core.domain.offers.model import BoundUnit, Facts, Slack, Wish
from core.domain.offers.negotiation import Negotiation, negotiate, shape_only
from core.domain.offers.offer import Answer, Change, Constraint, Infeasible, Offer
from core.domain.offers.rule import OfferRule
from core.domain.offers.space import make_space
from core.domain.plan_shape import PlanShape
from core.policy.book import STANDARD
from core.policy.rules.negotiation import default_authority, offer_rule
from core.services.calculator.kinds import Book
from core.services.calculator.offer_documents import (
    AnswerOutput,
    ChangeOutput,
    ConstraintOutput,
    DoNothingOutput,
    InfeasibleOutput,
    OfferOutput,
    OffersInput,
    OffersOutput,
    ShapeOutput,
    SlackText,
    StageOutput,
    WishInput,
)


def offers(given: OffersInput, book: Book) -> OffersOutput:
    """Negotiate by the policy in force on ``as_of``."""
    policy = book().on(given.as_of, given.issuer or STANDARD)
    rule = offer_rule(policy, given.account.daily_rate)
    return negotiated(given, rule, default_authority(policy), policy.version)[1]


def negotiated(given: OffersInput, rule: OfferRule, authority: Authority, version: str
               ) -> tuple[Negotiation, OffersOutput]:
    """Negotiate by ``rule``; ``authority`` where the document names none. What was found, and as it is written."""
    from core.portfolio.offers import ArraySearch  # with NumPy: not before it is needed

    facts, wish = _facts(given, rule, authority), _wish(given.wish)
    result = negotiate(facts, rule, wish, ArraySearch, edition=given.edition)
    answer, refused = result.answer, result.infeasible
    figures: dict[str, Any] = {
        "offers": [_offer(one) for one in result.offers], "recommended": result.recommended,
        "answer": None if answer is None else _answer(answer),
        "infeasible": None if refused is None else _infeasible(refused),
        "do_nothing": DoNothingOutput(total=result.do_nothing_minor, horizon_months=result.horizon_months),
        "policy_version": version,
        "input_hash": _input_hash(facts, wish, given, version),
        "grid_hash": _grid_hash(facts, rule, wish)}
    unsigned = OffersOutput(**figures, result_hash="").model_dump(mode="json", exclude={"input_hash", "result_hash"})
    return result, OffersOutput(**figures, result_hash=canonical_hash(unsigned))


def _facts(given: OffersInput, rule: OfferRule, default: Authority) -> Facts:
    account = given.account
    reasons = given.hardship if isinstance(given.hardship, list) else []
    return Facts(
        as_of=given.as_of, principal_minor=account.principal, interest_minor=account.interest,
        fees_minor=account.fees, days_past_due=account.days_past_due, affordable_minor=given.affordable,
        ceiling_minor=given.ceiling, disposable_minor=given.disposable, hardship=bool(given.hardship),
        authority=Authority(given.authority) if given.authority else default, chose_ceiling=given.chose_ceiling,
        income_recovers=not set(rule.grid.recovering_reasons).isdisjoint(reasons), due_minor=account.due,
        elsewhere=tuple(sorted((one.on, one.amount) for one in given.elsewhere)))


def _wish(given: WishInput | None) -> Wish:
    if given is None:
        return Wish()
    if given.amount is not None and given.frequency is None:
        raise InvalidInput("missing", "an amount needs its frequency", field="wish.frequency")
    return Wish(
        monthly_at_most_minor=given.monthly_at_most, instalment_at_most_minor=given.amount,
        frequency=Frequency(given.frequency or "monthly"), months_at_most=given.months_at_most,
        down_payment_minor=given.down_payment, lump_sum_minor=given.lump_sum, first_due_date=given.first_due_on,
        due_day=given.due_day, interest_free_months=given.interest_free_months, pause_months=given.pause_months,
        waive_interest="interest" in given.waive, waive_late_fee="late_fee" in given.waive, step_up=given.step_up,
        first_monthly_at_most_minor=given.first_monthly_at_most, later_monthly_minor=given.later_monthly,
        lean_months=tuple(sorted(set(given.lean_months))), lean_monthly_at_most_minor=given.lean_monthly_at_most,
        earliest_first_due_date=given.earliest_first_due_on)


def _answer(one: Answer) -> AnswerOutput:
    plan, named = (None if offer is None else _offer(offer) for offer in (one.plan, one.as_named))
    return AnswerOutput(accepted=one.accepted, plan=plan, reason=one.reason, as_named=named)


def _offer(one: Offer) -> OfferOutput:
    return OfferOutput(
        label=one.label, kind=one.kind, down_payment=one.down_payment_minor, months=one.months,
        frequency=one.frequency, count=one.count, interest_free_months=one.interest_free_months,
        annual_rate=one.annual_rate, late_fee_waived=one.late_fee_waived_minor,
        interest_waived=one.interest_waived_minor, principal_waived=one.principal_waived_minor,
        instalment=one.instalment_minor, monthly=one.monthly_minor, first_due_on=one.first_due_date,
        last_due_on=one.last_due_date, total=one.total_minor, annualised_rate=one.annualised_percent,
        completion_probability=f"{one.completion:f}", authority=one.authority,
        constraints=[_constraint(line) for line in one.constraints], shape=_shape(one.shape),
        stages=[StageOutput(first_due_on=stage.first_due_date, count=stage.count, instalment=stage.instalment_minor)
                for stage in one.stages])


def _shape(shape: PlanShape) -> ShapeOutput | None:
    if shape.is_level:
        return None
    return ShapeOutput(
        step_months=shape.step_months, step_share=f"{shape.step_share:f}", most_steps=shape.most_steps,
        lean_months=list(shape.lean_months), lean_share=f"{shape.lean_share:f}")


def _constraint(line: Constraint) -> ConstraintOutput:
    return ConstraintOutput(name=line.name, unit=_unit(line.name.unit), slack=_slack(line.slack, line.name.unit),
                            binding=line.binding)


def _unit(unit: BoundUnit) -> str:
    return "yuan" if unit is BoundUnit.MINOR else unit.value


def _slack(slack: Slack, unit: BoundUnit) -> SlackText:
    if unit is BoundUnit.MINOR:
        return format_yuan(int(slack))
    return f"{slack:f}" if isinstance(slack, Decimal) else slack


def _infeasible(why: Infeasible) -> InfeasibleOutput:
    changes = [_change(one) for one in why.nearest]
    return InfeasibleOutput(binding=why.binding, nearest=changes, smallest_change=changes[0] if changes else None)


def _change(one: Change) -> ChangeOutput:
    return ChangeOutput(constraint=one.name, unit=_unit(one.name.unit), change=_slack(one.amount, one.name.unit),
                        plan=_offer(one.plan))


def _input_hash(facts: Facts, wish: Wish, given: OffersInput, version: str) -> str:
    """Of what counts: the same facts spelled differently have the same hash."""
    rate = given.account.daily_rate
    elsewhere = [[on.isoformat(), amount] for on, amount in facts.elsewhere]
    return canonical_hash({"facts": _plain(asdict(replace(facts, elsewhere=()))),
                           **({"elsewhere": elsewhere} if elsewhere else {}),
                           "wish": _plain(asdict(wish)), "policy_version": version,
                           "daily_rate": "" if rate is None else format(rate.normalize(), "f"),
                           **({"edition": given.edition} if given.edition != FIRST else {}),
                           **({"issuer": given.issuer} if given.issuer not in (None, STANDARD) else {})})


def _grid_hash(facts: Facts, rule: OfferRule, wish: Wish) -> str:
    space = make_space(facts, rule, shape_only(wish))
    return canonical_hash({
        "concessions": [_plain(asdict(one)) for one in space.concessions], "longest": space.longest,
        "first_due_dates": [one.isoformat() for one in space.first_due_dates], "frequency": space.frequency.value,
        "prices": [[format(one.annual_rate, "f"), one.interest_free_months] for one in space.prices]})


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in record.items()
            if not (name in _SINCE_SHAPES and not value) and (name != "due_minor" or value is not None)}


_SINCE_SHAPES = frozenset({"income_recovers", "step_up", "first_monthly_at_most_minor", "later_monthly_minor",
                           "lean_months", "lean_monthly_at_most_minor", "elsewhere", "earliest_first_due_date"})
"""Left out of the hash where they say nothing, so that a question of before keeps its hash."""
