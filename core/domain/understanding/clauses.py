"""Clauses: a message cut where one thing ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from core.domain.understanding.lexicon import MARKS, words
from core.domain.understanding.mentions import Mention


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

    def plain(self) -> str:
        """What nothing was found in, without marks."""
        return re.sub(f"[{MARKS}]+", "", self.text)


@lru_cache(maxsize=1)
def _separator() -> re.Pattern[str]:
    table = words("clauses")
    marks = (r"(?P<stop>[!?;\n]+|\.(?![0-9])|\.$)", r"(?P<comma>,|:(?![0-9])| - )")
    return re.compile("|".join((*marks, *table["before"])))


@lru_cache(maxsize=1)
def _list() -> re.Pattern[str]:
    return re.compile(words("clauses")["list"])


def split(text: str) -> list[Clause]:
    """The clauses of normalised ``text``; none is empty."""
    found = list(_pieces(_list().sub(lambda match: match[0].replace(",", "\u3001"), text)))
    return [Clause(piece, sentence, asks, raw=piece) for piece, sentence, asks in found]


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
