"""Conversations and their turns: keyed, bounded queries. Who may see a row, the services decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.negotiations import negotiation_rules, negotiation_turns, negotiations
from core.db.tables.records import audit_log
from core.db.types import new_id

OPEN, SUPERSEDED, CHOSEN, ERASED = "open", "superseded", "chosen", "erased"
OBJECT_KIND = "negotiation"
"""What the audit calls a conversation."""
TURN_EVENT = "negotiation_turn"
MOST_OF_A_CASE = 20
"""Conversations before one request that are told, the newest of them: who looks in every day has one a day."""
MOST_TURNS_OF_A_CASE = 2_000
_MOST_SEALS = 10_000
"""More turns than so many conversations hold; a seal is a short row."""

Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Seal:
    """What the audit chain holds of a turn."""

    negotiation_id: str
    turn_id: str
    number: int
    seal: str
    policy_version: str


def _told() -> list[sa.ColumnElement[Any]]:
    """What a turn is told from: without what it is proved by, and what was shown as text, read once and not twice."""
    columns = negotiation_turns.c
    left_out = (columns.input, columns.result, columns.shown)
    return [*(column for column in columns if column not in left_out),
            sa.cast(columns.shown, sa.Text).label("shown")]


def open_of_account(connection: sa.Connection, account_id: str, *, lock: bool = False) -> Row | None:
    """The account's open conversation, if there is one; ``lock`` holds it until the transaction ends."""
    query = sa.select(negotiations).where(negotiations.c.account_id == account_id, negotiations.c.state == OPEN)
    return connection.execute(query.with_for_update() if lock else query).first()


def by_id(connection: sa.Connection, negotiation_id: str, *, lock: bool = False) -> Row | None:
    """One conversation, whosever it is; ``lock`` holds it until the transaction ends: two tabs meet here."""
    query = sa.select(negotiations).where(negotiations.c.id == negotiation_id)
    return connection.execute(query.with_for_update() if lock else query).first()


def insert(connection: sa.Connection, values: Mapping[str, Any]) -> str:
    """Begin a conversation; returns its id."""
    identifier = new_id()
    connection.execute(negotiations.insert().values(id=identifier, **values))
    return identifier


def update(connection: sa.Connection, negotiation_id: str, values: Mapping[str, Any]) -> None:
    """Write what changed."""
    connection.execute(negotiations.update().where(negotiations.c.id == negotiation_id).values(**values))


def newest_turns(connection: sa.Connection, negotiation_id: str, limit: int, after: int = 0) -> list[Row]:
    """The last ``limit`` turns of a conversation as they are told, in their order; ``after``: a number.

    With them, where nothing is left out by ``after``, the first one: doing nothing is told there.
    """
    number, own = negotiation_turns.c.number, negotiation_turns.c.negotiation_id == negotiation_id
    newest = sa.select(number).where(own, number > after).order_by(number.desc()).limit(limit)
    told = number.in_(newest) if after else sa.or_(number == 1, number.in_(newest))
    return list(connection.execute(sa.select(*_told()).where(own, told).order_by(number).limit(limit + 1)).all())


def turn(connection: sa.Connection, negotiation_id: str, number: int) -> Row | None:
    """One turn by its number."""
    return connection.execute(sa.select(negotiation_turns).where(
        negotiation_turns.c.negotiation_id == negotiation_id, negotiation_turns.c.number == number)).first()


def turn_by_id(connection: sa.Connection, turn_id: str) -> Row | None:
    """One turn by its own id."""
    return connection.execute(sa.select(negotiation_turns).where(negotiation_turns.c.id == turn_id)).first()


def said_at(connection: sa.Connection, negotiation_id: str, number: int) -> datetime | None:
    """When the turn of that number was taken; None where there is none."""
    found: datetime | None = connection.execute(sa.select(negotiation_turns.c.at).where(
        negotiation_turns.c.negotiation_id == negotiation_id, negotiation_turns.c.number == number)).scalar()
    return found


def taken_since(connection: sa.Connection, negotiation_id: str, source: str, since: datetime, most: int) -> int:
    """How many turns of a source a conversation has ``since`` then; no more than ``most`` are counted."""
    turns = negotiation_turns.c
    found = sa.select(turns.id).where(turns.negotiation_id == negotiation_id, turns.source == source,
                                      turns.at > since).limit(most).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(found)).scalar_one()


def insert_turn(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Keep a turn; it can never be changed."""
    connection.execute(negotiation_turns.insert().values(**values))


def keep_rule(connection: sa.Connection, digest: str, rule: Mapping[str, Any], at: datetime) -> None:
    """Keep the numbers of a rule under the hash of their content, once."""
    known = connection.execute(sa.select(negotiation_rules.c.hash).where(negotiation_rules.c.hash == digest)).first()
    if known is None:
        # Whoever keeps the same numbers at once keeps the same row.
        insert_into = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert_into(negotiation_rules).values(hash=digest, rule=rule, created_at=at)
                           .on_conflict_do_nothing(index_elements=["hash"]))


def rule(connection: sa.Connection, digest: str) -> Mapping[str, Any] | None:
    """The numbers kept under ``digest``."""
    found: Mapping[str, Any] | None = connection.execute(
        sa.select(negotiation_rules.c.rule).where(negotiation_rules.c.hash == digest)).scalar()
    return found


def sealed(connection: sa.Connection, negotiation_ids: Sequence[str]) -> Sequence[Seal]:
    """The seals of some conversations' turns in the order they were kept, as the audit chain holds them."""
    rows = connection.execute(
        sa.select(audit_log.c.object_id, audit_log.c.data)
        .where(audit_log.c.object_kind == OBJECT_KIND, audit_log.c.object_id.in_(negotiation_ids),
               audit_log.c.event == TURN_EVENT)
        .order_by(audit_log.c.sequence).limit(_MOST_SEALS)).all()
    return [Seal(row.object_id, row.data["turn_id"], row.data["turn"], row.data["seal"], row.data["policy_version"])
            for row in rows]


def of_case(connection: sa.Connection, proposal_id: str) -> Sequence[Row]:
    """The last conversations that led to a request, oldest first: the one it was made from is always among them."""
    rows = connection.execute(
        sa.select(negotiations).where(negotiations.c.proposal_id == proposal_id)
        .order_by(negotiations.c.opened_at.desc(), negotiations.c.id.desc()).limit(MOST_OF_A_CASE)).all()
    return list(reversed(rows))


def replaced_by(connection: sa.Connection, talk: Row, limit: int, since: datetime | None = None) -> Sequence[Row]:
    """The last conversations about the same account before ``talk`` that another one replaced, oldest first.

    Those in which something was said or done; ``since``: begun after then.
    """
    before = negotiations.c
    query = sa.select(negotiations).where(
        before.account_id == talk.account_id, before.cardholder_id == talk.cardholder_id,
        before.state == SUPERSEDED, before.opened_at <= talk.opened_at, before.id != talk.id, before.turns > 1)
    query = query if since is None else query.where(before.opened_at >= since)
    rows = connection.execute(query.order_by(before.opened_at.desc(), before.id.desc()).limit(limit)).all()
    return list(reversed(rows))


def replied(connection: sa.Connection, negotiation_id: str, reply: str) -> bool:
    """Whether any turn of a conversation was answered with ``reply``."""
    turns = negotiation_turns.c
    found = sa.select(turns.id).where(turns.negotiation_id == negotiation_id,
                                      sa.cast(turns.replies, sa.Text).contains(f'"{reply}"', autoescape=True))
    return connection.execute(found.limit(1)).first() is not None


def person(connection: sa.Connection, cardholder_id: str, account_ids: Sequence[str], cause: str) -> tuple[bool, bool]:
    """Whether the bank marks a person as vulnerable, and whether a talk about one of their accounts has ``cause``."""
    talks = negotiations.c
    caused = sa.exists().where(talks.account_id.in_(account_ids), talks.cardholder_id == cardholder_id,
                               talks.person_cause == cause)
    row = connection.execute(sa.select(cardholders.c.vulnerable, caused.label("caused"))
                             .where(cardholders.c.id == cardholder_id)).one()
    return bool(row.vulnerable), bool(row.caused)


def told_turns(connection: sa.Connection, negotiation_ids: Sequence[str],
               most: int = MOST_TURNS_OF_A_CASE) -> Sequence[Row]:
    """The turns of some conversations as they are told, in their order within each; at most so many, the newest."""
    return _turns(connection, negotiation_ids, _told(), most)


def turns_of(connection: sa.Connection, negotiation_ids: Sequence[str]) -> Sequence[Row]:
    """The turns of some conversations with everything that is kept, in their order within each."""
    return _turns(connection, negotiation_ids, list(negotiation_turns.c))


def _turns(connection: sa.Connection, negotiation_ids: Sequence[str],
           columns: Sequence[sa.ColumnElement[Any]], most: int = MOST_TURNS_OF_A_CASE) -> Sequence[Row]:
    """At most ``most``, the newest: what a request was made from is never left out."""
    turns = negotiation_turns.c
    rows = connection.execute(
        sa.select(*columns).where(turns.negotiation_id.in_(negotiation_ids))
        .order_by(turns.at.desc(), turns.number.desc()).limit(most)).all()
    return sorted(rows, key=lambda row: (row.negotiation_id, row.number))


def join_case(connection: sa.Connection, account_id: str, proposal_id: str, since: datetime) -> None:
    """Put what was said about the account ``since`` then, and belongs to no request yet, with this one."""
    connection.execute(negotiations.update().where(
        negotiations.c.account_id == account_id, negotiations.c.proposal_id.is_(None),
        negotiations.c.opened_at >= since).values(proposal_id=proposal_id))


def waiting(connection: sa.Connection, user_id: str, since: datetime, causes: Sequence[str], limit: int
            ) -> Sequence[Row]:
    """Conversations in which a person is wanted, by the order of ``causes``, then the longest waiting first.

    Those nobody has taken up, and those this user has taken up ``since`` then.
    """
    asked = negotiations.c
    columns: list[sa.ColumnElement[Any]] = [
        asked.id, asked.proposal_id, asked.person_asked_at, asked.person_cause, asked.person_taken_at, asked.turns,
        accounts.c.card_last4, cardholders.c.vulnerable, cardholders.c.locale]
    own = sa.and_(asked.person_taken_by == user_id, asked.person_taken_at >= since)
    return connection.execute(
        sa.select(*columns)
        .join(accounts, accounts.c.id == asked.account_id)
        .join(cardholders, cardholders.c.id == asked.cardholder_id)
        .where(asked.person_asked_at.is_not(None), sa.or_(asked.person_taken_at.is_(None), own))
        # Before the limit: however long the line is, who is in danger stands at its head.
        .order_by(sa.case({cause: place for place, cause in enumerate(causes)}, value=asked.person_cause,
                          else_=len(causes)), asked.person_asked_at, asked.id).limit(limit)).all()


def take_up(connection: sa.Connection, negotiation_id: str, user_id: str, at: datetime) -> bool:
    """Note who speaks with the person; False when somebody has it already."""
    written = connection.execute(negotiations.update().where(
        negotiations.c.id == negotiation_id, negotiations.c.person_asked_at.is_not(None),
        negotiations.c.person_taken_at.is_(None)).values(person_taken_by=user_id, person_taken_at=at))
    return written.rowcount == 1


def lock_account(connection: sa.Connection, account_id: str) -> None:
    """Hold the account's row until the transaction ends: two tabs that open at once meet here."""
    connection.execute(sa.select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())
