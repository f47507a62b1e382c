"""Relevance: whether the dates a clause names are days of paying, or of something else it tells."""

from __future__ import annotations

from core.domain.understanding.clauses import Clause, sentence_of
from core.domain.understanding.lexicon import cue
from core.domain.understanding.mentions import DueDayMention, Trouble
from core.domain.understanding.roles import amounts_of
from core.domain.understanding.terms import date_mentions


def is_to_think(clauses: list[Clause], number: int) -> bool:
    """Three days, to talk it over: no time to pay."""
    beside = [*clauses[number + 1:number + 2], *(clauses[number - 1:number] if number else [])]
    thinks = any(one.sentence == clauses[number].sentence and "undecided" in one.cues for one in beside)
    return thinks and "extension" in clauses[number].cues and not amounts_of(clauses[number]) \
        and all(mention.trouble is not None for mention in date_mentions(clauses[number]))


def is_to_answer(clause: Clause) -> bool:
    """Tomorrow I will tell you, the first I will call: the day of an answer, unless something is paid as well."""
    return cue("clauses", "answer").search(clause.raw) is not None and not amounts_of(clause) \
        and not clause.cues & {"extension", "pause", "lump_sum"} and cue("clauses", "pays").search(clause.text) is None


def is_of_paying(clauses: list[Clause], number: int, trouble_of: set[int]) -> bool:
    """Whether dates in clause ``number`` belong to paying; ``trouble_of`` are the clauses that tell of hardship."""
    clause = clauses[number]
    if "waive" in clause.cues and _is_of_interest(clause):
        return False
    if any(amount.role == "offer" for amount in amounts_of(clause)) or clause.cues & {"pause", "extension", "lump_sum"}:
        return True
    neighbours = [other for other in sentence_of(clauses, number) if other is not clause]
    events = cue("dates", "event").search(clause.raw) or cue("dates", "payday").search(clause.raw)
    elsewhere = any(_is_dated(other) for other in neighbours) or (number in trouble_of and not _ends_in_event(clause))
    after = clauses[number + 1:number + 2]
    then = after and cue("clauses", "then").search(after[0].text)
    if then and any(one.role == "offer" for one in amounts_of(after[0])):
        return True
    if elsewhere and cue("dates", "payday").search(clause.raw) and not amounts_of(clause):
        return False  # when wages come, beside the day that is wanted
    if events and not elsewhere and any(any(amount.role == "offer" for amount in amounts_of(other))
                                        or cue("cues", "dates", "pay").search(other.text) for other in neighbours):
        return True
    if _is_all_past(clause) or cue("clauses", "was_paid").search(clause.text):
        return False
    if number - 1 in trouble_of and cue("clauses", "is_due").match(clause.text) is not None:
        return False  # the child, not the payment
    if clause.cues & {"dispute"} or number in trouble_of or _is_of_other_bills(clause):
        return False
    told = any(cue("clauses", key).search(clause.text) for key in ("not_then", "away_until"))
    if told or cue("clauses", "was_so").search(clause.raw):
        return False
    if cue("cues", "amounts", "past").search(clause.text) and not _all_ahead(clause):
        return False
    amounts = amounts_of(clause)
    if amounts and all(amount.role not in ("offer", "") for amount in amounts):
        return False
    if any(isinstance(mention, DueDayMention) for mention in clause.mentions):
        return True
    pays = cue("cues", "dates", "pay").search(clause.text) is not None
    if pays or clause.cues & {"propose", "willing", "longer", "free_interest"}:
        return not cue("clauses", "other_start").search(clause.text) or _is_taken_up(clauses, number)
    return says_only_when(clause)


def _is_of_other_bills(clause: Clause) -> bool:
    """The day the rent or another loan is taken."""
    return any(cue("cues", "amounts", key).search(clause.text) for key in ("spending", "other_debt")) \
        and not any(one.search(clause.raw) for one in (cue("cues", "amounts", "to_you"), cue("dates", "event")))


def _is_all_past(clause: Clause) -> bool:
    """Whether it tells what was: past dates, and a verb that says it is over."""
    dates = date_mentions(clause)
    return bool(dates) and all(one.trouble is Trouble.PAST for one in dates) \
        and cue("clauses", "over").search(clause.text) is not None


def _ends_in_event(clause: Clause) -> bool:
    """Whether a clause waits for its event, and does not only tell that it was."""
    return not amounts_of(clause) and any(match.end() >= len(clause.raw.rstrip()) - 1 or clause.raw.startswith(match[0])
                                          for match in cue("dates", "event").finditer(clause.raw))


def _is_dated(clause: Clause) -> bool:
    """Whether a clause of its own names the day payments fall on."""
    return any(isinstance(mention, DueDayMention) and mention.trouble is None for mention in clause.mentions)


def _is_taken_up(clauses: list[Clause], number: int) -> bool:
    """Back at work on the 5th, and pay from then."""
    after = clauses[number + 1:number + 2]
    return bool(after) and after[0].sentence == clauses[number].sentence \
        and cue("clauses", "refers_back").search(after[0].text) is not None


def _is_of_interest(clause: Clause) -> bool:
    """No interest until a date: nothing is paid on it."""
    until = cue("clauses", "until_date").search(clause.text)
    interest, payment = (cue("clauses", key).search(clause.text) for key in ("of_interest", "of_payment"))
    return until is not None and interest is not None and payment is None


def _all_ahead(clause: Clause) -> bool:
    dates = date_mentions(clause)
    return bool(dates) and all(mention.trouble is not Trouble.PAST and mention.on is not None for mention in dates)


def says_only_when(clause: Clause) -> bool:
    """Whether a clause has nothing but its dates and words that fill in."""
    rest = clause.plain()
    for match in sorted(cue("cues", "dates", "filler").finditer(rest), key=lambda one: -one.end()):
        rest = rest[:match.start()] + rest[match.end():]
    return len(rest.strip(" ,.?!")) <= 1
