"""Keeping users: administrators only, nobody twice, nobody locked out by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.records import audit_log, idempotency_keys
from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.services import identity
from core.services.context import ServiceContext
from tests.services.test_identity_activation import add_cardholder
from tests.services.test_identity_sign_in import GOOD, fails, make_user

OTHERS = [Actor("u", Role.COLLECTOR, authority=Authority.L1), Actor("u", Role.SUPERVISOR, authority=Authority.L4),
          Actor("u", Role.STAFF), Actor("u", Role.CARDHOLDER, cardholder_id="c")]
COMMANDS: list[Callable[[Actor, ServiceContext], Any]] = [
    lambda a, c: identity.create_user(a, c, login="new.one", display_name="N", role=Role.STAFF, password=GOOD,
                                      idempotency_key="k"),
    lambda a, c: identity.list_users(a, c),
    lambda a, c: identity.find_user(a, c, "new.one"),
    lambda a, c: identity.set_user_active(a, c, "x", active=False, version=1),
    lambda a, c: identity.change_user_role(a, c, "x", role=Role.ADMIN, authority=None, version=1),
    lambda a, c: identity.set_user_password(a, c, "x", password=GOOD, version=1),
]


@pytest.mark.parametrize("actor", OTHERS, ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("command", range(len(COMMANDS)))
def test_only_administrators_keep_users(sqlite_context: ServiceContext, actor: Actor, command: int) -> None:
    with pytest.raises(NotPermitted):
        COMMANDS[command](actor, sqlite_context)


def test_repeated_creation_makes_one_user_and_stores_nothing_of_the_password(context: ServiceContext) -> None:
    assert make_user(context) == make_user(context)
    assert len(identity.list_users(SYSTEM, context)) == 1
    with context.reading() as connection:
        kept = str([tuple(row) for table in (idempotency_keys, audit_log)
                    for row in connection.execute(sa.select(table))])
    assert GOOD not in kept
    assert "argon2" not in kept


def test_login_is_taken_in_any_spelling(context: ServiceContext) -> None:
    make_user(context)
    with pytest.raises(Conflict) as refusal:
        identity.create_user(SYSTEM, context, login="LI.Collector", display_name="Other", role=Role.STAFF,
                             password=GOOD, idempotency_key="other")
    assert refusal.value.code == "login_taken"


@pytest.mark.parametrize(("role", "authority", "cardholder_id", "code"), [
    (Role.COLLECTOR, None, None, "role_authority_mismatch"),
    (Role.STAFF, Authority.L1, None, "role_authority_mismatch"),
    (Role.CARDHOLDER, None, None, "role_cardholder_mismatch"), (Role.ADMIN, None, "c", "role_cardholder_mismatch"),
])
def test_role_authority_and_cardholder_go_together(sqlite_context: ServiceContext, role: Role,
                                                   authority: Authority | None, cardholder_id: str | None,
                                                   code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        identity.create_user(SYSTEM, sqlite_context, login="new.one", display_name="N", role=role, password=GOOD,
                             authority=authority, cardholder_id=cardholder_id, idempotency_key="k")
    assert refusal.value.code == code


def test_list_is_paged_by_login_and_shows_no_debtor(context: ServiceContext) -> None:
    for number in range(5):
        make_user(context, f"user.{number}")
    identity.create_user(SYSTEM, context, login="debtor", display_name="Z**", role=Role.CARDHOLDER, password=GOOD,
                         cardholder_id=add_cardholder(context), idempotency_key="d")
    first = identity.list_users(SYSTEM, context, page_size=2)
    second = identity.list_users(SYSTEM, context, after=first[-1].login, page_size=10)
    assert [user.login for user in first + second] == [f"user.{number}" for number in range(5)]
    assert identity.find_user(Actor("u", Role.ADMIN), context, "debtor") is None


def test_second_administrator_with_the_older_version_is_told_not_overwritten(context: ServiceContext) -> None:
    user_id = make_user(context)
    changed = identity.change_user_role(SYSTEM, context, user_id, role=Role.SUPERVISOR, authority=Authority.L3,
                                        version=1)
    assert (changed.role, changed.authority, changed.version) == (Role.SUPERVISOR, Authority.L3, 2)
    with pytest.raises(Conflict) as refusal:
        identity.set_user_active(SYSTEM, context, user_id, active=False, version=1)
    assert refusal.value.code == "changed_meanwhile"
    assert identity.list_users(SYSTEM, context)[0].active


def test_administrator_reaches_no_cardholder_and_not_themselves(context: ServiceContext) -> None:
    debtor = identity.create_user(SYSTEM, context, login="debtor", display_name="Z**", role=Role.CARDHOLDER,
                                  password=GOOD, cardholder_id=add_cardholder(context), idempotency_key="d")
    with pytest.raises(NotFound):
        identity.set_user_password(SYSTEM, context, debtor, password="another calm sentence", version=1)
    me = Actor(make_user(context, "admin.one", Role.ADMIN), Role.ADMIN)
    with pytest.raises(Conflict) as refusal:
        identity.set_user_active(me, context, me.user_id, active=False, version=1)
    assert refusal.value.code == "own_account"


@pytest.mark.parametrize("password", ["li.collector's own", "calm Li.Collector words"])
def test_password_given_by_an_administrator_does_not_contain_the_login(sqlite_context: ServiceContext,
                                                                       password: str) -> None:
    user_id = make_user(sqlite_context)
    with pytest.raises(InvalidInput) as refusal:
        identity.set_user_password(SYSTEM, sqlite_context, user_id, password=password, version=1)
    assert refusal.value.code == "password_personal"


def test_enabled_again_after_disabled_may_sign_in(context: ServiceContext) -> None:
    user_id = make_user(context)
    identity.set_user_active(SYSTEM, context, user_id, active=False, version=1)
    assert fails(context, password=GOOD)
    identity.set_user_active(SYSTEM, context, user_id, active=True, version=2)
    assert not fails(context, password=GOOD)


def test_language_is_remembered_and_only_the_two_exist(context: ServiceContext) -> None:
    me = Actor(make_user(context), Role.COLLECTOR)
    identity.choose_language(me, context, "en")
    assert identity.authenticate(context, "li.collector", GOOD, "203.0.113.7").locale == "en"
    with pytest.raises(InvalidInput):
        identity.choose_language(me, context, "fr")
