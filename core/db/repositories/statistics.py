"""Counts of requests, grouped in the database: two statements for all breakdowns, never a row per person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from core.db.tables.requests import proposals

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


class Cohort:
    """The requests submitted from ``start`` until before ``end``, ready to be grouped.

    ``outcomes`` maps each state to an outcome; ``weeks`` are the instants at which the second and the
    following weeks begin; ``time_bins`` the upper ends, in seconds, of all but the last class of
    decision time; ``decided`` names the outcomes that are decisions.
    """

    def __init__(self, start: datetime, end: datetime, *, outcomes: Mapping[str, str], decided: Iterable[str],
                 weeks: Sequence[datetime], time_bins: Sequence[int]) -> None:
        p = proposals.c
        outcome = sa.case(outcomes, value=p.state)
        seconds = elapsed_seconds(p.submitted_at, p.decided_at)
        is_decided = sa.and_(outcome.in_(list(decided)), p.decided_at.is_not(None))
        self.rows = sa.select(
            p.kind, p.product, p.bucket, p.amount_minor,
            sa.func.coalesce(p.hardship_reason, _NOT_STATED).label("reason"),
            _numbered(p.submitted_at, weeks).label("week"),
            outcome.label("outcome"),
            sa.case((is_decided, seconds)).label("seconds"),
            sa.case((is_decided & (p.decided_at <= p.promised_by), 1), (is_decided, 0)).label("in_time"),
            sa.case((is_decided, _numbered(seconds, [bound + 1 for bound in time_bins]))).label("decision_time"),
        ).where(p.submitted_at >= start, p.submitted_at < end).cte("cohort")

    def counts(self, connection: sa.Connection, dimensions: Sequence[str]) -> Sequence[sa.Row[Any]]:
        """(dimension, value, outcome, in_time, requests, amount_minor), one row per group that has any.

        The dimension "" is all of them in one group.
        """
        c = self.rows.c
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
        return connection.execute(sa.union_all(*groups)).all()

    def decision_times(self, connection: sa.Connection, dimensions: Sequence[str]) -> Sequence[sa.Row[Any]]:
        """(dimension, value, decided, median_seconds, p90_seconds) by nearest rank; dimension "" is all of them."""
        c = self.rows.c
        groups = []
        for dimension in ("", *dimensions):
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
        return connection.execute(sa.union_all(*groups)).all()


def _numbered(value: sa.ColumnElement[Any], bounds: Sequence[Any]) -> sa.ColumnElement[int]:
    """0 below the first bound, 1 below the second, and so on: the same on every database."""
    if not bounds:
        return sa.literal(0)
    return sa.case(*((value < bound, index) for index, bound in enumerate(bounds)), else_=len(bounds))


def _text(value: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.cast(value, sa.String(40))
