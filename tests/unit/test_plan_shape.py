"""Plans whose instalments differ: rising steps and lean months, to the fen and without a large last payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from core.domain.calendar import due_dates
from core.domain.errors import InvalidInput
from core.domain.plan_shape import LEVEL, PlanShape, runs, shape_from, shape_record
from core.domain.schedule import Method, SchedulePlan, make_schedule, nominal_unit

STEPS = PlanShape(6, Decimal("0.50"), 2)
LEAN = PlanShape(lean_months=(1, 2), lean_share=Decimal("0.25"))
START = date(2026, 11, 22)


def amounts(shape: PlanShape, principal: int, count: int, rate: str = "0", first: date = date(2026, 12, 22)
            ) -> list[int]:
    weights = shape.weights(due_dates(first, count), 12)
    method = Method.EQUAL_INSTALMENT if Decimal(rate) else Method.INTEREST_FREE
    made = make_schedule(SchedulePlan(principal, START, count, method, first, rate=Decimal(rate), weights=weights))
    assert made.principal_minor == principal
    return [row.amount_minor for row in made.instalments]


def test_steps_raise_the_first_instalment_by_its_share_as_often_as_said_and_no_more() -> None:
    # 6 x 1 + 6 x 1.5 + 12 x 2 = 39 parts of 100 yuan.
    assert amounts(STEPS, 3_900_00, 24) == [100_00] * 6 + [150_00] * 6 + [200_00] * 12


def test_lean_months_go_by_the_due_date_and_the_others_pay_for_them() -> None:
    # December, then January and February at a quarter, then nine others and December: 11 + 2 x 0.25 = 11.5.
    assert amounts(LEAN, 1_150_00, 13) == [100_00, 25_00, 25_00, *[100_00] * 10]


def test_steps_and_lean_months_together_multiply() -> None:
    both = PlanShape(6, Decimal("0.50"), 2, (1,), Decimal("0.50"))
    sizes = both.sizes(due_dates(date(2026, 7, 1), 8), 12)
    assert sizes == (*[Fraction(1)] * 6, Fraction(3, 4), Fraction(3, 2))


def test_the_last_instalment_absorbs_what_rounding_left_and_lies_never_above_its_step() -> None:
    for principal in range(1_000_00, 1_000_40):
        for rate in ("0", "0.1825"):
            made = amounts(STEPS, principal, 23, rate)
            assert 0 < made[-1] <= made[-2]
            assert made[-2] - made[-1] <= 80
            assert sum(made) == principal or rate != "0"


def test_with_interest_the_amounts_keep_their_proportion_and_repay_exactly() -> None:
    made = amounts(STEPS, 20_000_00, 24, "0.12")
    unit = nominal_unit(SchedulePlan(20_000_00, START, 24, rate=Decimal("0.12"), first_due_date=date(2026, 12, 22),
                                     weights=STEPS.weights(due_dates(date(2026, 12, 22), 24), 12)))
    assert made[0] == -(-2 * unit.numerator // unit.denominator)  # weights 2, 3, 4
    assert (made[6] - made[0] * 3 // 2, made[12] - made[0] * 2) in {(0, 0), (0, -1), (1, 0), (0, 1), (1, -1)}


def test_weeks_belong_to_the_month_of_the_plan_they_fall_in() -> None:
    sizes = PlanShape(1, Decimal("1"), 1).sizes([date(2026, 12, 1)] * 9, 52)
    assert sizes == (*[1] * 4, *[2] * 5)  # a month is 52 / 12 weeks: three of them are 4, 4 and 5


def test_equal_sizes_are_one_stretch() -> None:
    assert runs([Fraction(1), Fraction(1), Fraction(2), Fraction(1)]) == [(0, 2), (2, 1), (3, 1)]


@pytest.mark.parametrize("shape", [
    LEVEL, STEPS, LEAN, PlanShape(12, Decimal("0.10"), 1, (3, 4, 5), Decimal("0.75"))])
def test_a_stored_shape_is_read_back_and_a_level_one_stores_nothing(shape: PlanShape) -> None:
    assert shape_from(shape_record(shape)) == shape
    assert shape_record(LEVEL) == {}
    assert shape_from(None) is LEVEL


@pytest.mark.parametrize("parts", [
    {"step_months": 6}, {"step_months": 6, "step_share": Decimal("-0.1"), "most_steps": 1},
    {"step_share": Decimal("NaN"), "step_months": 1, "most_steps": 1}, {"lean_months": (13,), "lean_share": Decimal(0)},
    {"lean_months": (2, 1), "lean_share": Decimal("0.5")}, {"lean_months": (1, 1), "lean_share": Decimal("0.5")},
    {"lean_months": (1,)}, {"lean_share": Decimal("0.5")}, {"lean_months": (1,), "lean_share": Decimal(0)},
    {"lean_months": tuple(range(1, 13)), "lean_share": Decimal("0.5")}])
def test_what_is_no_shape_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        PlanShape(**parts)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize("record", [{"step_months": "x"}, {"lean_months": 5}, {"lean_share": "y"}])
def test_a_record_that_is_no_shape_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        shape_from(record)


@pytest.mark.parametrize("weights", [(1, 2), (1, 0, 1)])
def test_weights_that_do_not_fit_the_instalments_are_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_schedule(SchedulePlan(1_000_00, START, 3, weights=weights))
    assert refused.value.code == "weights_malformed"
