"""The demo's sign-ins: one documented password, synthetic people, demo mode only."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from core.db.tables.accounts import cardholders
from core.db.tables.identity import users
from core.db.types import new_id
from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.errors import NotFound
from core.services.context import ServiceContext
from core.services.demo.lists import lists
from core.services.demo.portfolio import SOURCE, Portfolio
from core.services.identity import create_user, masked_name

PASSWORD = "paddle-lantern-orchard"  # noqa: S105 - printed at every start: it opens synthetic accounts only


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody the demo can be seen as; ``login`` is empty for the person who has yet to activate."""

    role: str
    login: str
    password: str
    note: str


@dataclass(frozen=True, slots=True)
class _BankUser:
    login: str
    key: str
    role: Role
    authority: Authority | None
    note: str


BANK_USERS = (
    _BankUser("collector", "collector", Role.COLLECTOR, Authority.L1, "review queue; decides up to L1"),
    _BankUser("teamlead", "second_collector", Role.COLLECTOR, Authority.L2, "review queue; decides up to L2"),
    _BankUser("supervisor", "supervisor", Role.SUPERVISOR, Authority.L3, "decides what exceeds L1 and L2"),
    _BankUser("director", "director", Role.SUPERVISOR, Authority.L4, "decides what exceeds L3"),
    _BankUser("staff", "staff", Role.STAFF, None, "request statistics, no personal data"),
    _BankUser("admin", "admin", Role.ADMIN, None, "users and policy"),
)
CARDHOLDER_LOGIN = "lixiaomei"


def sign_ins() -> tuple[SignIn, ...]:
    """Every way into the demo, in the order a visitor tries them."""
    newcomer = lists()["cast"]["newcomer"]
    return (
        SignIn("cardholder", CARDHOLDER_LOGIN, PASSWORD, "two cards, both behind"),
        SignIn("cardholder", "", "", f"activate as {newcomer['name']}, card {newcomer['card_last4']}; "
               "the code shows on the page"),
        *(SignIn(user.role.value, user.login, PASSWORD, user.note) for user in BANK_USERS))


def create_demo_users(context: ServiceContext, portfolio: Portfolio) -> dict[str, Actor]:
    """The bank's people and the signed-in cardholder; returns the bank's as actors by login."""
    must_be_demo(context)
    actors = {}
    for user in BANK_USERS:
        user_id = create_user(SYSTEM, context, login=user.login, display_name=lists()["bank_users"][user.key],
                              role=user.role, authority=user.authority, password=PASSWORD,
                              idempotency_key=f"demo-user-{user.login}")
        actors[user.login] = Actor(user_id, user.role, authority=user.authority)
    cardholder_id = cardholder_ids(context, [portfolio.cardholder])[portfolio.cardholder]
    create_user(SYSTEM, context, login=CARDHOLDER_LOGIN,
                display_name=masked_name(lists()["cast"]["cardholder"]["name"]), role=Role.CARDHOLDER,
                cardholder_id=cardholder_id, password=PASSWORD, idempotency_key="demo-user-cardholder")
    return actors


def cardholder_actors(context: ServiceContext, references: list[str]) -> dict[str, Actor]:
    """Actors for cardholders of the portfolio, by reference.

    Those without a sign-in get one without a password, so nobody can use it: a request needs somebody
    who made it.
    """
    must_be_demo(context)
    ids = cardholder_ids(context, references)
    with context.writing() as connection:
        known = {row.cardholder_id: row.id for row in connection.execute(
            sa.select(users.c.id, users.c.cardholder_id).where(users.c.cardholder_id.in_(list(ids.values()))))}
        rows = [{"id": new_id(), "login": f"demo-{reference.lower()}", "display_name": "*",
                 "role": Role.CARDHOLDER.value, "cardholder_id": cardholder_id, "created_at": context.clock.now()}
                for reference, cardholder_id in ids.items() if cardholder_id not in known]
        if rows:
            connection.execute(users.insert(), rows)
        known.update((row["cardholder_id"], row["id"]) for row in rows)
    return {reference: Actor(known[cardholder_id], Role.CARDHOLDER, cardholder_id=cardholder_id)
            for reference, cardholder_id in ids.items()}


def cardholder_ids(context: ServiceContext, references: list[str]) -> dict[str, str]:
    """The ids of the demo's cardholders by reference, in the order given."""
    with context.reading() as connection:
        found = {row.source_reference: row.id for row in connection.execute(
            sa.select(cardholders.c.id, cardholders.c.source_reference).where(
                cardholders.c.source == SOURCE, cardholders.c.source_reference.in_(references)))}
    return {reference: found[reference] for reference in references}


def must_be_demo(context: ServiceContext) -> None:
    """Raise ``NotFound`` outside demo mode: where real people are, there is no demo."""
    if not context.settings.demo:
        raise NotFound("demo")
