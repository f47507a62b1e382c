"""What the documents pipe into ``portal calc`` runs, and what they print of the answer is what comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.policy.book import PolicyBook
from core.services.calculator import calculate
from tests.docs.test_commands_documented import PAGES, ROOT

_EXAMPLE = re.compile(r"echo '(\{.*?\})' \| \S*?portal calc ([a-z-]+)\n(.*?)(?:```|\n\n)", re.DOTALL)
_PAIR = re.compile(r'"(\w+)": ("[^"]*"|\d+)(?=[, }]|$)', re.MULTILINE)


def _examples() -> Iterator[tuple[Path, str, str, str]]:
    for page in PAGES:
        for document, kind, printed in _EXAMPLE.findall(page.read_text(encoding="utf-8")):
            yield page, document, kind, printed


def _pairs(answer: Any) -> set[tuple[str, str]]:
    """Every key with its value, wherever it stands."""
    if isinstance(answer, list):
        return set().union(*map(_pairs, answer)) if answer else set()
    if not isinstance(answer, dict):
        return set()
    own = {(key, json.dumps(value)) for key, value in answer.items() if isinstance(value, str | int)}
    return own.union(*map(_pairs, answer.values()))


@pytest.mark.parametrize(("document", "kind", "printed"), [
    pytest.param(document, kind, printed, id=f"{page.relative_to(ROOT)}-{kind}")
    for page, document, kind, printed in _examples()])
def test_an_example_runs_and_prints_what_the_page_says(document: str, kind: str, printed: str) -> None:
    found = _pairs(calculate(kind, document.encode(), PolicyBook.load))
    assert set(_PAIR.findall(printed)) - found == set()


def test_the_kinds_with_the_longest_inputs_have_an_example() -> None:
    assert {"interest", "understand", "offers", "allocate-cards"} <= {kind for _, _, kind, _ in _examples()}
