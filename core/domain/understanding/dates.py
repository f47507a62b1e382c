"""Dates: of a day, a month, a week day, or so long from today."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from core.domain.calendar import add_months
from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import DATE, Shapes, cue, words
from core.domain.understanding.mentions import DateMention, DueDayMention, Trouble
from core.domain.understanding.numbers import read_number

_LAST_YEAR = 2199
_KINDS = ("iso", "numeric", "slash", "relative", "full", "month", "year", "weekday", "day_only", "day_word")


def mark_dates(clause: Clause, as_of: date) -> None:
    """Find the dates of ``clause`` and mark them."""
    for match in _of("due_day").matches(lambda: clause.text):
        clause.take(match.start(), match.end(), DATE, _due_day(match))
    for key in ("iso", "numeric"):
        _take_all(clause, key, as_of)
    for match in _of("vague_date").matches(lambda: clause.text):
        clause.take(match.start(), match.end(), DATE, DateMention(match.start(), match.end(), Trouble.VAGUE))
    for key in _KINDS[2:]:
        _take_all(clause, key, as_of)
    for match in list(cue("dates", "festival").finditer(clause.text)):
        clause.take(match.start(), match.end(), DATE, DateMention(match.start(), match.end(), Trouble.VAGUE))
    clause.mentions.sort(key=lambda mention: mention.start)


def _take_all(clause: Clause, key: str, as_of: date) -> None:
    for match in _of(key).matches(lambda: clause.text):
        if DATE in match[0] or not match[0]:
            continue
        if key == "relative" and _is_length(clause, match):
            continue
        found = _resolve(key, match, as_of)
        if found is not None and found.trouble is Trouble.PAST and cue("dates", "long_past").fullmatch(match[0]) \
                and cue("cues", "dates", "start_after").match(clause.text[match.end():].lstrip()) is None:
            continue  # tells what was, as other words for the past do
        if found is not None:
            clause.take(match.start(), match.end(), DATE, found)


def _is_length(clause: Clause, match: re.Match[str]) -> bool:
    """Cleared in two years at so much a month: that is how long."""
    cleared = cue("dates", "cleared_in").search(clause.text[:match.start()])
    return cleared is not None and cue("cues", "periods", "monthly").search(clause.text) is not None


@lru_cache(maxsize=16)
def _of(key: str) -> Shapes:
    table = words("dates")
    parts = table["parts"]
    if key == "due_day":
        return Shapes([entry for listed in table["due_day"].values() for entry in listed], parts)
    if key == "vague_date":
        return Shapes([entry for listed in table["vague_date"].values() for entry in listed], parts)
    return Shapes(table["date"][key], parts, always=key in ("iso", "numeric", "slash"))


def _values(name: str) -> dict[str, int]:
    values: dict[str, int] = words("dates")["values"][name]
    return values


def _due_day(match: re.Match[str]) -> DueDayMention:
    day = _number(match.groupdict().get("d")) if match.groupdict().get("d") else 31
    trouble = None if day is not None and 1 <= day <= 31 else Trouble.IMPOSSIBLE
    return DueDayMention(match.start(), match.end(), trouble, day or 0)


def _number(text: str | None) -> int | None:
    if not text:
        return None
    ordinals = _values("ordinals")
    if text in ordinals:
        return ordinals[text]
    value = read_number(text.rstrip("sthndr"))
    return int(value) if value is not None and value.denominator == 1 else None


def _resolve(key: str, match: re.Match[str], as_of: date) -> DateMention | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    start, end = match.start(), match.end()
    if key in ("slash", "numeric"):
        return _slashed(groups, start, end, as_of)
    if key == "relative":
        return _relative(groups, start, end, as_of)
    if key == "weekday":
        return _weekday(groups, start, end, as_of)
    if key == "day_word":
        offset = _values("days")[match[0]]
        return _checked(as_of + timedelta(days=offset), start, end, as_of)
    if key == "year":
        return _year(groups, match[0], start, end, as_of)
    return _month(key, groups, start, end, as_of)


def _checked(on: date | None, start: int, end: int, as_of: date, *, whole_month: bool = False) -> DateMention:
    if on is None or on.year > _LAST_YEAR:
        return DateMention(start, end, Trouble.IMPOSSIBLE)
    if on < as_of:
        return DateMention(start, end, Trouble.PAST)
    return DateMention(start, end, None, on, whole_month)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(month: int, day: int, as_of: date) -> date | None:
    """The next such day on or after ``as_of``; ``None`` if no calendar has it."""
    if (month, day) == (2, 29):  # of the February to come, not of whichever year has one
        return _day(as_of.year + (as_of.month > 2), month, day)
    for year in (as_of.year, as_of.year + 1):
        on = _day(year, month, day)
        if on is not None and on >= as_of:
            return on
    return None


def _slashed(groups: dict[str, str], start: int, end: int, as_of: date) -> DateMention:
    first, second = int(groups["a"]), int(groups["b"])
    if first <= 12 and second <= 12 and first != second:
        return DateMention(start, end, Trouble.VAGUE)
    month, day = (second, first) if first > 12 else (first, second)
    year = groups.get("y")
    return _checked(_day(int(year), month, day) if year else _next(month, day, as_of), start, end, as_of)


def _relative(groups: dict[str, str], start: int, end: int, as_of: date) -> DateMention | None:
    unit = _values_text("units")[groups.get("unit") or groups.get("one", "year").lstrip(_measure()) or "year"]
    if "half" in groups:
        unit = "year" if groups.get("half") == "year" else unit
        months_or_days = (6, 0) if unit == "year" else (0, 15)
        on = add_months(as_of, months_or_days[0]) + timedelta(days=months_or_days[1])
        return _checked(on, start, end, as_of)
    text = groups["n"]
    count = 1 if text in ("a", "one", "an", "another", "an other") else _number_of(text)
    if count is None:
        return DateMention(start, end, Trouble.VAGUE)
    halves = 1 if groups.keys() & {"extra", "extra2"} else 0
    after = later(as_of, count, unit) if count <= 1200 else None
    if after is not None and halves:
        after = after + timedelta(days=15) if unit == "month" else add_months(after, 6)
    return _checked(after, start, end, as_of)


def _measure() -> str:
    return str(words("clauses")["measure"])


def _values_text(name: str) -> dict[str, str]:
    values: dict[str, str] = words("dates")["values"][name]
    return values


def _number_of(text: str) -> int | None:
    value = read_number(text)
    return int(value) if value is not None and value.denominator == 1 else None


def later(as_of: date, count: int, unit: str) -> date | None:
    """``count`` days, weeks, fortnights, months or years after ``as_of``; ``None`` beyond the calendar."""
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    if count > 2000:
        return None
    if days is not None:
        return as_of + timedelta(days=days * count)
    months = count * {"quarter": 3, "year": 12}.get(unit, 1)
    return add_months(as_of, months) if as_of.year + months // 12 < _LAST_YEAR else None


def _weekday(groups: dict[str, str], start: int, end: int, as_of: date) -> DateMention:
    name = groups["wd"]
    weekday = _values("weekdays").get(name[:3] if name.isascii() else name, 0)
    if groups.get("which") in ("next", "last"):
        return DateMention(start, end, Trouble.VAGUE if groups["which"] == "next" else Trouble.PAST)
    week = groups.get("rw")
    if week is None:
        ahead = (weekday - as_of.weekday() - 1) % 7 + (8 if "later" in groups else 1)  # Friday week
        return DateMention(start, end, None, as_of + timedelta(days=ahead))
    monday = as_of - timedelta(days=as_of.weekday())
    on = monday + timedelta(days=7 * _values("relative_weeks")[week] + weekday)
    return _checked(on, start, end, as_of)


def _year(groups: dict[str, str], text: str, start: int, end: int, as_of: date) -> DateMention:
    if "none" in groups:
        return DateMention(start, end)  # this year: no date
    year = int(groups["y"]) if "y" in groups else as_of.year + _values("years").get(groups.get("ry", ""), 0)
    edge = groups.get("edge", "")
    is_end = any(last in (edge or text) for last in words("dates")["values"]["last_edges"])
    if is_end and year >= as_of.year:
        return _checked(_day(year, 12, 31), start, end, as_of)
    return DateMention(start, end, Trouble.PAST if year < as_of.year else Trouble.VAGUE)


def _month(key: str, groups: dict[str, str], start: int, end: int, as_of: date) -> DateMention | None:
    day = _number(groups.get("d"))
    if key == "day_only":
        return _checked(_next_day(day or 0, as_of), start, end, as_of)
    month, year = _which_month(key, groups, as_of)
    if month is None or not 1 <= month <= 12:
        return DateMention(start, end, Trouble.IMPOSSIBLE) if groups.get("d") or month else None
    edge = groups.get("edge")
    if edge is not None and not any(last in edge for last in words("dates")["values"]["last_edges"]):
        return DateMention(start, end, Trouble.VAGUE)
    if edge is not None:
        return _checked(_month_end(month, year, as_of), start, end, as_of)
    if "d" in groups:
        if day is None:
            return DateMention(start, end, Trouble.IMPOSSIBLE)
        return _checked(_day(year, month, day) if year else _next(month, day, as_of), start, end, as_of)
    if (year or as_of.year, month) == (as_of.year, as_of.month):
        return DateMention(start, end)  # this month: no date
    on = _day(year, month, 1) if year else _next(month, 1, as_of)
    return _checked(on, start, end, as_of, whole_month=True)


def _which_month(key: str, groups: dict[str, str], as_of: date) -> tuple[int | None, int | None]:
    """Month and year, as far as they are named."""
    if key in ("iso", "full"):
        month = _values("months")[groups["em"][:3]] if "em" in groups else _number(groups.get("m"))
        if "y" in groups:
            return month, int(groups["y"])
        relative_year = groups.get("ry", "").strip()
        return month, as_of.year + _values("years")[relative_year] if relative_year else None
    offset = _values("relative_months").get(groups.get("rm", ""), 0)
    year, month0 = divmod(as_of.year * 12 + as_of.month - 1 + offset, 12)
    return month0 + 1, year


def _month_end(month: int, year: int | None, as_of: date) -> date | None:
    chosen = year or (as_of.year if month >= as_of.month else as_of.year + 1)
    return _day(chosen, month, monthrange(chosen, month)[1]) if 1 <= chosen <= _LAST_YEAR else None


def _next_day(day: int, as_of: date) -> date | None:
    """The next such day of a month on or after ``as_of``."""
    if not 1 <= day <= 31:
        return None
    for ahead in range(3):
        first = add_months(as_of.replace(day=1), ahead)
        on = _day(first.year, first.month, day)
        if on is not None and on >= as_of:
            return on
    return None
