"""Hardship: what makes paying hard, if it happened to the person or the household."""

from __future__ import annotations

import re
from functools import lru_cache

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import Cue, cue, words

_KINDS = ("unemployment", "income_drop", "sickness", "bereavement", "disaster", "business_failure", "new_dependant",
          "other")
_NO_INCOME = "no_income"
"""Only until the whole message is read."""


@lru_cache(maxsize=16)
def _words(kind: str) -> Cue:
    table = words("hardship")
    han, latin = table["people"]["earner"]
    kin = "|".join(table["people"]["kin"])
    return Cue([entry.replace("<earner>", latin if " " in entry else han).replace("<kin>", f"(?:{kin})")
                for entry in table["kinds"][kind]["words"]])


def find_hardship(clauses: list[Clause]) -> set[str]:
    """The kinds named in ``clauses``; ``other`` only alone."""
    found: set[str] = set()
    subject = "self"
    employed = any(cue("hardship", "people", "employer").search(clause.text) for clause in clauses)
    for number, clause in enumerate(clauses):
        subject, illness_of = _subject(clause, subject), subject
        if clause.hypothetical or clause.before_restart or clause.outside_event or "question" in clause.cues:
            continue
        here: set[str] = set()
        for kind in _KINDS:
            for match in (*_words(kind).finditer(clause.text), *_words(kind).finditer(clause.raw)):
                if not _denied(clause.text, match):
                    here |= _without_income(_meant(kind, clause, match, subject), clause, match)
        if number and _closed(clauses[number - 1], clause):
            here.add("business_failure")
        if employed and "business_failure" in here and not _owns(clause):
            here = here - {"business_failure"} | {"unemployment"}
        if "bereavement" in found and here & {"illness", "family_illness"} and _names_nobody(clause):
            here -= {"illness", "family_illness"}
        if "illness" in here and "family_illness" in found and illness_of == "family" and _names_nobody(clause):
            here = here - {"illness"} | {"family_illness"}
            subject = "family"  # what the same illness costs
        if "bereavement" in here and len(list(cue("hardship", "people", "family").finditer(clause.text))) == 1:
            here -= {"illness", "family_illness"}  # what somebody died of
        found |= here if _owns(clause) or "unemployment" not in here else here - {"business_failure"}
    if _NO_INCOME in found:  # with the job the income is gone: nothing further
        found = found - {_NO_INCOME} | (set() if "unemployment" in found else {"income_drop"})
    return found if found == {"other"} else found - {"other"}


def _without_income(kinds: set[str], clause: Clause, match: re.Match[str]) -> set[str]:
    """That there is no income is told apart from its having dropped, unless it is another earner's."""
    of_earner = cue("hardship", "people", "earner").search(clause.text[:match.start()]) is not None
    bare = not of_earner and kinds == {"income_drop"} and cue("hardship", "people", "no_income").fullmatch(match[0])
    return {_NO_INCOME} if bare else kinds


def _subject(clause: Clause, before: str) -> str:
    """Whose troubles the clause tells: one's own, the family's or somebody else's."""
    text = clause.text
    firsts = [(match.start(), name) for name in ("other", "family", "self")
              if (match := cue("hardship", "people", name).search(text))]
    if firsts:
        return min(firsts)[1]
    goes_on = cue("hardship", "people", "pronoun").search(text) or cue("clauses", "goes_on").match(text)
    return before if goes_on else "self"


def _closed(before: Clause, clause: Clause) -> bool:
    """I ran a salon for six years, and it closed: what was one's own is named in the clause before."""
    return cue("clauses", "own_business").search(before.text) is not None \
        and cue("clauses", "it_closed").match(clause.text) is not None and before.sentence == clause.sentence


def _names_nobody(clause: Clause) -> bool:
    return all(cue("hardship", "people", name).search(clause.text) is None for name in ("other", "family", "self"))


def _denied(text: str, match: re.Match[str]) -> bool:
    before = text[:match.start()]
    if cue("clauses", "not_so").search(match[0][:2]) and cue("clauses", "not_so").match(match[0]):
        return cue("clauses", "not_that").search(before[-4:]) is not None
    return cue("clauses", "denied_trouble").search(before) is not None


def _meant(kind: str, clause: Clause, match: re.Match[str], subject: str) -> set[str]:
    family = cue("hardship", "people", "family")
    refuses = "reject" in clause.cues and cue("clauses", "can_not").search(match[0]) is not None
    only_at_once = cue("clauses", "all_at_once").search(clause.raw) is not None
    if subject == "other" or (kind == "other" and (refuses or only_at_once)):
        return set()
    relatives = [person.end() for person in family.finditer(clause.text)
                 if person.end() <= match.end() or person.start() <= match.start() < person.end()]
    own = cue("hardship", "people", "self")
    selves = [one.end() for one in own.finditer(clause.text) if one.end() <= match.start()]
    named = bool(relatives) and (not selves or max(relatives) > max(selves))
    of_family = named or (subject == "family" and not selves)
    if kind == "sickness":
        return {"family_illness" if of_family and not _own(clause, match) else "illness"}
    if kind == "unemployment":
        earner = cue("hardship", "people", "earner").search(clause.text[:match.end()])
        if earner and cue("hardship", "people", "both").search(clause.text):
            return {"income_drop", kind}
        return {"income_drop" if of_family and earner else kind}
    if kind == "business_failure" and (clause.of_others or any(
            cue("hardship", "people", key).search(clause.text[:match.start()]) for key in ("boss", "siblings"))):
        return set()
    return {kind}


def _owns(clause: Clause) -> bool:
    """Whether a business is one's own, not the employer's."""
    return cue("hardship", "people", "owner").search(clause.text) is not None


def _own(clause: Clause, match: re.Match[str]) -> bool:
    return cue("clauses", "own_body").search(match[0]) is not None
