"""A part of a population: made, negotiated with by every strategy, and lived through in every world, in one go.

A part depends on its seed and number alone, so parts may be worked on anywhere and in any order. What comes
back are sums over blocks of debtors: enough for every ratio, difference and interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.offers.evaluation import situation_of
from core.domain.offers.model import NO_WISH, Facts
from core.domain.offers.rule import OfferRule
from core.domain.offers.value import StatusQuo, status_quo_of
from core.domain.projection_model import Scenario
from core.evaluation.deals import Debtor, negotiate_all
from core.evaluation.honesty import Honesty, try_honesty
from core.evaluation.outcomes import MARKS, Outcomes, live_through
from core.evaluation.people import AS_OF, BYSTANDERS, make_people
from core.evaluation.strategies import COLUMN, Strategy
from core.evaluation.streams import Stream, stream
from core.evaluation.valuing import Private, Truth
from core.evaluation.world import (
    MONTHS,
    Events,
    World,
    average_chance,
    make_events,
    recovered_share,
)
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.projection import project_accounts

PART = 1_000
BLOCK = 100
"""Debtors in a part, and in a block whose sums are kept."""
BINS = 20
"""Of the chance of completion that was shown."""
METRICS = ("debtors", "balance", "agreed", "completed", "lender_gain", "lender_counted", "debtor_gain", "received",
           "months_short", "months_in_arrears", "months_of_deals", "frontier_gap", "breaching", "given_up",
           "agreed_balance", "waived", "predicted", "rounds", *(f"reached_{round(100 * mark)}" for mark in MARKS))
"""Sums kept of each strategy in each world."""


@dataclass(frozen=True, slots=True)
class Part:
    """What to work on. ``hazard_factor`` makes the engine expect so many times more plans to break."""

    seed: int
    number: int
    count: int
    worlds: tuple[World, ...]
    hazard_factor: float = 1.0
    portal_only: bool = False
    honesty: int = 0
    """Debtors on whom the engine's honesty is tried."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of a part; arrays begin ``[world, strategy]``."""

    part: Part
    strategies: tuple[str, ...]
    sums: NDArray[np.float64]
    """``[…, block, metric]``"""
    paid_by_month: NDArray[np.float64]
    reached: NDArray[np.int64]
    """``[…, mark, month]``: how many reached the mark in which month; 0: never."""
    shown: NDArray[np.float64]
    """``[world, figure, bin]`` of the portal's deals: how many, their chances summed up, how many were completed."""
    people: pd.DataFrame
    """Facts and bystanders, with what the portal did."""
    honesty: Honesty | None


def work_on(part: Part) -> Counted:
    """Everything about one part."""
    policy = PolicyBook.load().on(AS_OF)
    rule = offer_rule(policy)
    people = make_people(part.seed, part.number, part.count, policy)
    events = make_events(part.seed, part.number, part.count)
    debtors = make_debtors(people, part, events, rule)
    asked = [replace(one, situation=situation_of(one.situation.facts, _expecting(rule, part.hazard_factor), NO_WISH,
                                                 one.situation.nothing)) for one in debtors]
    dealt = [negotiate_all(one, portal_only=part.portal_only) for one in asked]
    deals = {name: np.array([one[name] for one in dealt]) for name in dealt[0]}
    owed_later = np.array([one.situation.nothing.debtor_cost_minor for one in debtors], np.int64)
    lived = [live_in_world(_here(deals, world), people, owed_later, world, events, rule) for world in part.worlds]
    portal = deals[Strategy.PORTAL]
    described = people.assign(agreed=portal[:, COLUMN["months"]] > 0, months=portal[:, COLUMN["months"]],
                              waived=_waived(portal), completion=portal[:, COLUMN["completion"]])
    sums, paid, reached, shown = (np.array([one[place] for one in lived]) for place in range(4))
    honesty = _honesty(debtors, people, part, events, rule) if part.honesty else None
    return Counted(part, _names(part), sums, paid, reached, shown, described, honesty)


def _honesty(debtors: list[Debtor], people: pd.DataFrame, part: Part, events: Events, rule: OfferRule) -> Honesty:
    """The first few, and the same people under each other's sex, age band and manner."""
    mixed = people.assign(**{name: np.roll(people[name].to_numpy(), 1) for name in BYSTANDERS})
    return try_honesty(debtors[: part.honesty], make_debtors(mixed, part, events, rule)[: part.honesty])


def _names(part: Part) -> tuple[str, ...]:
    return (Strategy.PORTAL,) if part.portal_only else tuple(Strategy)


def _expecting(rule: OfferRule, factor: float) -> OfferRule:
    """The rule with every monthly chance of breaking ``factor`` times as large."""
    if factor == 1:
        return rule
    hazards = {name: type(chance)(repr(float(chance) * factor)) for name, chance in rule.value.monthly_hazard.items()}
    return replace(rule, value=replace(rule.value, monthly_hazard=hazards))


def make_debtors(people: pd.DataFrame, part: Part, events: Events, rule: OfferRule) -> list[Debtor]:
    """The people of a part as debtors, each with what the portal knows and what only they and the worlds know."""
    accounts = people[["principal_minor", "interest_minor", "fees_minor", "days_past_due"]].assign(
        statement_day=AS_OF.day)
    totals = project_accounts(accounts, AS_OF, rule.limits.max_months, Scenario.DO_NOTHING, rule.projection,
                              ("total_minor",))["total_minor"].to_numpy().tolist()
    drawn = stream(part.seed, Stream.CHOICE, part.number).random(len(people)).tolist()
    known = {world.name: world for world in reversed(part.worlds)}  # the first of a name is the one as published
    truths = {name: list(zip(average_chance(people, world, events, rule).tolist(),
                             recovered_share(people, world, rule).tolist(), strict=True))
              for name, world in known.items()}
    columns = {str(name): people[name].tolist() for name in people}
    found = []
    for row in range(len(people)):
        person = {name: column[row] for name, column in columns.items()}
        facts = Facts(
            as_of=AS_OF, principal_minor=int(person["principal_minor"]), interest_minor=int(person["interest_minor"]),
            fees_minor=int(person["fees_minor"]), days_past_due=int(person["days_past_due"]),
            affordable_minor=int(person["affordable_minor"]), ceiling_minor=int(person["ceiling_minor"]),
            disposable_minor=int(person["disposable_minor"]), hardship=bool(person["hardship"]))
        nothing = status_quo_of(facts, rule, tuple(totals[row]))
        each = {name: Truth(truths[name][row][0], known[name].elasticity, truths[name][row][1]) for name in known}
        found.append(Debtor(situation_of(facts, rule, NO_WISH, nothing), _private(person, nothing, rule), drawn[row],
                            each))
    return found


def _private(person: dict[str, float], nothing: StatusQuo, rule: OfferRule) -> Private:
    expected = nothing.totals_minor[rule.value.horizon_months - 1]
    return Private(person["limit_minor"], person["impatience"], person["resistance"], expected)


Lived = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]


def _here(deals: dict[str, NDArray[np.float64]], world: World) -> NDArray[np.float64]:
    """The deals of every strategy in order; of the oracles the one that knows this world."""
    own = {Strategy.ORACLE: f"{Strategy.ORACLE}_{world.name}"}
    return np.array([deals[name] for one in Strategy if (name := own.get(one, one)) in deals])


def live_in_world(deals: NDArray[np.float64], people: pd.DataFrame, owed_later: NDArray[np.int64], world: World,
                  events: Events, rule: OfferRule) -> Lived:
    """Live through ``deals`` (``[strategy, person, field]``): sums, payments by month, marks, chances of the first."""
    lived = live_through(deals, people, owed_later, world, events, rule)
    reached = np.array([[np.bincount(lived.reached[one, :, mark], minlength=MONTHS + 1) for mark in range(len(MARKS))]
                        for one in range(len(deals))])
    return _sums(deals, lived, people), lived.paid_by_month, reached, _shown(deals[0], lived.completed[0])


def _sums(deals: NDArray[np.float64], lived: Outcomes, people: pd.DataFrame) -> NDArray[np.float64]:
    agreed = deals[:, :, COLUMN["months"]] > 0
    balance = np.broadcast_to(people["balance_minor"].to_numpy(np.float64), agreed.shape)
    columns = {
        "debtors": np.ones(agreed.shape), "balance": balance, "agreed": agreed, "completed": lived.completed,
        "lender_gain": lived.lender_gain, "lender_counted": lived.lender_counted, "debtor_gain": lived.debtor_gain,
        "received": lived.received, "months_short": lived.months_short, "months_in_arrears": lived.months_in_arrears,
        "months_of_deals": deals[:, :, COLUMN["months"]], "frontier_gap": deals[:, :, COLUMN["frontier_gap"]],
        "breaching": deals[:, :, COLUMN["breaches"]] > 0, "given_up": deals[:, :, COLUMN["given_up"]],
        "agreed_balance": balance * agreed, "waived": _waived(deals), "predicted": deals[:, :, COLUMN["completion"]],
        "rounds": deals[:, :, COLUMN["round"]],
        **{f"reached_{round(100 * mark)}": lived.reached[:, :, number] > 0 for number, mark in enumerate(MARKS)}}
    stacked = np.stack([columns[name] for name in METRICS], axis=-1).astype(np.float64)
    starts = np.arange(0, agreed.shape[1], BLOCK)
    return np.asarray(np.add.reduceat(stacked, starts, axis=1), np.float64)


def _waived(deals: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(deals[..., COLUMN["late_fee_waived_minor"]] + deals[..., COLUMN["interest_waived_minor"]])


def _shown(portal: NDArray[np.float64], completed: NDArray[np.bool_]) -> NDArray[np.float64]:
    agreed = portal[:, COLUMN["months"]] > 0
    chance = portal[agreed, COLUMN["completion"]]
    bins = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    return np.array([np.bincount(bins, weights, BINS) for weights in (
        np.ones(len(chance)), chance, completed[agreed].astype(np.float64))])


