"""English words within Chinese clauses, read as the Chinese words they stand for."""

from __future__ import annotations

import re
from functools import lru_cache

from core.domain.understanding.lexicon import words

_PIECE = re.compile(r"[^,.?!;\n]+")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile("[a-z]+(?:'[a-z]+)?")


def in_chinese(text: str) -> str:
    """``text`` (lower case) with English words replaced where what is around them is mostly Chinese."""
    return _PIECE.sub(lambda match: _piece(match[0]), text)


def _piece(piece: str) -> str:
    said = len(_WORD.findall(piece))
    if not said or len(_HAN.findall(piece)) < said:
        return piece
    expression, meant = _table()
    return expression.sub(lambda match: meant[match.lastindex or 0], piece)


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], list[str]]:
    entries = [(written, plain) for plain, listed in words("mixed")["said"].items() for written in listed]
    groups = "|".join(f"({written})" for written, _ in entries)
    return re.compile(rf" ?(?<![a-z'])(?:{groups})(?![a-z']) ?"), ["", *(plain for _, plain in entries)]
