"""Who of the portfolio asks for what: the cast's own past, and requests of many others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from core.clock import fixed
from core.db.tables.accounts import accounts, cardholders
from core.db.tables.requests import assessments as kept
from core.db.tables.requests import proposals
from core.domain.actor import Actor
from core.domain.delinquency import days_past_due
from core.services import assessments
from core.services.context import ServiceContext
from core.services.demo.cases import Asker, Cast, Play, play_all, request_play
from core.services.demo.fates import Fate, draw_fates, office_hours
from core.services.demo.portfolio import SOURCE, Portfolio
from core.services.demo.users import cardholder_actors
from core.services.importing.bundle import AccountBundle
from core.services.progress import Progress
from core.services.request_expiry import expire_unanswered

SHARE_ASKING = 0.21
"""Of the accounts in arrears; enough for statistics with a shape."""
SHARE_ASSESSED_ONLY = 0.05
SHARE_WITH_DRAFT = 0.02


def play_requests(context: ServiceContext, portfolio: Portfolio, staff: dict[str, Actor], seed: int, now: datetime,
                  progress: Progress) -> int:
    """Play twelve weeks up to ``now``; returns how many requests there are afterwards."""
    random = Random(f"requests {seed}")  # noqa: S311 - synthetic people
    in_arrears = [bundle for bundle in portfolio.bundles if bundle.oldest_unpaid_due_date is not None
                  and bundle.balances.total_minor > 0
                  and bundle.cardholder.reference not in (portfolio.cardholder, portfolio.newcomer)]
    asked, begun = _who_asked(context), _who_began(context)
    one_each = list({bundle.cardholder.reference: bundle for bundle in in_arrears
                     if bundle.cardholder.reference not in asked | begun}.values())
    random.shuffle(one_each)
    # An interrupted load goes on with what is missing.
    fates = draw_fates(random, max(round(len(in_arrears) * SHARE_ASKING) - len(asked), 0), now)
    asking = _matched(one_each, fates)
    chosen = {bundle.cardholder.reference for bundle, _ in asking}
    others = [bundle for bundle in one_each if bundle.cardholder.reference not in chosen]
    assessed = others[:round(len(in_arrears) * SHARE_ASSESSED_ONLY)]
    drafting = others[len(assessed):len(assessed) + round(len(in_arrears) * SHARE_WITH_DRAFT)]
    actors = cardholder_actors(context, [portfolio.cardholder, *chosen,
                                         *(bundle.cardholder.reference for bundle in (*assessed, *drafting))])
    ids = _account_ids(context)
    cast = Cast(staff["collector"], staff["teamlead"], staff["supervisor"])

    def asker(bundle: AccountBundle) -> Asker:
        reference = bundle.cardholder.reference
        return Asker(actors[reference], portfolio.people[reference], ids[bundle.reference])

    plays = [request_play(random, context, asker(bundle), cast, fate, f"demo-{len(asked) + number}", now)
             for number, (bundle, fate) in enumerate(asking)]
    plays += [_assess_only(random, context, asker(bundle), now) for bundle in assessed]
    plays += [_save_draft(random, context, asker(bundle), now) for bundle in drafting]
    own = [bundle for bundle in portfolio.bundles
           if bundle.cardholder.reference == portfolio.cardholder and portfolio.cardholder not in asked]
    plays += [_cast_play(context, asker(bundle), cast, number, now) for number, bundle in enumerate(own)]
    play_all(plays, progress)
    expire_unanswered(replace(context, clock=fixed(now)))
    with context.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(proposals)).scalar_one())


def _matched(bundles: list[AccountBundle], fates: list[Fate]) -> list[tuple[AccountBundle, Fate]]:
    """A fate for each account that was already behind when it asked."""
    free = list(bundles)
    matched = []
    for fate in fates:
        asked_on = fate.sent_at.date()
        position = next((number for number, bundle in enumerate(free)
                         if days_past_due(bundle.oldest_unpaid_due_date, asked_on) > 0), None)
        if position is not None:
            matched.append((free.pop(position), fate))
    return matched


def _who_asked(context: ServiceContext) -> set[str]:
    """References of the people who have sent a request already."""
    with context.reading() as connection:
        return set(connection.execute(sa.select(cardholders.c.source_reference).where(
            cardholders.c.id.in_(sa.select(proposals.c.cardholder_id)))).scalars())


def _who_began(context: ServiceContext) -> set[str]:
    """References of the people who have a draft or a finished assessment already."""
    with context.reading() as connection:
        return set(connection.execute(sa.select(cardholders.c.source_reference).where(
            cardholders.c.id.in_(sa.select(kept.c.cardholder_id)))).scalars())


def _account_ids(context: ServiceContext) -> dict[str, str]:
    with context.reading() as connection:
        return {row.source_reference: row.id for row in connection.execute(
            sa.select(accounts.c.id, accounts.c.source_reference).where(accounts.c.source == SOURCE))}


def _assess_only(random: Random, context: ServiceContext, asker: Asker, now: datetime) -> Play:
    """Somebody who wanted to know what they can afford, and left it at that."""
    at = office_hours(now - timedelta(days=random.uniform(0.2, 60)), now)
    yield at
    assessments.finish(asker.actor, replace(context, clock=fixed(at)), asker.person.household, "demo-assess")


def _save_draft(random: Random, context: ServiceContext, asker: Asker, now: datetime) -> Play:
    """Somebody who began and means to go on another day."""
    at = office_hours(now - timedelta(days=random.uniform(0.2, 12)), now)
    yield at
    begun = replace(asker.person.household, spending=asker.person.household.spending[:2])
    assessments.save_draft(asker.actor, replace(context, clock=fixed(at)), begun, None)


def _cast_play(context: ServiceContext, asker: Asker, cast: Cast, number: int, now: datetime) -> Play:
    """What the demo's own cardholder did before: a request taken back, and one refused. Both cards are free again."""
    sent = office_hours(now - timedelta(days=24 if number == 0 else 12), now)
    fate = Fate(sent, "withdrawn" if number == 0 else "refused", timedelta(hours=30 if number == 0 else 60))
    yield from request_play(Random(f"cast {number}"), context, asker, cast, fate, f"demo-cast-{number}", now)  # noqa: S311
