"""``portal user`` as an operator types it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from core.bootstrap import upgrade_database
from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.errors import NotFound
from core.services import identity
from core.services.context import ServiceContext
from core.services.identity import users
from portal.cli import application
from tests.services.test_identity_activation import add_cardholder
from tests.services.test_identity_sign_in import GOOD, fails


@pytest.fixture
def people(sqlite_context: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> ServiceContext:
    """One sign-in of every role; the login is the role."""
    upgrade_database(sqlite_context)
    monkeypatch.setattr("portal.commands.user.migrated_context", lambda: sqlite_context)
    for role in Role:
        decides = role in (Role.COLLECTOR, Role.SUPERVISOR)
        owner = add_cardholder(sqlite_context) if role is Role.CARDHOLDER else None
        identity.create_user(SYSTEM, sqlite_context, login=role.value, display_name="N", role=role, password=GOOD,
                             authority=Authority.L1 if decides else None, cardholder_id=owner,
                             idempotency_key=role.value)
    return sqlite_context


def user(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(application("user"), ["user", *arguments], input=typed)


@pytest.mark.parametrize("role", list(Role))
def test_anybody_can_be_disabled_and_enabled_again_and_the_command_says_so(people: ServiceContext, role: Role) -> None:
    assert user("disable", role).output == f"{role} ({role}) is disabled and signed out everywhere\n"
    assert fails(people, login=role, password=GOOD)
    assert user("disable", role).output == f"{role} ({role}) is disabled already: nothing changed\n"
    assert user("enable", role).output == f"{role} ({role}) may sign in again\n"
    assert not fails(people, login=role, password=GOOD)


def test_a_cardholders_sign_in_is_out_of_reach_of_administrators(people: ServiceContext) -> None:
    found = users.find_user(SYSTEM, people, "cardholder")
    assert found is not None
    somebody = Actor("u", Role.ADMIN)
    with pytest.raises(NotFound):
        users.set_user_active(somebody, people, found.user_id, active=False, version=found.version)
    assert users.find_user(somebody, people, "cardholder") is None


def test_a_login_nobody_has_is_named(people: ServiceContext) -> None:
    assert "no such user: nobody.here" in str(user("disable", "nobody.here").exception)


def test_role_and_authority_that_do_not_go_together_are_told_apart(people: ServiceContext) -> None:
    def said(*more: str) -> str:
        return str(user("create", "new.one", "--name", "N", *more, typed=GOOD).exception)

    assert "role collector decides: say up to where with --authority L1, L2, L3, L4" in said("--role", "collector")
    assert "role staff decides nothing: leave out --authority L2" in said("--role", "staff", "--authority", "L2")


def test_a_password_comes_from_a_pipe_with_or_without_the_option(people: ServiceContext) -> None:
    made = user("create", "piped", "--name", "N", "--role", "staff", typed=f"{GOOD}\n")
    assert made.output == "created piped (staff)\n"
    assert not fails(people, login="piped", password=GOOD)
    nothing = user("create", "silent", "--name", "N", "--role", "staff", typed="")
    assert "standard input holds no password" in str(nothing.exception)


def test_cardholders_are_not_made_on_the_command_line(people: ServiceContext) -> None:
    assert "cardholder|" not in user("create", "--help").output
    refused = user("create", "new.one", "--name", "N", "--role", "cardholder", "--password-stdin", typed=GOOD)
    assert refused.exit_code == 2
    made = user("create", "new.one", "--name", "N", "--role", "staff", "--password-stdin", typed=f"{GOOD}\n")
    assert made.output == "created new.one (staff)\n"
