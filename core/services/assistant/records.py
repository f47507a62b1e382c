"""Turns as they are stored and read back, each under a seal that the audit chain holds too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError

from core.db.vault import Vault
from core.domain.errors import InvalidInput
from core.domain.offers.conversation import Round, Stop
from core.domain.offers.model import Wish
from core.domain.projection import project_until
from core.domain.projection_model import Position, ProjectionRule, Scenario
from core.domain.understanding import Understanding
from core.services import records
from core.services.assistant.document import rule_from, shown_from
from core.services.assistant.ground import Ground
from core.services.assistant.model import Choice, Nothing, Reply, Turn, TurnSource
from core.services.assistant.state import State, Step

_WISH, _UNDERSTOOD = TypeAdapter(Wish), TypeAdapter(Understanding)
_ROUNDS, _START, _NOTHING = TypeAdapter(tuple[Round, ...]), TypeAdapter(Position), TypeAdapter(Nothing)

_NULL = (None, "null")
"""What is not there, and its text."""


def state_values(state: State) -> dict[str, Any]:
    """The state of a conversation as its row keeps it."""
    return {"wish": _WISH.dump_python(state.wish, mode="json", exclude_defaults=True),
            "hardship": list(state.hardship), "chose_ceiling": state.chose_ceiling,
            "rounds": _ROUNDS.dump_python(state.rounds, mode="json"), "stop": state.stop}


def state_of(row: sa.Row[Any], shown: Turn | None) -> State:
    """The state a row keeps; ``shown``: the newest turn with offers."""
    return State(wish=wish_from(row.wish), hardship=tuple(row.hardship), chose_ceiling=row.chose_ceiling,
                 rounds=_read(_ROUNDS, row.rounds), stop=None if row.stop is None else Stop(row.stop),
                 shown_turn=shown.number if shown else 0, shown=shown.negotiation if shown else None)


def turn_values(step: Step, ground: Ground, vault: Vault, *, turn_id: str, negotiation_id: str, number: int,
                at: datetime) -> dict[str, Any]:
    """A turn as its row keeps it, sealed."""
    worked, read = step.worked, step.understood
    values = {
        "id": turn_id, "negotiation_id": negotiation_id, "number": number, "at": at, "source": step.source.value,
        "said_encrypted": None if step.said is None else vault.encrypt(step.said),
        "understood": None if read is None else _UNDERSTOOD.dump_python(read, mode="json"),
        "wish": _WISH.dump_python(step.state.wish, mode="json", exclude_defaults=True),
        "hardship": list(step.state.hardship), "replies": [reply.value for reply in step.replies],
        "stop": step.state.stop.value if step.state.stop else None,
        "accepts_turn": step.accepts.turn_number if step.accepts else None,
        "accepts_label": step.accepts.label if step.accepts else None,
        "policy_version": ground.policy_version,
        "input": dict(worked.document) if worked else None,
        "rule_hash": ground.stored_rule.digest if worked or step.facts_are_new else None,
        "input_hash": worked.input_hash if worked else None, "grid_hash": worked.grid_hash if worked else None,
        "result_hash": worked.result_hash if worked else None,
        "result": dict(worked.result) if worked else None, "shown": dict(worked.shown) if worked else None,
        "do_nothing": nothing_record(ground) if step.facts_are_new and ground.position.total_minor > 0 else None}
    return {**values, "seal": seal_of(values)}


def seal_of(values: Mapping[str, Any]) -> str:
    """The hash of everything a turn keeps, but the seal itself."""
    said = values["said_encrypted"]
    return records.fingerprint({**{name: value for name, value in values.items() if name != "seal"},
                                "said_encrypted": None if said is None else sha256(bytes(said)).hexdigest(),
                                "at": values["at"].astimezone(UTC).isoformat()})


def turn_of(row: sa.Row[Any], vault: Vault) -> Turn:
    """A turn as the repository tells it: as it was shown, not computed again."""
    accepts = None if row.accepts_turn is None else Choice(row.accepts_turn, row.accepts_label)
    return Turn(
        turn_id=row.id, number=row.number, at=row.at, source=TurnSource(row.source),
        said=None if row.said_encrypted is None else vault.decrypt(row.said_encrypted),
        understood=None if row.understood is None else _read(_UNDERSTOOD, row.understood), wish=wish_from(row.wish),
        negotiation=None if row.shown in _NULL else shown_from(row.shown),
        replies=tuple(Reply(one) for one in row.replies), stop=None if row.stop is None else Stop(row.stop),
        input_hash=row.input_hash, result_hash=row.result_hash, hardship=tuple(row.hardship), accepts=accepts,
        nothing=None if row.do_nothing is None else _read(_NOTHING, row.do_nothing["shown"]),
        policy_version=row.policy_version)


def wish_from(record: Mapping[str, Any]) -> Wish:
    """A stored wish read back."""
    found: Wish = _read(_WISH, record)
    return found


def nothing_record(ground: Ground) -> dict[str, Any]:
    """Doing nothing as it is stored: what it starts from, until when, and what comes of it."""
    owed = ground.position.total_minor
    shown = _nothing(ground.start, ground.until, owed, ground.rule.projection)
    return {"start": _START.dump_python(ground.start, mode="json"), "owed_minor": owed,
            "shown": _NOTHING.dump_python(shown, mode="json")}


def nothing_again(record: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown of doing nothing, worked out again from what is stored."""
    until = _read(_NOTHING, record["shown"]).until_date
    again = _nothing(_read(_START, record["start"]), until, record["owed_minor"], rule_from(rule).projection)
    return {**record, "shown": _NOTHING.dump_python(again, mode="json")}


def _nothing(start: Position, until: date, owed_minor: int, rule: ProjectionRule) -> Nothing:
    """By the function of every other page (``outlooks.unpaid_until``)."""
    unpaid = project_until(start, until, Scenario.DO_NOTHING, rule)
    interest, fees = unpaid.interest_total_minor, unpaid.late_fee_total_minor
    return Nothing(until, owed_minor + interest + fees, interest, fees)


def _read(adapter: TypeAdapter[Any], record: Any) -> Any:
    try:
        return adapter.validate_json(records.canonical_json(record), strict=True)
    except ValidationError as fault:
        raise InvalidInput("turn_unreadable", "kept by another version, or altered") from fault
