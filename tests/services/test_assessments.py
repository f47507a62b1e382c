"""Assessments: a draft nobody loses, a result that can be replayed, and nobody else's business."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.records import audit_log
from core.db.tables.requests import assessments as assessment_table
from core.domain.affordability import Outcome
from core.domain.errors import Conflict, InvalidInput, NotPermitted
from core.domain.household import Evidence, Income, Spending, SpendingKind
from core.services import assessments
from core.services.assessment_records import AssessmentInput, Draft, as_record, from_record
from core.services.context import ServiceContext
from tests.services.cards import OTHER_ROLES, add_card, cardholder

SHANGHAI = "\u4e0a\u6d77"
FAMILY = AssessmentInput(
    persons=2, city=SHANGHAI, income=(Income("salary", 1_200_000, Evidence.PROVIDED),),
    spending=(Spending(SpendingKind.HOUSING, 250_000), Spending(SpendingKind.FOOD, 220_000)),
    other_debt_payments_minor=50_000, hardship=("income_drop",))


def test_a_finished_assessment_can_be_read_again_and_replayed(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    done = assessments.finish(person, context, FAMILY, "key-1")
    again = assessments.latest(person, context).finished
    assert again == done
    assert assessments.replay(context, done) == done.result
    assert done.outcome is Outcome.AFFORDABLE
    assert done.affordable_minor == done.result.affordable_minor > 0
    assert done.policy_version == context.policy.version


def test_the_floor_of_living_costs_is_the_citys_allowance_times_the_working_factor(context: ServiceContext) -> None:
    add_card(context)
    nothing_paid = replace(FAMILY, spending=(), no_essential_spending=True)
    done = assessments.finish(cardholder(context), context, nothing_paid, "key-1")
    policy = context.policy.on(done.as_of)
    floor = int(policy.table("afford.dibao_table")[SHANGHAI] * policy.decimal("afford.working_floor")) * 2
    assert done.result.counted.living_minor == floor


def test_a_city_without_a_figure_is_never_guessed(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    for content, code in ((replace(FAMILY, city=None), "city_missing"),
                          (replace(FAMILY, city="Atlantis"), "city_unknown")):
        with pytest.raises(InvalidInput) as refused:
            assessments.finish(person, context, content, "key-1")
        assert (refused.value.code, refused.value.field) == (code, "city")
    local = replace(FAMILY, city=None, local_allowance_minor=80_000)
    assert assessments.finish(person, context, local, "key-1").result.counted.living_minor == 240_000


@pytest.mark.parametrize(("left_out", "said", "field"), [
    ({"income": ()}, {"no_income": True}, "income"),
    ({"income": (Income("salary", 0),)}, {"no_income": True}, "income"),
    ({"spending": ()}, {"no_essential_spending": True}, "spending"),
    ({"spending": (Spending(SpendingKind.LEISURE, 10_000),)}, {"no_essential_spending": True}, "spending"),
])
def test_silence_about_income_or_essentials_is_no_zero_but_the_word_of_the_person_is(
        context: ServiceContext, left_out: Any, said: Any, field: str) -> None:
    add_card(context)
    person = cardholder(context)
    silent = replace(FAMILY, **left_out)
    assert assessments.save_draft(person, context, silent, None).input == silent  # a draft may be half filled in
    with pytest.raises(InvalidInput) as refused:
        assessments.finish(person, context, silent, "key-1")
    assert (refused.value.field, refused.value.code.endswith("_unsaid")) == (field, True)
    done = assessments.finish(person, context, replace(silent, **said), "key-2")
    assert assessments.replay(context, done) == done.result


def test_an_input_stored_before_the_question_was_asked_is_still_read(context: ServiceContext) -> None:
    record = as_record(FAMILY)
    del record["no_income"], record["no_essential_spending"]
    assert from_record(record) == FAMILY


def test_a_draft_is_found_again_as_it_was_left(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    assert assessments.latest(person, context).draft is None
    first = assessments.save_draft(person, context, FAMILY, None)
    changed = replace(FAMILY, persons=3)
    second = assessments.save_draft(person, context, changed, first.version)
    found = assessments.latest(person, context).draft
    assert found is not None
    assert (found.input, found.version) == (changed, second.version)


def test_two_tabs_meet_on_the_draft_and_neither_loses_its_work(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    seen = assessments.save_draft(person, context, FAMILY, None).version
    mine, theirs = replace(FAMILY, persons=3), replace(FAMILY, persons=4)
    assessments.save_draft(person, context, theirs, seen)
    for stale in (seen, None):
        with pytest.raises(Conflict) as refused:
            assessments.save_draft(person, context, mine, stale)
        assert refused.value.data["mine"] == mine
        assert refused.value.data["theirs"].input == theirs


def test_tabs_that_save_at_the_same_moment_leave_one_draft(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    outcomes: list[str] = []
    told: list[Draft] = []

    def save(persons: int) -> None:
        try:
            assessments.save_draft(person, context, replace(FAMILY, persons=persons), None)
            outcomes.append("saved")
        except Conflict as clash:
            outcomes.append(clash.code)
            told.append(clash.data["theirs"])

    tabs = [threading.Thread(target=save, args=(number,)) for number in range(1, 7)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(outcomes) == ["draft_changed"] * 5 + ["saved"]
    assert told == [assessments.latest(person, context).draft] * 5  # the later ones see what they lost to


def test_finishing_takes_the_place_of_the_draft(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    assessments.save_draft(person, context, FAMILY, None)
    assessments.finish(person, context, FAMILY, "key-1")
    state = assessments.latest(person, context)
    assert state.draft is None
    assert state.finished is not None
    assert assessments.save_draft(person, context, FAMILY, None).version == 1


def test_the_same_key_finishes_once_and_another_input_under_it_is_refused(context: ServiceContext) -> None:
    add_card(context)
    person = cardholder(context)
    first = assessments.finish(person, context, FAMILY, "key-1")
    assert assessments.finish(person, context, FAMILY, "key-1") == first
    with pytest.raises(Conflict):
        assessments.finish(person, context, replace(FAMILY, persons=5), "key-1")
    with context.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(assessment_table)).scalar() == 1


def test_people_see_only_their_own_assessment(context: ServiceContext) -> None:
    add_card(context)
    add_card(context, card="c22", person="p2")
    assessments.finish(cardholder(context), context, FAMILY, "key-1")
    state = assessments.latest(cardholder(context, "p2"), context)
    assert (state.draft, state.finished) == (None, None)


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_other_roles_neither_read_nor_write_assessments_here(sqlite_context: ServiceContext, role: str) -> None:
    other = OTHER_ROLES[role]
    for call in (lambda: assessments.latest(other, sqlite_context),
                 lambda: assessments.save_draft(other, sqlite_context, FAMILY, None),
                 lambda: assessments.finish(other, sqlite_context, FAMILY, "key-1")):
        with pytest.raises(NotPermitted):
            call()


@pytest.mark.parametrize(("change", "code"), [
    ({"persons": 0}, "persons_out_of_range"), ({"persons": 21}, "persons_out_of_range"),
    ({"other_debt_payments_minor": -1}, "amount_out_of_range"),
    ({"income": (Income("salary", 10**16),)}, "amount_out_of_range"),
    ({"income": (Income("salary", -1), Income("salary", 1))}, "amount_out_of_range"),
    ({"city": "\x00"}, "city_unknown"), ({"city": "x" * 41}, "city_unknown"),
    ({"income": (Income("lottery", 1),)}, "income_kind_unknown"), ({"hardship": ("bored",)}, "hardship_unknown"),
    ({"income": (Income("salary", 1),) * 41}, "too_many_lines")])
def test_figures_no_household_has_are_refused(
        sqlite_context: ServiceContext, change: dict[str, Any], code: str) -> None:
    add_card(sqlite_context)
    with pytest.raises(InvalidInput) as refused:
        assessments.save_draft(cardholder(sqlite_context), sqlite_context, replace(FAMILY, **change), None)
    assert refused.value.code == code


def test_an_outcome_below_affordable_always_names_a_way_on(context: ServiceContext) -> None:
    add_card(context)
    poor = assessments.finish(cardholder(context), context, replace(FAMILY, income=(), no_income=True), "key-1")
    assert poor.outcome is Outcome.NO_INCOME
    assert poor.result.routes
    assert poor.result.nearest_change is not None


def test_the_audit_tells_the_outcome_and_nothing_personal(context: ServiceContext) -> None:
    add_card(context)
    assessments.finish(cardholder(context), context, FAMILY, "key-1")
    with context.reading() as connection:
        row = connection.execute(sa.select(audit_log).order_by(audit_log.c.sequence.desc()).limit(1)).one()
    assert row.event == "assessment_finished"
    assert set(row.data) == {"outcome", "affordable_minor", "policy_version"}


def test_reading_the_state_takes_three_queries(context: ServiceContext, counted_queries: Any) -> None:
    add_card(context)
    person = cardholder(context)
    assessments.finish(person, context, FAMILY, "key-1")
    with counted_queries(context.engine) as counted:
        assessments.latest(person, context)
    assert len(counted) == 3
