"""Outcomes from files: who is who in a group decides nothing, rows are answered for, a candidate is a policy file."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from core.domain.risk.record import Cycle, RepaymentRecord
from core.policy.book import SHIPPED, PolicyBook
from core.policy.overlay import overlaid
from core.policy.rules.risk import FITTED, SHARES, scorecard
from core.services.importing.report import FileUnusable
from core.services.risk_fitting import candidate, evaluate, fit, fitted_source, usable
from core.services.risk_outcomes import COLUMNS, Outcome, groups, read_outcomes, written
from tests.imports.files import csv_text, uci_file, uci_row

BOOK = PolicyBook.load()
NEXT_YEAR = date(2027, 1, 1)
SOURCE = fitted_source("Own outcomes: \"2026\"", "\u81ea\u6709\u6570\u636e", "books of this bank")


def clients(count: int, seed: int = 1, **protected: Any) -> bytes:
    """Accounts whose months late decide about their default; ``protected`` columns are set by a function of chance."""
    chance, other = Random(seed), Random(99)
    rows = []
    for number in range(1, count + 1):
        late = chance.choice((0, 0, 0, 1, 2))
        row = uci_row(number, PAY_0=late, PAY_AMT1=chance.randrange(3_000), BILL_AMT1=chance.randrange(1_000, 60_000),
                      **{"default.payment.next.month": int(chance.random() < (0.1, 0.4, 0.7)[late])})
        rows.append(row | {name: drawn(other) for name, drawn in protected.items()})
    return uci_file(*rows)


def test_changing_every_protected_attribute_changes_nothing_fitted() -> None:
    plain = clients(3_000)
    shuffled = clients(3_000, SEX=lambda chance: chance.randint(1, 2), AGE=lambda chance: chance.randint(18, 90),
                       MARRIAGE=lambda chance: chance.randint(0, 3), EDUCATION=lambda chance: chance.randint(0, 6))
    assert plain != shuffled
    assert read_outcomes(plain) == read_outcomes(shuffled)
    first, second = (candidate(BOOK, fit(read_outcomes(one)), NEXT_YEAR, SOURCE, "") for one in (plain, shuffled))
    assert first == second


def test_the_public_file_is_read_as_the_column_guide_says() -> None:
    [found] = read_outcomes(uci_file(uci_row(
        7, LIMIT_BAL="1e+05", PAY_0=2, PAY_2=0, PAY_3=1, PAY_4=-1, PAY_5=-2, PAY_6=3, BILL_AMT1=600, BILL_AMT2=500,
        BILL_AMT3=400, BILL_AMT4=300, BILL_AMT5=200, BILL_AMT6=100, PAY_AMT1=6, PAY_AMT2=5, PAY_AMT3=4, PAY_AMT4=3,
        PAY_AMT5=2, PAY_AMT6=1)))
    assert found == Outcome("7", RepaymentRecord(10_000_000, 60_000, 2, (
        Cycle(10_000, 200, False), Cycle(20_000, 300, False), Cycle(30_000, 400, True), Cycle(40_000, 500, False),
        Cycle(50_000, 600, True))), True)


def test_accounts_that_are_not_late_are_read_too() -> None:
    assert len(read_outcomes(clients(50))) == 50


def test_own_outcomes_survive_their_file() -> None:
    young = Outcome("young", RepaymentRecord(500_000, -1_250, 0, (Cycle(-500, 0, False),)), False)
    old = Outcome("old", RepaymentRecord(500_000, 480_000, 3, tuple(
        Cycle(400_000 + number, number, number > 2) for number in range(5))), True)
    text = written([young, old])
    assert read_outcomes(text.encode()) == [young, old]
    assert text.splitlines()[0] == ",".join(COLUMNS)


@pytest.mark.parametrize(("changes", "where"), [
    ({"reference": ""}, "reference: value_missing"),
    ({"bill": "12,5"}, "bill: amount_malformed"),
    ({"paid_3": "-1.00"}, "paid_3: amount_malformed"),
    ({"late_5": "yes"}, "late_5: not_a_number"),
    ({"late_5": ""}, "late_5: value_missing"),
    ({"months_late": "-1"}, "months_late: not_a_number"),
    ({"defaulted": ""}, "defaulted: value_missing"),
])
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_fitted(changes: dict[str, str], where: str) -> None:
    good = dict(zip(COLUMNS, ("a", "1000.00", "900.00", "1", *("100.00", "5.00", "1") * 5, "0"), strict=True))
    assert len(read_outcomes(csv_text([good], COLUMNS).encode())) == 1
    with pytest.raises(FileUnusable) as refusal:
        read_outcomes(csv_text([good, good | {"reference": "b"} | changes], COLUMNS).encode())
    assert f"row 3, {where}" in str(refusal.value)


def test_a_repeated_account_and_a_faulty_public_row_are_refused() -> None:
    row = dict(zip(COLUMNS, ("a", "1.00", "1.00", "0", *("1.00", "1.00", "0") * 5, "0"), strict=True))
    for content in (csv_text([row, row], COLUMNS).encode(), uci_file(uci_row(1), uci_row(2, PAY_4="late")),
                    uci_file(uci_row(1, **{"default.payment.next.month": "x"}))):
        with pytest.raises(FileUnusable) as refusal:
            read_outcomes(content)
        assert refusal.value.code == "risk_row_unreadable"


def test_an_account_is_held_out_by_its_reference_and_not_by_its_place() -> None:
    outcomes = read_outcomes(clients(2_000))
    held, fitted_on = usable(outcomes, held_out=True), usable(outcomes[::-1], held_out=False)
    assert {one.reference for one in held} | {one.reference for one in fitted_on} == {str(n) for n in range(1, 2_001)}
    assert not {one.reference for one in held} & {one.reference for one in fitted_on}
    assert 0.27 < len(held) / 2_000 < 0.33


def test_the_shipped_points_are_exactly_what_the_fit_command_writes() -> None:
    [value] = BOOK.timeline(SHARES)
    text = candidate(BOOK, scorecard(BOOK.on(value.from_date)), value.from_date, value.source, value.note)
    assert text == (SHIPPED / "risk_points.yaml").read_text("utf-8")


def test_a_candidate_is_a_sound_policy_file_that_keeps_every_earlier_value() -> None:
    card = fit(read_outcomes(clients(3_000)))
    book = overlaid("candidate.yaml", candidate(BOOK, card, NEXT_YEAR, SOURCE, "a \"note\": \u8bf4\u660e").encode())
    assert scorecard(book.on(NEXT_YEAR)) == card
    assert scorecard(book.on(date(2026, 12, 31))) == scorecard(BOOK.on(date(2026, 12, 31)))
    for name in FITTED:
        assert book.timeline(name)[-1].source == SOURCE
        assert len(book.timeline(name)) == len(BOOK.timeline(name)) + 1


def test_groups_are_compared_by_name_and_small_ones_left_out() -> None:
    content = clients(3_000, SEX=lambda chance: 1 if chance.random() < 0.5 else 2,
                      EDUCATION=lambda chance: 9 if chance.random() < 0.01 else 1)
    found = groups(content)
    assert set(found["1"]) == {"sex", "education", "marriage", "age"}
    outcomes = read_outcomes(content)
    judged = evaluate(outcomes, fit(outcomes), BOOK.on(NEXT_YEAR).decimal("risk.warning_share"), found)
    assert {group for name, group in judged.fairness if name == "sex"} == {"men", "women"}
    assert {group for name, group in judged.fairness if name == "education"} == {"graduate school"}
    assert sum(row.accounts for (name, _), row in judged.fairness.items() if name == "sex") == judged.accounts
    assert judged.auc.value > 0.65
    assert judged.brier < judged.brier_of_the_mean


def test_the_lenders_own_groups_are_compared_and_never_fitted() -> None:
    row = dict(zip(COLUMNS, ("a", "1.00", "1.00", "0", *("1.00", "1.00", "0") * 5, "0"), strict=True))
    content = csv_text([row | {"group_region": "north"}], [*COLUMNS, "group_region"]).encode()
    assert groups(content) == {"a": {"region": "north"}}
    assert read_outcomes(content) == read_outcomes(csv_text([row], COLUMNS).encode())
