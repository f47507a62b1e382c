"""Counts of requests, grouped in the database: two statements for all breakdowns, never a row per person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from core.db.tables.requests import proposals
from core.db.types import UtcDateTime

DAY_SECONDS = 86_400
_NOT_STATED = "not_stated"


class elapsed_seconds(sa.sql.expression.FunctionElement[int]):  # noqa: N801 - reads as a function in SQL
    """Whole seconds from the first instant to the second, in each database's own words."""

    type = sa.BigInteger()
    name = "elapsed_seconds"
    inherit_cache = True


@compiles(elapsed_seconds, "sqlite")
def _on_sqlite(element: elapsed_seconds, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(ROUND((julianday({second}) - julianday({first})) * {DAY_SECONDS}) AS INTEGER)"


@compiles(elapsed_seconds, "postgresql")
def _on_postgresql(element: elapsed_seconds, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(ROUND(EXTRACT(EPOCH FROM ({second} - {first}))) AS BIGINT)"


def submitted_between(connection: sa.Connection) -> tuple[datetime, datetime] | None:
    """When the first and the latest request came in; None if there is none."""
    first, last = connection.execute(
        sa.select(sa.func.min(proposals.c.submitted_at), sa.func.max(proposals.c.submitted_at))).one()
    return None if first is None else (first, last)


@dataclass(frozen=True, slots=True)
class Grouping:
    """What does not change from one question to the next: how a request is classed. Hashable, see ``_cohort``."""

    outcomes: tuple[tuple[str, str], ...]
    """Each state with its outcome."""
    decided: tuple[str, ...]
    """The outcomes that are decisions."""
    time_bins: tuple[int, ...]
    """The upper ends, in seconds, of all but the last class of decision time."""


class Cohort:
    """The requests submitted from ``start`` until before ``end``, ready to be grouped.

    ``weeks`` are the instants at which the second and the following weeks begin.
    """

    def __init__(self, start: datetime, end: datetime, *, weeks: Sequence[datetime], grouping: Grouping) -> None:
        self._shape = (grouping, len(weeks))
        self._values = {"start": start, "end": end,
                        **{f"week_{number}": week for number, week in enumerate(weeks)}}

    def counts(self, connection: sa.Connection, dimensions: Sequence[str]) -> Sequence[sa.Row[Any]]:
        """(dimension, value, outcome, in_time, requests, amount_minor), one row per group that has any.

        The dimension "" is all of them in one group.
        """
        return connection.execute(_counts(*self._shape, tuple(dimensions)), self._values).all()

    def decision_times(self, connection: sa.Connection, dimensions: Sequence[str]) -> Sequence[sa.Row[Any]]:
        """(dimension, value, decided, median_seconds, p90_seconds) by nearest rank; dimension "" is all of them."""
        return connection.execute(_decision_times(*self._shape, ("", *dimensions)), self._values).all()


# The statements are large and always the same but for their instants: building one costs more than running it.


@cache
def _cohort(grouping: Grouping, weeks: int) -> sa.CTE:
    p = proposals.c
    outcome = sa.case(dict(grouping.outcomes), value=p.state)
    seconds = elapsed_seconds(p.submitted_at, p.decided_at)
    is_decided = sa.and_(outcome.in_(grouping.decided), p.decided_at.is_not(None))
    bounds = [_instant(f"week_{number}") for number in range(weeks)]
    return sa.select(
        p.kind, p.product, p.bucket, p.amount_minor,
        sa.func.coalesce(p.hardship_reason, _NOT_STATED).label("reason"),
        _numbered(p.submitted_at, bounds).label("week"),
        outcome.label("outcome"),
        sa.case((is_decided, seconds)).label("seconds"),
        sa.case((is_decided & (p.decided_at <= p.promised_by), 1), (is_decided, 0)).label("in_time"),
        sa.case((is_decided, _numbered(seconds, [bound + 1 for bound in grouping.time_bins]))).label("decision_time"),
    ).where(p.submitted_at >= _instant("start"), p.submitted_at < _instant("end")).cte("cohort")


def _instant(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=UtcDateTime())


@cache
def _counts(grouping: Grouping, weeks: int, dimensions: tuple[str, ...]) -> sa.CompoundSelect[Any]:
    c = _cohort(grouping, weeks).c
    groups = []
    for dimension in dimensions:
        value = _text(c[dimension]) if dimension else sa.literal("")
        group = sa.select(
            sa.literal(dimension).label("dimension"), value.label("value"), c.outcome, c.in_time,
            sa.func.count().label("requests"),
            sa.cast(sa.func.sum(c.amount_minor), sa.BigInteger).label("amount_minor"),
        )
        groups.append(group.where(c[dimension].is_not(None)).group_by(value, c.outcome, c.in_time)
                      if dimension else group.group_by(c.outcome, c.in_time))
    return sa.union_all(*groups)


@cache
def _decision_times(grouping: Grouping, weeks: int, dimensions: tuple[str, ...]) -> sa.CompoundSelect[Any]:
    c = _cohort(grouping, weeks).c
    groups = []
    for dimension in dimensions:
        value = _text(c[dimension]) if dimension else sa.literal("")
        ranked = sa.select(
            value.label("value"), c.seconds,
            sa.func.row_number().over(partition_by=value, order_by=c.seconds).label("rank"),
            sa.func.count().over(partition_by=value).label("decided"),
        ).where(c.seconds.is_not(None)).subquery(f"ranked_{dimension or 'all'}")
        r = ranked.c
        groups.append(sa.select(
            sa.literal(dimension).label("dimension"), r.value, sa.func.max(r.decided).label("decided"),
            sa.func.min(sa.case((r.rank * 2 >= r.decided, r.seconds))).label("median_seconds"),
            sa.func.min(sa.case((r.rank * 10 >= r.decided * 9, r.seconds))).label("p90_seconds"),
        ).group_by(r.value))
    return sa.union_all(*groups)


def _numbered(value: sa.ColumnElement[Any], bounds: Sequence[Any]) -> sa.ColumnElement[int]:
    """0 below the first bound, 1 below the second, and so on: the same on every database."""
    if not bounds:
        return sa.literal(0)
    return sa.case(*((value < bound, index) for index, bound in enumerate(bounds)), else_=len(bounds))


def _text(value: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.cast(value, sa.String(40))
