"""English words within Chinese clauses, read as the Chinese words they stand for."""

from __future__ import annotations

import re
from functools import lru_cache

from core.domain.understanding.lexicon import words

_PIECE = re.compile(r"[^,.?!;\n]+")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile("[a-z]+(?:'[a-z]+)?")
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY_OF_MONTH = re.compile(rf"(?<![0-9a-z])(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)? ?(?:of )?(?P<month>{_MONTH})(?![a-z])"
                           rf"|(?<![a-z])(?P<month2>{_MONTH})\.? (?P<day2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9a-z%])")


def in_chinese(text: str) -> str:
    """``text`` (lower case) with English words replaced where what is around them is mostly Chinese."""
    return _PIECE.sub(lambda match: _piece(match[0]), text)


def _piece(piece: str) -> str:
    piece = _DAY_OF_MONTH.sub(_in_order, piece) if _HAN.search(piece) else piece
    said = len(_WORD.findall(piece))
    if not said or len(_HAN.findall(piece)) < said:
        return piece
    expression, meant = _table()
    return expression.sub(lambda match: meant[match.lastindex or 0], piece)


def _in_order(match: re.Match[str]) -> str:
    """15 March as Chinese has it: the month first."""
    months: dict[str, int] = words("dates")["values"]["months"]
    month = months[(match["month"] or match["month2"])[:3]]
    written: str = words("mixed")["day_of_month"]
    return written.format(month=month, day=match["day"] or match["day2"])


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], list[str]]:
    entries = [(written, plain) for plain, listed in words("mixed")["said"].items() for written in listed]
    groups = "|".join(f"({written})" for written, _ in entries)
    return re.compile(rf" ?(?<![a-z'])(?:{groups})(?![a-z']) ?"), ["", *(plain for _, plain in entries)]
