"""What could be agreed in a case, for whoever reviews it: the engine of the assistant under the reviewer's authority.

On the facts of today. Worked out on demand, so that opening a case costs nothing more; it decides nothing,
and who looked is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.repositories import accounts as accounts_repository
from core.db.repositories import negotiations as negotiations_repository
from core.db.repositories import proposals as repository
from core.domain.actor import Actor, Authority
from core.domain.errors import Conflict, InvalidInput
from core.domain.offers.asked import weigh, wish_behind
from core.domain.offers.evaluation import situation_of
from core.domain.offers.model import NO_WISH, Facts, Wish
from core.domain.offers.negotiation import negotiate, one_level_up
from core.domain.offers.rule import OfferRule
from core.domain.proposal import WAITING_FOR_THE_BANK, ProposalState
from core.domain.request_terms import monthly_burden_minor
from core.policy.rules.negotiation import offer_rule
from core.services.assessment_records import FinishedAssessment
from core.services.assessments import newest_finished
from core.services.assistant.ground import facts_of
from core.services.assistant.records import turn_of
from core.services.case_heard import TurnedDown, Unmet, turned_down, unmet
from core.services.case_looks import look
from core.services.case_view import figures_today
from core.services.case_weighing import (
    AskedFor,
    CaseOption,
    Ground,
    LevelUp,
    Suggestion,
    level_up,
    option_of,
    suggestions,
)
from core.services.citations import Citations, Cited
from core.services.context import ServiceContext
from core.services.means import means_for, promises
from core.services.positions import AccountPosition, positions
from core.services.request_figures import RequestFigures

_VIEWED = "case_options_viewed"
_BASIS = ("negotiation.monthly_hazard", "negotiation.elasticity", "negotiation.recovery")


@dataclass(frozen=True, slots=True)
class CaseOptions:
    """Everything there is to say about what could be agreed. Amounts in fen."""

    as_of: date
    held: Authority | None
    """The reviewer's level; without one the options are those of the least."""
    obstacle: str | None
    """``no_assessment``, ``nothing_owed`` or ``arrangement``: then nothing is worked out."""
    language: str
    """The cardholder's."""
    policy_version: str
    turned_down: tuple[TurnedDown, ...]
    unmet: tuple[Unmet, ...]
    basis: tuple[Cited, ...] = ()
    """Of the estimates."""
    facts: Facts | None = None
    nothing_minor: int = 0
    """What doing nothing is worth to the lender today."""
    asked: AskedFor | None = None
    """None also where nothing can be made of the terms any more."""
    options: tuple[CaseOption, ...] = ()
    recommended: str | None = None
    """The label of an option."""
    in_the_way: str | None = None
    """Why what was asked for is not met as it stands: the name of a constraint, or ``several``."""
    suggestions: tuple[Suggestion, ...] = ()
    level_up: LevelUp | None = None
    """None for who holds the highest, or a level that may grant what was asked for."""


def options(actor: Actor, context: ServiceContext, proposal_id: str) -> CaseOptions:
    """What could be agreed in a waiting case, for whoever may read it, by the same rule as the case itself.

    Audited once a claim. Raises ``NotFound`` or ``Conflict`` as ``case_view.case`` does, and ``Conflict``
    ``case_closed`` once nothing waits for the bank.
    """
    def read(connection: sa.Connection, row: sa.Row[Any]) -> CaseOptions:
        if ProposalState(row.state) not in WAITING_FOR_THE_BANK:
            raise Conflict("case_closed", "the case does not wait for the bank", state=row.state)
        return _found(connection, context, actor, row)

    return look(actor, context, proposal_id, _VIEWED, read, lambda found: {"policy_version": found.policy_version})


def _found(connection: sa.Connection, context: ServiceContext, actor: Actor, row: sa.Row[Any]) -> CaseOptions:
    today = context.clock.today()
    stands = positions(connection, context, accounts_repository.of_cardholder(connection, row.cardholder_id), today)
    position = next(one for one in stands if one.account_id == row.account_id)
    policy = context.policy.on(today, position.issuer)
    talks = negotiations_repository.of_case(connection, row.id)
    kept = negotiations_repository.told_turns(connection, [one.id for one in talks]) if talks else ()
    turns = sorted((turn_of(one, context.vault) for one in kept), key=lambda turn: (turn.at, turn.number))
    assessment = newest_finished(connection, row.cardholder_id)
    found = CaseOptions(
        as_of=today, held=actor.authority, obstacle=_obstacle(position, assessment),
        language=repository.cardholder(connection, row.cardholder_id).locale, policy_version=policy.version,
        turned_down=turned_down(turns), unmet=unmet(turns), basis=Citations(context, position.issuer, today)(*_BASIS))
    if found.obstacle is not None or assessment is None:
        return found
    rule = offer_rule(policy)
    promised = promises(connection, context, row.cardholder_id, today, stands)
    facts = facts_of(position, assessment, means_for(assessment, promised, row.account_id),
                     actor.authority or Authority.L1)
    facts = _as_talked_of(facts, rule, row, talks, assessment)
    figures = None
    with suppress(InvalidInput):  # no schedule can be made of the terms today: the case says so
        figures = figures_today(connection, context, row, position, assessment, stands)
    return _negotiated(found, facts, rule, figures)


def _obstacle(position: AccountPosition, assessment: FinishedAssessment | None) -> str | None:
    if position.total_minor <= 0:
        return "nothing_owed"
    if position.arrangement is not None:
        return "arrangement"
    return "no_assessment" if assessment is None else None


def _as_talked_of(facts: Facts, rule: OfferRule, row: sa.Row[Any], talks: Sequence[sa.Row[Any]],
                  assessment: FinishedAssessment) -> Facts:
    """With what the conversation and the request add: hardship that was named, a ceiling chosen after the warning."""
    reasons = {*assessment.input.hardship, *(code for one in talks for code in one.hardship)}
    if row.hardship_reason:
        reasons.add(row.hardship_reason)
    return replace(facts, hardship=bool(reasons),
                   income_recovers=not reasons.isdisjoint(rule.grid.recovering_reasons),
                   chose_ceiling=bool(talks) and bool(talks[-1].chose_ceiling))


def _negotiated(found: CaseOptions, facts: Facts, rule: OfferRule, figures: RequestFigures | None) -> CaseOptions:
    from core.portfolio.offers import ArraySearch  # with NumPy: not before it is needed

    wish = NO_WISH if figures is None else wish_behind(figures.terms, facts.balance_minor, facts.as_of)
    own = negotiate(facts, rule, wish, ArraySearch)
    ground = Ground(facts, rule, situation_of(facts, rule, wish).nothing.lender_value_minor)
    asked = None if figures is None else _asked(figures, ground, wish)
    granted_here = asked is not None and found.held is not None and found.held.covers(asked.authority)
    higher = None if granted_here else one_level_up(facts, rule, wish, ArraySearch)
    answer, levels = own.answer, list(Authority)
    return replace(
        found, facts=facts, nothing_minor=ground.nothing_minor, asked=asked,
        options=tuple(option_of(offer, ground) for offer in own.offers), recommended=own.recommended,
        in_the_way=None if answer is None or answer.accepted else answer.reason,
        suggestions=suggestions(own, asked, found.turned_down, ground),
        level_up=None if higher is None else level_up(
            levels[levels.index(facts.authority) + 1], higher, own, ground))


def _asked(figures: RequestFigures, ground: Ground, wish: Wish) -> AskedFor | None:
    """What was asked for as it would be granted today; None where it is longer than the model looks."""
    try:
        weighed = weigh(figures.terms, situation_of(ground.facts, ground.rule, wish))
    except InvalidInput:
        return None
    schedule = figures.schedule
    amounts = [amount for _, amount in figures.dues]
    monthly = max(amounts, default=0) if schedule is None else monthly_burden_minor(schedule)
    total = sum(amounts) if schedule is None else schedule.amount_minor + schedule.down_payment_minor
    return AskedFor(figures.terms, monthly, getattr(figures.terms, "months", None), total, weighed,
                    ground.gain_minor(weighed.lender_value_minor, whole_debt=weighed.whole_debt),
                    figures.authority.level,
                    tuple(amounts if schedule is None else [row.amount_minor for row in schedule.instalments]))
