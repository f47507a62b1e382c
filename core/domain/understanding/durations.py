"""Durations: whether a length is the plan's, of interest-free months or of a pause."""

from __future__ import annotations

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import cue, has_han, words
from core.domain.understanding.mentions import LengthMention
from core.domain.understanding.roles import amounts_of
from core.domain.understanding.terms import Terms, counted

_LONGEST_MONTHS = 600
_TOLD = frozenset({"asked", "past", "others", "income", "spending", "other_debt", "charges"})
"""What an amount is that is told of: a length beside it is told of as well."""


def read_lengths(clauses: list[Clause], terms: Terms, *, trouble_of: set[int]) -> None:
    """Put lengths where they belong: the plan's, interest-free months, a pause; ``trouble_of`` tell of hardship."""
    for number, clause in enumerate(clauses):
        if not counted(clause) or clause.of_others:
            continue
        if terms.staged and amounts_of(clause):
            continue
        if number in trouble_of and not (_wants_terms(clause) or _is_of_pause(clauses, number)):
            continue
        if clause.cues & {"longer"}:
            terms.proposes = True
        lengths = [mention for mention in clause.mentions if isinstance(mention, LengthMention)]
        told = [] if _wants_terms(clause) else [one.start for one in amounts_of(clause) if one.role in _TOLD]
        for mention in lengths:
            if any(start < mention.start for start in told):
                continue  # so long as somebody else asks, or as was paid
            _place_length(clauses, number, mention, terms)


def _wants_terms(clause: Clause) -> bool:
    return bool(clause.cues & {"propose", "longer", "pause", "free_interest", "waive"}) \
        or any(amount.role == "offer" for amount in amounts_of(clause))


def _place_length(clauses: list[Clause], number: int, mention: LengthMention, terms: Terms) -> None:
    clause = clauses[number]
    context = _length_context(clauses, number, mention)
    if context == "free":
        _keep(terms, "interest_free_months", mention)
    elif context == "pause":
        _keep(terms, "pause_months", mention)
    elif context == "plan" and mention.months() == 1 and not cue("clauses", "within").search(clause.text):
        return  # a month, of what is told: no plan is that short
    elif context == "plan":
        if _refused_length(clause, mention):
            terms.proposes = terms.proposes or "reject" not in _cues_about(clauses, number)
            return
        terms.proposes = True
        terms.has_length = True
        if "longer" in clause.cues and cue("clauses", "by_length").search(clause.text[:mention.start]):
            terms.asks.add("how_long")  # so much longer than it is: nobody says how long that comes to
            return
        _keep(terms, "months_at_most", mention)


def _cues_about(clauses: list[Clause], number: int) -> set[str]:
    """The cues of a clause and of the one after it."""
    return {name for clause in clauses[number:number + 2] for name in clause.cues}


def _refused_length(clause: Clause, mention: LengthMention) -> bool:
    before = clause.text[:mention.start]
    if cue("clauses", "replaced_length").match(clause.text[mention.end:].lstrip()):
        return True
    return any(match.end() >= len(before) - 1 for match in cue("clauses", "refused_length").finditer(before))


def _keep(terms: Terms, key: str, mention: LengthMention) -> None:
    months = mention.months()
    current = getattr(terms.wish, key)
    if mention.trouble is not None or months is None or months > _LONGEST_MONTHS:
        terms.asks.add("how_long")
        return
    if current is not None and current != months:
        if key != "months_at_most":
            return
        terms.asks.add("how_long")
        setattr(terms.wish, key, None)
        return
    setattr(terms.wish, key, months)


def _length_context(clauses: list[Clause], number: int, mention: LengthMention) -> str:
    clause = clauses[number]
    text = clause.text
    told = {"undecided", "complain"} if mention.trouble is None else {"undecided", "complain", "reject"}
    if clause.cues & told or cue("cues", "lengths", "never").search(_near(text, mention)):
        return ""
    if "free_interest" in clause.cues and not _is_plan_itself(text, mention):
        return "free"
    if _is_of_pause(clauses, number):
        return "pause"
    if "waive" in clause.cues and cue("cues", "waive", "interest").search(text) and not _is_plan_itself(text, mention) \
            and not any(amount.role == "offer" for amount in amounts_of(clause)):
        return "free"
    if "pause" in clause.cues and not _is_plan_itself(text, mention):
        return "pause"
    if "extension" in clause.cues and "longer" not in clause.cues:
        return ""
    offers = any(amount.role == "offer" for amount in amounts_of(clause))
    bare = len(clause.plain().strip(" .,")) <= words("clauses")["long_han" if has_han(clause.raw) else "long_latin"]
    if bare and number and not offers and not _is_plan_itself(text, mention):
        before = clauses[number - 1].cues
        if before & {"pause", "free_interest", "extension"}:
            return "pause" if "pause" in before else "free" if "free_interest" in before else ""
    if mention.unit in ("day", "week", "fortnight"):
        return ""
    if not offers and (_is_told(clause) or _is_asked(clause, mention)):
        return ""
    if cue("clauses", "plan_unit").search(clause.raw[mention.start:mention.end]) is not None:
        return "plan"
    if offers or bare or clause.cues & {"propose", "longer"} or cue("cues", "lengths", "plan").search(text):
        return "plan"
    return ""


def _is_asked(clause: Clause, mention: LengthMention) -> bool:
    """You offered so much for 36 months: theirs, as the amount is."""
    return any(amount.role == "asked" and amount.start < mention.start for amount in amounts_of(clause))


def _is_told(clause: Clause) -> bool:
    """Twenty years at the same plant: English tells of it, Chinese is read by its verbs."""
    return not has_han(clause.raw) and not clause.cues & {"propose", "longer"} \
        and cue("cues", "lengths", "told").search(clause.text) is not None


def _is_of_pause(clauses: list[Clause], number: int) -> bool:
    """I cannot pay for half a year, please pause: the length stands before what it is the length of."""
    after = clauses[number + 1:number + 2]
    if not after or after[0].sentence != clauses[number].sentence or amounts_of(clauses[number]):
        return False
    lengths = any(isinstance(mention, LengthMention) for mention in after[0].mentions)
    return "pause" in after[0].cues and not lengths and not amounts_of(after[0]) \
        and cue("clauses", "pays_not").search(clauses[number].text) is not None


def _near(text: str, mention: LengthMention) -> str:
    return text[max(0, mention.start - 24):mention.end + 8]


def _is_plan_itself(text: str, mention: LengthMention) -> bool:
    before, after = text[:mention.start].rstrip(), text[mention.end:].lstrip()
    return cue("clauses", "plan_before").search(before[-6:]) is not None \
        or cue("clauses", "plan_after").match(after) is not None
