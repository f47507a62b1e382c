"""The demo's phone shows the sentences people would receive, not templates and their parameters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from core.bootstrap import upgrade_database
from core.domain.actor import SYSTEM
from core.domain.decision import RefuseReason
from core.services import identity, review
from core.services.close_day.day import close_day
from core.services.context import ServiceContext
from portal import i18n
from portal.cli import application
from tests.conftest import TestTime
from tests.services.cards import add_card
from tests.services.cases import asked, held, team

NAME, LAST4 = "Wang Fang", "0002"


@pytest.fixture
def command(sqlite_context: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """A command line whose services are the test's own."""
    upgrade_database(sqlite_context)
    monkeypatch.setattr("portal.commands.wiring.context_from_environment", lambda: sqlite_context)
    return CliRunner()


def phone(command: CliRunner, *options: str) -> Result:
    return command.invoke(application("demo"), ["demo", "phone", LAST4, NAME, *options])


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_the_phone_shows_codes_and_answers_as_sentences(
        command: CliRunner, sqlite_context: ServiceContext, locale: str) -> None:
    _, sent = asked(sqlite_context)
    one = team(sqlite_context)["one"]
    review.refuse(one, sqlite_context, sent.proposal_id, reasons=[RefuseReason.NOT_AFFORDABLE],
                  expected_version=held(sqlite_context, one, sent.proposal_id), idempotency_key="refuse")
    identity.start_activation(sqlite_context, card_last4=LAST4, name=NAME, address="127.0.0.1")
    (code,) = identity.demo_messages(sqlite_context, card_last4=LAST4, name=NAME)
    shown = phone(command, "--locale", locale)
    assert shown.exit_code == 0
    with i18n.speaking(locale):
        assert i18n.t("identity.sms.code", **code.parameters) in shown.output
        assert i18n.t("cardholder.message.request_refused", reference=sent.reference) in shown.output


def test_a_language_nobody_speaks_here_is_named(command: CliRunner) -> None:
    refused = phone(command, "--locale", "fr")
    assert refused.exit_code == 2
    assert "zh_CN" in refused.output


def test_the_phone_shows_what_the_close_of_day_wrote(command: CliRunner, sqlite_context: ServiceContext,
                                                     time_: TestTime) -> None:
    add_card(sqlite_context)
    time_.advance(days=20)
    close_day(SYSTEM, sqlite_context, sqlite_context.clock.today() - timedelta(days=1))
    shown = phone(command, "--locale", "en")
    assert shown.exit_code == 0
    assert f"Card ending {LAST4}: the statement of" in shown.output
    assert "cardholder." not in shown.output


def test_a_name_that_matches_nobody_is_said_to(command: CliRunner, sqlite_context: ServiceContext) -> None:
    add_card(sqlite_context)
    refused = command.invoke(application("demo"), ["demo", "phone", LAST4, "Nobody Here"])
    assert refused.exit_code == 2
    assert "nobody" in refused.output
    assert "nothing was sent" not in refused.output
