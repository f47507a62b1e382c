"""The page says what the file of figures says, and the figures keep what they must."""

from __future__ import annotations

import re

import pytest

from benchmarks.evaluation_tables import BASELINES, NAMES, PAGE, TABLES, filled, read_latest
from core.evaluation.strategies import UNBOUND, Strategy

DOCUMENT = read_latest()


def test_the_tables_of_the_page_are_those_of_the_figures() -> None:
    page = PAGE.read_text("utf-8")
    assert set(re.findall(r"<!-- table: ([a-z-]+) -->", page)) == set(TABLES)
    assert filled(page, DOCUMENT) == page


def test_every_strategy_is_named() -> None:
    assert set(NAMES) == {strategy.value for strategy in Strategy}
    assert len(BASELINES) == 9


def test_the_run_is_as_large_as_promised_and_breaches_nothing() -> None:
    assert DOCUMENT["debtors"] >= 100_000
    assert DOCUMENT["seeds"] >= 5
    assert set(DOCUMENT["results"]) == {"iva", "dmp"}
    for world in DOCUMENT["results"].values():
        for name, figures in world.items():
            assert (figures["breaching"]["value"] == 0) == (name not in UNBOUND), name
    assert DOCUMENT["honesty"]["moved_by_insisting"] == DOCUMENT["honesty"]["moved_by_bystanders"] == 0


def test_no_lender_is_compared_over_more_deals_than_it_made() -> None:
    found = DOCUMENT["counterparties"]
    made = {name.removeprefix("negmas_"): round(figures["agreement"]["value"] * found["debtors"])
            for name, figures in found["results"]["iva"].items()}
    lines = TABLES["toughness"](DOCUMENT).split("\n")[2:]
    rows = [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in lines]
    assert len(rows) == 5
    for lender, deals, _ in rows:
        of_lender = [count for name, count in made.items() if name.startswith(lender.replace(" ", "_"))]
        assert 0 < int(deals.replace(",", "")) <= min(of_lender), lender


@pytest.mark.parametrize("name", ["random_sets", "debtors"])
def test_bargaining_points_agree_with_another_librarys_on_a_thousand_cases(name: str) -> None:
    points = DOCUMENT["points"]
    assert points[name] >= 1_000
    assert {key: value for key, value in points.items() if key.endswith("differs") and value} == {}


@pytest.mark.parametrize("world", ["iva", "dmp"])
def test_no_bound_strategy_but_the_oracle_is_better_for_both_sides(world: str) -> None:
    for name, difference in DOCUMENT["differences"][world].items():
        if name in UNBOUND or name in ("oracle", "portal_up_to_ceiling"):
            continue
        beaten = [side for side in ("lender_value_counted", "debtor_value") if difference[side]["high"] < 0]
        assert len(beaten) < 2, name
