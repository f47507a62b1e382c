"""Words of self-harm: rather a call too many than one too few, and none for everyday words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from core.domain.understanding import understand
from core.domain.understanding.crisis import speaks_of_self_harm

SAID: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "crisis.yaml").read_text("utf-8"))


@pytest.mark.parametrize("text", SAID["meant"])
def test_words_of_self_harm_bring_in_a_person(text: str) -> None:
    assert speaks_of_self_harm(text)
    assert "ask_person" in understand(text, date(2026, 11, 22)).intents


@pytest.mark.parametrize("text", SAID["other"])
def test_everyday_words_do_not(text: str) -> None:
    assert not speaks_of_self_harm(text)
