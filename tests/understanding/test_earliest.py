"""The day paying starts on, told from a day before which nothing is possible."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.domain.understanding import understand

_SAID: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "earliest.yaml").read_text(encoding="utf-8"))
_OWED = 20_000_00


@pytest.mark.parametrize(("text", "on", "earliest"), [
    *((text, on, True) for text, on in _SAID["not_before"]), *((text, on, False) for text, on in _SAID["exactly"])])
def test_after_a_day_means_any_later_day_and_from_a_day_means_that_day(text: str, on: date, *, earliest: bool) -> None:
    wish = understand(text, _SAID["as_of"], _OWED).wish
    assert (wish.first_due_on, bool(wish.first_due_is_earliest)) == (on, earliest)


def test_the_sign_is_no_wish_by_itself() -> None:
    wish = understand("after 15 December", _SAID["as_of"], _OWED).wish
    assert wish.stated() == ("first_due_on",)
