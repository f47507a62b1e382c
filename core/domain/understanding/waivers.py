"""Waivers: interest, fees or both, that are wanted gone."""

from __future__ import annotations

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import LENGTH, cue
from core.domain.understanding.mentions import LengthMention
from core.domain.understanding.terms import counted

BOTH = frozenset({"interest", "late_fee"})


def find_waivers(clauses: list[Clause]) -> set[str]:
    """``interest``, ``late_fee``, both or none; interest stopped for stated months is a term, not a waiver."""
    found: set[str] = set()
    for number, clause in enumerate(clauses):
        if clause.of_others:
            continue
        if cue("clauses", "promised").search(clause.raw):
            continue  # what was agreed once, and is missed
        if counted(clause) and "waive" in clause.cues:
            found |= _objects(clauses, number)
        elif counted(clause) and number and "waive" in clauses[number - 1].cues and _goes_along(clauses, number):
            found |= {name for name in BOTH if cue("cues", "waive", name).search(clause.raw)}
        elif counted(clause) and "discount" in clause.cues and "lump_sum" not in clause.cues:
            found |= BOTH
    return found


def _goes_along(clauses: list[Clause], number: int) -> bool:
    """And all the charges: said after a comma, without a verb of its own."""
    clause = clauses[number]
    return clause.sentence == clauses[number - 1].sentence and not clause.mentions \
        and cue("clauses", "goes_along").match(clause.text) is not None


def _objects(clauses: list[Clause], number: int) -> set[str]:
    clause = clauses[number]
    text = clause.raw
    found = {name for name in ("interest", "late_fee") if cue("cues", "waive", name).search(text)}
    if "interest" in found and _is_for_months(clauses, number):
        found.discard("interest")
        if not found:
            return found
    if "restart" in clause.cues and not found:
        return set()  # what was said is cancelled, not what is owed
    if "discount" in clause.cues and "lump_sum" not in clause.cues:
        return found or set(BOTH)
    if cue("clauses", "by_the_card").search(text) and not found:
        return set()
    if "pause" in clause.cues and not found and cue("clauses", "whole_debt").search(text):
        return set()  # everything on hold, not everything gone
    if cue("cues", "waive", "both").search(text) and not (found and not cue("clauses", "whole_debt").search(text)):
        return set(BOTH)
    if found:
        return found
    if cue("clauses", "waive_alone").search(text) and not clause.cues & {"pause", "free_interest"}:
        return _from_before(clauses, number)
    if number and cue("clauses", "dear_fee").search(clauses[number - 1].text):
        return _from_before(clauses, number)  # a frightening late fee, take it off
    return set()


def _is_for_months(clauses: list[Clause], number: int) -> bool:
    clause = clauses[number]
    if "free_interest" in clause.cues or cue("clauses", "free_period").search(clause.raw):
        return True
    if any(isinstance(mention, LengthMention) for mention in clause.mentions) and LENGTH in clause.text:
        lengths = [mention for mention in clause.mentions if isinstance(mention, LengthMention)]
        verbs = [match.start() for match in cue("cues", "waive", "interest").finditer(clause.text)]
        return any(abs(mention.start - start) <= 24 for mention in lengths for start in verbs) \
            and cue("clauses", "plan_length").search(clause.text) is None
    return False


def _from_before(clauses: list[Clause], number: int) -> set[str]:
    """What was named just before, or both."""
    if number:
        before = clauses[number - 1].raw
        found = {name for name in ("interest", "late_fee") if cue("cues", "waive", name).search(before)}
        if found and clauses[number - 1].sentence == clauses[number].sentence:
            return found
    return set() if cue("clauses", "weak_waive").search(clauses[number].raw) else set(BOTH)
