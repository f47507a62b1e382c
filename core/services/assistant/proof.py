"""The proof: every offer ever shown, worked out again from what is stored, and compared to the letter.

What is compared: the turn against its seal and the audit chain's, the rule against its hash, the answer to the
stored document under the stored rule against what was shown, and doing nothing. The numbers of the rule are kept
with the turn, so a policy version that is no longer loaded takes no proof away; where it is loaded, the rule
must also be the one that policy gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import negotiations as repository
from core.db.repositories import old_conversations
from core.db.repositories import proposals as proposals_repository
from core.db.repositories import queue as queue_repository
from core.domain.errors import Conflict, NotFound, PortalError
from core.domain.offers.hashing import canonical_hash
from core.policy.rules.negotiation import offer_rule
from core.services import records
from core.services.assistant.document import stored_rule, work_out_afresh
from core.services.assistant.records import nothing_again, seal_of
from core.services.context import ServiceContext
from core.services.request_reading import is_identifier

_NOTHING_TO_REPLAY = "turn, conversation or request with a conversation"


class Part(StrEnum):
    """What may differ; the first few mean that a row was altered, the rest that the answer is another one."""

    SEAL = "seal"
    """The row is not what was sealed when it was kept."""
    AUDIT = "audit"
    """The seal is not the one in the audit chain."""
    GONE = "gone"
    """The audit chain tells of a turn that is no longer there."""
    RULE = "rule"
    """The numbers are not those of the hash."""
    INPUT = "input_hash"
    GRID = "grid_hash"
    RESULT = "result_hash"
    DOCUMENT = "result"
    SHOWN = "shown"
    DO_NOTHING = "do_nothing"
    POLICY = "policy"
    """The policy of that version gives other numbers."""
    UNREADABLE = "unreadable"
    """This version of the program cannot read what is stored."""


@dataclass(frozen=True, slots=True)
class ReplayedTurn:
    """One turn, proved or not. The hashes are None where the turn showed no offers."""

    conversation_id: str
    turn_id: str
    number: int
    as_of: date | None
    stored_hash: str | None
    recomputed_hash: str | None
    policy_version: str
    policy_loaded: bool
    """Whether this installation has that policy; if not, the numbers kept with the turn were used alone."""
    offers: int
    """How many plans were shown, answers and ways out included."""
    differences: tuple[Part, ...]

    @property
    def equal(self) -> bool:
        """Whether everything that was shown comes out again."""
        return not self.differences


def replay_turn(context: ServiceContext, turn_id: str) -> ReplayedTurn:
    """Work out one turn again. Raises ``NotFound``."""
    with context.reading() as connection:
        row = repository.turn_by_id(connection, turn_id) if is_identifier(turn_id) else None
        if row is None:
            raise NotFound("turn")
        return _replayed(connection, context, [row])[0]


def replay(context: ServiceContext, identifier: str) -> tuple[ReplayedTurn, ...]:
    """Work out again whatever ``identifier`` names: a turn, a conversation, or a request by id or reference.

    In the order of the conversation; of a request, of all conversations that led to it. Raises ``NotFound``, and
    ``Conflict`` ``conversation_erased`` for a conversation that is kept no longer.
    """
    wanted = identifier.strip()
    if not is_identifier(wanted):
        raise NotFound(_NOTHING_TO_REPLAY)
    with context.reading() as connection:
        turn = repository.turn_by_id(connection, wanted)
        if turn is not None:
            return tuple(_replayed(connection, context, [turn]))
        talks = _conversations(connection, wanted)
        if not talks:
            raise NotFound(_NOTHING_TO_REPLAY)
        order = {talk: place for place, talk in enumerate(talks)}
        found = _replayed(connection, context, repository.turns_of(connection, talks), talks)
        return tuple(sorted(found, key=lambda one: (order[one.conversation_id], one.number)))


def _conversations(connection: sa.Connection, wanted: str) -> list[str]:
    """The conversations that an id or reference names, in their order."""
    talk = repository.by_id(connection, wanted)
    if talk is not None:
        _must_be_kept(connection, talk)
        return [wanted]
    proposal = proposals_repository.by_id(connection, wanted) or queue_repository.by_reference(
        connection, "".join(wanted.split()).upper())
    return [] if proposal is None else [row.id for row in repository.of_case(connection, proposal.id)]


def _must_be_kept(connection: sa.Connection, talk: sa.Row[Any]) -> None:
    """Say it of a conversation that was erased; one the audit chain knows nothing of is missed turn by turn."""
    at = old_conversations.erased_at(connection, talk.id) if talk.state == repository.ERASED else None
    if at is not None:
        raise Conflict("conversation_erased", f"the conversation was erased on {at.astimezone(CHINA).date()}, as it is "
                       "kept no longer: nothing of it can be worked out again, the audit chain keeps its seals")


def _replayed(connection: sa.Connection, context: ServiceContext, rows: Sequence[sa.Row[Any]],
              talks: Sequence[str] = ()) -> list[ReplayedTurn]:
    """``talks``: conversations all of whose turns should be among ``rows``; one that is gone is told too."""
    seals = repository.sealed(connection, talks or sorted({row.negotiation_id for row in rows}))
    sealed = {one.turn_id: one.seal for one in seals}
    digests = {row.rule_hash for row in rows if row.rule_hash is not None}
    rules = {digest: repository.rule(connection, digest) for digest in digests}
    found = [_one(context, row, rules.get(row.rule_hash), sealed.get(row.id)) for row in rows]
    # Beyond that many turns the oldest are not read.
    complete = bool(talks) and len(rows) < repository.MOST_TURNS_OF_A_CASE
    kept = {row.id for row in rows}
    return found + [_gone(context, one) for one in seals if complete and one.turn_id not in kept]


def _gone(context: ServiceContext, seal: repository.Seal) -> ReplayedTurn:
    return ReplayedTurn(
        conversation_id=seal.negotiation_id, turn_id=seal.turn_id, number=seal.number, as_of=None, stored_hash=None,
        recomputed_hash=None, policy_version=seal.policy_version,
        policy_loaded=context.policy.version == seal.policy_version, offers=0, differences=(Part.GONE,))


def _one(context: ServiceContext, row: sa.Row[Any], rule: Mapping[str, Any] | None, sealed: str | None
         ) -> ReplayedTurn:
    found: list[Part] = []
    if seal_of(dict(row._mapping)) != row.seal:
        found.append(Part.SEAL)
    if sealed != row.seal:
        found.append(Part.AUDIT)
    loaded = context.policy.version == row.policy_version
    again: str | None = None
    if row.rule_hash is not None and (rule is None or canonical_hash(dict(rule)) != row.rule_hash):
        found.append(Part.RULE)
    elif rule is not None:
        try:
            again = _compare(row, rule, found)
            if loaded and row.input is not None:
                _compare_policy(context, row, found)
        except (PortalError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # Whatever a row was altered into, the answer is that it does not hold.
            found.append(Part.UNREADABLE)
    told = row.input if isinstance(row.input, Mapping) else {}
    return ReplayedTurn(
        conversation_id=row.negotiation_id, turn_id=row.id, number=row.number, as_of=_day(told.get("as_of")),
        stored_hash=row.result_hash, recomputed_hash=again, policy_version=row.policy_version, policy_loaded=loaded,
        offers=_count(row.result), differences=tuple(found))


def _compare(row: sa.Row[Any], rule: Mapping[str, Any], found: list[Part]) -> str | None:
    again = None
    if row.input is not None:
        worked = work_out_afresh(row.input, rule, row.policy_version)
        again = worked.result_hash
        pairs = ((Part.INPUT, worked.input_hash, row.input_hash), (Part.GRID, worked.grid_hash, row.grid_hash),
                 (Part.RESULT, worked.result_hash, row.result_hash), (Part.DOCUMENT, worked.result, row.result),
                 (Part.SHOWN, worked.shown, row.shown))
        found += [part for part, now, then in pairs if records.canonical_json(now) != records.canonical_json(then)]
    if row.do_nothing is not None:
        now = nothing_again(row.do_nothing, rule)
        if records.canonical_json(now) != records.canonical_json(row.do_nothing):
            found.append(Part.DO_NOTHING)
    return again


def _compare_policy(context: ServiceContext, row: sa.Row[Any], found: list[Part]) -> None:
    policy = context.policy.on(date.fromisoformat(row.input["as_of"]), row.input["issuer"])
    if stored_rule(offer_rule(policy)).digest != row.rule_hash:
        found.append(Part.POLICY)


def _count(result: Mapping[str, Any] | None) -> int:
    """Plans in a stored answer."""
    if not isinstance(result, Mapping):
        return 0
    answer, refused = result.get("answer"), result.get("infeasible")
    answers = [answer.get(name) for name in ("plan", "as_named")] if isinstance(answer, Mapping) else []
    nearest = refused.get("nearest") if isinstance(refused, Mapping) else None
    return sum(bool(one) for one in answers) + sum(
        len(plans) for plans in (result.get("offers"), nearest) if isinstance(plans, list))


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
