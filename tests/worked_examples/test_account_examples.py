"""Interest, fees, allocation, ageing and due dates as published or derived, through the rules themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.domain.allocation import Component, Outstanding, allocate
from core.domain.calendar import BusinessDay, Frequency, MonthEnd, add_months, due_dates
from core.domain.cash_advance import cash_advance
from core.domain.delinquency import asset_classes, bucket
from core.domain.interest import Base, DatedRate, Movement, Pause, RateBasis, accumulated_interest
from core.domain.late_fee import HigherRate, late_fee
from core.domain.minimum_payment import Billed, minimum_payment
from core.domain.money import Rounding, format_yuan, parse_yuan
from core.policy.book import PolicyBook
from core.policy.rules import account

FOLDER = Path(__file__).parent
BOOK = PolicyBook.load()
POLICY = BOOK.on(date(2026, 11, 22))

Example = dict[str, Any]


def read(file: str) -> Any:
    return yaml.safe_load((FOLDER / file).read_text("utf-8"))


def named(rows: list[Example]) -> list[Any]:
    return [pytest.param(row, id=row["name"].replace(" ", "_")) for row in rows]


ACCOUNT = read("account.yaml")


@pytest.mark.parametrize("example", named(read("interest.yaml")))
def test_interest_is_the_published_figure(example: Example) -> None:
    debits = [Movement(on, parse_yuan(amount)) for on, amount in example["debits"]]
    payments = [Movement(on, parse_yuan(amount)) for on, amount in example.get("payments", [])]
    if monthly := example.get("monthly_payments"):
        payments += [Movement(add_months(monthly["first"], number), parse_yuan(monthly["amount"]))
                     for number in range(monthly["times"])]
    terms = account.interest_terms(BOOK, "standard", min(debit.on for debit in debits), example["to"],
                                   tuple(Pause(*pair) for pair in example.get("pauses", [])))
    if "rates" in example:
        terms = replace(terms, rates=tuple(DatedRate(on, Decimal(rate), RateBasis(basis))
                                           for on, rate, basis in example["rates"]))
    terms = replace(terms, count_last_day=example.get("count_last_day", terms.count_last_day),
                    base=Base(example.get("base", terms.base)),
                    rounding=Rounding(example.get("rounding", terms.rounding)))
    found = accumulated_interest(debits, payments, example["to"], terms, example.get("due_on"))
    assert format_yuan(found.interest_minor) == example["interest"]
    if "segments" in example:
        assert [[part.days, format_yuan(part.balance_minor)] for part in found.segments] == example["segments"]


@pytest.mark.parametrize("example", named(ACCOUNT["minimum_payments"]))
def test_minimum_payment_is_the_published_figure(example: Example) -> None:
    billed = Billed(**{f"{name}_minor": parse_yuan(amount) for name, amount in example["billed"].items()})
    rule = account.minimum_payment_rule(POLICY)
    given = {name: Decimal(example[name]) for name in ("purchase_ratio", "cash_ratio") if name in example}
    found = minimum_payment(billed, replace(rule, **given))
    assert format_yuan(found.minimum_minor) == example["minimum"]
    assert sum(found.parts.values()) == found.minimum_minor


@pytest.mark.parametrize("example", named(ACCOUNT["late_fees"]))
def test_late_fee_is_the_published_figure(example: Example) -> None:
    rule = account.late_fee_rule(POLICY)
    if "floor" in example:
        rule = replace(rule, floor_minor=parse_yuan(example["floor"]))
    if "cap" in example:
        rule = replace(rule, cap_minor=parse_yuan(example["cap"]))
    if "second" in example:
        misses, rate = example["second"]
        rule = replace(rule, after_consecutive=HigherRate(misses, Decimal(rate)))
    found = late_fee(parse_yuan(example["minimum"]), parse_yuan(example["paid"]), rule, example.get("misses", 1))
    assert format_yuan(found) == example["fee"]


@pytest.mark.parametrize("example", named(ACCOUNT["cash_advances"]))
def test_cash_advance_costs_the_published_figure(example: Example) -> None:
    rule = account.cash_advance_rule(POLICY)
    if "fee_rate" in example:
        cap = parse_yuan(example["fee_cap"]) if "fee_cap" in example else None
        rule = replace(rule, fee_rate=Decimal(example["fee_rate"]), fee_floor_minor=parse_yuan(example["fee_floor"]),
                       fee_cap_minor=cap)
    terms = replace(account.interest_terms(BOOK, "standard", example["from"], example["to"]),
                    count_last_day=example["count_last_day"])
    found = cash_advance(parse_yuan(example["amount"]), example["from"], example["to"], rule, terms)
    assert format_yuan(found.fee_minor) == example["fee"]
    assert format_yuan(found.interest.interest_minor) == example["interest"]
    assert found.total_cost_minor == found.fee_minor + found.interest.interest_minor


@pytest.mark.parametrize("example", named(ACCOUNT["allocations"]))
def test_payment_is_applied_in_the_order_of_article_57(example: Example) -> None:
    owed = Outstanding(*map(parse_yuan, example["owed"]))
    found = allocate(parse_yuan(example["amount"]), example["days"], owed, account.allocation_rule(POLICY))
    assert [format_yuan(found.applied.of(one)) for one in Component] == example["applied"]
    assert format_yuan(found.unapplied_minor) == example.get("unapplied", "0.00")
    assert all(found.applied.of(one) + found.remaining.of(one) == owed.of(one) for one in Component)


@pytest.mark.parametrize("row", ACCOUNT["ages"]["rows"], ids=lambda row: f"day_{row[0]}")
def test_days_past_due_fall_into_their_bucket_and_classes(row: list[Any]) -> None:
    days, *expected = row
    rule = account.delinquency_rule(POLICY)
    classes = asset_classes(days, rule)
    assert [bucket(days, rule), classes.class_2011, classes.class_2023, classes.stricter] == expected


@pytest.mark.parametrize("example", named(ACCOUNT["due_dates"]))
def test_due_dates_are_the_published_ones(example: Example) -> None:
    found = due_dates(example["first"], len(example["dates"]), Frequency(example.get("frequency", "monthly")),
                      MonthEnd(example.get("month_end", "clamp")), BusinessDay(example.get("business_day", "none")))
    assert list(found) == example["dates"]
