"""The whole negotiation: what is on the table, the answer to a wish, and the way on where nothing fits.

A function of its arguments alone: the same facts and the same wish give the same answer, however often
and by whomever they are put.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from core.domain.actor import Authority
from core.domain.errors import InvalidInput
from core.domain.offers import other_kinds
from core.domain.offers.as_named import plan_as_named, purpose_named
from core.domain.offers.choice import Table, binding_bounds, lay_on_table
from core.domain.offers.counter import NEAREST, answer_wish, explain, standing_answer, tolerance_minor
from core.domain.offers.editions import LATEST, SECOND
from core.domain.offers.evaluation import Situation, situation_of
from core.domain.offers.model import NO_WISH, Bound, Facts, OfferKind, Wish
from core.domain.offers.offer import Answer, Change, Infeasible, Offer, offer_of
from core.domain.offers.ordering import Objective, Purpose, Search, Searching
from core.domain.offers.pausing import missed_by, pause_asked, with_pause
from core.domain.offers.plan import Option
from core.domain.offers.promise import nearest_promise, promise, promised
from core.domain.offers.rule import OfferRule
from core.domain.offers.shaped_offers import Shaped, shaped_plan


@dataclass(frozen=True, slots=True)
class Negotiation:
    """What is shown. ``do_nothing_minor`` is what would be owed after ``horizon_months`` of doing nothing."""

    offers: tuple[Offer, ...]
    recommended: str | None
    answer: Answer | None
    infeasible: Infeasible | None
    do_nothing_minor: int
    horizon_months: int


def negotiate(facts: Facts, rule: OfferRule, wish: Wish, searching: Searching, *, edition: int = LATEST
              ) -> Negotiation:
    """Everything there is to say about ``facts`` and ``wish``; ``searching`` begins the search of a situation.

    ``edition``: of the answer; an earlier one gives what was given then.
    Raises ``InvalidInput`` where nothing is owed or the debt outgrows the books.
    """
    if facts.balance_minor <= 0:
        raise InvalidInput("nothing_owed", "nothing is owed on this account", field="account")
    plain = situation_of(facts, rule, shape_only(wish))
    search = searching(plain)
    table = lay_on_table(search)
    shown = [offer_of(purpose.value, option, facts, binding_bounds(search, table.objective(purpose), option))
             for purpose, option in table.options]
    wished = replace(plain, wish=wish, edition=edition)
    shaped = shaped_plan(wished, table, searching)
    shown += [shaped.offer(facts)] if shaped else []
    settled = _settlement(wished, search, table)
    shown += _beside(wished, settled)
    recommended = table.recommended.value if table.recommended else shaped.label if shaped else _first_relief(shown)
    found = _Found(searching, search, table, shaped, settled)
    answer, infeasible = _answered(wished, found)
    horizon = max((offer.months for offer in shown if offer.kind is OfferKind.PERSONALISED_AGREEMENT),
                  default=rule.value.horizon_months)
    return Negotiation(tuple(shown), recommended, answer, infeasible,
                       plain.nothing.totals_minor[horizon - 1], horizon)


def one_level_up(facts: Facts, rule: OfferRule, wish: Wish, searching: Searching) -> Negotiation | None:
    """The same one level of authority higher: what a collector could take to a colleague. None above L4."""
    levels = list(Authority)
    above = levels.index(facts.authority) + 1
    if above == len(levels):
        return None
    return negotiate(replace(facts, authority=levels[above]), rule, wish, searching)


def shape_only(wish: Wish) -> Wish:
    """What shapes every offer: due day and frequency. The offers themselves do not move with a wish."""
    return Wish(frequency=wish.frequency, due_day=wish.due_day)


def _settlement(situation: Situation, search: Search, table: Table) -> Offer | Change | Bound | None:
    """The settlement that was offered, the least one that would do, or what no payment gets around."""
    lump = situation.wish.lump_sum_minor
    if not lump or not situation.rule.others.settlement:
        return None
    floor = _settlement_floor(situation, search, table)
    offered = other_kinds.settlement(situation, lump, floor)
    if not _breached(offered):
        return offered
    least = other_kinds.least_settlement_minor(situation, floor)
    nearest = other_kinds.settlement(situation, least, floor)
    return _breached(nearest) or Change(Bound.WISH_LUMP_SUM, least - lump, replace(nearest, label=NEAREST))


def _settlement_floor(situation: Situation, search: Search, table: Table) -> int:
    """What a settlement must be worth to the lender: its best plan less the tolerance, never more than the debt."""
    best = search.best(Objective(Purpose.LENDER))
    floor = situation.nothing.lender_value_minor
    if best is not None:
        floor = max(floor, ceil(best.lender_value_minor - tolerance_minor(table, search)))
    return min(floor, other_kinds.settlement(situation, situation.facts.balance_minor, floor).lender_value_minor)


def _breached(offer: Offer) -> Bound | None:
    return next((line.name for line in offer.constraints if line.slack < 0), None)


def _beside(situation: Situation, settled: Offer | Change | Bound | None) -> list[Offer]:
    late = situation.edition >= SECOND and isinstance(settled, Offer) and _too_late(situation, settled) is not None
    found = [settled] if isinstance(settled, Offer) and not late else []
    found += [one for one in (other_kinds.extension(situation), promise(situation)) if one is not None]
    if other_kinds.needs_relief(situation):
        found += other_kinds.relief(situation)
    elif situation.wish.pause_months is not None:
        wished = pause_asked(situation)
        found += [wished] if wished is not None else []
    return found


def _first_relief(shown: list[Offer]) -> str | None:
    kinds = (OfferKind.TOKEN_PAYMENT, OfferKind.PAUSE)
    return next((offer.label for offer in shown if offer.kind in kinds), None)


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to answer a wish from."""

    searching: Searching
    search: Search
    table: Table
    shaped: Shaped | None
    settled: Offer | Change | Bound | None

    def standing(self, wish: Wish) -> list[tuple[str, Option]]:
        """The offers that may stand as an answer: those of the shape asked for, the recommended one first."""
        if wish.is_shaped:
            return [(self.shaped.label, self.shaped.option)] if self.shaped else []
        shown = sorted(self.table.options, key=lambda one: one[0] is not self.table.recommended)
        return [(purpose.value, option) for purpose, option in shown]


def _answered(situation: Situation, found: _Found) -> tuple[Answer | None, Infeasible | None]:
    """The answer to the wish, and the reasons where there is nothing."""
    wish, table = situation.wish, found.table
    if wish == NO_WISH:
        return None, None if table.options else explain(found.search)
    if wish.is_one_payment:
        return _answered_payment(situation, found.settled)
    if wish.lump_sum_minor is not None and wish.down_payment_minor is None:
        # One payment beside limits of a plan is paid first, and the plan is for the rest.
        wish = replace(wish, lump_sum_minor=None, down_payment_minor=wish.lump_sum_minor)
        situation = replace(situation, wish=wish)
    put_off = _put_off(situation) if wish.is_a_day else None
    if put_off is not None:
        return Answer(True, put_off, "meets_every_limit"), None if table.options else explain(found.search)
    # Beside instalments a pause is when they begin; alone it is one.
    alone = not wish.names_instalments and not wish.is_shaped
    paused = pause_asked(situation) if alone else None
    missed = {} if paused is None else missed_by(paused, situation)
    if paused is not None and not missed:
        return Answer(True, paused, "meets_every_limit"), None if table.options else explain(found.search)
    stands = standing_answer(situation, found.standing(wish))
    named = situation.edition >= SECOND and purpose_named(wish) is not None
    if stands is not None and not named:
        return stands, None
    # A day or a frequency alone is a wish every plan of the table's own space meets.
    asked = found.search if wish == shape_only(wish) else found.searching(
        situation_of(situation.facts, situation.rule, wish, situation.nothing))
    answer = stands or answer_wish(asked, table)
    if answer is not None and answer.plan is not None:
        return replace(answer, as_named=plan_as_named(asked, table, answer.plan) if named else None), None
    why = explain(asked) if paused is None else with_pause(explain(asked), paused, missed)
    nearest = why.smallest_change
    return Answer(False, nearest.plan if nearest else None, why.binding.value if why.binding else "several"), why


def _put_off(situation: Situation) -> Offer | None:
    """What is due, on the day named or not before it: promised soon, or put off; None where neither can be."""
    wish, soon, later = situation.wish, promise(situation), other_kinds.extension(situation)
    if soon is not None or later is None or wish.day_named is None:
        return soon
    until = situation.facts.as_of + timedelta(days=later.days)
    return later if until == wish.day_named or (wish.first_due_date is None and until > wish.day_named) else None


def _answered_payment(situation: Situation, settled: Offer | Change | Bound | None
                      ) -> tuple[Answer, Infeasible | None]:
    """The answer to a single payment: it settles the debt, or it is the promise of what is due, or it is too little."""
    late = _too_late(situation, settled) if isinstance(settled, Offer) else None
    if isinstance(settled, Offer) and late is None:
        return Answer(True, settled, "meets_every_limit"), None
    asked = promised(situation)
    if asked is not None and not _breached(asked):
        return Answer(True, asked, "meets_every_limit"), None
    changes = [settled] if isinstance(settled, Change) else [late] if late else []
    if isinstance(settled, Change) and situation.edition >= SECOND and _too_late(situation, settled.plan) is not None:
        # More money alone does not help on that day, nor an earlier day with this money.
        changes = []
    smaller = nearest_promise(situation, asked) if asked is not None else None
    changes = [replace(smaller, plan=replace(smaller.plan, label=NEAREST)), *changes] if smaller else changes
    if changes:
        return Answer(False, changes[0].plan, changes[0].name.value), Infeasible(changes[0].name, tuple(changes))
    if isinstance(settled, Change) and situation.edition >= SECOND:
        return Answer(False, None, "several"), Infeasible(None, ())
    binding = settled if isinstance(settled, Bound) else Bound.WISH_LUMP_SUM
    return Answer(False, None, binding.value), Infeasible(binding, ())


def _too_late(situation: Situation, settled: Offer) -> Change | None:
    """By how many days a settlement would have to be paid before the day named."""
    named = situation.wish.day_named
    if named is None or named <= settled.first_due_date:
        return None
    exact = named == situation.wish.first_due_date
    return Change(Bound.WISH_FIRST_DUE_DATE if exact else Bound.WISH_EARLIEST_FIRST_DUE_DATE,
                  (named - settled.first_due_date).days, replace(settled, label=NEAREST))
