"""Questions: what is asked by the shape of the sentence, told from what is requested or reproached in that shape."""

from __future__ import annotations

import re

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import cue

WANTED = frozenset({"extension", "pause", "propose", "longer", "free_interest", "lump_sum", "waive", "willing",
                    "accept"})
"""What a clause may want."""
_ASKED_ABOUT = WANTED | {"frequency", "reject"}
"""What a plain question is about without wanting it."""


def find_question(clause: Clause, before: Clause | None) -> None:
    """Give ``clause`` the cue ``question`` if it asks to know something; ``before`` is the clause before it."""
    text = clause.text
    if _is_tag(clause, before) or _describes(clause, before) \
            or any(cue("clauses", key).search(text) for key in ("of_remainder", "in_mind")):
        return
    shaped = _is_shaped(clause)
    if shaped and "complain" in clause.cues and _asks_whom_they_reach(text):
        clause.cues -= {"complain", "ask_person"}
    if "ask_person" in clause.cues and cue("clauses", "will_you").search(text):
        clause.cues = clause.cues - {"ask_person"} | {"question"}
    if clause.cues & {"complain", "dispute", "undecided", "ask_person", "restart"}:
        return
    counts = cue("clauses", "how_many").search(clause.raw)
    strong = cue("clauses", "strong_question").search(text) or counts
    asked = shaped or counts or cue("cues", "intents", "question").search(text) \
        or (clause.asks and cue("cues", "intents", "question").search(clause.raw))
    requested = cue("cues", "intents", "request").search(text) or cue("cues", "intents", "request").search(clause.raw)
    explains = cue("clauses", "explain").search(text)
    about = shaped or cue("cues", "intents", "about").search(text)
    if asked and (strong or not requested or (explains and not clause.mentions)):
        if cue("clauses", "preface").fullmatch(text) or cue("clauses", "unknown").search(text):
            return  # what is asked follows
        if explains or about or clause.mentions or (strong and len(text) > len(strong[0]) + 2):
            clause.cues -= _ASKED_ABOUT
            clause.cues.add("question")
        return
    payday = cue("dates", "payday").search(text) or cue("dates", "event").search(text)
    own = cue("clauses", "own_request").search(text)
    if requested and clause.cues & _ASKED_ABOUT == {"reject"} and not clause.mentions:
        clause.cues.discard("reject")  # may I not sign
    wants = clause.cues & _ASKED_ABOUT or clause.mentions or payday or own
    if (requested or clause.asks) and about and not wants:
        clause.cues.add("question")


def asks_something(clause: Clause) -> bool:
    """Whether a clause that wants nothing else at least asks about what one may ask."""
    text = clause.text
    if clause.asks and cue("clauses", "bare_question").fullmatch(text.strip(" ,.?!")):
        return True
    return (clause.asks or cue("cues", "intents", "request").match(text) is not None) \
        and cue("cues", "intents", "about").search(clause.raw) is not None \
        and cue("clauses", "small_talk").search(text) is None


def _is_shaped(clause: Clause) -> bool:
    """Whether the order of words or a closing particle makes it a question, whatever it asks about."""
    text = clause.text.strip(" ,.!")
    if cue("clauses", "small_talk").search(text):
        return False
    if cue("clauses", "question_shape").search(text):
        return True
    return clause.asks and cue("clauses", "inverted").search(text) is not None


def _is_tag(clause: Clause, before: Clause | None) -> bool:
    """Would that work: only asks for agreement to what was just said."""
    said = before is not None and before.sentence >= clause.sentence - 1 and bool(before.cues & WANTED
                                                                                  or before.mentions)
    return said and cue("clauses", "tag").fullmatch(clause.text.strip(" ,.!?")) is not None


def _describes(clause: Clause, before: Clause | None) -> bool:
    """My sister, who is good with numbers: tells more of somebody just named."""
    return before is not None and before.sentence == clause.sentence and not clause.asks \
        and cue("clauses", "describes").match(clause.text) is not None


def _asks_whom_they_reach(text: str) -> bool:
    """Whether nothing but whom the lender may call or tell sounds like a complaint."""
    if cue("clauses", "keeps").search(text):
        return False
    rest = text
    for expression in cue("clauses", "reaching").patterns(text):
        rest = expression.sub(" ", rest)
    return rest != text and cue("cues", "intents", "complain").search(re.sub(" +", " ", rest)) is None
