"""Clauses: a message cut where one thing ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from core.domain.understanding.lexicon import MARKS, MASKED, words
from core.domain.understanding.mentions import Mention

LONGEST_CLAUSE = 300
"""Characters; what is longer is cut, so that the time to read grows with the length of the text and no faster."""
LONGEST_SENTENCE = 40
"""Clauses that are looked at together."""
MANY_CLAUSES = 60
"""From here on repeats are left out."""


@dataclass(slots=True)
class Clause:
    """A clause with what was found in it; found parts are marked in ``text``, one mark a character."""

    text: str
    sentence: int
    asks: bool = False
    """It ends in a question mark."""
    mentions: list[Mention] = field(default_factory=list)
    cues: set[str] = field(default_factory=set)
    """Names of what the clause is about."""
    of_others: bool = False
    """It is about somebody else's affairs."""
    hypothetical: bool = False
    """It only supposes, to ask what would follow."""
    outside_event: bool = False
    """It holds only if something happens that is in nobody's hands."""
    before_restart: bool = False
    raw: str = ""

    def take(self, start: int, end: int, mark: str, mention: Mention | None = None) -> None:
        """Mark a part of the clause as found."""
        self.text = self.text[:start] + mark * (end - start) + self.text[end:]
        if mention is not None:
            self.mentions.append(mention)

    def leave(self, mention: Mention) -> None:
        """Take back a mark: the words are words again."""
        self.mentions.remove(mention)
        self.text = self.text[:mention.start] + self.raw[mention.start:mention.end] + self.text[mention.end:]

    def spoken(self) -> str:
        """``text`` with the words that were only passed over."""
        return "".join(said if mark == MASKED else mark for said, mark in zip(self.raw, self.text, strict=True))

    def plain(self) -> str:
        """What nothing was found in, without marks."""
        return re.sub(f"[{MARKS}]+", "", self.text)


def sentence_of(clauses: list[Clause], number: int) -> list[Clause]:
    """The clauses of the sentence that clause ``number`` is in."""
    first = last = number
    while first > 0 and clauses[first - 1].sentence == clauses[number].sentence:
        first -= 1
    while last + 1 < len(clauses) and clauses[last + 1].sentence == clauses[number].sentence:
        last += 1
    return clauses[first:last + 1]


@lru_cache(maxsize=1)
def _separator() -> re.Pattern[str]:
    table = words("clauses")
    marks = (r"(?P<stop>[!?;\n]+|\.(?![0-9])|\.$)", r"(?P<comma>,|:(?! ?[0-9\\u00a5])| - )")
    return re.compile("|".join((*marks, *table["before"])))


@lru_cache(maxsize=1)
def _list() -> re.Pattern[str]:
    return re.compile(words("clauses")["list"])


def split(text: str) -> list[Clause]:
    """The clauses of normalised ``text``; none is empty."""
    found = _pieces(_list().sub(lambda match: match[0].replace(",", "\u3001"), text))
    clauses: list[Clause] = []
    for piece, sentence, asks in found:
        for part in (part for whole in _consequence(piece) for part in _cut(whole)):
            # A sentence is read as a whole, so none may grow without bound.
            clauses.append(Clause(part, sentence + len(clauses) // LONGEST_SENTENCE, asks, raw=part))
    return clauses if len(clauses) <= MANY_CLAUSES else _without_repeats(clauses)


def _without_repeats(clauses: list[Clause]) -> list[Clause]:
    """Of a clause said over and over the first and the last time: saying it again adds nothing."""
    last = {clause.raw: number for number, clause in enumerate(clauses)}
    seen: set[str] = set()
    kept = []
    for number, clause in enumerate(clauses):
        if clause.raw not in seen or last[clause.raw] == number:
            kept.append(clause)
        seen.add(clause.raw)
    return kept


def _cut(piece: str) -> Iterator[str]:
    """A clause nobody would speak in one breath is cut at a space, or anywhere."""
    while len(piece) > LONGEST_CLAUSE:
        at = piece.rfind(" ", LONGEST_CLAUSE // 2, LONGEST_CLAUSE)
        at = LONGEST_CLAUSE if at < 0 else at
        yield piece[:at].strip() or piece[:at]
        piece = piece[at:]
    yield piece


def _pieces(text: str) -> Iterator[tuple[str, int, bool]]:
    start, sentence = 0, 0
    for match in _separator().finditer(text):
        piece = text[start:match.start()].strip()
        stops = match["stop"]
        if piece:
            yield piece, sentence, bool(stops and "?" in stops)
        if stops:
            sentence += 1
        start = match.end()
    piece = text[start:].strip()
    if piece:
        yield piece, sentence, False


@lru_cache(maxsize=1)
def _condition() -> re.Pattern[str]:
    return re.compile("|".join(words("clauses")["consequence"]))


def _consequence(piece: str) -> tuple[str, ...]:
    """If this, then that, said without a pause: the two parts."""
    match = _condition().match(piece[:LONGEST_CLAUSE])
    return (piece,) if match is None else (piece[:match.end()].strip(), piece[match.end():].strip())
