"""Corrections: a date or a length of time that is taken back for another one."""

from __future__ import annotations

from itertools import pairwise

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import cue
from core.domain.understanding.mentions import AmountMention, DateMention, DueDayMention, LengthMention, Mention

_KINDS: tuple[tuple[type[Mention], ...], ...] = ((LengthMention,), (DateMention, DueDayMention))
_REACH = 3
"""Clauses a correction looks back."""


def take_back(clauses: list[Clause]) -> None:
    """Of a date or length and what corrects it, leave the last: "two years, no, three".

    The clauses of such a correction get the cue ``corrected``: no amount is taken back by it.
    """
    for number, clause in enumerate(clauses):
        if _opens_correction(clauses, number):
            clause.cues.add("corrected")
        for kind in _KINDS:
            found = [mention for mention in clause.mentions if isinstance(mention, kind)]
            for first, second in pairwise(found):
                if _corrects(clause.text[first.end:second.start]):
                    clause.mentions.remove(first)
            if found:
                _take_back_before(clauses, number, kind, found[0])


def _opens_correction(clauses: list[Clause], number: int) -> bool:
    """I wrote it wrong, not 6 months: what is corrected follows."""
    clause, after = clauses[number], clauses[number + 1:number + 2]
    return bool(after) and not clause.mentions and _corrects(clause.text) \
        and cue("clauses", "not_that_long").match(after[0].text) is not None


def forgive(clauses: list[Clause]) -> None:
    """A correction of one's own words neither disputes nor turns down anything."""
    for clause in clauses:
        if "corrected" in clause.cues:
            clause.cues -= {"dispute", "reject", "question"}


def _take_back_before(clauses: list[Clause], number: int, kind: tuple[type[Mention], ...], new: Mention) -> None:
    """Put ``new``, found in clause ``number``, where the last of its ``kind`` stands, if it corrects that."""
    clause = clauses[number]
    marked = [clause]
    if number and not clauses[number - 1].mentions and _corrects(clauses[number - 1].text):
        marked.append(clauses[number - 1])
    elif not _corrects(clause.text[:new.start]):
        return
    for earlier in reversed(clauses[max(0, number - _REACH):number]):
        taken = [mention for mention in earlier.mentions if isinstance(mention, kind)]
        if not taken:
            continue
        if any(isinstance(mention, AmountMention) for mention in clause.mentions):
            earlier.mentions.remove(taken[-1])
            return  # said anew as a whole, the amount as well
        clause.mentions.remove(new)
        earlier.mentions[earlier.mentions.index(taken[-1])] = _instead(taken[-1], new)
        for one in marked:
            one.cues.add("corrected")
        return


def _instead(old: Mention, new: Mention) -> Mention:
    """``new`` in the place of ``old``; in place of a day of every month a day is one too."""
    start, end = old.start, old.end
    if isinstance(new, LengthMention):
        return LengthMention(start, end, new.trouble, new.count, new.unit)
    if isinstance(new, DueDayMention):
        return DueDayMention(start, end, new.trouble, new.day)
    if not isinstance(new, DateMention):
        return old
    if isinstance(old, DueDayMention) and new.on is not None and not new.whole_month:
        return DueDayMention(start, end, new.trouble, new.on.day)
    return DateMention(start, end, new.trouble, new.on, new.whole_month)


def _corrects(text: str) -> bool:
    return cue("clauses", "correction").search(text.strip()) is not None
