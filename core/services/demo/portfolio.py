"""A whole book in arrears from one seed: people, their cards and histories over all buckets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from core.domain.calendar import add_months
from core.domain.hardship import HardshipReason
from core.policy.book import PolicyBook
from core.policy.rules.account import delinquency_rule
from core.services.demo.history import Card, History, play
from core.services.demo.lists import lists
from core.services.demo.people import Person, draw_household, draw_person, phone_of, weighted
from core.services.importing.bundle import AccountBundle, CardholderRecord
from core.services.progress import Progress

SOURCE = "demo"
_ISSUERS = {"standard": 70, "unpaid_exclusive": 30}
_MONTHS_MISSED = {0: 9, 1: 27, 2: 17, 3: 12, 4: 9, 5: 7, 6: 6, 7: 13}
"""Missed due dates: 0 is a card in order, 7 stands for seven to eleven."""
_CAST_STATEMENT_DAYS = (5, 18)
_YUAN = 100


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The accounts and the people behind them, by the source's reference."""

    bundles: tuple[AccountBundle, ...]
    people: dict[str, Person]
    cardholder: str
    """Reference of the person the demo signs in as."""
    newcomer: str
    """Reference of the person whose sign-in waits to be activated."""


def make_portfolio(book: PolicyBook, seed: int, count: int, as_of: date, progress: Progress) -> Portfolio:
    """``count`` accounts as they stand on ``as_of``. The same arguments give the same accounts."""
    random = Random(f"{seed} {as_of}")  # noqa: S311 - synthetic people, not secrets
    people: dict[str, Person] = {}
    bundles: list[AccountBundle] = []
    for person in _people(random):
        cards = 1 if len(people) < 2 else random.choices((1, 2, 3), (86, 11, 3))[0]
        if person.record.reference == "P00000":
            cards = 2
        people[person.record.reference] = person
        bundles += [_account(random, book, person, number, as_of) for number in range(min(cards, count - len(bundles)))]
        if len(people) % 50 == 0 or len(bundles) == count:
            progress("histories", len(bundles), count)
        if len(bundles) >= count:
            break
    return Portfolio(tuple(bundles), people, cardholder="P00000", newcomer="P00001")


def _people(random: Random) -> Iterator[Person]:
    """The cast first, then everybody else."""
    cast = lists()["cast"]
    for number, (role, hardship) in enumerate((("cardholder", HardshipReason.INCOME_DROP),
                                               ("newcomer", HardshipReason.JOB_LOSS))):
        usual = 9_800 * _YUAN
        record = CardholderRecord(f"P{number:05d}", cast[role]["name"], phone_of(number), city=cast[role]["city"])
        yield Person(record, usual, draw_household(random, cast[role]["city"], usual, hardship), hardship)
    number = 2
    while True:
        yield draw_person(random, number)
        number += 1


def _account(random: Random, book: PolicyBook, person: Person, number: int, as_of: date) -> AccountBundle:
    reference = f"{person.record.reference}-{number + 1}"
    limit = _limit(random, person)
    cast = {"P00000": lists()["cast"]["cardholder"], "P00001": lists()["cast"]["newcomer"]}.get(
        person.record.reference)
    day = random.randint(1, 28) if cast is None else _CAST_STATEMENT_DAYS[number]
    issuer = weighted(random, _ISSUERS)
    newest = as_of.replace(day=day)
    if newest > as_of:
        newest = add_months(newest, -1)
    if cast is not None:
        card = _cast_card(number, newest)
        issuer, limit = card.issuer, card.limit_minor
    else:
        card = _card(random, book, issuer, limit, newest, as_of)
    history = play(random, book, card, as_of)
    last4 = cast["card_last4"] if cast is not None and number == 0 else f"{random.randrange(10_000):04d}"
    return AccountBundle(
        reference=reference, cardholder=person.record, card_last4=last4, product=_product(random, limit),
        issuer=issuer, credit_limit_minor=limit, statement_day=day, balances=history.balances,
        interest_through_date=history.interest_through_date,
        oldest_unpaid_due_date=history.oldest_unpaid_due_date,
        opened_on=add_months(newest, -card.cycles) - timedelta(days=random.randint(0, 2_500)),
        disputed_minor=_disputed(random, history), in_transit_minor=history.in_transit_minor,
        statements=tuple(history.statements), payments=tuple(history.payments), entries=tuple(history.entries))


def _limit(random: Random, person: Person) -> int:
    """A few times the monthly income in whole thousands; now and then far more, for a business owner."""
    if random.random() < 0.015:
        return random.randint(25, 50) * 10_000 * _YUAN
    thousands = round(person.usual_income_minor * random.lognormvariate(1.25, 0.5) / (1_000 * _YUAN))
    return max(thousands, 3) * 1_000 * _YUAN


def _card(random: Random, book: PolicyBook, issuer: str, limit: int, newest: date, as_of: date) -> Card:
    months = weighted(random, _MONTHS_MISSED)
    if months == 7:
        months = random.randint(7, 11)
    cycles = months + random.randint(3, 6) if months else random.randint(6, 14)
    cycles = max(cycles, 6)
    return Card(
        issuer=issuer, limit_minor=limit, newest_statement=newest, cycles=min(cycles, 15),
        missed_from=_first_missed(book, issuer, newest, min(cycles, 15), months, as_of) if months else None,
        pays_in_full=random.random() < 0.3, part_payer=random.random() < 0.35, takes_cash=random.random() < 0.12,
        appetite=random.uniform(0.05, 0.2))


def _first_missed(book: PolicyBook, issuer: str, newest: date, cycles: int, months: int, as_of: date) -> int:
    """The statement whose due date lies as many days back as the bucket of ``months`` begins and ends."""
    policy = book.on(as_of, issuer)
    first_days = (*delinquency_rule(policy).bucket_first_days, 10_000)
    due_days = policy.integer("statement.due_days")
    low = first_days[min(months, 7) - 1] + max(months - 7, 0) * 30
    back = 0
    while back < cycles - 1 and (as_of - add_months(newest, -back)).days - due_days < low:
        back += 1
    return cycles - 1 - back


def _cast_card(number: int, newest: date) -> Card:
    """The cast's cards are chosen, not drawn: a typical case in its second or third month."""
    return Card(issuer="standard" if number == 0 else "unpaid_exclusive", limit_minor=(36_000 if number == 0
                else 12_000) * _YUAN, newest_statement=newest, cycles=11 if number == 0 else 8,
                missed_from=8 if number == 0 else 6, pays_in_full=False, part_payer=number == 0,
                takes_cash=number == 0, appetite=0.09)


def _product(random: Random, limit: int) -> str:
    """The bank's own product names, by the size of the limit."""
    products = lists()["products"]
    tier = "high" if limit >= 60_000 * _YUAN else "middle" if limit >= 25_000 * _YUAN else "low"
    return str(weighted(random, products[tier]))


def _disputed(random: Random, history: History) -> int:
    """Now and then one purchase is disputed."""
    purchases = [entry.amount_minor for entry in history.entries if entry.kind == "purchase"]
    if not purchases or random.random() >= 0.02:
        return 0
    return min(random.choice(purchases), max(history.balances.total_minor, 0))
