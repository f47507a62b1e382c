"""Every offer ever shown comes out again to the letter, and whatever was altered afterwards is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.migrations.append_only import permit_changes
from core.db.tables.negotiations import negotiation_rules, negotiation_turns
from core.db.tables.records import audit_log
from core.domain.errors import InvalidInput, NotFound
from core.domain.offers.editions import LATEST
from core.domain.offers.hashing import canonical_hash
from core.domain.offers.model import Wish
from core.policy.book import SHIPPED, PolicyBook
from core.services import assistant
from core.services.assistant.document import work_out_afresh
from core.services.assistant.proof import Part, replay, replay_turn
from core.services.calculator.kinds import calculate
from core.services.context import ServiceContext
from portal.commands.replay import lines_of
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cases import asked

_BEFORE: dict[str, Any] = json.loads(Path(__file__).with_name("answers_of_before.json").read_text())
"""A rule, and documents without an edition with the hashes of the answers they were given."""


class _Operations:
    """What ``permit_changes`` needs of a migration."""

    def __init__(self, connection: sa.Connection) -> None:
        self.get_bind = lambda: connection
        self.execute = lambda statement: connection.exec_driver_sql(statement)


def _altered(context: ServiceContext, table: sa.Table, **values: Any) -> None:
    """Somebody with the database's own key lifts the trigger and rewrites history."""
    with context.writing() as connection:
        permit_changes(_Operations(connection), table.name)
        connection.execute(table.update().values(**values))


def test_whole_conversation_comes_out_again(context: ServiceContext) -> None:
    actor, talk = begun(context)
    for text in ("50 a month", "I lost my job", "12000 at once", "ok", "\u6bcf\u6708500"):
        said(actor, context, talk, text)
    moved(actor, context, talk, Wish(months_at_most=24, due_day=15))
    assistant.choose_ceiling(actor, context, talk.conversation_id, idempotency_key=key())
    last = assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    found = replay(context, talk.conversation_id)
    assert [turn.number for turn in found] == list(range(1, len(last.turns) + 1))
    assert [turn.differences for turn in found] == [()] * len(found)
    for turn, told in zip(last.turns, found, strict=True):
        assert turn.result_hash == told.stored_hash == told.recomputed_hash


def test_turn_and_request_are_found_by_what_people_have_in_hand(context: ServiceContext) -> None:
    actor, talk = begun(context)
    sent = assistant.choose(actor, context, talk.conversation_id, 1, "balanced", acknowledged=True,
                            idempotency_key=key())
    (one,) = replay(context, talk.turns[0].turn_id)
    assert replay_turn(context, talk.turns[0].turn_id) == one
    spaced = f" {sent.reference[:4].lower()}{sent.reference[4:]} "
    assert replay(context, sent.reference) == replay(context, spaced) == replay(context, sent.proposal_id) == (one,)
    assert one.offers >= 3


@pytest.mark.parametrize("identifier", ["", "nothing", "\u4f60\u597d", "x" * 500])
def test_what_names_nothing_is_not_found(sqlite_context: ServiceContext, identifier: str) -> None:
    with pytest.raises(NotFound):
        replay(sqlite_context, identifier)


def test_request_without_a_conversation_has_nothing_to_replay(sqlite_context: ServiceContext) -> None:
    _, sent = asked(sqlite_context)
    with pytest.raises(NotFound):
        replay(sqlite_context, sent.proposal_id)


def test_stored_document_gives_the_stored_answer_by_the_calculator(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "at most 50 a month, first payment on 5 January")
    with context.reading() as connection:
        rows = connection.execute(sa.select(negotiation_turns).order_by(negotiation_turns.c.number)).all()
    for row in rows:
        answer = calculate("offers", json.dumps(row.input).encode(), lambda: context.policy)
        assert answer == row.result
        assert answer["result_hash"] == row.result_hash


def test_an_answer_kept_before_answers_learned_more_comes_out_again_to_the_letter() -> None:
    for one in _BEFORE["kept"]:
        again = work_out_afresh(one["document"], _BEFORE["rule"], _BEFORE["version"])
        assert {"document": again.document, "input_hash": again.input_hash, "grid_hash": again.grid_hash,
                "result_hash": again.result_hash, "shown_hash": canonical_hash(again.shown)} == one


def test_what_is_asked_now_is_answered_with_all_that_is_known_now() -> None:
    plain, *_ = _BEFORE["kept"]
    now = work_out_afresh({**plain["document"], "edition": LATEST}, _BEFORE["rule"], _BEFORE["version"])
    assert now.negotiation.answer is not None
    assert now.negotiation.answer.as_named is not None
    assert now.input_hash != plain["input_hash"]
    with pytest.raises(InvalidInput):
        work_out_afresh({**plain["document"], "edition": LATEST + 1}, _BEFORE["rule"], _BEFORE["version"])


def test_a_turn_says_which_edition_of_the_answer_it_was_given(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "500 a month")
    with context.reading() as connection:
        rows = connection.execute(sa.select(negotiation_turns).order_by(negotiation_turns.c.number)).all()
    # Offers without a wish are what they always were.
    assert [row.input.get("edition") for row in rows] == [None, LATEST]


def test_another_process_with_another_hash_seed_gives_the_same_answer(sqlite_context: ServiceContext) -> None:
    actor, talk = begun(sqlite_context)
    said(actor, sqlite_context, talk, "50 a month")
    with sqlite_context.reading() as connection:
        row = connection.execute(sa.select(negotiation_turns).where(negotiation_turns.c.number == 2)).one()
    calc = subprocess.run(
        [sys.executable, "-c", "from portal.cli import main; main()", "calc", "offers"], check=True,
        input=json.dumps(row.input), capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "4711"})
    assert json.loads(calc.stdout)["result_hash"] == row.result_hash


@pytest.mark.parametrize(("change", "part"), [
    ({"result_hash": "0" * 64}, Part.RESULT), ({"input_hash": "0" * 64}, Part.INPUT),
    ({"grid_hash": "0" * 64}, Part.GRID), ({"replies": ["accepted_wish"]}, Part.SEAL),
    ({"said_encrypted": b"other words"}, Part.SEAL), ({"result": {"offers": []}}, Part.DOCUMENT),
    ({"input": {"nothing": "of the kind"}}, Part.UNREADABLE), ({"shown": {}}, Part.SHOWN),
    ({"result": {"answer": "none", "infeasible": [], "offers": 3}}, Part.DOCUMENT),
    ({"input": [1]}, Part.UNREADABLE),
    ({"do_nothing": []}, Part.UNREADABLE), ({"do_nothing": {}}, Part.UNREADABLE),
    ({"wish": {"months_at_most": 1}}, Part.SEAL),
])
def test_altered_turn_is_found(sqlite_context: ServiceContext, change: dict[str, Any], part: Part) -> None:
    begun(sqlite_context)
    _altered(sqlite_context, negotiation_turns, **change)
    (turn,) = _all(sqlite_context)
    assert not turn.equal
    assert part in turn.differences
    assert Part.SEAL in turn.differences


def test_dearer_plan_slipped_into_what_was_shown_is_found(context: ServiceContext) -> None:
    begun(context)
    with context.reading() as connection:
        shown = connection.execute(sa.select(negotiation_turns.c.shown)).scalar_one()
    shown["offers"][0]["monthly_minor"] += 1
    _altered(context, negotiation_turns, shown=shown)
    (turn,) = _all(context)
    assert {Part.SEAL, Part.SHOWN} <= set(turn.differences)


def test_turn_sealed_anew_after_it_was_altered_is_not_the_one_of_the_audit(context: ServiceContext) -> None:
    from core.services.assistant.records import seal_of

    begun(context)
    with context.reading() as connection:
        row = connection.execute(sa.select(negotiation_turns)).one()
    values = {**row._mapping, "replies": ["accepted_wish"]}
    _altered(context, negotiation_turns, replies=["accepted_wish"], seal=seal_of(values))
    (turn,) = _all(context)
    assert turn.differences == (Part.AUDIT,)


def test_turn_that_was_taken_out_is_missed(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "50 a month")
    sent = assistant.choose(actor, context, talk.conversation_id, 1, "balanced", acknowledged=True,
                            idempotency_key=key())
    with context.writing() as connection:
        permit_changes(_Operations(connection), "negotiation_turns")
        connection.execute(negotiation_turns.delete().where(negotiation_turns.c.number == 2))
    for identifier in (talk.conversation_id, sent.reference):
        opening, gone = replay(context, identifier)
        assert opening.equal
        assert (gone.number, gone.differences) == (2, (Part.GONE,))
        assert "no longer there" in " ".join(lines_of(gone))
    assert replay_turn(context, opening.turn_id).equal


def test_rule_that_was_altered_is_found(context: ServiceContext) -> None:
    begun(context)
    with context.reading() as connection:
        rule = connection.execute(sa.select(negotiation_rules.c.rule)).scalar_one()
    rule["many"]["tolerance"] = "0.9"
    _altered(context, negotiation_rules, rule=rule)
    (turn,) = _all(context)
    assert turn.differences == (Part.RULE,)


def test_rules_are_kept_once_however_many_turns_use_them(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "500 a month")
    with context.reading() as connection:
        kept = connection.execute(sa.select(negotiation_rules)).all()
    assert [row.hash for row in kept] == [canonical_hash(dict(kept[0].rule))]


def test_policy_that_is_gone_takes_no_proof_away_and_is_named(context: ServiceContext, tmp_path: Path) -> None:
    begun(context)
    later = replace(context, policy=_changed_book(tmp_path))
    (turn,) = _all(later)
    assert turn.equal
    assert not turn.policy_loaded
    assert turn.policy_version == context.policy.version != later.policy.version
    assert "not loaded" in " ".join(lines_of(turn))


def test_policy_of_that_name_with_other_numbers_is_found(context: ServiceContext, tmp_path: Path) -> None:
    begun(context)
    other = _changed_book(tmp_path)
    other.version = context.policy.version
    (turn,) = _all(replace(context, policy=other))
    assert turn.differences == (Part.POLICY,)
    assert "other numbers" in " ".join(lines_of(turn))


def test_command_says_equal_and_exits_0_and_1_once_a_row_was_altered(sqlite_context: ServiceContext,
                                                                     tmp_path: Path) -> None:
    actor, talk = begun(sqlite_context)
    said(actor, sqlite_context, talk, "50 a month")
    told = _portal(sqlite_context, talk.conversation_id)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("all equal: 2 turns, 2 answers, ")
    assert str(talk.turns[0].result_hash) in told.stdout
    as_json = json.loads(_portal(sqlite_context, talk.conversation_id, "--json").stdout)
    assert as_json["equal"] is True
    assert [turn["differences"] for turn in as_json["turns"]] == [[], []]
    _altered(sqlite_context, negotiation_turns, result_hash="0" * 64)
    told = _portal(sqlite_context, talk.conversation_id)
    assert told.returncode == 1
    assert told.stdout.startswith("NOT all equal: ")
    assert "turns different, each with its reason below" in told.stdout.splitlines()[0]
    assert "another answer comes out" in told.stdout
    missing = _portal(sqlite_context, "nobody")
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr


def test_replay_writes_nothing(context: ServiceContext) -> None:
    begun(context)
    with context.reading() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(audit_log)).scalar_one()
    _all(context)
    with context.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(audit_log)).scalar_one() == before


def _all(context: ServiceContext) -> Any:
    with context.reading() as connection:
        talk = connection.execute(sa.select(negotiation_turns.c.negotiation_id)).scalars().first()
    return replay(context, str(talk))


def _changed_book(folder: Path) -> PolicyBook:
    shutil.copytree(SHIPPED, folder / "policy")
    file = folder / "policy" / "negotiation.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("value: 4\n        source: {title: Default of this product", "value: 5\n        source: "
                           "{title: Default of this product", 1)
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    return PolicyBook.load(folder / "policy")


def _portal(context: ServiceContext, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = context.settings
    environment = {**os.environ, "DATABASE_URL": str(settings.resolved_database_url), "PORTAL_DEMO": "1",
                   "PORTAL_SECRET_KEY": settings.key().decode(), "PORTAL_VAR_DIR": str(settings.var_dir)}
    return subprocess.run([sys.executable, "-c", "from portal.cli import main; main()", "replay", *arguments],
                          env=environment, capture_output=True, text=True, check=False)
