"""A request as the engine sees it: its terms weighed like an offer, and turned into the wish behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.offers.evaluation import Situation, work_out
from core.domain.offers.model import NO_WISH, OfferKind, Wish
from core.domain.offers.offer import Constraint, ledger_lines
from core.domain.offers.other_kinds import amount_due_minor, kept_chance, settlement
from core.domain.offers.plan import Concession, Price
from core.domain.offers.space import Space
from core.domain.offers.value import lump_value_minor
from core.domain.other_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms
from core.domain.request_terms import AgreementTerms, ExtensionTerms, Terms, monthly_minor

WHOLE_DEBT = frozenset({OfferKind.PERSONALISED_AGREEMENT, OfferKind.SETTLEMENT})
"""What deals with everything owed; under every other kind the rest stays owed beside it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Terms by the engine's measure; fen of today.

    ``completion`` is a model estimate, None where nothing has to be kept up. ``breached``: the constraints
    they do not meet, in order; of a kind without a ledger none are looked at here.
    """

    lender_value_minor: int
    completion: Decimal | None
    whole_debt: bool
    breached: tuple[Constraint, ...] = ()


def weigh(terms: Terms, situation: Situation) -> Weighed:
    """``terms`` as they are asked for, whether or not they would be offered.

    Raises ``InvalidInput`` for an agreement longer than doing nothing is projected, and where no plan can be
    made of the terms.
    """
    facts = situation.facts
    match terms:
        case AgreementTerms():
            return _agreement(terms, situation)
        case SettlementTerms():
            found = settlement(situation, terms.amount_minor, situation.nothing.lender_value_minor)
            return Weighed(found.lender_value_minor, None, True, _breached(found.constraints))
        case ExtensionTerms():
            return _paid(((terms.until(facts.as_of), amount_due_minor(situation)),), situation)
        case PromiseTerms():
            return _paid(((terms.pay_by, terms.amount_minor),), situation)
        case TokenPaymentTerms():
            return _paid([(on, terms.monthly_minor) for on in terms.due_dates], situation)
        case PauseTerms():
            return _paid((), situation)


def _agreement(terms: AgreementTerms, situation: Situation) -> Weighed:
    """The agreement as the only plan of a space of its own."""
    if terms.months > len(situation.nothing.totals_minor):
        raise InvalidInput("out_of_range", "longer than doing nothing is projected", field="months",
                           highest=len(situation.nothing.totals_minor))
    given = Concession(terms.down_payment_minor, terms.late_fee_waived_minor, terms.interest_waived_minor)
    space = Space((given,), (terms.first_due_date,), (Price(terms.annual_rate, terms.interest_free_months),),
                  ((terms.months,),), terms.months, terms.frequency, (terms.shape,))
    # What is paid first was offered by who asks for it: only what is beyond policy's most is a breach.
    wish = Wish(down_payment_minor=terms.down_payment_minor or None)
    alone = Situation(situation.facts, situation.rule, wish, space, situation.nothing)
    plan = work_out(terms.months - 1, alone)
    return Weighed(plan.lender_value_minor, plan.completion, True, _breached(ledger_lines(plan.slacks)))


def _paid(dues: Sequence[tuple[date, int]], situation: Situation) -> Weighed:
    """What is paid beside a debt that stays: as if each payment came, and the chance that all of them do."""
    facts, rule = situation.facts, situation.rule
    worth = sum(lump_value_minor(amount, max((on - facts.as_of).days, 0), rule.value.cost_of_funds)
                for on, amount in dues)
    chance = kept_chance(max(amount for _, amount in dues), len(dues), situation) if dues else None
    return Weighed(worth, chance, False)


def _breached(ledger: Sequence[Constraint]) -> tuple[Constraint, ...]:
    return tuple(line for line in ledger if line.slack < 0)


def wish_behind(terms: Terms, balance_minor: int, as_of: date) -> Wish:
    """What somebody who asks for ``terms`` wishes: what they would pay, how long and from when.

    What the bank would give up is left out: the engine finds that within the authority it is given, and more
    is no limit of the cardholder's. Raises ``InvalidInput`` where no schedule can be made of an agreement.
    """
    match terms:
        case AgreementTerms():
            return _wished_plan(terms, balance_minor, as_of)
        case SettlementTerms() | PromiseTerms():
            return Wish(lump_sum_minor=terms.amount_minor, first_due_date=terms.pay_by)
        case TokenPaymentTerms():
            return Wish(monthly_at_most_minor=terms.monthly_minor)
        case PauseTerms():
            return Wish(pause_months=terms.months)
        case ExtensionTerms():
            return NO_WISH


def _wished_plan(terms: AgreementTerms, balance_minor: int, as_of: date) -> Wish:
    amounts = [row.amount_minor for row in terms.schedule(balance_minor, as_of).instalments]
    dearest, least, monthly = max(amounts), min(amounts), terms.frequency is Frequency.MONTHLY
    rises, lean = bool(terms.shape.step_months), terms.shape.lean_months
    return Wish(
        monthly_at_most_minor=dearest if monthly else None, instalment_at_most_minor=None if monthly else dearest,
        frequency=terms.frequency, months_at_most=terms.months, down_payment_minor=terms.down_payment_minor or None,
        first_due_date=terms.first_due_date, step_up=rises,
        first_monthly_at_most_minor=monthly_minor(amounts[0], terms.frequency) if rises else None,
        lean_months=lean, lean_monthly_at_most_minor=monthly_minor(least, terms.frequency) if lean else None)
