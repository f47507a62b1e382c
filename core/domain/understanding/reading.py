"""One reading of a message: clauses, what is found in them, and what it comes to."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from core.domain.understanding.amounts import mark_amounts
from core.domain.understanding.beside import wants_less_at_first
from core.domain.understanding.clauses import Clause, split
from core.domain.understanding.corrections import forgive, take_back
from core.domain.understanding.crisis import has_words_of_self_harm
from core.domain.understanding.dates import mark_dates
from core.domain.understanding.durations import read_lengths
from core.domain.understanding.hardship import find_hardship
from core.domain.understanding.intents import agree, choose_intents
from core.domain.understanding.lengths import mark_later_alternatives, mark_lengths
from core.domain.understanding.lexicon import cue
from core.domain.understanding.result import ASKS, LastOffer, Understanding, Wish
from core.domain.understanding.roles import amounts_of, judge_amounts
from core.domain.understanding.script import is_foreign, language_of, normalise
from core.domain.understanding.terms import Terms, read_amounts
from core.domain.understanding.timing import read_timing, settle_timing
from core.domain.understanding.topics import find_others, find_topics
from core.domain.understanding.waivers import find_waivers


def understand(text: str, as_of: date, outstanding_minor: int | None = None,
               last_offer: LastOffer | None = None) -> Understanding:
    """Read ``text`` as written on ``as_of``, where ``outstanding_minor`` fen are owed in all.

    Never raises, whatever the text. What is uncertain is asked back and left out of the wish; nothing
    understood grants anything.
    """
    language = language_of(text)
    plain = normalise(text)
    if is_foreign(plain, text):
        return Understanding(language, ("unclear",), Wish(), (), "rephrase")
    clauses = _marked(plain, as_of, last_offer)
    trouble_of = {number for number, clause in enumerate(clauses) if find_hardship([clause])}
    hardship = find_hardship(clauses)
    terms = Terms()
    read_amounts(clauses, terms, outstanding_minor, last_offer)
    read_lengths(clauses, terms, trouble_of=trouble_of)
    timing = read_timing(clauses, as_of, trouble_of=trouble_of, staged=terms.staged)
    settle_timing(timing, terms, as_of)
    waived = find_waivers(clauses)
    if waived:
        terms.wish.waive = tuple(sorted(waived))
    agree(clauses, terms, last_offer)
    intents = choose_intents(clauses, terms, timing, hardship, last_offer, as_of)
    if has_words_of_self_harm(plain):
        intents = intents - {"undecided", "question"} | {"ask_person"}
    terms.wish.starts_lighter = wants_less_at_first(plain)
    if not intents:
        return Understanding(language, ("unclear",), Wish(starts_lighter=terms.wish.starts_lighter), (), "rephrase")
    ask = next((code for code in ASKS if code in terms.asks), None)
    return Understanding(language, tuple(sorted(intents)), terms.wish, tuple(sorted(hardship)), ask)


def _marked(plain: str, as_of: date, last: LastOffer | None) -> list[Clause]:
    """The clauses with everything found in them."""
    clauses = split(plain)
    for clause in clauses:
        mark_dates(clause, as_of)
        mark_lengths(clause)
        mark_amounts(clause)
    mark_later_alternatives(clauses)
    take_back(clauses)
    find_others(clauses)
    find_topics(clauses)
    forgive(clauses)
    judge_amounts(clauses, None if last is None else Fraction(last.monthly_minor, 100))
    for number, clause in enumerate(clauses):
        _tell_refusals(clause)
        if number and _turns_down(clauses[number - 1], clause):
            clause.cues |= {"reject", "turned_down"}
        if number and _wants_more_often(clauses[number - 1], clause):
            clauses[number - 1].cues.discard("reject")
    return clauses


def _turns_down(before: Clause, clause: Clause) -> bool:
    """You asked for so much, I cannot pay: that, and not anything."""
    said = cue("cues", "amounts", "asked").search(before.text) is not None
    asked = any(one.role == "asked" or (said and one.role == "past") for one in amounts_of(before))
    cannot = cue("clauses", "not_the_offer").search(clause.text) is not None
    asked = asked or cue("clauses", "so_much").search(before.text) is not None
    return asked and cannot and before.sentence == clause.sentence and not clause.mentions


def _wants_more_often(before: Clause, clause: Clause) -> bool:
    """Monthly does not suit me, I would rather pay so much a week: another rhythm, and no offer turned down."""
    often = any(one.role == "offer" and one.period in ("weekly", "fortnightly") for one in amounts_of(clause))
    return often and cue("clauses", "not_so_often").search(before.text) is not None


def _tell_refusals(clause: Clause) -> None:
    """An amount that is too much turns the offer down."""
    refused = any(amount.role == "refused" for amount in amounts_of(clause))
    if refused and cue("cues", "amounts", "refused_after").search(clause.text):
        clause.cues.add("reject")
