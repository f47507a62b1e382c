"""What is read beside intents and wishes, each by words of its own."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.domain.understanding.beside import offer_meant, wants_less_at_first
from core.domain.understanding.frequent import Topic, frequent_questions
from core.domain.understanding.mistreatment import tells_of_mistreatment
from core.domain.understanding.script import normalise
from core.policy.book import PolicyBook
from core.services.calculator import calculate

TEXTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "beside.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", TEXTS["mistreatment"])
def test_how_somebody_was_treated_is_told_apart_from_anger(text: str) -> None:
    assert tells_of_mistreatment(normalise(text))


@pytest.mark.parametrize("text", TEXTS["anger"])
def test_anger_alone_names_nothing_a_person_has_to_look_into(text: str) -> None:
    assert not tells_of_mistreatment(normalise(text))


@pytest.mark.parametrize("topic", Topic)
def test_frequent_question_is_known_however_it_is_put(topic: Topic) -> None:
    assert len(TEXTS["frequent"][topic]) >= 10
    assert {text: frequent_questions(normalise(text)) for text in TEXTS["frequent"][topic]} == dict.fromkeys(
        TEXTS["frequent"][topic], (topic,))


@pytest.mark.parametrize("text", TEXTS["not_frequent"])
def test_wish_or_story_is_no_frequent_question(text: str) -> None:
    assert frequent_questions(normalise(text)) == ()


def test_no_more_than_two_questions_are_answered_at_once() -> None:
    text = "Will you sue me? Does my wife find out? Is it binding? What happens to my credit record?"
    assert frequent_questions(normalise(text)) == (Topic.CREDIT_RECORD, Topic.COURT)


@pytest.mark.parametrize(("meant", "text"), [(meant, text) for meant, texts in TEXTS["choice"].items()
                                             for text in texts])
def test_offer_that_is_named_is_known_by_its_name(meant: str, text: str) -> None:
    assert offer_meant(normalise(text)) == meant


@pytest.mark.parametrize("text", TEXTS["no_choice"])
def test_what_only_mentions_an_offer_chooses_none(text: str) -> None:
    assert offer_meant(normalise(text)) is None


@pytest.mark.parametrize("text", TEXTS["less_at_first"])
def test_less_at_first_and_more_later_is_known(text: str) -> None:
    assert wants_less_at_first(normalise(text))


@pytest.mark.parametrize("text", TEXTS["no_less_at_first"])
def test_any_other_wish_is_not_taken_for_growing_instalments(text: str) -> None:
    assert not wants_less_at_first(normalise(text))


@pytest.mark.parametrize("read", [frequent_questions, offer_meant, tells_of_mistreatment, wants_less_at_first])
def test_long_and_odd_texts_are_read_in_no_time(read: Any) -> None:
    for text in ("", "?", "a " * 1_000, "\u5148" * 2_000, "will you " * 220, "\u6700\u5c11" * 1_000, "1 " * 1_000):
        began = time.process_time()
        read(normalise(text))
        assert time.process_time() - began < 0.5


@pytest.mark.parametrize("text", TEXTS["less_at_first"])
def test_what_is_read_beside_is_no_part_of_the_published_output(text: str) -> None:
    given = json.dumps({"text": text, "as_of": "2026-11-22"}).encode()
    assert "starts_lighter" not in json.dumps(calculate("understand", given, PolicyBook.load))
