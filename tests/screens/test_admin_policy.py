"""The policy page: every number with its source, the unconfirmed ones marked and counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import NotPermitted
from core.services import identity
from core.services.context import ServiceContext
from core.services.policy_register import policy_register
from portal import i18n
from portal.components import policy_words
from tests.screens.conftest import OpenAs

PAGE = "pages/admin/policy.py"
TODAY = date(2026, 11, 22)
ADMIN = Actor("admin", Role.ADMIN)


@pytest.fixture
def admin(sqlite_context: ServiceContext) -> str:
    return identity.create_user(SYSTEM, sqlite_context, login="the-admin", display_name="Somebody", role=Role.ADMIN,
                                password="a long enough passphrase 7", idempotency_key="1")


def words(app: Any) -> str:
    return "\n".join(block.value for kind in ("title", "markdown", "warning", "info") for block in getattr(app, kind))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_read_the_register(sqlite_context: ServiceContext, role: Role) -> None:
    with pytest.raises(NotPermitted):
        policy_register(Actor("u", role, cardholder_id="c"), sqlite_context, TODAY)


def test_the_register_has_every_parameter_with_the_value_in_force(sqlite_context: ServiceContext) -> None:
    register = policy_register(ADMIN, sqlite_context, TODAY)
    assert len(register.entries) == len(sqlite_context.policy.parameters())
    assert all(entry.in_force is None or entry.in_force.from_date <= TODAY for entry in register.entries)
    rate = register.matching("interest.daily_rate")[0]
    assert rate.in_force is not None
    assert rate.in_force.from_date == date(2021, 1, 1)
    before = policy_register(ADMIN, sqlite_context, date(2020, 12, 31)).matching("interest.daily_rate")[0]
    assert before.in_force is not None
    assert before.in_force.from_date == date(2017, 1, 1)


def test_unconfirmed_values_are_counted_and_found(sqlite_context: ServiceContext) -> None:
    register = policy_register(ADMIN, sqlite_context, TODAY)
    found = register.matching(only_unconfirmed=True)
    assert len(found) == register.unconfirmed > 0
    assert all(entry.in_force and entry.in_force.source.unconfirmed for entry in found)


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_every_value_of_every_profile_can_be_written(sqlite_context: ServiceContext, locale: str) -> None:
    with i18n.speaking(locale):
        for issuer in sqlite_context.policy.issuers:
            for entry in policy_register(ADMIN, sqlite_context, TODAY, issuer).entries:
                for dated in entry.parameter.values:
                    text = policy_words.value(entry.parameter, dated) + policy_words.provenance(dated)
                    assert text
                    assert "admin." not in text
                assert len(policy_words.short_value(entry)) <= 60


@pytest.mark.parametrize(("locale", "title"), [("en", "Policy"), ("zh_CN", "\u89c4\u5219\u4e0e\u53c2\u6570")])
def test_an_administrator_reads_value_date_source_and_confidence(
        sqlite_context: ServiceContext, admin: str, open_as: OpenAs, locale: str, title: str) -> None:
    app = open_as(admin, PAGE, locale=locale)
    assert not app.exception
    shown = words(app)
    assert title in shown
    assert "interest.daily_rate" in shown
    assert "0.05%" in shown.replace("\\", "")
    assert str(policy_register(ADMIN, sqlite_context, TODAY).unconfirmed) in app.warning[0].value


def test_searching_narrows_the_list_and_shows_the_history(admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    app.text_input(key="policy_search").input("daily interest overdraft").run()
    app.text_input(key="policy_search").input("overdraft interest per day").run()
    shown = words(app)
    assert "interest.daily_rate" in shown
    assert "late_fee.rate" not in shown
    for day in ("1 Mar 1999", "1 Jan 2017", "1 Jan 2021"):
        assert day in shown


def test_a_search_without_result_says_what_to_try(admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    app.text_input(key="policy_search").input("no such thing").run()
    assert not app.exception
    assert "Nothing found" in words(app)


def test_unconfirmed_only_can_be_switched_on(admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    app.toggle(key="policy_unconfirmed").set_value(True).run()
    listing = next(block.value for block in app.markdown if block.value.startswith("- **"))
    assert all("**Unconfirmed**" in entry for entry in listing.split("\n- "))


def test_the_last_page_of_parameters_can_be_read(admin: str, open_as: OpenAs) -> None:
    app = open_as(admin, PAGE)
    first, pages = words(app), app.selectbox[1]
    pages.select(int(pages.options[-1])).run()
    assert not app.exception
    assert any(block.value.startswith("- **") for block in app.markdown)
    assert words(app) != first


def test_a_page_is_picked_and_not_typed(admin: str, open_as: OpenAs) -> None:
    assert not open_as(admin, PAGE).number_input  # there one could type what is no page, and a red sign said no more
