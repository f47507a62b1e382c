"""Lengths of time: of a plan, a pause, interest-free months, or until a date."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import LENGTH, MASKED, Shapes, cue, words
from core.domain.understanding.mentions import LengthMention, Trouble
from core.domain.understanding.numbers import read_number

_LONGEST_LISTED = 120
"""A larger number before a length is no other length."""
_ONE = frozenset({"a", "an", "one", "another"})


def mark_lengths(clause: Clause) -> None:
    """Find the lengths of ``clause`` and mark them."""
    for match in _of("vague_zh", "vague_en").matches(lambda: clause.text):
        clause.take(match.start(), match.end(), LENGTH, LengthMention(match.start(), match.end(), Trouble.VAGUE))
    for match in _of("zh", "en").matches(lambda: clause.text):
        if LENGTH in match[0] or _is_period(clause, match):
            continue
        count, unit = _measure(match)
        trouble = _trouble(clause, match.start(), match.end(), count)
        found = LengthMention(match.start(), match.end(), trouble, count or Fraction(0), unit)
        clause.take(match.start(), match.end(), LENGTH, found)
    _mark_alternatives(clause)
    clause.mentions.sort(key=lambda mention: mention.start)


@lru_cache(maxsize=4)
def _of(*keys: str) -> Shapes:
    table = words("dates")
    return Shapes([entry for key in keys for entry in table["length"][key]], table["parts"])


def _measure(match: re.Match[str]) -> tuple[Fraction | None, str]:
    groups = {name: value for name, value in match.groupdict().items() if value}
    units: dict[str, str] = words("dates")["values"]["units"]
    unit = units.get(groups.get("unit", ""), "year" if "unit" not in groups else "month")
    if "half" in groups:
        half = groups["half"]
        if half in ("year", "month"):
            unit = half
        return (Fraction(6), "month") if unit == "year" else (Fraction(15), "day")
    text = groups.get("n", "one")
    count = Fraction(1) if text in _ONE else read_number(text)
    if count is not None and "unit" not in groups:  # so many years and a half
        count += Fraction(1, 2)
    if count is not None and "ehalf" in groups:
        count += Fraction(1, 2)
    if count is not None and "n2" in groups:
        extra = read_number(groups["n2"])
        return (count * 12 + (extra or 0), "month")
    return count, unit


def _is_period(clause: Clause, match: re.Match[str]) -> bool:
    """Whether "one month" is how often, not how long."""
    before, after = clause.text[:match.start()], clause.text[match.end():]
    if cue("clauses", "each_after").match(after):
        return True
    if cue("clauses", "length_after").match(after) or (
            cue("clauses", "length_end").fullmatch(after) and cue("clauses", "length_verb").search(before)):
        return False
    if (match.groupdict().get("n") or "") not in words("clauses")["one"]:
        return False
    return cue("clauses", "period_context").search(clause.text) is not None \
        and cue("clauses", "length_context").search(clause.text) is None \
        and cue("clauses", "period_units").fullmatch(match[0]) is not None


def _trouble(clause: Clause, start: int, end: int, count: Fraction | None) -> Trouble | None:
    if count is None or count == 0:
        return Trouble.VAGUE
    before, after = clause.text[:start].rstrip(), clause.text[end:]
    lower = cue("dates", "length", "lower_before")
    if any(match.end() >= len(before) - 2 for match in lower.finditer(before)):
        return Trouble.LOWER_BOUND
    follows = cue("dates", "length", "lower_after")
    if follows.match(after.lstrip()) or follows.match(after):
        return Trouble.LOWER_BOUND
    return None


@lru_cache(maxsize=1)
def _joined() -> re.Pattern[str]:
    joins = "|".join(words("clauses")["length_joins"])
    return re.compile(rf"(?:(?P<number>[0-9]+|(?<![a-z])(?:one|an?))? ?(?:{joins})|between (?P<least>[0-9]+) and) ?$")


def mark_later_alternatives(clauses: list[Clause]) -> None:
    """Over two years, or maybe three: a number alone that stands against the length just before it."""
    for clause in clauses:
        length = next((mention for mention in reversed(clause.mentions) if isinstance(mention, LengthMention)), None)
        if length is not None and cue("clauses", "or_further").match(clause.text[length.end:].rstrip(" ,.")):
            length.trouble = length.trouble or Trouble.ALTERNATIVE
            clause.mentions = [mention for mention in clause.mentions if mention.start < length.end]
            clause.text = clause.text[:length.end] + MASKED * (len(clause.text) - length.end)
    for before, clause in pairwise(clauses):
        last = before.mentions[-1] if before.mentions else None
        other = cue("clauses", "or_number").fullmatch(clause.text.strip(" ,."))
        if isinstance(last, LengthMention) and other is not None:
            last.trouble = last.trouble or Trouble.ALTERNATIVE
            clause.mentions.clear()
            clause.text = MASKED * len(clause.text)


def _mark_alternatives(clause: Clause) -> None:
    """24 or 36 months: neither; a number before the join shares the unit after it."""
    found = [mention for mention in clause.mentions if isinstance(mention, LengthMention)]
    for number, mention in enumerate(found):
        start = found[number - 1].end if number else 0
        before = clause.text[start:mention.start]
        joined = _joined().search(before)
        if joined is None:
            continue
        whole = joined.start() == 0 and number > 0
        listed = joined["number"] or joined["least"]
        if listed and listed.isdigit() and int(listed) > _LONGEST_LISTED:
            continue
        if whole or listed:
            mention.trouble = mention.trouble or Trouble.ALTERNATIVE
            if number and whole:
                found[number - 1].trouble = found[number - 1].trouble or Trouble.ALTERNATIVE
            if listed:
                clause.take(start + joined.start(), mention.start, LENGTH)
