"""Corrections: a date or a length of time that is taken back for another one."""

from __future__ import annotations

from itertools import pairwise

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import cue
from core.domain.understanding.mentions import DateMention, DueDayMention, LengthMention, Mention

_KINDS: tuple[tuple[type[Mention], ...], ...] = ((LengthMention,), (DateMention, DueDayMention))
_REACH = 3
"""Clauses a correction looks back."""


def take_back(clauses: list[Clause]) -> None:
    """Of a date or length and what corrects it, leave the last: "two years, no, three".

    The clauses of such a correction get the cue ``corrected``: no amount is taken back by it.
    """
    for number, clause in enumerate(clauses):
        for kind in _KINDS:
            found = [mention for mention in clause.mentions if isinstance(mention, kind)]
            for first, second in pairwise(found):
                if _corrects(clause.text[first.end:second.start]):
                    clause.mentions.remove(first)
            if found:
                _take_back_before(clauses, number, kind, clause.text[:found[0].start])


def _take_back_before(clauses: list[Clause], number: int, kind: tuple[type[Mention], ...], before: str) -> None:
    """Leave out the last mention of ``kind`` ahead of clause ``number``, if that begins with a correction."""
    marked = [clauses[number]]
    if number and not clauses[number - 1].mentions and _corrects(clauses[number - 1].text):
        marked.append(clauses[number - 1])
    elif not _corrects(before):
        return
    for earlier in reversed(clauses[max(0, number - _REACH):number]):
        taken = [mention for mention in earlier.mentions if isinstance(mention, kind)]
        if taken:
            earlier.mentions.remove(taken[-1])
            if isinstance(taken[-1], DueDayMention):
                _of_every_month(clauses[number])
            for one in marked:
                one.cues.add("corrected")
            return


def _of_every_month(clause: Clause) -> None:
    """The day that takes the place of a day of every month is one too."""
    for place, mention in enumerate(clause.mentions):
        if isinstance(mention, DateMention) and mention.on is not None and not mention.whole_month:
            clause.mentions[place] = DueDayMention(mention.start, mention.end, None, mention.on.day)
            return


def _corrects(text: str) -> bool:
    return cue("clauses", "correction").search(text.strip()) is not None
