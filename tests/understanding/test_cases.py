"""Own cases: what people write and what the rule makes of it, each exactly, through the calculator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.policy.book import PolicyBook
from core.services.calculator import calculate

SETS = ("own", "more", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
        "twentieth", "twenty_first", "mended", "told", "worked")
MISSED = pytest.mark.xfail(reason="known to be read wrongly", strict=True)
LANGUAGES = {"odd_zh": "zh", "odd_en": "en"}


def cases() -> Iterator[Any]:
    for name in SETS:
        groups = yaml.safe_load((Path(__file__).parent / f"{name}_cases.yaml").read_text("utf-8"))
        for group, rows in groups.items():
            for number, row in enumerate(rows, start=1):
                language = row.get("language") or LANGUAGES.get(group, group)
                yield pytest.param(row, language, id=f"{name}-{group}-{number}",
                                   marks=MISSED if row.get("missed") else ())


def document(row: dict[str, Any]) -> dict[str, Any]:
    text = row["say"] if "say" in row else row["repeat"] * row["times"] + row["then"]
    given: dict[str, Any] = {"text": text, "as_of": row.get("as_of", "2026-11-22")}
    if "outstanding" in row:
        given["outstanding"] = row["outstanding"]
    if "last" in row:
        given["last_offer"] = {"monthly": row["last"][0], "months": row["last"][1]}
    return given


@pytest.mark.parametrize(("row", "language"), list(cases()))
def test_message_is_read_exactly(row: dict[str, Any], language: str) -> None:
    answer = calculate("understand", json.dumps(document(row)).encode(), PolicyBook.load)
    wish = row.get("wish", {})
    assert answer == {
        "language": language, "intents": sorted(row["means"].split(",")), "wish": wish, "wished": sorted(wish),
        "hardship": sorted(row.get("hardship", [])), "ask": row.get("ask")}
