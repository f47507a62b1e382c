"""The statistics page: figures without persons, in both languages, and the file to download."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.quarter import Quarter
from core.services import identity
from core.services.context import ServiceContext
from core.services.statistics import Dimension, request_statistics
from portal import i18n
from portal.components import statistics_charts, statistics_tables, statistics_words
from tests.screens.conftest import OpenAs
from tests.services.filed_requests import add

PAGE = "pages/staff/statistics.py"
TODAY = date(2026, 11, 22)
STAFF = Actor("staff", Role.STAFF)
FORMULA = "=HYPERLINK(\"http://example.com\")"


def user(context: ServiceContext, role: Role, authority: Authority | None = None) -> str:
    return identity.create_user(SYSTEM, context, login=f"user-{role}", display_name="Somebody", role=role,
                                password="a long enough passphrase 7", authority=authority, idempotency_key=role)


def words(app: Any) -> str:
    return "\n".join(block.value for kind in ("title", "markdown", "info", "caption", "subheader", "error")
                     for block in getattr(app, kind))


@pytest.fixture
def many(sqlite_context: ServiceContext) -> ServiceContext:
    """Two groups, large and small, in this quarter; one in the quarter before."""
    add(sqlite_context, 40, product="blue", bucket="M1")
    add(sqlite_context, 20, state="refused", product="blue", bucket="M2", hardship_reason="job_loss")
    add(sqlite_context, 12, state="submitted", product="gold", kind="personalised_agreement", bucket="M3")
    add(sqlite_context, 3, product=FORMULA, bucket="M1")
    add(sqlite_context, 9, submitted_at=datetime(2026, 7, 7, tzinfo=UTC))
    return sqlite_context


@pytest.mark.parametrize(("locale", "expected"), [
    ("en", ("Request statistics", "Approval rate", "68%", "hidden", "October to December 2026")),
    ("zh_CN", ("\u7533\u8bf7\u7edf\u8ba1", "\u6279\u51c6\u7387", "68%", "\u9690\u53bb")),
])
def test_staff_see_the_figures_in_their_language(
        many: ServiceContext, open_as: OpenAs, locale: str, expected: tuple[str, ...]) -> None:
    app = open_as(user(many, Role.STAFF), PAGE, locale=locale)
    assert not app.exception
    shown = words(app) + str(app.selectbox(key="statistics_period").options)
    for text in expected:
        assert text in shown.replace("\\", "")
    assert "staff." not in shown  # a missing text would show its key


def test_lines_without_figures_on_decisions_stand_in_one_sentence(many: ServiceContext) -> None:
    statistics = request_statistics(STAFF, many, Quarter(2026, 4), TODAY, tuple(Dimension))
    with i18n.speaking("en"):
        said = statistics_tables.time_table(statistics, Dimension.BUCKET)
        lines = {line.value: line for line in statistics.breakdowns[Dimension.BUCKET]}
        assert lines["M3"].approval_share is None
        assert said.endswith(i18n.t("staff.untold", list="M3"))
        assert "| M3 |" not in said
        assert "| M1 |" in said


def test_a_supervisor_sees_them_too(many: ServiceContext, open_as: OpenAs) -> None:
    app = open_as(user(many, Role.SUPERVISOR, Authority.L3), PAGE)
    assert [title.value for title in app.title] == ["Request statistics"]


def test_the_quarter_and_the_breakdown_can_be_chosen(many: ServiceContext, open_as: OpenAs) -> None:
    app = open_as(user(many, Role.STAFF), PAGE)
    app.button_group(key="statistics_dimension").set_value(Dimension.KIND).run()
    assert "Personalised instalments" in words(app)
    app.selectbox(key="statistics_period").select(Quarter(2026, 3)).run()
    assert not app.exception
    assert "### 9" in words(app)


def test_too_few_requests_say_so_kindly(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    add(sqlite_context, 4)
    app = open_as(user(sqlite_context, Role.STAFF), PAGE)
    assert not app.exception
    assert "fewer than 5 requests" in words(app)


def test_the_page_asks_a_fixed_number_of_questions(
        many: ServiceContext, open_as: OpenAs, counted_queries: Any) -> None:
    app = open_as(user(many, Role.STAFF), PAGE)
    with counted_queries(many.engine) as before:
        app.run()
    add(many, 60, product="green", bucket="M4", hardship_reason="disaster")
    with counted_queries(many.engine) as after:
        app.run()
    assert len(after) == len(before)
    assert sum("cohort" in statement for statement in after.statements) == 2


def rows(many: ServiceContext, locale: str) -> list[list[str]]:
    statistics = request_statistics(STAFF, many, Quarter(2026, 4), TODAY)
    content = statistics_tables.csv(statistics, locale)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_holds_what_the_page_shows(many: ServiceContext) -> None:
    lines = rows(many, "en")
    heads = lines[0]
    by_group = {(line[1], line[2]): dict(zip(heads, line, strict=True)) for line in lines[1:]}
    assert by_group["All requests", ""]["Requests"] == "75"
    assert by_group["All requests", ""]["Approval rate"] == "0.68"
    assert by_group["Card product", "blue"]["Balances concerned (yuan)"] == "hidden"
    assert by_group["Delinquency bucket", "M2"]["Refused"] == "20"
    assert by_group["Time to decision", "1–2 days"]["Requests"] == "63"
    assert all(len(line) == len(heads) for line in lines)


def test_a_hidden_count_is_hidden_in_the_file(many: ServiceContext) -> None:
    small = next(line for line in rows(many, "en") if "HYPERLINK" in line[2])
    assert small[3] == "hidden"
    assert "3" not in small


def test_no_cell_of_the_file_is_a_live_formula(many: ServiceContext) -> None:
    lines = rows(many, "zh_CN")
    assert any(cell == f"'{FORMULA}" for line in lines for cell in line)
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)


def test_hidden_counts_are_not_in_the_data_of_a_chart(many: ServiceContext) -> None:
    statistics = request_statistics(STAFF, many, Quarter(2026, 4), TODAY)
    spec = statistics_charts.outcomes_by(
        Dimension.PRODUCT, statistics.columns, statistics.breakdowns[Dimension.PRODUCT])
    assert all(value["requests"] >= 5 for value in spec["data"]["values"])
    assert FORMULA not in {value["line"] for value in spec["data"]["values"]}


@pytest.mark.parametrize(("seconds", "expected"), [
    (None, "–"), (10, "1 min"), (1_800, "30 min"), (3_600, "1 h"), (86_400, "24 h"), (172_800, "2 days"),
    (216_000, "2.5 days"),
])
def test_durations_read_as_people_say_them(seconds: int | None, expected: str) -> None:
    with i18n.speaking("en"):
        assert statistics_words.duration(seconds) == expected
