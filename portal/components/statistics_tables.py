"""The request statistics as tables for the eye, and as the same lines in a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from core.domain.money import format_yuan
from core.services.exporting import harmless
from core.services.statistics import Dimension, Line, RequestStatistics
from portal.components import statistics_words as words
from portal.components.money import plain, table
from portal.i18n import speaking, t


def outcome_table(statistics: RequestStatistics, dimension: Dimension) -> str:
    """Markdown: how many requests each line has, what became of them, and what sums they are about."""
    heads = [t(f"staff.by.{dimension.value}"), t("staff.head.requests"), *map(words.column, statistics.columns),
             t("staff.head.amount")]
    return table(heads, [
        [plain(label), words.count(line.requests), *map(words.count, line.counts), words.amount(line)]
        for label, line in _labelled(statistics, dimension)])


def time_table(statistics: RequestStatistics, dimension: Dimension) -> str:
    """Markdown: how many decisions of each line were approvals, and how long they took."""
    heads = [t(f"staff.by.{dimension.value}"), t("staff.head.approval_share"), t("staff.head.in_time"),
             t("staff.head.median"), t("staff.head.p90")]
    lines = _labelled(statistics, dimension)
    rows = [[plain(label), words.share(line.approval_share), words.share(line.in_time_share),
             words.duration(line.median_seconds), words.duration(line.p90_seconds)]
            for label, line in lines if _timed(line)]
    untold = [plain(label) for label, line in lines if not _timed(line)]
    parts = [table(heads, rows)] if rows else []
    if untold:
        parts.append(t("staff.untold", list=t("cardholder.list_mark").join(untold)))
    return "\n\n".join(parts)


def _timed(line: Line) -> bool:
    """Whether anything is told of the decisions of a line."""
    return any(one is not None for one in (line.approval_share, line.in_time_share, line.median_seconds,
                                           line.p90_seconds))


def decision_time_table(statistics: RequestStatistics) -> str:
    """Markdown: how many decisions took how long."""
    return table([t("staff.head.decision_time"), t("staff.head.decisions")],
                 [[words.time_bin(step), words.count(step.decisions)] for step in statistics.decision_times])


def csv(statistics: RequestStatistics, locale: str) -> bytes:
    """What the page shows, line by line, for a spreadsheet: UTF-8 with a byte order mark, no live formulas.

    A hidden figure is the word for it; a figure there is nothing to make from is an empty cell. Shares
    are 0 to 1, times in hours, amounts in yuan.
    """
    with speaking(locale):
        frame = _frame(statistics)
    return frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _frame(statistics: RequestStatistics) -> pd.DataFrame:
    rows = []
    if statistics.total is not None:
        rows.append(_csv_row(statistics, t("staff.by.total"), "", statistics.total))
    for dimension in statistics.breakdowns:
        by = t(f"staff.by.{dimension.value}")
        rows += [_csv_row(statistics, by, line.value if dimension is Dimension.WEEK else label, line)
                 for label, line in _labelled(statistics, dimension)]
    for step in statistics.decision_times:
        rows.append({**_named(statistics, t("staff.head.decision_time"), words.time_bin(step)),
                     t("staff.head.requests"): _cell(step.decisions)})
    heads = [t("staff.head.period"), t("staff.head.breakdown"), t("staff.head.line"), t("staff.head.requests"),
             *map(words.column, statistics.columns), t("staff.head.approval_share"), t("staff.head.in_time"),
             t("staff.head.median_hours"), t("staff.head.p90_hours"), t("staff.head.amount_yuan")]
    # Texts throughout: a whole number must not become 20.0 because another line has no such figure.
    return pd.DataFrame(rows, columns=heads, dtype="str").fillna("").map(harmless)


def _labelled(statistics: RequestStatistics, dimension: Dimension) -> Sequence[tuple[str, Line]]:
    return [(words.label(dimension, line.value), line) for line in statistics.breakdowns[dimension]]


def _named(statistics: RequestStatistics, breakdown: str, label: str) -> dict[str, str]:
    return {t("staff.head.period"): statistics.period.code, t("staff.head.breakdown"): breakdown,
            t("staff.head.line"): label}


def _csv_row(statistics: RequestStatistics, breakdown: str, label: str, line: Line) -> dict[str, str]:
    def share(value: Decimal | None) -> str:
        return "" if value is None else f"{value:.2f}"

    def hours(seconds: int | None) -> str:
        return "" if seconds is None else f"{seconds / 3600:.1f}"

    return {
        **_named(statistics, breakdown, label), t("staff.head.requests"): _cell(line.requests),
        **{words.column(outcomes): _cell(count)
           for outcomes, count in zip(statistics.columns, line.counts, strict=True)},
        t("staff.head.approval_share"): share(line.approval_share),
        t("staff.head.in_time"): share(line.in_time_share),
        t("staff.head.median_hours"): hours(line.median_seconds), t("staff.head.p90_hours"): hours(line.p90_seconds),
        t("staff.head.amount_yuan"): _cell(None if line.amount_minor is None else format_yuan(line.amount_minor)),
    }


def _cell(value: object) -> str:
    return t("staff.hidden") if value is None else str(value)
