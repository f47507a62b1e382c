"""Schedules, annualised rates and assessments as published or derived by hand, through the calculator."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.policy.book import PolicyBook
from core.services.calculator import calculate

FOLDER = Path(__file__).parent


def examples(file: str) -> list[Any]:
    rows = yaml.safe_load((FOLDER / file).read_text("utf-8"))
    return [pytest.param(row, id=row["name"].replace(" ", "_")) for row in rows]


def ask(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    return calculate(kind, json.dumps(document, default=str).encode(), PolicyBook.load)


def assert_shows(expected: Any, answer: Any) -> None:
    """Everything expected is there, exactly; more may be."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert_shows(value, answer[key])
    else:
        assert answer == (expected.isoformat() if isinstance(expected, date) else expected)


@pytest.mark.parametrize("example", examples("schedules.yaml"))
def test_schedule_shows_the_published_figures(example: dict[str, Any]) -> None:
    answer = ask("schedule", example["terms"])
    rows = {row["number"]: row for row in answer["instalments"]}
    assert_shows(example.get("rows", {}), rows)
    assert_shows(example.get("totals", {}), answer["totals"])
    assert answer["annualised_rate"] == example.get("annualised_rate", answer["annualised_rate"])


@pytest.mark.parametrize("example", examples("annualised_rates.yaml"))
def test_flows_have_the_published_rate(example: dict[str, Any]) -> None:
    flows = []
    for start, amount, times in example["flows"]:
        if isinstance(start, date):
            flows.append({"on": start.isoformat(), "amount": amount})
        else:
            flows += [{"period": start + number, "amount": amount} for number in range(times)]
    answer = ask("apr", {"flows": flows})
    assert_shows({key: example[key] for key in ("monthly_irr_x12", "effective") if key in example}, answer)


@pytest.mark.parametrize("example", examples("affordability.yaml"))
def test_household_is_assessed_as_worked_by_hand(example: dict[str, Any]) -> None:
    household = dict(example["household"], as_of="2026-11-22")
    for name in ("income", "spending"):
        household[name] = [{"kind": kind, "monthly": amount, "evidence": evidence}
                           for kind, (amount, evidence) in household[name].items()]
    assert_shows(example["expected"], ask("affordability", household))
