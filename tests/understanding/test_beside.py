"""What is read beside intents and wishes, each by words of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from core.domain.understanding.mistreatment import tells_of_mistreatment

TEXTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "beside.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", TEXTS["mistreatment"])
def test_how_somebody_was_treated_is_told_apart_from_anger(text: str) -> None:
    assert tells_of_mistreatment(text)


@pytest.mark.parametrize("text", TEXTS["anger"])
def test_anger_alone_names_nothing_a_person_has_to_look_into(text: str) -> None:
    assert not tells_of_mistreatment(text)
