"""Tickets and sessions, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from core.db.tables.identity import login_tickets, sessions, users
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import InvalidInput, NotFound
from core.services import identity
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.test_identity_sign_in import GOOD, HERE, fails, make_user

BROWSER = "what the browser was given before signing in"


def actor_of(context: ServiceContext) -> Actor:
    make_user(context)
    return identity.authenticate(context, "li.collector", GOOD, HERE).actor


def open_session(context: ServiceContext, actor: Actor) -> str:
    return identity.redeem_ticket(context, identity.issue_ticket(actor, context, BROWSER), BROWSER)


def test_ticket_becomes_a_session_of_the_same_person(context: ServiceContext) -> None:
    actor = actor_of(context)
    live = identity.resolve_session(context, open_session(context, actor))
    assert live is not None
    assert live.person.actor == actor


def test_ticket_works_once_even_when_presented_twenty_times_at_once(context: ServiceContext) -> None:
    actor = actor_of(context)
    ticket = identity.issue_ticket(actor, context, BROWSER)

    def redeem(_: int) -> bool:
        try:
            identity.redeem_ticket(context, ticket, BROWSER)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(redeem, range(20))) == 1


def test_ticket_ends_after_thirty_seconds(context: ServiceContext, time_: TestTime) -> None:
    ticket = identity.issue_ticket(actor_of(context), context, BROWSER)
    time_.advance(seconds=30)
    with pytest.raises(NotFound):
        identity.redeem_ticket(context, ticket, BROWSER)


def test_ticket_in_another_browser_is_refused_and_gone(context: ServiceContext) -> None:
    ticket = identity.issue_ticket(actor_of(context), context, BROWSER)
    for browser in ("another browser", BROWSER):
        with pytest.raises(NotFound):
            identity.redeem_ticket(context, ticket, browser)


def test_ticket_needs_a_browser_to_be_bound_to(context: ServiceContext) -> None:
    actor = actor_of(context)
    with pytest.raises(InvalidInput, match="cookie"):
        identity.issue_ticket(actor, context, "")


def test_ticket_of_a_user_disabled_meanwhile_opens_nothing(context: ServiceContext) -> None:
    actor = actor_of(context)
    ticket = identity.issue_ticket(actor, context, BROWSER)
    with context.writing() as connection:
        connection.execute(users.update().values(active=False))
    with pytest.raises(NotFound):
        identity.redeem_ticket(context, ticket, BROWSER)


def test_database_holds_only_hashes(context: ServiceContext) -> None:
    actor = actor_of(context)
    ticket = identity.issue_ticket(actor, context, BROWSER)
    with context.reading() as connection:
        kept = str(connection.execute(sa.select(login_tickets)).all())
    token = identity.redeem_ticket(context, ticket, BROWSER)
    with context.reading() as connection:
        kept += str(connection.execute(sa.select(sessions)).all())
    assert ticket not in kept
    assert token not in kept
    assert BROWSER not in kept


def test_session_ends_after_fifteen_idle_minutes(context: ServiceContext, time_: TestTime) -> None:
    token = open_session(context, actor_of(context))
    time_.advance(minutes=14, seconds=59)
    assert identity.resolve_session(context, token) is not None
    time_.advance(minutes=14, seconds=59)
    assert identity.resolve_session(context, token) is not None
    time_.advance(minutes=15)
    assert identity.resolve_session(context, token) is None


def test_background_refresh_does_not_keep_a_session_alive(context: ServiceContext, time_: TestTime) -> None:
    token = open_session(context, actor_of(context))
    for _ in range(14):
        time_.advance(minutes=1)
        assert identity.resolve_session(context, token, touch=False) is not None
    time_.advance(minutes=1)
    assert identity.resolve_session(context, token, touch=False) is None


def test_session_ends_after_eight_hours_however_busy(context: ServiceContext, time_: TestTime) -> None:
    token = open_session(context, actor_of(context))
    for _ in range(47):
        time_.advance(minutes=10)
        live = identity.resolve_session(context, token)
        assert live is not None
        assert live.ends_at <= live.ends_for_good_at
    time_.advance(minutes=10)
    assert identity.resolve_session(context, token) is None


def test_remaining_time_is_told_without_prolonging_it(context: ServiceContext, time_: TestTime) -> None:
    token = open_session(context, actor_of(context))
    time_.advance(minutes=13)
    live = identity.resolve_session(context, token, touch=False)
    assert live is not None
    assert (live.ends_at - time_.instant).total_seconds() == 120


def test_signing_out_ends_this_session_only(context: ServiceContext) -> None:
    actor = actor_of(context)
    here, there = open_session(context, actor), open_session(context, actor)
    assert identity.count_sessions(actor, context) == 2
    identity.sign_out(context, here)
    identity.sign_out(context, here)
    assert identity.resolve_session(context, here) is None
    assert identity.resolve_session(context, there) is not None


def test_signing_out_everywhere_ends_all_sessions_and_waiting_tickets(context: ServiceContext) -> None:
    actor = actor_of(context)
    tokens = [open_session(context, actor) for _ in range(3)]
    ticket = identity.issue_ticket(actor, context, BROWSER)
    assert identity.sign_out_everywhere(actor, context) == 3
    assert [identity.resolve_session(context, token) for token in tokens] == [None] * 3
    with pytest.raises(NotFound):
        identity.redeem_ticket(context, ticket, BROWSER)


def test_signing_in_again_in_the_same_browser_replaces_its_session(context: ServiceContext) -> None:
    actor = actor_of(context)
    first = open_session(context, actor)
    ticket = identity.issue_ticket(actor, context, BROWSER)
    second = identity.redeem_ticket(context, ticket, BROWSER, replaced=first)
    assert second != first
    assert identity.resolve_session(context, first) is None
    assert identity.resolve_session(context, second) is not None


@pytest.mark.parametrize("token", [None, "", "unknown", "x" * 10_000, "'; DROP TABLE sessions; --", "\ud800"])
def test_unknown_tokens_open_nothing(sqlite_context: ServiceContext, token: str | None) -> None:
    assert identity.resolve_session(sqlite_context, token) is None
    with pytest.raises(NotFound):
        identity.redeem_ticket(sqlite_context, token or "", "browser")


def test_password_change_ends_every_session_and_the_new_password_works(context: ServiceContext) -> None:
    actor = actor_of(context)
    tokens = [open_session(context, actor) for _ in range(2)]
    identity.change_password(actor, context, current=GOOD, new="another calm sentence")
    assert [identity.resolve_session(context, token) for token in tokens] == [None, None]
    assert fails(context, password=GOOD)
    assert not fails(context, password="another calm sentence")


def test_wrong_current_password_changes_nothing_and_counts_like_a_failed_sign_in(context: ServiceContext) -> None:
    actor = actor_of(context)
    for _ in range(5):
        with pytest.raises(InvalidInput) as refusal:
            identity.change_password(actor, context, current="wrong wrong wrong", new="another calm sentence")
        assert refusal.value.code == "current_password_wrong"
    with pytest.raises(InvalidInput):
        identity.change_password(actor, context, current=GOOD, new="another calm sentence")
    assert fails(context, password=GOOD)


def test_new_password_that_will_not_do_costs_no_attempt(context: ServiceContext) -> None:
    actor = actor_of(context)
    for new in ("short", GOOD, "li.collector li.collector", "password1234", "x" * 200, "aaaaaaaaaaaa"):
        with pytest.raises(InvalidInput) as refusal:
            identity.change_password(actor, context, current=GOOD, new=new)
        assert refusal.value.code.startswith("password_")
    identity.change_password(actor, context, current=GOOD, new="another calm sentence")


def test_disabling_a_user_ends_their_sessions_at_once(context: ServiceContext) -> None:
    actor = actor_of(context)
    token = open_session(context, actor)
    identity.set_user_active(SYSTEM, context, actor.user_id, active=False, version=1)
    assert identity.resolve_session(context, token) is None
    assert fails(context, password=GOOD)


def test_role_change_ends_sessions_so_that_no_tab_keeps_the_old_rights(context: ServiceContext) -> None:
    actor = actor_of(context)
    token = open_session(context, actor)
    identity.change_user_role(SYSTEM, context, actor.user_id, role=Role.STAFF, authority=None, version=1)
    assert identity.resolve_session(context, token) is None
