"""Which day ``portal close-day`` takes, and what it says about it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from core.domain.errors import InvalidInput
from core.services.context import ServiceContext
from portal.cli import application
from tests.services.cards import add_card


@pytest.fixture
def bank(sqlite_context: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> ServiceContext:
    """An installation on 22 November 2026."""
    monkeypatch.setattr("portal.commands.close_day.migrated_context", lambda: sqlite_context)
    return sqlite_context


def close_day(*arguments: str) -> Result:
    return CliRunner().invoke(application("close-day"), ["close-day", *arguments])


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-23"])
def test_a_day_that_is_not_over_is_not_closed(bank: ServiceContext, day: str) -> None:
    refused = close_day("--date", day)
    assert isinstance(refused.exception, InvalidInput)
    assert (refused.exception.code, refused.exception.field) == ("day_not_over", "date")
    assert "the newest day to close is 2026-11-21" in str(refused.exception)


def test_only_a_day_that_was_closed_is_said_to_have_been(bank: ServiceContext) -> None:
    assert close_day("--date", "2026-11-20").stdout.startswith("closed 2026-11-20 in ")  # nothing to do, yet closed
    assert close_day("--date", "2026-11-20").stdout == "2026-11-20 was closed already; nothing was left to do\n"
    assert close_day("--date", "2026-11-19").stdout == "2026-11-19 was closed already; nothing was left to do\n"
    assert close_day().stdout.startswith("closed 2026-11-21 in ")


def test_an_account_that_came_later_is_closed_with_a_day_that_was(bank: ServiceContext) -> None:
    close_day()
    add_card(bank)
    assert close_day().stdout.startswith("closed 2026-11-21 in ")
