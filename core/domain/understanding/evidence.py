"""Evidence: what in its own clause shows that an amount is offered.

A verb of paying, being able or wanting is enough. A weak sign - a period, "about", "from" - is enough only
where the clause says nothing else: so much a month beside words nobody knows may be anything.
"""

from __future__ import annotations

import re
from functools import lru_cache

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import AMOUNT, MARKS, Cue, cue, has_han, words
from core.domain.understanding.mentions import AmountMention, Trouble

_UNKNOWN_HAN = 1
"""Characters of Chinese left over that make no word."""
_UNKNOWN_WORDS = 3
"""English words left over beside an amount a month: nobody has a list of all words."""


def is_offered(clause: Clause, amount: AmountMention, left: str, right: str) -> bool:
    """Whether ``amount``, between ``left`` and ``right``, is offered where no verb of paying comes before it."""
    if amount.period == "odd":
        return _says_nothing_else(clause, 0)  # so much a day is mostly what somebody earns or spends
    signs = amount.period or cue("cues", "amounts", "approve").search(right) or has_sign(clause) \
        or "lump_sum" in clause.cues or cue("cues", "amounts", "weak").search(left + AMOUNT)
    return is_bare(clause) or bool(signs and _says_nothing_else(clause, _UNKNOWN_WORDS if amount.period else 1))


def is_paid(clause: Clause, left: str) -> bool:
    """Whether a verb of paying or a period stands beside an amount: a figure of the books has neither."""
    return cue("cues", "amounts", "repay").search(left) is not None \
        or cue("cues", "periods").search(clause.text) is not None


def names_charge(before: Clause, clause: Clause, amount: AmountMention) -> bool:
    """The late fee off, it is 85: the figure is that of what was spoken of just before."""
    if amount.period:
        return False
    if cue("cues", "amounts", "names_it").search(clause.text[:amount.start]):
        return cue("cues", "amounts", "named").search(before.text) is not None
    return is_bare(clause) and before.sentence == clause.sentence and not before.mentions \
        and cue("cues", "amounts", "was_for").search(before.text) is not None


def has_sign(clause: Clause) -> bool:
    """Whether something beside the amount - a date, an event, "now" - could belong to a payment."""
    event = any(cue("dates", key).search(clause.raw) for key in ("payday", "event"))
    return event or cue("cues", "single").search(clause.text) is not None or any(
        not isinstance(mention, AmountMention) and mention.trouble is not Trouble.PAST for mention in clause.mentions)


def is_bare(clause: Clause) -> bool:
    """Whether there is nothing but amounts and filling words."""
    return _filler().sub("", clause.plain()).strip(" ,") == ""


def _says_nothing_else(clause: Clause, unknown_words: int) -> bool:
    """Whether every word is one of paying, of time, or fills in, but for so few that they tell nothing else."""
    text = clause.text
    for one in _plain():
        for expression in one.patterns(text):
            text = expression.sub(" ", text)
    text = re.sub(f"[{MARKS}]+", " ", text)
    if has_han(clause.raw):
        left_over = re.sub("[^\u3400-\u9fffa-z]", "", _filler().sub("", text))
        return len(left_over) <= min(_UNKNOWN_HAN, unknown_words)
    strange = re.findall("[a-z]+", text)
    return not strange or (len(strange) <= unknown_words and cue("clauses", "told").search(clause.text) is None)


@lru_cache(maxsize=1)
def _plain() -> tuple[Cue, ...]:
    amounts = words("cues")["amounts"]
    said = Cue([*amounts["limiter"], *amounts["offer"], *amounts["weak"], *words("clauses")["plain"]])
    return (cue("cues", "periods"), cue("cues", "single"), cue("dates", "payday"), cue("dates", "event"),
            cue("cues", "amounts", "approve"), cue("cues", "dates", "filler"), cue("cues", "dates", "start_before"),
            cue("cues", "intents", "lump_sum"), cue("cues", "waive", "verbs"), said)


@lru_cache(maxsize=1)
def _filler() -> re.Pattern[str]:
    return re.compile("|".join(words("clauses")["filler"]))
