"""The risk view in a case: closed until asked for, explained in both languages, never in the way of a decision."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.db.tables.records import audit_log
from core.domain.actor import Actor, Authority, Role
from core.services import review, risk
from core.services.context import ServiceContext
from portal.components.risk import words
from portal.i18n import money, speaking, t
from tests.screens.conftest import OpenAs
from tests.screens.test_collector_case import PAGE, taken
from tests.screens.test_collector_case import words as written
from tests.services.cases import agreement, asked, count, reviewer

HOLDER = Actor("r", Role.COLLECTOR, authority=Authority.L2)


@pytest.fixture
def case_id(sqlite_context: ServiceContext) -> str:
    """A case in the hands of ``r``."""
    _, sent = asked(sqlite_context, agreement)
    taken(sqlite_context, reviewer(sqlite_context, "r", Authority.L2), sent.proposal_id)
    return sent.proposal_id


def opened(app: AppTest, case_id: str) -> AppTest:
    """The page with the panel opened."""
    app.session_state[f"risk_{case_id}"] = True
    return app.run()


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_panel_says_where_the_account_stands_and_why(sqlite_context: ServiceContext, open_as: OpenAs,
                                                         case_id: str, locale: str) -> None:
    app = opened(open_as("r", PAGE, locale=locale, id=case_id), case_id)
    assert not app.exception
    found = risk.case_risk(HOLDER, sqlite_context, case_id)
    text = written(app)
    score = found.view.score
    assert score is not None
    with speaking(locale):
        assert words(found) in text
        for one in score.parts:
            assert not one.highest or t("collector.risk.points", points=one.points, highest=one.highest) in text
        assert t("collector.risk.no_points") in text  # what the bill's paid share is in the public data
        assert t("collector.risk.meaning.short_lapsed") in text
        means = found.view.means
        assert means.ceiling_minor is not None
        assert t("collector.risk.means", left=money(means.left_minor or 0), due=money(means.due_minor),
                 ceiling=money(means.ceiling_minor), covered=t("collector.risk.covered.nothing")) in text
        assert "C55S3H" in text
    assert text.count("\u25cf") == 1  # one place in the table, no more


def test_opening_a_case_asks_nothing_for_the_panel(sqlite_context: ServiceContext, open_as: OpenAs, case_id: str,
                                                   counted_queries: Any) -> None:
    app = open_as("r", PAGE, id=case_id)
    assert count(sqlite_context, audit_log, audit_log.c.event == "risk_viewed") == 0
    with counted_queries(sqlite_context.engine) as closed:
        app.run()
    with counted_queries(sqlite_context.engine) as wide_open:
        opened(app, case_id)
    assert count(sqlite_context, audit_log, audit_log.c.event == "risk_viewed") == 1
    assert len(closed) < len(wide_open) <= len(closed) + 24
    assert not [one for one in closed.statements if "payments.value_date" in one]


def test_a_case_lost_while_the_panel_is_open_answers_calmly(sqlite_context: ServiceContext, open_as: OpenAs,
                                                            case_id: str) -> None:
    app = open_as("r", PAGE, id=case_id)
    other = reviewer(sqlite_context, "boss", Authority.L4)
    review.release(HOLDER, sqlite_context, case_id, idempotency_key="put-back")
    taken(sqlite_context, other, case_id)
    opened(app, case_id)
    assert not app.exception
