"""A request as the engine sees it: its terms weighed like an offer, and turned into the wish behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.offers.evaluation import Situation, work_out
from core.domain.offers.model import NO_WISH, Bound, OfferKind, Slack, Wish
from core.domain.offers.offer import Constraint, Offer, ledger_lines
from core.domain.offers.other_kinds import amount_due_minor, kept_chance, settlement
from core.domain.offers.plan import Concession, Option, Price
from core.domain.offers.space import Space
from core.domain.offers.value import lump_value_minor
from core.domain.other_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms
from core.domain.request_terms import AgreementTerms, ExtensionTerms, Terms, monthly_minor
from core.domain.waivers import Waived

WHOLE_DEBT = frozenset({OfferKind.PERSONALISED_AGREEMENT, OfferKind.SETTLEMENT})
"""What deals with everything owed; under every other kind the rest stays owed beside it."""


_AT_LEAST = frozenset({Bound.MINIMUM_INSTALMENT, Bound.COMPLETION, Bound.LENDER_VALUE, Bound.INTEREST_COVERED})
"""What has to be reached; every other constraint is a most."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A constraint that is not met, in its unit: what is asked, and by how much it misses (negative).

    ``asked`` is None where the constraint measures no single figure: a day, or one instalment of many.
    """

    name: Bound
    slack: Slack
    asked: Slack | None

    @property
    def missing(self) -> Slack:
        """By how much it misses."""
        return -self.slack

    @property
    def allowed(self) -> Slack | None:
        """The least or the most that is allowed."""
        if self.asked is None:
            return None
        found = Decimal(self.asked) + Decimal(-self.slack if self.name in _AT_LEAST else self.slack)
        return found if isinstance(self.asked, Decimal) else int(found)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Terms by the engine's measure; fen of today.

    ``completion`` is a model estimate, None where nothing has to be kept up. ``breached``: the constraints
    they do not meet, in order; of a kind without a ledger none are looked at here.
    """

    lender_value_minor: int
    completion: Decimal | None
    whole_debt: bool
    breached: tuple[Breach, ...] = ()


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
            return Weighed(found.lender_value_minor, None, True, _settlement_breaches(terms, found, situation))
        case ExtensionTerms():
            return _paid(((terms.until(facts.as_of), amount_due_minor(situation)),), situation)
        case PromiseTerms():
            return _paid(((terms.pay_by, terms.amount_minor),), situation)
        case TokenPaymentTerms():
            return _paid([(on, terms.monthly_minor) for on in terms.due_dates], situation)
        case PauseTerms():
            return _paid((), situation)


def _settlement_breaches(terms: SettlementTerms, found: Offer, situation: Situation) -> tuple[Breach, ...]:
    """What a settlement misses, its waivers as they are asked for where they make up the rest of the debt.

    The offer made of the amount gives up what the level may and calls all that is left principal.
    """
    facts, waivers = situation.facts, situation.rule.waivers
    given = terms.waived
    if given.total_minor != facts.balance_minor - found.total_minor:
        given = Waived(found.late_fee_waived_minor, found.interest_waived_minor, found.principal_waived_minor)
    parts: dict[Bound, tuple[int, int]] = {
        Bound.LATE_FEE_WAIVER: (given.late_fee_minor, waivers.late_fee_minor(facts.authority, facts.fees_minor)),
        Bound.INTEREST_WAIVER: (given.interest_minor, waivers.interest_minor(facts.authority, facts.interest_minor)),
        Bound.PRINCIPAL_WAIVER: (given.principal_minor, waivers.principal_minor(
            facts.authority, facts.principal_minor, facts.days_past_due))}
    ledger = [replace(line, slack=parts[line.name][1] - parts[line.name][0]) if line.name in parts else line
              for line in found.constraints]
    return _breached(ledger, {Bound.TOTAL: found.total_minor, Bound.LENDER_VALUE: found.lender_value_minor,
                              **{name: asked for name, (asked, _) in parts.items()}}, situation)


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
    return Weighed(plan.lender_value_minor, plan.completion, True, _breached(
        ledger_lines(plan.slacks), _measured(plan, situation), situation))


def _measured(plan: Option, situation: Situation) -> dict[Bound, Slack]:
    """What each constraint measures of a plan; where instalments differ, of the one that misses."""
    given, terms = plan.terms.concession, plan.terms
    found: dict[Bound, Slack] = {
        Bound.TERM: terms.months, Bound.AUTHORITY_TERM: terms.months, Bound.DOWN_PAYMENT: given.down_payment_minor,
        Bound.LATE_FEE_WAIVER: given.late_fee_waived_minor, Bound.INTEREST_WAIVER: given.interest_waived_minor,
        Bound.TOTAL: plan.total_minor, Bound.COMPLETION: plan.completion, Bound.LENDER_VALUE: plan.lender_value_minor,
        Bound.AFFORDABLE: plan.monthly_minor, Bound.MINIMUM_INSTALMENT: plan.monthly_minor}
    if not terms.shape.is_level:
        *regular, _ = months = [monthly_minor(row.amount_minor, terms.frequency) for row in plan.schedule.instalments]
        if months[0] + plan.slacks[Bound.AFFORDABLE] == situation.facts.limit_minor:
            found[Bound.AFFORDABLE] = months[0]
        least = situation.rule.limits.minimum_instalment_minor(plan.schedule.principal_minor)
        if plan.monthly_minor - plan.slacks[Bound.MINIMUM_INSTALMENT] != least:
            found[Bound.MINIMUM_INSTALMENT] = min(regular or months)
    return found


def _paid(dues: Sequence[tuple[date, int]], situation: Situation) -> Weighed:
    """What is paid beside a debt that stays: as if each payment came, and the chance that all of them do."""
    facts, rule = situation.facts, situation.rule
    worth = sum(lump_value_minor(amount, max((on - facts.as_of).days, 0), rule.value.cost_of_funds)
                for on, amount in dues)
    chance = kept_chance(max(amount for _, amount in dues), len(dues), situation) if dues else None
    return Weighed(worth, chance, False)


def _breached(ledger: Sequence[Constraint], measured: Mapping[Bound, Slack], situation: Situation
              ) -> tuple[Breach, ...]:
    """The lines that are not met, each with what it measures; the same for every kind come from the situation."""
    def asked(line: Constraint) -> Slack | None:
        if line.name is Bound.DEBTOR_VALUE:
            return situation.nothing.debtor_cost_minor - line.slack
        if line.name is Bound.AUTHORITY_BALANCE:
            return situation.facts.balance_minor
        return measured.get(line.name)

    return tuple(Breach(line.name, line.slack, asked(line)) for line in ledger if line.slack < 0)


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
