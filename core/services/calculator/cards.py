"""``allocate-cards``: one month's money shared out among several cards, by the function of the cardholder's page."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from core.domain.actor import Authority
from core.domain.offers.hashing import canonical_hash
from core.policy.book import STANDARD
from core.policy.rules.negotiation import default_authority, offer_rule
from core.services.calculator.fields import (
    Absent,
    Amount,
    Code,
    DailyRate,
    Day,
    Input,
    Output,
    SignedAmount,
    Yuan,
)
from core.services.calculator.kinds import Book
from core.services.calculator.offer_documents import OwedInput

MOST_CARDS = 10
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class CardInput(OwedInput):
    """One of several cards; ``name`` tells it from the others."""

    name: Name
    issuer: Code | Absent = None
    """The issuer profile of the policy; the standard one if left out."""


class AllocateCardsInput(Input):
    """What ``allocate-cards`` reads; ``affordable`` and ``disposable`` are those of ``affordability``.

    Its ``ceiling`` is no part of it: more than is affordable is chosen on one card, after a warning (``offers``).
    """

    as_of: Day
    cards: Annotated[list[CardInput], Field(min_length=1, max_length=MOST_CARDS)]
    affordable: Amount
    disposable: SignedAmount
    hardship: list[Code] | bool = False
    authority: Literal["L1", "L2", "L3", "L4"] | Absent = None


class CardPlanOutput(Output):
    """One card's plan; ``monthly`` is its dearest instalment."""

    name: str
    months: int
    interest_free_months: int
    annual_rate: DailyRate
    late_fee_waived: Yuan
    interest_waived: Yuan
    monthly: Yuan
    first_due_on: date
    last_due_on: date
    total: Yuan
    completion_probability: str
    """Taken up last, when the other cards have all the rest of the month's money."""


class CombinationOutput(Output):
    """One plan for each card; ``months`` is when the last one ends."""

    monthly: Yuan
    total: Yuan
    months: int
    plans: list[CardPlanOutput]


class ShareOutput(Output):
    """A card's share of the month's money by what is owed on it, and its cheapest plan within; null where none is."""

    name: str
    amount: Yuan
    plan: CardPlanOutput | None


class ProRataOutput(Output):
    """The shares by what is owed; ``monthly``, ``total`` and ``months`` are null where a card has no plan."""

    monthly: Yuan | None
    total: Yuan | None
    months: int | None
    shares: list[ShareOutput]


class AllocateCardsOutput(Output):
    """What ``allocate-cards`` writes. Every probability is a model estimate, and a person decides.

    ``combination`` is the cheapest where ``outcome`` is ``fits`` and the lightest where it is ``more_needed``.
    """

    outcome: Literal["fits", "more_needed", "none"]
    combination: CombinationOutput | None
    missing: Yuan
    """What a month lacks for the lightest combination."""
    saving: Yuan | None
    """Against ``pro_rata``; null where one of the two is not there."""
    pro_rata: ProRataOutput
    dearest_first: CombinationOutput | None
    """Every card its lightest plan, then the first of ``order`` its cheapest that fits, and so on."""
    order: list[str]
    """From the card on which doing nothing adds most to each yuan owed."""
    considered: dict[str, int]
    """Plans of each card that could be part of the best combination."""
    without_plan: list[str]
    """Cards for which there is no plan even with everything left over each month."""
    policy_version: str
    input_hash: str
    result_hash: str


def allocate_cards(given: AllocateCardsInput, book: Book) -> AllocateCardsOutput:
    """Share the month out by the policy in force on ``as_of``."""
    from core.portfolio.allocation import allocate  # with NumPy and the solver: not before they are needed
    from core.portfolio.allocation_plans import Card, Payer

    policies = [book().on(given.as_of, card.issuer or STANDARD) for card in given.cards]
    payer = Payer(given.as_of, given.affordable, given.disposable, bool(given.hardship))
    cards = [Card(card.name, card.principal, card.interest, card.fees, card.days_past_due,
                  offer_rule(policy, card.daily_rate),
                  Authority(given.authority) if given.authority else default_authority(policy))
             for card, policy in zip(given.cards, policies, strict=True)]
    figures = _figures(allocate(cards, payer), [card.name for card in given.cards]) | {
        "policy_version": policies[0].version, "input_hash": _input_hash(given, cards, policies[0].version)}
    unsigned = AllocateCardsOutput(**figures, result_hash="").model_dump(
        mode="json", exclude={"input_hash", "result_hash"})
    return AllocateCardsOutput(**figures, result_hash=canonical_hash(unsigned))


def _figures(found: Any, names: list[str]) -> dict[str, Any]:
    """``found``: a ``core.portfolio.allocation.Allocation``, which is not imported before it is needed."""
    whole = found.pro_rata
    shares = [ShareOutput(name=name, amount=share.amount_minor,
                          plan=None if share.plan is None else _plan(name, share.plan))
              for name, share in zip(names, found.shares, strict=True)]
    return {
        "outcome": found.outcome.value, "combination": _combination(found.best, names),
        "missing": found.missing_minor, "saving": found.saving_minor,
        "pro_rata": ProRataOutput(monthly=whole.monthly_minor if whole else None,
                                  total=whole.total_minor if whole else None, months=whole.months if whole else None,
                                  shares=shares),
        "dearest_first": _combination(found.dearest_first, names), "order": [names[place] for place in found.order],
        "considered": dict(zip(names, found.considered, strict=True)),
        "without_plan": [names[place] for place in found.without_plan]}


def _combination(found: Any, names: list[str]) -> CombinationOutput | None:
    if found is None:
        return None
    return CombinationOutput(monthly=found.monthly_minor, total=found.total_minor, months=found.months,
                             plans=[_plan(name, plan) for name, plan in zip(names, found.plans, strict=True)])


def _plan(name: str, plan: Any) -> CardPlanOutput:
    terms = plan.terms
    return CardPlanOutput(
        name=name, months=terms.months, interest_free_months=terms.price.interest_free_months,
        annual_rate=terms.price.annual_rate, late_fee_waived=terms.concession.late_fee_waived_minor,
        interest_waived=terms.concession.interest_waived_minor, monthly=plan.monthly_minor,
        first_due_on=terms.first_due_date, last_due_on=plan.last_due_date, total=plan.total_minor,
        completion_probability=f"{plan.completion:f}")


def _input_hash(given: AllocateCardsInput, cards: list[Any], version: str) -> str:
    """Of what counts: the same facts spelled differently have the same hash."""
    told = [{"name": card.key, "principal_minor": card.principal_minor, "interest_minor": card.interest_minor,
             "fees_minor": card.fees_minor, "days_past_due": card.days_past_due, "authority": card.authority.value,
             "issuer": asked.issuer or STANDARD,
             "daily_rate": "" if asked.daily_rate is None else format(asked.daily_rate.normalize(), "f")}
            for card, asked in zip(cards, given.cards, strict=True)]
    return canonical_hash({"as_of": given.as_of.isoformat(), "affordable_minor": given.affordable,
                           "disposable_minor": given.disposable, "hardship": bool(given.hardship), "cards": told,
                           "policy_version": version})
