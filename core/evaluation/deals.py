"""One debtor, every strategy: what each of them comes to, if it comes to a deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.domain.offers.choice import Table, lay_on_table
from core.domain.offers.evaluation import Situation, situation_of
from core.domain.offers.model import OfferKind, Wish
from core.domain.offers.negotiation import negotiate
from core.domain.offers.offer import Offer
from core.domain.offers.ordering import Ideal
from core.domain.offers.plan import Option
from core.evaluation.checking import Dealt, count_breaches, frontier_gap
from core.evaluation.standard_plans import GRID_MONTHS, grid_plans, most_generous_plan, rows_of
from core.evaluation.strategies import COLUMN, FIELDS, Strategy
from core.evaluation.valuing import PlanColumns, Private, Truth, model_values, true_values
from core.portfolio.offers import ArraySearch

ROUND_TO_MINOR = 10_00
"""A person names what they can pay in steps of ten yuan, downwards."""
LAST_ROUND = 4
"""After it a person takes over."""


@dataclass(frozen=True, slots=True)
class Debtor:
    """One debtor: what the portal knows, what only they know, a number drawn for them, and what each world holds."""

    situation: Situation
    private: Private
    drawn: float
    truths: Mapping[str, Truth]


@dataclass(frozen=True, slots=True)
class Feasible:
    """The plans that surely meet every constraint, with the model's values (the lender's capped, as policy counts)."""

    plans: PlanColumns
    lender: NDArray[np.float64]
    debtor: NDArray[np.float64]
    accepted: NDArray[np.bool_]

    def deal(self, row: int) -> Dealt:
        """The plan of that row as a deal."""
        return Dealt(None, rows_of(self.plans, np.array([row])), 1)


def negotiate_all(debtor: Debtor, *, portal_only: bool = False) -> dict[str, NDArray[np.float64]]:
    """Each strategy's deal by its name (the oracle's with its world's) as ``FIELDS``; zeros where none is made."""
    search = ArraySearch(debtor.situation, feasible_only=True)
    table = lay_on_table(search)
    feasible = feasible_plans(search, debtor.private)
    portal = converse(debtor, table)
    deals: dict[str, Dealt | None] = {Strategy.PORTAL: portal}
    if not portal_only:
        deals[Strategy.CEILING] = portal or _at_ceiling(debtor)
        deals |= _others(debtor, table, feasible)
    return {name: deal_row(dealt, debtor, feasible, table.ideal) for name, dealt in deals.items()}


def _at_ceiling(debtor: Debtor) -> Dealt | None:
    """The same conversation with who chose, after a warning, to pay more than is affordable."""
    facts = debtor.situation.facts
    if min(int(debtor.private.limit_minor), facts.ceiling_minor) <= facts.affordable_minor:
        return None
    chosen = replace(facts, chose_ceiling=True)
    situation = situation_of(chosen, debtor.situation.rule, debtor.situation.wish, debtor.situation.nothing)
    table = lay_on_table(ArraySearch(situation, feasible_only=True))
    found = converse(replace(debtor, situation=situation), table)
    return None if found is None else replace(found, chose_ceiling=True)


def converse(debtor: Debtor, table: Table) -> Dealt | None:
    """The portal's way: the recommended offer; the answers to two wishes; last, anything that was on the table."""
    private = debtor.private
    first = _first_offer(table)
    if first is None or private.accepts(first.plan).all():
        return first
    for number, wish in enumerate(wishes(private, first.plan), start=2):
        answer = asked(debtor.situation, wish)
        if answer is not None and private.accepts(answer).all():
            return Dealt(None, answer, number)
    found = _picked_offer(table, private)
    return None if found is None else replace(found, round=LAST_ROUND)


def wishes(private: Private, offered: PlanColumns) -> list[Wish]:
    """What this debtor says after declining: what they can pay, if that was it, or no interest; then both."""
    most = int(private.limit_minor) // ROUND_TO_MINOR * ROUND_TO_MINOR
    if most <= 0:
        return []
    too_much = bool(offered.monthly_minor[0] > private.limit_minor)
    first = Wish(monthly_at_most_minor=most) if too_much else Wish(waive_interest=True)
    return [first, Wish(monthly_at_most_minor=most, waive_interest=True)]


def asked(situation: Situation, wish: Wish) -> PlanColumns | None:
    """The plan the portal answers a wish with (its own way in); None where it has no plan in instalments."""
    answer = negotiate(situation.facts, situation.rule, wish, ArraySearch).answer
    if answer is None or answer.plan is None or answer.plan.kind is not OfferKind.PERSONALISED_AGREEMENT:
        return None
    return _column_of_offer(answer.plan)


def _others(debtor: Debtor, table: Table, feasible: Feasible) -> dict[str, Dealt | None]:
    situation, private = debtor.situation, debtor.private
    facts, rule = situation.facts, situation.rule
    contract, first = float(rule.limits.highest_annual_rate), _first_offer(table)
    found: dict[str, Dealt | None] = {
        Strategy.RECOMMENDED: first if first is not None and private.accepts(first.plan).all() else None,
        Strategy.PICKED: _picked_offer(table, private),
        Strategy.GRID_FREE: _picked(_rows_on_grid(feasible.plans, 0.0), private),
        Strategy.GRID_CONTRACT: _picked(_rows_on_grid(feasible.plans, contract), private),
        Strategy.UNBOUND_FREE: _picked(grid_plans(facts, rule, 0.0), private),
        Strategy.UNBOUND_CONTRACT: _picked(grid_plans(facts, rule, contract), private),
        Strategy.UNBOUND_CONCESSION: _picked(most_generous_plan(facts, rule), private)}
    single = (Strategy.CONCESSION, Strategy.GREEDY, Strategy.RANDOM)
    if not len(feasible.plans):
        return found | dict.fromkeys((*single, *_oracles(debtor)))
    uncapped = model_values(feasible.plans, facts, rule).lender
    rows = (_most_generous(feasible.plans), int(np.argmax(uncapped)), int(debtor.drawn * len(feasible.plans)))
    found |= {name: feasible.deal(row) if feasible.accepted[row] else None
              for name, row in zip(single, rows, strict=True)}
    return found | {f"{Strategy.ORACLE}_{world}": _all_knowing(debtor, truth, feasible)
                    for world, truth in debtor.truths.items()}


def _rows_on_grid(plans: PlanColumns, annual_rate: float) -> PlanColumns:
    """The plain plans of the grid among ``plans``: that rate from the first month, nothing waived."""
    plain = (plans.late_fee_waived_minor + plans.interest_waived_minor == 0) & (plans.interest_free_months == 0)
    return rows_of(plans, np.flatnonzero(plain & (plans.rate == annual_rate) & np.isin(plans.months, GRID_MONTHS)))


def _most_generous(plans: PlanColumns) -> int:
    """The least rate, then the most waived, then the longest."""
    waived = plans.late_fee_waived_minor + plans.interest_waived_minor
    return int(np.lexsort((-plans.months, -waived, plans.rate))[0])


def _oracles(debtor: Debtor) -> list[str]:
    return [f"{Strategy.ORACLE}_{world}" for world in debtor.truths]


def _all_knowing(debtor: Debtor, truth: Truth, feasible: Feasible) -> Dealt | None:
    """Of the plans this debtor would accept, the one that divides what is truly gained most evenly."""
    situation = debtor.situation
    values = true_values(feasible.plans, situation.facts, truth, situation.nothing, situation.rule)
    lender = values.lender - truth.recovered * situation.facts.balance_minor
    saved = situation.nothing.debtor_cost_minor - values.debtor
    possible = feasible.accepted & (lender >= 0) & (saved >= 0)
    if not possible.any():
        return None
    share = np.minimum(lender / max(lender[possible].max(), 1), saved / max(saved[possible].max(), 1))
    return feasible.deal(int(np.argmax(np.where(possible, share, -np.inf))))


def _first_offer(table: Table) -> Dealt | None:
    for purpose, option in table.options:
        if purpose is table.recommended:
            return Dealt(option, columns_of([option]), 1)
    return None


def _picked_offer(table: Table, private: Private) -> Dealt | None:
    shown = [option for _, option in table.options]
    return _picked(columns_of(shown), private, shown) if shown else None


def _picked(plans: PlanColumns, private: Private, options: Sequence[Option] = ()) -> Dealt | None:
    """Of several plans the one that weighs least on the debtor, if they accept any."""
    accepted = private.accepts(plans)
    if not accepted.any():
        return None
    best = int(np.argmin(np.where(accepted, private.cost(plans), np.inf)))
    return Dealt(options[best] if options else None, rows_of(plans, np.array([best])), 1)


def feasible_plans(search: ArraySearch, private: Private) -> Feasible:
    """What no constraint can reject, whatever the last fen of its figures are."""
    table, space = search.plans, search.situation.space
    sure = np.ones(len(table), np.bool_)
    for least, _ in table.slacks.values():
        sure &= least >= 0
    rows = np.flatnonzero(sure)
    index = table.index[rows]
    rest = index // space.longest
    price, which = rest % len(space.prices), rest // len(space.prices) // len(space.first_due_dates)
    fees = np.array([one.late_fee_waived_minor for one in space.concessions])[which]
    interest = np.array([one.interest_waived_minor for one in space.concessions])[which]
    rates = np.array([float(one.annual_rate) for one in space.prices])[price]
    free = np.array([one.interest_free_months for one in space.prices])[price]
    plans = PlanColumns(table.months[rows], table.payment[1][rows], table.total[1][rows],
                        search.situation.facts.balance_minor - fees - interest, rates, free, fees, interest)
    lender, debtor = (np.asarray(sum(one) / 2, np.float64)[rows] for one in (table.lender, table.debtor))
    return Feasible(plans, lender, debtor, private.accepts(plans))


def columns_of(options: list[Option]) -> PlanColumns:
    """Worked-out plans as columns."""
    given = [one.terms.concession for one in options]
    return _columns([(one.terms.months, one.monthly_minor, one.total_minor, one.schedule.principal_minor,
                      float(one.terms.price.annual_rate), one.terms.price.interest_free_months,
                      gift.late_fee_waived_minor, gift.interest_waived_minor)
                     for one, gift in zip(options, given, strict=True)])


def _column_of_offer(offer: Offer) -> PlanColumns:
    return _columns([(offer.months, offer.monthly_minor, offer.total_minor, offer.financed_minor,
                      float(offer.annual_rate), offer.interest_free_months, offer.late_fee_waived_minor,
                      offer.interest_waived_minor)])


def _columns(rows: list[tuple[float, ...]]) -> PlanColumns:
    return PlanColumns(*np.array(rows, np.float64).T)


def deal_row(dealt: Dealt | None, debtor: Debtor, feasible: Feasible, ideal: Ideal) -> NDArray[np.float64]:
    """A deal as ``FIELDS``; zeros for none."""
    row = np.zeros(len(FIELDS))
    if dealt is None:
        return row
    situation, plan = debtor.situation, dealt.plan
    values = model_values(plan, situation.facts, situation.rule)
    values = replace(values, lender=np.minimum(values.lender, situation.facts.balance_minor))
    figures = {name: float(getattr(plan, name)[0]) for name in PlanColumns.__slots__} | {
        "round": float(dealt.round), "lender_value": float(values.lender[0]),
        "debtor_cost": float(values.debtor[0]), "completion": float(values.kept[0]),
        "frontier_gap": frontier_gap(values, feasible.lender, feasible.debtor, ideal),
        "breaches": float(count_breaches(dealt, values, situation)),
        "given_up": _given_up(float(values.lender[0]), feasible)}
    for name, value in figures.items():
        row[COLUMN[name]] = value
    return row


def _given_up(lender: float, feasible: Feasible) -> float:
    """What the lender would have had more, had it known what this debtor would accept, by the model."""
    best = feasible.lender[feasible.accepted]
    return max(0.0, float(best.max()) - lender) if len(best) else 0.0
