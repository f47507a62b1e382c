"""Topics: what each clause is about, whose affairs it tells, and what it makes depend on what."""

from __future__ import annotations

from core.domain.understanding.clauses import Clause, sentence_of
from core.domain.understanding.lexicon import cue
from core.domain.understanding.mentions import AmountMention, DateMention, LengthMention
from core.domain.understanding.questions import WANTED, find_question

_NAMES = ("accept", "reject", "undecided", "ask_person", "complain", "dispute", "extension", "pause", "propose",
          "longer", "smaller", "free_interest", "lump_sum", "restart", "willing")
_LONGEST_DELAY = 18
"""Months: what is longer is a term, not a delay."""
_DENIED = WANTED | {"ask_person"}


def find_topics(clauses: list[Clause]) -> None:
    """Fill ``cues``, then note what is denied, asked, supposed or taken back."""
    for number, clause in enumerate(clauses):
        clause.cues |= _topics(clause)
        _deny(clause)
        find_question(clause, clauses[number - 1] if number else None)
        if number and cue("clauses", "praised").search(clause.text):
            clause.cues.discard("accept")
            clauses[number - 1].cues.discard("complain")  # they called, and were kind
    restarts = [number for number, clause in enumerate(clauses) if "restart" in clause.cues]
    for earlier in clauses[:restarts[-1] if restarts else 0]:
        earlier.before_restart = "restart" not in earlier.cues
    _suppose(clauses)


def find_others(clauses: list[Clause]) -> None:
    """Mark the clauses that tell of somebody else's debts and payments."""
    others = False
    for number, clause in enumerate(clauses):
        text = clause.text
        other, payer = (cue("hardship", "people", key).search(text) for key in ("other", "payer"))
        own = cue("hardship", "people", "self").search(text)
        pronoun = cue("hardship", "people", "pronoun").search(text)
        if other or payer:
            named = min(match.start() for match in (other, payer) if match)
            acts = cue("clauses", "own_act").search(text[:named])
            done_to = cue("clauses", "towards").search(text[:named]) is not None
            spoken = done_to or (own is not None and own.start() < named and acts is not None)
            others = not spoken and not _helps(text)
        elif not (others and (pronoun or _goes_on(clauses, number))):
            others = False
        clause.of_others = others


def _goes_on(clauses: list[Clause], number: int) -> bool:
    """Whether a clause only adds what somebody else pays."""
    before, clause = clauses[number - 1], clauses[number]
    pays = any(cue("hardship", "people", key).search(before.text) for key in ("payer", "other"))
    own = cue("hardship", "people", "self").search(clause.text) or any(
        cue("cues", "amounts", key).search(clause.text) for key in ("to_you", "limiter"))
    asks = cue("cues", "intents", "request").search(clause.text) or cue("cues", "conditions", "but").match(clause.text)
    return pays and before.sentence == clause.sentence and not own and not asks


def _helps(text: str) -> bool:
    return cue("clauses", "for_me").search(text) is not None


def _topics(clause: Clause) -> set[str]:
    text = clause.spoken().strip(" .,!?")
    found = {name for name in _NAMES if cue("cues", "intents", name).search(text)}
    if cue("cues", "intents", "accept_whole").fullmatch(text):
        found.add("accept")
    if cue("cues", "intents", "reject_whole").fullmatch(text):
        found.add("reject")
    if cue("cues", "waive", "verbs").search(text) or cue("cues", "waive", "verbs").search(clause.raw):
        found.add("waive")
    found |= {name for name in _NAMES if cue("cues", "intents", name).search(clause.raw)}
    if cue("clauses", "frequency_context").search(text) and any(
            cue("cues", "periods", name).search(text) for name in ("weekly", "fortnightly")):
        found.add("frequency")
    of_interest, of_payment = (cue("clauses", key).search(text) for key in ("of_interest", "of_payment"))
    if of_interest and not of_payment:
        found.discard("pause")
        if cue("clauses", "until_date").search(text):
            found.discard("extension")
    if "accept" in found and "reject" in found:
        found.discard("accept")
    if "pause" in found and cue("clauses", "holds").search(text):
        found.discard("extension")
    if "pause" in found and cue("clauses", "skips").search(clause.raw):
        found.discard("propose")
    if "dispute" in found and any(cue("clauses", key).search(text) for key in ("own_error", "admits")):
        found.discard("dispute")
    if "waive" in found and cue("clauses", "pay_cut").search(text):
        found.discard("waive")
    if "undecided" in found and cue("clauses", "in_mind").search(text):
        found.discard("undecided")
    if "dispute" in found or cue("clauses", "struggles").search(text):
        found.discard("lump_sum")
    if "restart" in found and of_interest and not cue("clauses", "said").search(text):
        found.discard("restart")  # it is the interest that is to be deleted
    if cue("clauses", "if_ignored").search(text):
        found.discard("restart")  # what would follow is asked, nothing is taken back
    if cue("clauses", "whenever").match(text):
        found.discard("willing")
    if cue("clauses", "was_so").search(clause.raw) or cue("clauses", "away_until").search(text):
        found.discard("extension")
    if "extension" in found and cue("clauses", "pays_off").search(text) \
            and not cue("clauses", "more_days").search(clause.raw):
        found = found - {"extension"} | {"longer"}
    if "extension" in found and _gives_term(clause):
        found = found - {"extension"} | {"longer"}
    if cue("cues", "amounts", "earns_less").search(text) and not cue("cues", "amounts", "repay").search(text):
        found.discard("propose")  # what is earned, not what is paid, is less a month
    if "undecided" in found:
        found -= {"extension", "pause", "accept"}
    if "ask_person" in found and "complain" in found and cue("clauses", "stop_calls").search(text):
        found.discard("ask_person")
    return found


def _gives_term(clause: Clause) -> bool:
    """Give me 24 months, or 12 instalments: nobody waits so long for a date, or counts a delay in instalments."""
    found = [mention for mention in clause.mentions if isinstance(mention, LengthMention)]
    long = any((mention.months() or 0) >= _LONGEST_DELAY
               or cue("clauses", "plan_unit").search(clause.raw[mention.start:mention.end]) for mention in found)
    return long and cue("clauses", "given").search(clause.text) is not None \
        and cue("clauses", "put_off").search(clause.text) is None


def _deny(clause: Clause) -> None:
    denial = cue("cues", "conditions", "deny").search(clause.text)
    if denial is None:
        return
    for name in _DENIED & clause.cues:
        key = ("waive", "verbs") if name == "waive" else ("intents", name)
        found = list(cue("cues", *key).finditer(clause.text))
        within = all(match.start() >= denial.end() - 1 or (
            match.start() > denial.start() and match.end() > denial.end() + 2) for match in found)
        if found and within:
            clause.cues.discard(name)
            clause.cues.add("denied")


def _suppose(clauses: list[Clause]) -> None:
    """A condition with a consequence asked for supposes; one in the lender's hands asks; any other is an event."""
    for number, clause in enumerate(clauses):
        condition = cue("cues", "conditions", "if").search(clause.raw)
        sentence = sentence_of(clauses, number)
        asked = any("question" in other.cues for other in sentence if other is not clause)
        if condition is None or (not asked and cue("clauses", "polite_if").search(clause.text)):
            continue
        _ask_consequence(clauses[number + 1:number + 2])
        following = [*sentence, *clauses[number + 1:number + 2]]
        if any("question" in other.cues for other in following):
            for other in sentence:
                if not other.cues & {"complain", "dispute"}:
                    other.hypothetical = True
            continue
        clause.cues.add("condition")
        if _is_concession(clause) or _wants_terms(clause):
            continue
        for other in sentence:
            other.outside_event = True


def _ask_consequence(after: list[Clause]) -> None:
    """If I do this, will you do that: a question, unless it asks for a concession."""
    for clause in after:
        asked = cue("cues", "conditions", "consequence").match(clause.text) if clause.asks else None
        if asked and not clause.cues & {"waive", "free_interest", "longer", "extension", "pause"}:
            clause.cues = {"question"}


def _is_concession(clause: Clause) -> bool:
    """Whether the condition is the lender's to fulfil."""
    asked = clause.cues & {"waive", "free_interest", "longer"}
    return bool(asked) or cue("cues", "conditions", "lender").search(clause.text) is not None


def _wants_terms(clause: Clause) -> bool:
    """Whether the condition is a term itself: if it were 500 a month."""
    starts = cue("clauses", "starts").search(clause.text)
    has_terms = any(isinstance(mention, AmountMention | LengthMention) or (starts and isinstance(mention, DateMention))
                    for mention in clause.mentions)
    return has_terms and cue("clauses", "event_verb").search(clause.text) is None
