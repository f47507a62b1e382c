"""What is asked for, granted and kept: counts of requests without persons, small counts hidden.

Everything is about the requests submitted in one calendar quarter. The database counts; nothing here
ever holds a row per person. See ``core.domain.suppression`` for what is hidden and why it stays so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import statistics as repository
from core.domain.actor import Actor, Role
from core.domain.proposal import OPEN_STATES, ProposalState
from core.domain.quarter import Quarter
from core.domain.suppression import Mask, is_small, merge_small, protect, protect_line, protect_linked
from core.services.context import ServiceContext

_READERS = (Role.STAFF, Role.SUPERVISOR)
_MOST_PERIODS = 20


class Outcome(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Taken back, or lapsed without an answer to the bank's question."""
    OPEN = "open"


_DECIDED = (Outcome.APPROVED, Outcome.REFUSED)
_OUTCOMES = {
    ProposalState.APPROVED.value: Outcome.APPROVED.value,
    ProposalState.REFUSED.value: Outcome.REFUSED.value,
    ProposalState.WITHDRAWN.value: Outcome.WITHDRAWN.value,
    ProposalState.EXPIRED.value: Outcome.WITHDRAWN.value,
    **{state.value: Outcome.OPEN.value for state in OPEN_STATES},
}


class Dimension(StrEnum):
    """What requests are broken down by, as they were when submitted."""

    WEEK = "week"
    KIND = "kind"
    BUCKET = "bucket"
    REASON = "reason"
    PRODUCT = "product"


_ALL = ("", "")
"""Where the figures of all requests are kept."""
_DAY = repository.DAY_SECONDS
TIME_BINS = (_DAY // 6, _DAY, 2 * _DAY, 3 * _DAY, 5 * _DAY, 7 * _DAY, 14 * _DAY)
"""Upper ends of the classes of decision time, in seconds; one more class is open-ended."""
_GROUPING = repository.Grouping(tuple(_OUTCOMES.items()), tuple(outcome.value for outcome in _DECIDED), TIME_BINS)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of figures. None is a figure that is hidden, or that there is nothing to make it from."""

    value: str
    """Code of what the line is about: a bucket, a product; a week's first day; empty for all requests."""
    counts: tuple[int | None, ...]
    """Requests per column."""
    requests: int | None
    amount_minor: int | None
    """What the requests are about: the balances, in fen."""
    approval_share: Decimal | None
    """Approved out of decided, 0 to 1."""
    in_time_share: Decimal | None
    """Decided by the promised time out of decided, 0 to 1."""
    median_seconds: int | None
    """From submission to decision, by the clock (days off included); half of the decisions took no longer."""
    p90_seconds: int | None

    @property
    def hides(self) -> bool:
        """Whether a count of this line is hidden."""
        return self.requests is None or None in self.counts


@dataclass(frozen=True, slots=True)
class TimeBin:
    """How many decisions took more than ``above`` and at most ``up_to`` seconds (None: no end)."""

    above: int
    up_to: int | None
    decisions: int | None


@dataclass(frozen=True, slots=True)
class RequestStatistics:
    """The figures of one quarter. With too few requests to publish anything, ``total`` is None."""

    period: Quarter
    as_of: date
    smallest_cell: int
    policy_version: str
    columns: tuple[tuple[Outcome, ...], ...]
    """What the count columns are; outcomes too rare to publish stand together in one."""
    total: Line | None
    breakdowns: dict[Dimension, tuple[Line, ...]]
    decision_times: tuple[TimeBin, ...]

    @property
    def hides(self) -> bool:
        """Whether anything is hidden or put together because it is small."""
        return (self.total is None or any(len(column) > 1 for column in self.columns)
                or any(line.hides for lines in self.breakdowns.values() for line in lines)
                or any(step.decisions is None for step in self.decision_times))


def reporting_periods(actor: Actor, context: ServiceContext, as_of: date) -> tuple[Quarter, ...]:
    """The quarters that have requests, newest first, at most 20; this quarter if there are none."""
    actor.must_be(*_READERS, action="read_statistics")
    with context.reading() as connection:
        span = repository.submitted_between(connection)
    if span is None:
        return (Quarter.of(as_of),)
    first, last = (Quarter.of(moment.astimezone(CHINA).date()) for moment in span)
    periods = [last]
    while periods[-1] > first and len(periods) < _MOST_PERIODS:
        periods.append(periods[-1].previous)
    return tuple(periods)


def request_statistics(actor: Actor, context: ServiceContext, period: Quarter, as_of: date,
                       dimensions: Sequence[Dimension] = tuple(Dimension)) -> RequestStatistics:
    """The figures of the requests submitted in ``period``, as they stand now. Staff and supervisors only.

    Two statements whatever the number of dimensions. ``as_of`` picks the policy and ends the weeks.
    """
    actor.must_be(*_READERS, action="read_statistics")
    policy = context.policy.on(as_of)
    smallest = policy.integer("statistics.smallest_cell")
    weeks = [week for week in period.weeks() if week[0] <= as_of] or [period.weeks()[0]]
    cohort = repository.Cohort(
        _midnight(period.first_day), _midnight(period.next.first_day),
        weeks=[_midnight(first) for first, _ in weeks[1:]], grouping=_GROUPING)
    asked = [dimension.value for dimension in dimensions]
    with context.reading() as connection:
        counted = cohort.counts(connection, ["", *asked, "decision_time"])
        times = {(row.dimension, row.value): row for row in cohort.decision_times(connection, asked)}
    picture = _Picture(_Tally.of(counted), times, smallest)
    if picture.too_small:
        return RequestStatistics(period, as_of, smallest, policy.version, (), None, {}, ())
    return RequestStatistics(
        period, as_of, smallest, policy.version, picture.columns, picture.total(),
        {dimension: picture.breakdown(dimension, [first for first, _ in weeks]) for dimension in dimensions},
        picture.decision_times())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=CHINA)


_PLACE = {outcome.value: place for place, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True)
class _Tally:
    """The counted groups by (dimension, value): one pass over some hundred rows, too few for a data frame to pay."""

    outcomes: dict[tuple[str, str], list[int]]
    """Requests per outcome, in the order of ``Outcome``."""
    in_time: dict[tuple[str, str], tuple[int, int]]
    """Decisions by the promised time, and later ones."""
    amounts: dict[tuple[str, str], int]

    @classmethod
    def of(cls, counted: Iterable[sa.Row[Any]]) -> _Tally:
        tally = cls(defaultdict(lambda: [0] * len(Outcome)), defaultdict(lambda: (0, 0)), defaultdict(int))
        for row in counted:
            key = (row.dimension, row.value)
            tally.outcomes[key][_PLACE[row.outcome]] += row.requests
            tally.amounts[key] += row.amount_minor
            if row.in_time is not None:
                early, late = tally.in_time[key]
                tally.in_time[key] = (early + row.requests, late) if row.in_time else (early, late + row.requests)
        return cls(dict(tally.outcomes), dict(tally.in_time), dict(tally.amounts))

    def values(self, dimension: str) -> list[str]:
        """The values of a dimension that occur, in the order of their codes."""
        return sorted(value for name, value in self.outcomes if name == dimension)


class _Picture:
    """One cohort's counts, with what all its tables share: the columns and their published totals."""

    def __init__(self, tally: _Tally, times: dict[tuple[str, str], Any], smallest: int) -> None:
        self.smallest = smallest
        self.tally = tally
        self.times = times
        totals = tally.outcomes.get(_ALL, [0] * len(Outcome))
        self.too_small = sum(totals) < smallest
        if self.too_small:
            return
        self.groups = merge_small(totals, smallest)
        self.columns = tuple(tuple(list(Outcome)[index] for index in group) for group in self.groups)
        # A share says how many where the number decided is known, so both parts must be publishable.
        in_time, late = tally.in_time.get(_ALL, (0, 0))
        self.tells_in_time = (all((outcome,) in self.columns for outcome in _DECIDED)
                              and in_time + late > 0 and not is_small(in_time, smallest)
                              and not is_small(late, smallest))

    def total(self) -> Line:
        """The line of all requests."""
        return self._lines("", [""], Mask(frozenset(), frozenset()), frozenset())[0]

    def breakdown(self, dimension: Dimension, weeks: Sequence[date]) -> tuple[Line, ...]:
        """The lines of one dimension in the order of their codes; weeks in time's order, empty ones too."""
        values = ([str(index) for index in range(len(weeks))] if dimension is Dimension.WEEK
                  else self.tally.values(dimension.value))
        mask = protect([self._cells((dimension.value, value)) for value in values], self.smallest)
        # Both parts of a share known tell how many were decided, so lines that hide that hide their share.
        timely = protect_linked(
            [self.tally.in_time.get((dimension.value, value), (0, 0)) for value in values], self.smallest,
            frozenset(row for row, column in mask.cells if self._decides(column)))
        lines = self._lines(dimension.value, values, mask, frozenset(row for row, _ in timely.cells))
        if dimension is Dimension.WEEK:
            return tuple(replace(line, value=weeks[int(line.value)].isoformat()) for line in lines)
        return lines

    def decision_times(self) -> tuple[TimeBin, ...]:
        """How many decisions took how long."""
        counts = [sum(self.tally.outcomes.get(("decision_time", str(index)), ()))
                  for index in range(len(TIME_BINS) + 1)]
        hidden = protect_line(counts, self.smallest)
        ends: tuple[int | None, ...] = (*TIME_BINS, None)
        return tuple(TimeBin(above, up_to, None if index in hidden else counts[index])
                     for index, (above, up_to) in enumerate(zip((0, *TIME_BINS), ends, strict=True)))

    def _decides(self, column: int) -> bool:
        """Whether decisions are counted in this column."""
        return any(outcome in _DECIDED for outcome in self.columns[column])

    def _cells(self, key: tuple[str, str]) -> list[int]:
        counts = self.tally.outcomes.get(key, [0] * len(Outcome))
        return [sum(counts[index] for index in group) for group in self.groups]

    def _lines(self, dimension: str, values: Sequence[str], mask: Mask, untimely: frozenset[int]) -> tuple[Line, ...]:
        return tuple(self._line((dimension, value), row, mask, tells_in_time=row not in untimely)
                     for row, value in enumerate(values))

    def _line(self, key: tuple[str, str], row: int, mask: Mask, *, tells_in_time: bool) -> Line:
        counts = self._cells(key)
        shown = tuple(None if (row, column) in mask.cells else count for column, count in enumerate(counts))
        by_outcome = dict(zip(self.columns, shown, strict=True))
        approved, refused = (by_outcome.get((outcome,)) for outcome in _DECIDED)
        took = self.times.get(key)
        if took is None or took.decided < self.smallest or None in (
                count for column, count in enumerate(shown) if self._decides(column)):
            took = None
        in_time, late = self.tally.in_time.get(key, (0, 0))
        hidden = row in mask.row_totals
        return Line(
            value=key[1], counts=shown, requests=None if hidden else sum(counts),
            amount_minor=None if hidden else self.tally.amounts.get(key, 0),
            approval_share=_share(approved, refused),
            in_time_share=_share(in_time, late) if self.tells_in_time and tells_in_time else None,
            median_seconds=took.median_seconds if took else None, p90_seconds=took.p90_seconds if took else None)


def _share(part: int | None, rest: int | None) -> Decimal | None:
    """``part`` out of both; None where one is not published or nothing is there."""
    if part is None or rest is None or part + rest == 0:
        return None
    return Decimal(part) / Decimal(part + rest)
