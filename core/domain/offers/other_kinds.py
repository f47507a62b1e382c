"""What is offered beside instalments: a settlement, an extension, and relief where no instalment fits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from core.domain.authority import Ask, needed_authority
from core.domain.calendar import Frequency, add_months
from core.domain.minimum_payment import Billed, minimum_payment
from core.domain.money import share_minor
from core.domain.offers.editions import SECOND
from core.domain.offers.evaluation import Situation, balance_slack_minor, outstanding
from core.domain.offers.model import Bound, OfferKind, Slack
from core.domain.offers.offer import Offer, ledger_lines
from core.domain.offers.value import hazard, lump_value_minor, wait_discount
from core.domain.proposal import ProposalKind
from core.domain.request_checks import first_due_range
from core.domain.request_terms import ExtensionTerms
from core.domain.waivers import Waived

_HUNDREDTH = Decimal("0.01")
_CHANCE = Decimal("0.0001")


def settlement(situation: Situation, amount_minor: int, floor_value_minor: int) -> Offer:
    """One payment of ``amount_minor`` for everything, its ledger beside it; look there before offering it.

    Given up are late fees first, then interest, then principal, each as far as the level held may.
    ``floor_value_minor`` is what the payment must be worth to the lender today.
    """
    facts, rule = situation.facts, situation.rule
    amount = min(amount_minor, facts.balance_minor)
    fee, interest, principal = _given_up(situation, facts.balance_minor - amount)
    waivers, held = rule.waivers, facts.authority
    paid_on = settlement_date(situation)
    wait = (paid_on - facts.as_of).days
    value = lump_value_minor(amount, wait, rule.value.cost_of_funds)
    ledger: dict[Bound, Slack] = {
        Bound.LATE_FEE_WAIVER: waivers.late_fee_minor(held, facts.fees_minor) - fee,
        Bound.INTEREST_WAIVER: waivers.interest_minor(held, facts.interest_minor) - interest,
        Bound.PRINCIPAL_WAIVER: waivers.principal_minor(held, facts.principal_minor, facts.days_past_due) - principal,
        Bound.AUTHORITY_BALANCE: balance_slack_minor(facts, rule),
        Bound.TOTAL: situation.nothing.totals_minor[0] - amount,
        Bound.LENDER_VALUE: value - floor_value_minor,
        Bound.DEBTOR_VALUE: situation.nothing.debtor_cost_minor
        - lump_value_minor(amount, wait, rule.value.debtor_discount)}
    level = needed_authority(
        Ask(ProposalKind.SETTLEMENT, facts.balance_minor, given=Waived(fee, interest, principal),
            owed=outstanding(facts), days_past_due=facts.days_past_due), rule.authority).level
    return Offer(OfferKind.SETTLEMENT.value, OfferKind.SETTLEMENT, 1, Frequency.MONTHLY, 1, paid_on, paid_on, amount,
                 amount, amount, Decimal(0), Decimal("0.00"), Decimal("1.0000"), level, value, ledger_lines(ledger),
                 late_fee_waived_minor=fee, interest_waived_minor=interest, principal_waived_minor=principal)


def least_settlement_minor(situation: Situation, floor_value_minor: int) -> int:
    """The smallest payment that would settle the debt within the level held, in fen."""
    facts, rule = situation.facts, situation.rule
    waivers, held = rule.waivers, facts.authority
    most = (waivers.late_fee_minor(held, facts.fees_minor) + waivers.interest_minor(held, facts.interest_minor)
            + waivers.principal_minor(held, facts.principal_minor, facts.days_past_due))
    days = (settlement_date(situation) - facts.as_of).days
    worth = ceil(floor_value_minor / wait_discount(rule.value.cost_of_funds, days))
    return min(max(facts.balance_minor - most, worth), facts.balance_minor)


def settlement_date(situation: Situation) -> date:
    """By when it is paid: the day named, within the days allowed; one that is only the earliest leaves all of them."""
    facts, wish = situation.facts, situation.wish
    latest = facts.as_of + timedelta(days=situation.rule.others.settlement_days)
    named = wish.first_due_date or latest
    return min(max(named, facts.as_of), latest)


def _given_up(situation: Situation, waived_minor: int) -> tuple[int, int, int]:
    """Late fees, interest and principal that make up ``waived_minor``; what no level may give shows as a breach."""
    facts, rule = situation.facts, situation.rule
    fee = min(waived_minor, rule.waivers.late_fee_minor(facts.authority, facts.fees_minor))
    interest = min(waived_minor - fee, rule.waivers.interest_minor(facts.authority, facts.interest_minor))
    return fee, interest, waived_minor - fee - interest


def amount_due_minor(situation: Situation) -> int:
    """What is due now, in fen: what the books say, else the minimum payment the rule asks of this balance."""
    facts, rule = situation.facts, situation.rule
    if facts.due_minor is not None:
        return min(facts.due_minor, facts.balance_minor)
    billed = Billed(purchases_minor=facts.principal_minor, interest_minor=facts.interest_minor,
                    fees_minor=facts.fees_minor)
    return minimum_payment(billed, rule.projection.minimum_payment, facts.balance_minor).minimum_minor


def extension(situation: Situation) -> Offer | None:
    """What is due now, on the day named or one month later.

    Only where that month's money pays it and the account is not long late.
    """
    facts, rule = situation.facts, situation.rule
    days, due = extension_days(situation), amount_due_minor(situation)
    if days is None:
        return None
    level = needed_authority(Ask(ProposalKind.EXTENSION, facts.balance_minor, days=days), rule.authority).level
    until = ExtensionTerms(days).until(facts.as_of)
    ledger: dict[Bound, Slack] = {
        Bound.AFFORDABLE: facts.once_minor(until) - due,
        Bound.FIRST_DUE_DATE: rule.limits.max_extension_days - days,
        Bound.AUTHORITY_BALANCE: balance_slack_minor(facts, rule)}
    helps = due > 0 and facts.days_past_due <= rule.others.extension_until_days_past_due
    if not helps or not facts.authority.covers(level) or min(ledger.values()) < 0:
        return None
    waited = (until - facts.as_of).days
    cost = waiting_cost_minor(situation, waited)
    rate = rule.limits.highest_annual_rate
    return Offer(OfferKind.EXTENSION.value, OfferKind.EXTENSION, 1, Frequency.MONTHLY, 1, until, until, due, due,
                 due + cost, rate, percent(rate), kept_chance(due, 1, situation), level,
                 lump_value_minor(due, waited, rule.value.cost_of_funds), ledger_lines(ledger), financed_minor=due,
                 days=days)


def extension_days(situation: Situation) -> int | None:
    """How long what is due is put off: until the day named where a request may ask for it, else as policy says.

    None where the day is beyond every extension: one that ends before it would be paid before it.
    """
    named, limits = situation.wish.day_named, situation.rule.limits
    days = (named - situation.facts.as_of).days if named is not None else 0
    possible = limits.min_extension_days <= days <= limits.max_extension_days
    if days > limits.max_extension_days and situation.edition >= SECOND:
        return None
    return days if possible else situation.rule.others.extension_days


def waiting_cost_minor(situation: Situation, days: int) -> int:
    """The interest of so many days on what is owed, in fen: what is due later is not free of it."""
    return share_minor(situation.facts.principal_minor * days, situation.rule.projection.daily_rate)


def needs_relief(situation: Situation) -> bool:
    """Whether what is affordable is below the least instalment there is."""
    return situation.facts.affordable_minor < situation.rule.limits.least_instalment_minor


def relief(situation: Situation) -> tuple[Offer, ...]:
    """A token payment where anything is left over, and a pause: for who cannot pay an instalment now.

    Token payments begin on the day named, and are none where they may not; the pause is the longest there is.
    """
    facts, others = situation.facts, situation.rule.others
    token = max(facts.affordable_minor, others.token_minor)
    offers = [_relief(OfferKind.PAUSE, 0, others.pause_months, situation)]
    if token <= facts.disposable_minor and token <= facts.balance_minor and _first_token_date(situation) is not None:
        months = min(others.token_months, facts.balance_minor // token)
        offers.insert(0, _relief(OfferKind.TOKEN_PAYMENT, token, months, situation))
    return tuple(offer for offer in offers if facts.authority.covers(offer.authority))


def _first_token_date(situation: Situation) -> date | None:
    """A month from now, or the day named; None where that is beyond every first day, and would be paid before it."""
    as_of, wish = situation.facts.as_of, situation.wish
    named, usual = wish.day_named, add_months(as_of, 1)
    earliest, latest = first_due_range(as_of, situation.rule.limits)
    if named is None or situation.edition < SECOND or named < earliest:
        return usual
    if named > latest:
        return None
    return named if wish.first_due_date is not None else max(named, usual)


def pause(situation: Situation, months: int) -> Offer | None:
    """A pause of ``months`` for somebody in hardship; None beyond what policy or authority allows."""
    facts = situation.facts
    if not facts.hardship or not 1 <= months <= situation.rule.others.pause_months:
        return None
    offer = _relief(OfferKind.PAUSE, 0, months, situation)
    return offer if facts.authority.covers(offer.authority) else None


def _relief(kind: OfferKind, monthly: int, months: int, situation: Situation) -> Offer:
    facts, rule = situation.facts, situation.rule
    longest = rule.others.token_months if kind is OfferKind.TOKEN_PAYMENT else rule.others.pause_months
    ask = Ask(ProposalKind(kind.value), facts.balance_minor, months=months)
    level = needed_authority(ask, rule.authority).level
    ledger: dict[Bound, Slack] = {
        Bound.AFFORDABLE: max(facts.limit_minor, facts.disposable_minor, 0) - monthly, Bound.TERM: longest - months,
        Bound.AUTHORITY_TERM: rule.authority.plan_months[facts.authority] - months,
        Bound.AUTHORITY_BALANCE: balance_slack_minor(facts, rule)}
    if kind is OfferKind.PAUSE:
        first = last = add_months(facts.as_of, months)
    else:
        first = _first_token_date(situation) or add_months(facts.as_of, 1)
        last = add_months(first, months - 1)
    rate, later = rule.others.rate, 0 if kind is OfferKind.PAUSE else (first - add_months(facts.as_of, 1)).days
    value = sum(lump_value_minor(monthly, 30 * month + later, rule.value.cost_of_funds)
                for month in range(1, months + 1))
    return Offer(kind.value, kind, months, Frequency.MONTHLY, months if monthly else 0, first, last, monthly, monthly,
                 monthly * months, rate, percent(rate), kept_chance(monthly, months, situation), level, value,
                 ledger_lines(ledger))


def kept_chance(monthly: int, months: int, situation: Situation) -> Decimal:
    """The chance that so many months' payments of ``monthly`` fen are all made, to four digits."""
    chance = hazard(Decimal(monthly), situation.facts, situation.rule)
    return ((1 - chance) ** months).quantize(_CHANCE, ROUND_HALF_UP)


def percent(rate: Decimal) -> Decimal:
    """A yearly rate in percent, to two digits."""
    return (rate * 100).quantize(_HUNDREDTH, ROUND_HALF_UP)
