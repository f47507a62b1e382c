"""What was said without any case is kept no longer than the policy says; what belongs to a case stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.repositories import negotiations as repository
from core.db.tables.negotiations import negotiation_turns, negotiations
from core.db.tables.records import audit_log, idempotency_keys
from core.domain.actor import SYSTEM
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.services import assistant
from core.services.assistant import PersonCause
from core.services.assistant.erasing import Erased, erase_old_conversations, old_conversations
from core.services.assistant.proof import Part, replay
from core.services.context import ServiceContext
from core.services.records import first_broken_link
from tests.conftest import TestTime, make_context
from tests.services.assistant_talks import begun, key, said
from tests.services.cases import reviewer
from tests.services.test_postings_at_once import outcomes

KEPT_DAYS = 92


def _rows(context: ServiceContext, *columns: Any) -> list[Any]:
    with context.reading() as connection:
        return list(connection.execute(sa.select(*columns)).all())


def _later(time_: TestTime, days: int) -> None:
    time_.advance(days=days, minutes=1)


def test_conversation_without_a_request_goes_once_its_days_are_over(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "I lost my job, 50 a month")
    time_.advance(days=KEPT_DAYS)
    assert erase_old_conversations(SYSTEM, context) == Erased(0, 0, KEPT_DAYS)
    time_.advance(minutes=1)
    assert old_conversations(context) == Erased(1, 2, KEPT_DAYS)
    assert erase_old_conversations(SYSTEM, context) == Erased(1, 2, KEPT_DAYS)
    assert _rows(context, negotiation_turns.c.id) == []
    (row,) = _rows(context, negotiations)
    assert (row.state, row.wish, row.hardship, row.rounds, row.stop, row.facts_hash) == ("erased", {}, [], [], None, "")
    assert (row.account_id, row.turns) == (talk.account_id, 2)


def test_erasing_is_audited_with_its_count_and_finds_nothing_the_second_time(context: ServiceContext,
                                                                             time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "50 a month")
    _later(time_, KEPT_DAYS)
    erase_old_conversations(SYSTEM, context)
    assert erase_old_conversations(SYSTEM, context) == Erased(0, 0, KEPT_DAYS)
    (row,) = [one for one in _rows(context, audit_log) if one.event == "conversation_erased"]
    assert (row.object_id, row.actor_user_id) == (talk.conversation_id, SYSTEM.user_id)
    assert row.data == {"turns": 2, "older_than_days": KEPT_DAYS}
    with context.reading() as connection:
        assert first_broken_link(connection) is None


def test_no_hash_of_the_words_stays_behind(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    other, other_talk = begun(context, person="p2", card="c2")
    said(actor, context, talk, "50 a month")
    _later(time_, KEPT_DAYS)
    said(other, context, assistant.open_conversation(other, context, other_talk.account_id, context.clock.today()),
         "60 a month")
    erase_old_conversations(SYSTEM, context)
    kept = _rows(context, idempotency_keys.c.actor_user_id, idempotency_keys.c.command)
    assert [row.actor_user_id for row in kept if row.command == "assistant.say"] == [other.user_id]
    assert "assessments.finish" in {row.command for row in kept if row.actor_user_id == actor.user_id}


def test_what_led_to_a_request_stays_with_what_was_said_before_it(context: ServiceContext, time_: TestTime) -> None:
    actor, before = begun(context)
    said(actor, context, before, "50 a month")
    time_.advance(days=2)
    talk = assistant.open_conversation(actor, context, before.account_id, context.clock.today())
    sent = assistant.choose(actor, context, talk.conversation_id, 1, "balanced", acknowledged=True,
                            idempotency_key=key())
    _later(time_, 3_000)
    assert erase_old_conversations(SYSTEM, context) == Erased(0, 0, KEPT_DAYS)
    assert [part.conversation_id for part in assistant.transcript(actor, context, sent.proposal_id).parts] == [
        before.conversation_id, talk.conversation_id]


def test_conversation_in_which_somebody_waits_is_never_erased(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    _later(time_, 3_000)
    assert erase_old_conversations(SYSTEM, context).conversations == 0
    (waiting,) = assistant.waiting_for_person(reviewer(context, "collector-one"), context)
    assert waiting.conversation_id == talk.conversation_id


def test_conversation_with_a_person_stays_as_long_as_records_of_collection(context: ServiceContext,
                                                                           time_: TestTime) -> None:
    actor, talk = begun(context)
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    assistant.take_up(reviewer(context, "collector-one"), context, talk.conversation_id, idempotency_key=key())
    _later(time_, 4 * 366)
    assert erase_old_conversations(SYSTEM, context).conversations == 0
    _later(time_, 366)
    assert erase_old_conversations(SYSTEM, context).conversations == 1


def test_who_waits_on_in_the_next_conversation_leaves_a_record_of_collection_in_this_one(
        context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "I want to complain about the calls")
    time_.advance(days=1)
    assert assistant.open_conversation(actor, context, talk.account_id, context.clock.today()).person_asked_at
    _later(time_, KEPT_DAYS)
    assert erase_old_conversations(SYSTEM, context).conversations == 0


def test_who_was_called_by_the_program_alone_and_never_spoken_to_is_kept_no_longer_than_others(
        context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    for words in ("at most 50 a month", "at most 40 a month"):
        talk = said(actor, context, talk, words)
    assert talk.person_cause is PersonCause.STOPPED
    assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    _later(time_, KEPT_DAYS)
    assert erase_old_conversations(SYSTEM, context).conversations == 1


def test_nothing_of_what_was_said_stays_in_the_files_while_another_process_has_them_open(
        sqlite_context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(sqlite_context)
    said(actor, sqlite_context, talk, "I lost my job and our child was born")
    file = Path(str(sqlite_context.engine.url.database))

    def found() -> int:
        return sum(one.read_bytes().count(b"new_dependant") for one in file.parent.glob(f"{file.name}*"))

    assert found()
    _later(time_, KEPT_DAYS)
    other = make_context(str(sqlite_context.engine.url), time_, file.parent)
    try:
        assert erase_old_conversations(SYSTEM, other).conversations == 1
    finally:
        other.engine.dispose()
    assert not found()


def test_less_than_the_policy_keeps_cannot_be_asked_for_and_more_can(sqlite_context: ServiceContext,
                                                                     time_: TestTime) -> None:
    begun(sqlite_context)
    _later(time_, KEPT_DAYS)
    for days in (KEPT_DAYS - 1, 0, -5, 10**9):
        with pytest.raises(InvalidInput) as refusal:
            erase_old_conversations(SYSTEM, sqlite_context, days)
        assert refusal.value.code == "retention_out_of_bounds"
    assert erase_old_conversations(SYSTEM, sqlite_context, KEPT_DAYS + 1).conversations == 0


def test_erased_conversation_is_gone_for_its_cardholder_and_the_next_begins_afresh(context: ServiceContext,
                                                                                   time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "50 a month")
    _later(time_, KEPT_DAYS)
    erase_old_conversations(SYSTEM, context)
    with pytest.raises(NotFound):
        assistant.conversation(actor, context, talk.conversation_id)
    with pytest.raises(Conflict) as refusal:
        said(actor, context, talk, "60 a month")
    assert refusal.value.code == "conversation_over"
    fresh = assistant.open_conversation(actor, context, talk.account_id, context.clock.today())
    assert fresh.conversation_id != talk.conversation_id
    assert len(fresh.turns) == 1


def test_replay_of_an_erased_conversation_says_when_it_was_erased(context: ServiceContext, time_: TestTime) -> None:
    _, talk = begun(context)
    _later(time_, KEPT_DAYS)
    erase_old_conversations(SYSTEM, context)
    with pytest.raises(Conflict, match=f"erased on {context.clock.today()}") as refusal:
        replay(context, talk.conversation_id)
    assert refusal.value.code == "conversation_erased"


def test_conversation_erased_by_hand_is_missed_turn_by_turn(context: ServiceContext) -> None:
    _, talk = begun(context)
    with context.writing() as connection:
        connection.execute(negotiations.update().values(state="erased"))
        connection.execute(negotiation_turns.delete())
    assert [turn.differences for turn in replay(context, talk.conversation_id)] == [(Part.GONE,)]


def test_database_itself_erases_nothing_of_a_case_and_brings_nothing_back(context: ServiceContext) -> None:
    actor, talk = begun(context)
    begun(context, person="p2", card="c2")
    assistant.choose(actor, context, talk.conversation_id, 1, "balanced", acknowledged=True, idempotency_key=key())
    of_case = negotiations.update().where(negotiations.c.id == talk.conversation_id)
    with pytest.raises(sa.exc.DBAPIError, match="belongs to a case"), context.writing() as connection:
        connection.execute(of_case.values(state="erased"))
    other = negotiations.update().where(negotiations.c.id != talk.conversation_id)
    with context.writing() as connection:
        connection.execute(other.values(state="erased"))
    with pytest.raises(sa.exc.DBAPIError, match="stays so"), context.writing() as connection:
        connection.execute(other.values(state="open"))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), context.writing() as connection:
        connection.execute(negotiation_turns.update().values(replies=[]))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), context.writing() as connection:
        connection.execute(negotiation_turns.delete().where(
            negotiation_turns.c.negotiation_id == talk.conversation_id))


def test_many_conversations_go_in_batches_and_progress_is_told(sqlite_context: ServiceContext, time_: TestTime,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.services.assistant.erasing._AT_ONCE", 2)
    for number in range(3):
        begun(sqlite_context, assessed=False, person=f"p{number}", card=f"c{number}")
    _later(time_, KEPT_DAYS)
    told: list[tuple[str, int, int]] = []
    erase_old_conversations(SYSTEM, sqlite_context, progress=lambda *step: told.append(step))
    assert told == [("erase", 2, 3), ("erase", 3, 3)]
    assert _rows(sqlite_context, negotiation_turns.c.id) == []


def test_conversation_somebody_holds_just_now_is_left_alone(postgres_url: str, time_: TestTime, tmp_path: Path) -> None:
    context = make_context(postgres_url, time_, tmp_path)
    _, talk = begun(context)
    _later(time_, KEPT_DAYS)
    with context.writing() as connection:
        repository.by_id(connection, talk.conversation_id, lock=True)
        assert erase_old_conversations(SYSTEM, context).conversations == 0
    assert erase_old_conversations(SYSTEM, context).conversations == 1
    context.engine.dispose()


def test_who_comes_back_while_old_conversations_go_finds_a_new_one(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    _later(time_, KEPT_DAYS)
    today = context.clock.today()
    assert outcomes([lambda: erase_old_conversations(SYSTEM, context),
                     lambda: assistant.open_conversation(actor, context, talk.account_id, today)] * 3) == ["done"] * 6
    states = [row.state for row in _rows(context, negotiations)]
    assert states.count("open") == 1
    assert len(assistant.open_conversation(actor, context, talk.account_id, today).turns) == 1
    with context.reading() as connection:
        assert first_broken_link(connection) is None
