"""Points, estimates, kept agreements, and the ability × willingness view, by figures worked by hand."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from core.domain.errors import InvalidInput
from core.domain.risk import record as record_module
from core.domain.risk import scorecard as scorecard_module
from core.domain.risk.commitments import Commitment, Kept, Standing, kept_of
from core.domain.risk.record import Cycle, Part, RepaymentRecord, measures
from core.domain.risk.scorecard import Band, Ladder, Rung, Scorecard, score
from core.domain.risk.view import Ability, Cover, EarlyWarning, Means, RiskRule, Sign, Willingness, view


def ladder(*rungs: tuple[str, int], unmeasured: int = 0) -> Ladder:
    return Ladder(tuple(Rung(Decimal(bound), points) for bound, points in rungs), unmeasured)


LADDERS = {
    Part.MONTHS_LATE: ladder(("0", 0), ("1", 9), ("2", 29)),
    Part.LATE_BEFORE: ladder(("0", 0), ("1", 7)),
    Part.MONTHS_UNPAID: ladder(("0", 0), ("1", 5), ("2", 9)),
    Part.PAID_SHARE: ladder(("0", 6), ("0.10", 2), ("1", 0), unmeasured=3),
    Part.PAID_TREND: ladder(("-1", 1), ("0", 0), unmeasured=4),
    Part.UTILISATION: ladder(("0", 0), ("0.50", 2), ("1", 4)),
}
BANDS = (Band(0, Decimal("0.08"), 700), Band(10, Decimal("0.20"), 300), Band(30, Decimal("0.60"), 200))
CARD = Scorecard(LADDERS, BANDS)
RULE = RiskRule(CARD, Decimal("0.30"), 2, Decimal("0.05"))
ASSESSED = Means(50_000, 40_000)

PAYING = RepaymentRecord(1_000_000, 200_000, 0, tuple(Cycle(200_000, 20_000, False) for _ in range(5)))
STOPPED = RepaymentRecord(1_000_000, 1_100_000, 2, (
    Cycle(900_000, 90_000, False), Cycle(950_000, 95_000, True), Cycle(1_000_000, 0, True),
    Cycle(1_030_000, 0, True), Cycle(1_060_000, 0, True)))


def test_measures_of_an_account_that_stopped_paying() -> None:
    assert measures(STOPPED) == {
        Part.MONTHS_LATE: 2, Part.LATE_BEFORE: 3, Part.MONTHS_UNPAID: 3,
        Part.PAID_SHARE: Fraction(185_000, 4_940_000),
        Part.PAID_TREND: -Fraction(185_000, 2_850_000), Part.UTILISATION: Fraction(11, 10)}


def test_nothing_billed_is_not_measured_and_never_counts_as_unpaid() -> None:
    idle = RepaymentRecord(1_000_000, 0, 0, tuple(Cycle(-500, 0, False) for _ in range(5)))
    found = measures(idle)
    assert (found[Part.PAID_SHARE], found[Part.PAID_TREND], found[Part.MONTHS_UNPAID]) == (None, None, 0)
    assert measures(replace(idle, credit_limit_minor=0))[Part.UTILISATION] is None


def test_paying_more_than_was_billed_counts_as_all_of_it() -> None:
    generous = RepaymentRecord(1_000_000, 0, 0, tuple(Cycle(10_000, 25_000, False) for _ in range(4)))
    assert measures(generous)[Part.PAID_SHARE] == 1


def test_a_score_is_the_plain_sum_of_its_parts_and_its_band_is_looked_up() -> None:
    found = score(STOPPED, CARD)
    assert found is not None
    assert [one.points for one in found.parts] == [29, 7, 9, 6, 1, 4]
    assert (found.total, found.band) == (56, BANDS[2])
    assert [one.highest for one in found.parts] == [29, 7, 9, 6, 1, 4]


def test_a_value_on_a_bound_has_reached_it_and_one_below_the_first_counts_as_the_first() -> None:
    shares = LADDERS[Part.PAID_SHARE]
    assert (shares.points(Fraction(1, 10)), shares.points(Fraction(99, 1000))) == (2, 6)
    assert LADDERS[Part.PAID_TREND].points(Fraction(-3)) == 1


def test_two_closed_cycles_say_nothing_yet() -> None:
    assert score(replace(STOPPED, cycles=STOPPED.cycles[:2]), CARD) is None
    assert score(replace(STOPPED, cycles=STOPPED.cycles[:3]), CARD) is not None


@pytest.mark.parametrize(("part", "broken"), [
    (Part.MONTHS_LATE, ladder(("0", 5), ("1", 4))),
    (Part.PAID_SHARE, ladder(("0", 1), ("0.5", 2))),
    (Part.UTILISATION, ladder(("1", 0), ("0.5", 2))),
    (Part.UTILISATION, ladder(("0", -1), ("0.5", 2))),
    (Part.UTILISATION, Ladder(())),
])
def test_a_ladder_that_runs_back_is_refused(part: Part, broken: Ladder) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Scorecard({**LADDERS, part: broken}, BANDS)
    assert refusal.value.code == "risk_points_malformed"


@pytest.mark.parametrize("bands", [(), BANDS[1:], (BANDS[0], Band(10, Decimal("0.05"), 1)), (BANDS[0], BANDS[0])])
def test_more_points_never_mean_less_risk(bands: tuple[Band, ...]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Scorecard(LADDERS, bands)
    assert refusal.value.code == "risk_points_malformed"


def test_a_scorecard_without_a_part_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Scorecard({part: one for part, one in LADDERS.items() if part is not Part.UTILISATION}, BANDS)


def test_protected_attributes_have_no_place_to_stand() -> None:
    """The types a score is made of hold amounts, counts and one flag: nothing else can be put in."""
    assert [field.name for field in fields(RepaymentRecord)] == [
        "credit_limit_minor", "bill_minor", "months_late", "cycles"]
    assert [field.name for field in fields(Cycle)] == ["owed_minor", "paid_minor", "late"]
    for module in (record_module, scorecard_module):
        for _, function in inspect.getmembers(module, inspect.isfunction):
            names = set(inspect.signature(function).parameters)
            assert not names & {"sex", "age", "marriage", "education", "city", "vulnerable", "name", "hardship"}


DUES = ((date(2026, 9, 10), 10_000), (date(2026, 10, 10), 10_000), (date(2026, 11, 10), 10_000),
        (date(2026, 11, 21), 10_000))
AGREED = Commitment(date(2026, 8, 20), Standing.RUNNING, DUES)


def kept(*payments: tuple[date, int], as_of: date = date(2026, 11, 22)) -> Kept:
    return kept_of(AGREED, payments, as_of, grace_days=3)


def test_a_due_in_its_days_of_grace_is_not_judged_yet() -> None:
    assert kept() == Kept(0, 3)
    assert kept(as_of=date(2026, 9, 13)) == Kept(0, 0)
    assert kept(as_of=date(2026, 9, 14)) == Kept(0, 1)


def test_a_payment_on_the_last_day_of_grace_keeps_and_one_later_catches_up_for_the_next() -> None:
    assert kept((date(2026, 9, 13), 10_000)) == Kept(1, 2)
    assert kept((date(2026, 9, 14), 20_000)) == Kept(1, 2)
    assert kept((date(2026, 8, 20), 30_000)) == Kept(3, 0)


def test_what_was_paid_before_the_agreement_does_not_count_for_it() -> None:
    assert kept((date(2026, 8, 19), 90_000)) == Kept(0, 3)


def test_what_the_close_has_judged_stands() -> None:
    for standing, expected in ((Standing.KEPT, Kept(1, 0)), (Standing.MISSED, Kept(0, 1))):
        assert kept_of(replace(AGREED, standing=standing), (), date(2026, 11, 22), 3) == expected


def test_ability_is_what_is_left_against_what_is_due() -> None:
    assert view(PAYING, Means(40_000, 40_000), Kept(), RULE).ability is Ability.ENOUGH
    assert view(PAYING, Means(39_999, 40_000), Kept(), RULE).ability is Ability.SHORT
    assert view(PAYING, Means(None, 40_000), Kept(), RULE).ability is Ability.UNKNOWN
    assert view(PAYING, Means(None, 0), Kept(), RULE).ability is Ability.ENOUGH


@pytest.mark.parametrize(("left", "ceiling", "cover"), [
    (40_000, 50_000, Cover.AFFORDABLE), (39_999, 40_000, Cover.CEILING), (39_999, 39_999, Cover.NOTHING),
    (0, None, Cover.NOTHING)])
def test_what_covers_what_is_due_is_told_by_what_is_affordable_and_by_the_ceiling(
        left: int, ceiling: int | None, cover: Cover) -> None:
    assert Means(left, 40_000, ceiling).covered_by is cover


def test_willingness_is_read_from_payments_and_a_kept_agreement_weighs_more() -> None:
    stopped = view(STOPPED, ASSESSED, Kept(), RULE)
    assert (stopped.willingness, stopped.signs) == (Willingness.LAPSED, (Sign.CYCLES_UNPAID, Sign.LITTLE_PAID))
    returned = view(STOPPED, ASSESSED, Kept(2, 1), RULE)
    assert (returned.willingness, returned.signs[0]) == (Willingness.PAYING, Sign.AGREEMENTS_KEPT)
    assert view(PAYING, ASSESSED, Kept(1, 1), RULE).signs == (Sign.PAYMENTS_COME,)
    assert view(PAYING, ASSESSED, Kept(0, 1), RULE).willingness is Willingness.LAPSED


def test_nothing_known_is_said_to_be_unknown() -> None:
    young = view(replace(STOPPED, cycles=STOPPED.cycles[:1]), Means(None, 1), Kept(), RULE)
    assert (young.ability, young.willingness, young.score, young.warnings) == (
        Ability.UNKNOWN, Willingness.UNKNOWN, None, ())


def test_a_warning_comes_from_the_estimate_or_from_a_missed_promise() -> None:
    assert view(STOPPED, ASSESSED, Kept(), RULE).warnings == (EarlyWarning.LIKELY,)
    assert view(PAYING, ASSESSED, Kept(3, 1), RULE).warnings == (EarlyWarning.PROMISE_MISSED,)
    assert view(PAYING, ASSESSED, Kept(3, 0), RULE).warnings == ()
    assert view(STOPPED, ASSESSED, Kept(), replace(RULE, warning_share=Decimal("0.60"))).warnings == (
        EarlyWarning.LIKELY,)


def test_means_never_move_the_estimate() -> None:
    poor, rich = (view(STOPPED, means, Kept(), RULE).score for means in (Means(0, 90_000), Means(900_000, 1)))
    assert poor == rich


@pytest.mark.parametrize("wrong", [{"months_late": -1}, {"credit_limit_minor": -1}, {"cycles": (Cycle(1, -1, False),)},
                                   {"cycles": (Cycle(1, 1, False),) * 6}])
def test_a_record_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        replace(PAYING, **wrong)  # type: ignore[arg-type] # one wrong field at a time
