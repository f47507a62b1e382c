"""Where a debt is heading: dates, charges and payments month by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.domain.allocation import Outstanding
from core.domain.errors import InvalidInput
from core.domain.projection import project, project_schedule, project_until
from core.domain.projection_model import FixedMonthly, Position, Scenario, statement_dates
from core.domain.schedule import Method, SchedulePlan, make_schedule
from core.policy.book import PolicyBook
from core.policy.rules.projection import projection_rule

RULE = projection_rule(PolicyBook.load().on(date(2024, 1, 5)))
OWED = Position(date(2024, 1, 5), Outstanding(30_00, 80_00, 1_500_00), days_past_due=30, statement_day=5)
CLEAN = replace(OWED, outstanding=Outstanding(0, 0, 10_000_00), days_past_due=0)


def test_rows_are_the_statement_dates_after_the_day_itself() -> None:
    assert list(statement_dates(date(2024, 1, 5), 5, 2)) == [date(2024, 2, 5), date(2024, 3, 5)]
    assert next(statement_dates(date(2024, 1, 4), 5, 1)) == date(2024, 1, 5)


def test_a_month_without_the_statement_day_closes_on_its_last() -> None:
    assert [day.day for day in statement_dates(date(2024, 1, 30), 31, 4)] == [31, 29, 31, 30]


def test_interest_counts_the_statement_day_and_joins_the_principal() -> None:
    first, second = project(CLEAN, 2, Scenario.DO_NOTHING, RULE).months
    assert first.interest_charged_minor == 10_000_00 * 31 * 5 // 10_000
    assert first.principal_minor == 10_155_00
    assert second.interest_charged_minor == round(10_155_00 * 29 * 5 / 10_000)


def test_interest_stays_apart_where_the_issuer_does_not_compound() -> None:
    first, second = project(CLEAN, 2, Scenario.DO_NOTHING, replace(RULE, compounds=False)).months
    assert (first.principal_minor, first.interest_minor) == (10_000_00, 155_00)
    assert second.interest_charged_minor == 145_00


def test_a_late_fee_falls_on_each_missed_due_date_and_bears_no_interest() -> None:
    months = project(OWED, 3, Scenario.DO_NOTHING, RULE).months
    # The minimum asked for: a tenth of 1500 with all of 80 and 30; 5 % of these 260.
    assert months[0].late_fee_charged_minor == 13_00
    assert months[0].fees_minor == 43_00
    assert months[1].interest_charged_minor == round(months[0].principal_minor * 29 * 5 / 10_000)
    assert months[1].late_fee_charged_minor > months[0].late_fee_charged_minor


def test_no_late_fee_falls_on_a_due_date_within_an_extension() -> None:
    months = project(replace(OWED, no_late_fee_until=date(2024, 2, 24)), 3, Scenario.DO_NOTHING, RULE).months
    assert months[0].late_fee_charged_minor == 0
    assert months[1].on == date(2024, 3, 5)
    assert months[1].late_fee_charged_minor > 0
    until_its_end = replace(OWED, no_late_fee_until=date(2024, 2, 25))
    assert project(until_its_end, 2, Scenario.DO_NOTHING, RULE).late_fee_total_minor == 0


def test_days_past_due_go_on_from_the_oldest_unpaid_due_date() -> None:
    months = project(OWED, 3, Scenario.DO_NOTHING, RULE).months
    assert [(month.days_past_due, month.bucket) for month in months] == [(61, "M3"), (90, "M3"), (121, "M5")]


def test_nothing_past_due_counts_from_the_first_due_date_missed() -> None:
    first = project(CLEAN, 1, Scenario.DO_NOTHING, RULE).months[0]
    assert first.days_past_due == (date(2024, 2, 5) - date(2024, 1, 25)).days


def test_a_due_date_already_kept_is_not_missed_again() -> None:
    later = replace(CLEAN, as_of=date(2024, 1, 28))
    first, second = project(later, 2, Scenario.DO_NOTHING, RULE).months
    assert (first.days_past_due, first.late_fee_charged_minor) == (0, 0)
    assert second.late_fee_charged_minor > 0


def test_the_minimum_payment_ends_the_delay_and_no_late_fee_is_charged() -> None:
    result = project(OWED, 12, Scenario.MINIMUM_PAYMENT, RULE)
    assert result.late_fee_total_minor == 0
    assert result.months[0].paid_minor == 260_00
    assert {month.days_past_due for month in result.months} == {0}


def test_the_unpaid_minimum_on_the_books_is_asked_for_when_it_is_known() -> None:
    known = replace(OWED, unpaid_minimum_minor=500_00)
    assert project(known, 1, Scenario.MINIMUM_PAYMENT, RULE).months[0].paid_minor == 500_00


def test_a_payment_day_accrues_on_the_reduced_balance() -> None:
    # Paid on 25 January: 19 days on 10000, 12 days on what is left after 3000.
    first = project(CLEAN, 1, FixedMonthly(3_000_00), RULE).months[0]
    assert first.interest_charged_minor == (19 * 10_000_00 + 12 * 7_000_00) * 5 // 10_000


def test_a_payment_after_ninety_days_goes_to_the_principal_first() -> None:
    late = replace(OWED, days_past_due=91)
    first = project(late, 1, FixedMonthly(100_00), RULE).months[0]
    assert (first.interest_minor, first.fees_minor) == (80_00, 30_00 + first.late_fee_charged_minor)
    early = project(OWED, 1, FixedMonthly(100_00), RULE).months[0]
    assert (early.interest_minor, early.fees_minor) == (10_00, early.late_fee_charged_minor)


def test_a_debt_is_settled_on_the_payment_after_which_nothing_is_charged() -> None:
    result = project(CLEAN, 6, FixedMonthly(10_000_00), RULE)
    # 25 January pays the balance; the 19 days before it are billed as 95.00 and paid on 25 February, their
    # own 19 days as 0.90 and paid on 25 March, and those as 0.01 and paid on 25 April.
    assert [month.interest_charged_minor for month in result.months] == [95_00, 90, 1, 0, 0, 0]
    assert result.settled_on == date(2024, 4, 25)
    assert result.months[-1].total_minor == 0


def test_who_owes_nothing_is_settled_at_once() -> None:
    assert project(replace(CLEAN, outstanding=Outstanding()), 1, Scenario.DO_NOTHING, RULE).settled_on == CLEAN.as_of


def test_a_higher_late_fee_counts_the_misses_that_were_there() -> None:
    from core.domain.late_fee import HigherRate

    steep = replace(RULE, late_fee=replace(RULE.late_fee, after_consecutive=HigherRate(2, Decimal("0.06"))))
    assert project(OWED, 1, Scenario.DO_NOTHING, steep).months[0].late_fee_charged_minor == 15_60


def test_a_plan_that_is_kept_ends_with_its_last_instalment() -> None:
    schedule = make_schedule(SchedulePlan(1_610_00, OWED.as_of, 6, Method.INTEREST_FREE, down_payment_minor=110_00))
    result = project_schedule(OWED, 12, schedule, RULE.delinquency)
    assert result.paid_total_minor == 1_610_00
    assert result.months[0].total_minor == 1_610_00 - 110_00 - 250_00
    assert result.settled_on == date(2024, 7, 5)
    assert {month.bucket for month in result.months} == {"M0"}


def test_a_debt_that_outgrows_every_book_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        project(CLEAN, 600, Scenario.DO_NOTHING, replace(RULE, daily_rate=Decimal(1000)))
    assert refused.value.code == "amount_too_large"


@pytest.mark.parametrize(("change", "field"), [
    ({"outstanding": Outstanding(0, 0, -1)}, "outstanding.principal"),
    ({"days_past_due": -1}, "days_past_due"),
    ({"statement_day": 0}, "statement_day"),
    ({"statement_day": 32}, "statement_day"),
])
def test_an_impossible_position_is_refused_by_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        project(replace(OWED, **change), 1, Scenario.DO_NOTHING, RULE)  # type: ignore[arg-type]  # fits its field
    assert refused.value.field == field


@pytest.mark.parametrize("months", [0, 601])
def test_months_go_from_one_to_fifty_years(months: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        project(OWED, months, Scenario.DO_NOTHING, RULE)
    assert refused.value.field == "months"


@pytest.mark.parametrize("scenario", [Scenario.DO_NOTHING, Scenario.MINIMUM_PAYMENT, FixedMonthly(500_00)])
def test_a_projection_to_a_statement_day_is_that_of_its_statements(scenario: Scenario | FixedMonthly) -> None:
    assert project_until(OWED, date(2025, 1, 5), scenario, RULE) == project(OWED, 12, scenario, RULE)


def test_between_statements_interest_has_grown_to_the_day_and_no_further() -> None:
    closed, stands = project_until(CLEAN, date(2024, 2, 15), Scenario.DO_NOTHING, RULE).months
    assert stands.interest_charged_minor == round(closed.principal_minor * 10 * 5 / 10_000)
    assert stands.total_minor == closed.total_minor + stands.interest_charged_minor + stands.late_fee_charged_minor


def test_a_projection_does_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidInput):
        project_until(OWED, date(2024, 1, 4), Scenario.DO_NOTHING, RULE)


@pytest.mark.parametrize("scenario", [Scenario.DO_NOTHING, Scenario.MINIMUM_PAYMENT, FixedMonthly(300_00)])
@pytest.mark.parametrize("compounds", [True, False])
def test_a_mark_on_the_way_is_what_a_projection_to_that_day_ends_with(
        scenario: Scenario | FixedMonthly, compounds: bool) -> None:
    rule, until = replace(RULE, compounds=compounds), date(2025, 1, 20)
    marks = [OWED.as_of + timedelta(days=days) for days in (*range(70), 200, 366, 381)]
    along = project_until(OWED, until, scenario, rule, marks)
    assert along == replace(project_until(OWED, until, scenario, rule), marks=along.marks)
    assert along.marks == tuple(project_until(OWED, day, scenario, rule).months[-1] for day in marks)


def test_a_mark_lies_within_the_projection() -> None:
    for day in (date(2024, 1, 4), date(2024, 6, 2)):
        with pytest.raises(InvalidInput):
            project_until(OWED, date(2024, 6, 1), Scenario.DO_NOTHING, RULE, [day])
