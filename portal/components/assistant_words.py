"""The words of a negotiation: what an offer comes to, what holds it there, what was understood, what would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from core.domain.offers.model import NO_WISH, Bound, BoundUnit, Facts, OfferKind, Slack, Wish
from core.domain.offers.offer import Answer, Change, Constraint, Infeasible, Offer
from portal.components.assistant_amounts import DUE_ONCE, ONCE, Owed, at_most, due_once, each_time, payment, rate
from portal.components.money import unbroken
from portal.i18n import day, money, month_name, percent, t, tn

RELIEF = (OfferKind.TOKEN_PAYMENT, OfferKind.PAUSE)
"""What helps for a while and ends nothing."""
_WISHED = {Bound.WISH_MONTHLY: "monthly", Bound.WISH_INSTALMENT: "instalment", Bound.WISH_MONTHS: "months",
           Bound.WISH_FIRST_MONTHLY: "first_monthly", Bound.WISH_LEAN_MONTHLY: "lean_monthly",
           Bound.WISH_DOWN_PAYMENT: "down_payment", Bound.WISH_LUMP_SUM: "lump_sum",
           Bound.WISH_PAUSE: "pause", Bound.WISH_INTEREST_FREE: "interest_free"}
"""What a cardholder's own limit is called, where the plan nearest to it misses it; always to the same side."""
_BEGINS = (Bound.WISH_FIRST_DUE_DATE, Bound.WISH_EARLIEST_FIRST_DUE_DATE)
"""A day may be missed to either side: which one is said."""


def months(count: int) -> str:
    """A length in whole months."""
    return tn("common.months", count)


def kept_together(text: str) -> str:
    """A date or an amount that no line end tears apart."""
    return unbroken(text)


def stages(offer: Offer) -> str:
    """Each stretch of equal instalments: from when, how many, how much."""
    said = [t("assistant.offer.stage", on=day(one.first_due_date), count=one.count, amount=money(one.instalment_minor))
            for one in offer.stages]
    return "\n".join(f"- {line}" for line in said)


def length(offer: Offer) -> str:
    """From when to when."""
    first, last = (kept_together(day(on)) for on in (offer.first_due_date, offer.last_due_date))
    if offer.kind is OfferKind.PAUSE:
        return t("assistant.offer.length_later", length=months(offer.months), last=last)
    if offer.kind in ONCE:
        return t("assistant.offer.by", on=last)
    return t("assistant.offer.length", length=months(offer.months), first=first, last=last)


def cost(offer: Offer, owed: Owed) -> str:
    """What it comes to in all, and at what yearly rate; of one payment of what is due, what then is still owed."""
    if offer.kind is OfferKind.PAUSE:
        return t("assistant.offer.total_pause")
    if offer.kind in RELIEF:
        return t("assistant.offer.total_relief", total=money(offer.total_minor))
    if offer.kind is OfferKind.SETTLEMENT:
        return t("assistant.offer.total_once", total=money(offer.total_minor))
    if offer.kind in DUE_ONCE:
        return due_once(offer, owed)
    return t("assistant.offer.total", total=money(offer.total_minor), rate=rate(offer))


def gives(offer: Offer) -> str:
    """What the bank gives up, in one line."""
    given = list(_given(offer))
    if not given:
        return t("assistant.offer.gives_nothing")
    return t("assistant.offer.gives_line", list=t("cardholder.list_mark").join(given))


def waives(offer: Offer) -> bool:
    """Whether anything owed today is given up: only once the plan is kept."""
    return bool(offer.late_fee_waived_minor or offer.interest_waived_minor or offer.principal_waived_minor)


def _given(offer: Offer) -> Iterator[str]:
    for name in ("late_fee", "interest", "principal"):
        if amount := getattr(offer, f"{name}_waived_minor"):
            yield t(f"assistant.offer.gives.{name}", amount=money(amount))
    if offer.kind in RELIEF:
        kind = "pause" if offer.kind is OfferKind.PAUSE else "token"
        yield t(f"assistant.offer.gives.{kind}", length=months(offer.months))
        if not offer.annual_rate:
            yield t("assistant.offer.gives.relief_interest")
    if offer.kind is not OfferKind.PERSONALISED_AGREEMENT:
        return
    if not offer.annual_rate:
        yield t("assistant.offer.gives.no_interest")
        return
    if offer.interest_free_months:
        yield t("assistant.offer.gives.free_months", length=months(offer.interest_free_months))
    yield t("assistant.offer.gives.lower_rate", rate=percent(offer.annual_rate))


def slack_in_words(name: Bound, slack: Slack) -> str:
    """A slack in its unit, without its sign."""
    if name.unit is BoundUnit.MONTHS:
        return months(abs(int(slack)))
    if name.unit is BoundUnit.DAYS:
        return tn("common.days", abs(int(slack)))
    if name.unit is BoundUnit.RATIO:
        return percent(abs(Decimal(slack)), 0)
    return money(abs(int(slack)))


def why_not_less(offer: Offer, named: date | None) -> str:
    """What holds an offer where it is, and what else it keeps: the ledger in plain words.

    ``named``: the first day that was wished, if one was.
    """
    held = [f"- {t('assistant.binds.wish') if line.name.is_wish else t(f'assistant.binds.{line.name}')}"
            for line in offer.constraints if _holds(line, offer)]
    if not held:
        held = [t("assistant.details.free", why=t(f"assistant.why.{offer.label}"))]
    missed = [f"- {_missed(line, offer, named)}" for line in offer.constraints if line.slack < 0]
    kept = "\n".join(f"- {line}" for line in _kept(offer))
    return "\n".join([*held, *missed, "", t("assistant.details.kept"), "", kept])


def _holds(line: Constraint, offer: Offer) -> bool:
    """Whether it holds the offer where it is: as was found by solving again, or because its end is reached."""
    given = {Bound.LATE_FEE_WAIVER: offer.late_fee_waived_minor, Bound.INTEREST_WAIVER: offer.interest_waived_minor}
    ends = line.name in (Bound.TERM, Bound.MINIMUM_INSTALMENT) or bool(given.get(line.name))
    return line.binding or (ends and line.slack == 0 and offer.kind is OfferKind.PERSONALISED_AGREEMENT)


def _missed(line: Constraint, offer: Offer, named: date | None) -> str:
    name = f"first_due_{_side(offer, named)}" if line.name in _BEGINS else _WISHED.get(line.name)
    if name is None or line.name.unit is BoundUnit.FLAG:
        return t("assistant.missed_other")
    return t(f"assistant.missed.{name}", amount=slack_in_words(line.name, line.slack))


def _side(offer: Offer, named: date | None) -> str:
    """Whether an offer begins later than the day named, or earlier."""
    return "later" if named is not None and offer.first_due_date > named else "earlier"


def _kept(offer: Offer) -> Iterator[str]:
    """What it keeps, in the order people ask; the rules that only the bank minds in one line."""
    slack = {line.name: line.slack for line in offer.constraints}
    if slack.get(Bound.AFFORDABLE, 0) > 0:
        yield t("assistant.kept.affordable", amount=money(int(slack[Bound.AFFORDABLE])))
    if slack.get(Bound.TERM, 0) > 0:
        yield t("assistant.kept.term", length=months(int(slack[Bound.TERM])))
    yield t("assistant.kept.rules")
    for name in (Bound.TOTAL, Bound.COMPLETION):
        if slack.get(name, -1) >= 0:
            yield t(f"assistant.kept.{name}")
    if min(slack.get(Bound.LENDER_VALUE, -1), slack.get(Bound.DEBTOR_VALUE, -1)) >= 0:
        yield t("assistant.kept.both")
    wished = [value for name, value in slack.items() if name.is_wish]
    if wished and min(wished) >= 0:
        yield t("assistant.kept.wish")


def in_the_way(reason: str, facts: Facts) -> str:
    """Which constraint stands in the way of a wish; ``reason`` is a bound's name or says more.

    ``too_early``, ``pause`` (which leaves something out), ``several``, ``several_once``.
    """
    if reason == Bound.AFFORDABLE and facts.limit_minor <= 0:  # "at most 0 a month" would be no sentence
        reason = "nothing_affordable"
    return t(f"assistant.stands.{reason}", affordable=money(facts.limit_minor))


def change(one: Change, named: date | None) -> str:
    """The change that would help, and the plan that then works; ``named``: the first day that was wished."""
    plan, name = one.plan, f"assistant.change.{one.name}"
    if one.name in _BEGINS:
        name = f"assistant.change.first_due_{_side(plan, named)}{'_once' if plan.kind in ONCE else ''}"
    elif not one.name.is_wish and one.name not in (Bound.AFFORDABLE, Bound.TERM, Bound.MINIMUM_INSTALMENT):
        name = "assistant.change.other"
    if one.name is Bound.WISH_DOWN_PAYMENT and not plan.down_payment_minor:
        name = "assistant.change.wish_down_payment_none"
    if plan.kind is OfferKind.PAUSE:  # whatever it leaves out, it is no plan of payments
        name = "assistant.change.pause"
    return t(name, amount=slack_in_words(one.name, one.amount), monthly=money(plan.monthly_minor),
             instalment=money(plan.instalment_minor), payment=each_time(plan), length=months(plan.months),
             down=money(plan.down_payment_minor), total=money(plan.total_minor),
             first=kept_together(day(plan.first_due_date)))


def answered(answer: Answer, infeasible: Infeasible | None, facts: Facts, wish: Wish) -> str:
    """Yes; or why not yet and what would help: a paragraph."""
    if answer.accepted:
        return t("assistant.answer.offer_stands" if answer.reason == "offer_stands" else "assistant.answer.yes")
    if infeasible is None and answer.plan is not None:
        return t("assistant.answer.best_plan")
    return refused(answer.reason, infeasible, facts, wish)


def refused(reason: str, infeasible: Infeasible | None, facts: Facts, wish: Wish) -> str:
    """Which constraint stands in the way, and the smallest change that would help."""
    nearest = infeasible.smallest_change if infeasible else None
    if reason in _BEGINS and nearest is not None and _side(nearest.plan, wish.day_named) == "later":
        reason = "too_early"
    if nearest is not None and nearest.plan.kind is OfferKind.PAUSE:
        reason = "pause"
    if reason == "several" and wish.is_one_payment:
        reason = "several_once"
    why = t("assistant.refused", no=t("assistant.answer.no"), why=in_the_way(reason, facts))
    return why if nearest is None else f"{why}\n\n{change(nearest, wish.day_named)}"


def hardship(codes: Sequence[str]) -> str:
    """What was told of hard times; empty where nothing was."""
    said = t("cardholder.list_mark").join(t(f"assistant.hardship.{code}") for code in codes)
    return t("assistant.hardship_line", list=said) if said else ""


def in_short(offer: Offer) -> str:
    """An offer in one line, for the record of what was said."""
    if offer.kind in ONCE:  # what it comes to is said, or needs more words than one line has
        return t("assistant.in_short_once", payment=payment(offer), length=length(offer))
    return t("assistant.in_short", payment=payment(offer), length=length(offer), total=money(offer.total_minor))


def beside_answer(named: Offer, answered: Offer) -> str:
    """What the plan nearest to what was named gains over the answer, and what it costs."""
    ends, total = named.months - answered.months, named.total_minor - answered.total_minor
    paid = named.instalment_minor - answered.instalment_minor
    said = [t(f"assistant.named.{name}", **values) for difference, name, values in (
        (ends, "later" if ends > 0 else "sooner", {"length": months(abs(ends))}),
        (total, "dearer" if total > 0 else "cheaper", {"amount": money(abs(total))}),
        (paid, "heavier" if paid > 0 else "lighter", {"amount": money(abs(paid))})) if difference]
    return t("assistant.named.beside", list=t("cardholder.list_mark").join(said))


def chips(wish: Wish) -> Sequence[tuple[str, str]]:
    """What was understood so far: each field of ``wish`` that says something, and its words."""
    return [(name, _chip(name, wish)) for name in Wish.__dataclass_fields__
            if getattr(wish, name) != getattr(NO_WISH, name)]


def wished(wish: Wish) -> str:
    """A wish in one line; empty where it says nothing."""
    return t("cardholder.list_mark").join(said for _, said in chips(wish))


def _chip(name: str, wish: Wish) -> str:
    value = getattr(wish, name)
    name = name.removesuffix("_minor")
    if isinstance(value, bool):
        return t(f"assistant.chip.{name}")
    if name == "instalment_at_most":
        return at_most(value, wish.frequency)
    said = {"first_due_date": lambda: {"on": day(value)}, "earliest_first_due_date": lambda: {"on": day(value)},
            "due_day": lambda: {"day": value},
            "frequency": lambda: {"frequency": t(f"reasons.frequency.{wish.frequency}")},
            "lean_months": lambda: {"list": t("cardholder.list_mark").join(map(month_name, value))}}
    if name in said:
        values = said[name]()
    elif name.endswith("_months") or name == "months_at_most":
        values = {"length": months(value)}
    else:
        values = {"amount": money(value)}
    return t(f"assistant.chip.{name}", **values)
