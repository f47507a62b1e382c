"""Intents: what a message wants, from what its clauses are about and what terms it names."""

from __future__ import annotations

from datetime import date

from core.domain.understanding.clauses import Clause
from core.domain.understanding.lexicon import cue
from core.domain.understanding.questions import asks_something
from core.domain.understanding.result import LastOffer
from core.domain.understanding.roles import amounts_of
from core.domain.understanding.terms import Terms, counted
from core.domain.understanding.timing import Timing


def agree(clauses: list[Clause], terms: Terms, last: LastOffer | None) -> None:
    """Terms of the last offer, repeated in agreement, are no wish."""
    if last is not None and _is_refused(clauses, terms, last):
        terms.wish.monthly_at_most_minor, terms.proposes = None, False
    if last is None or not (_accepts(clauses) or _approves(clauses)):
        return
    wish = terms.wish
    same_amount = wish.monthly_at_most_minor in (None, last.monthly_minor)
    same_length = wish.months_at_most in (None, last.months)
    others = set(wish.stated()) - {"monthly_at_most", "months_at_most"}
    if same_amount and same_length and not others and not terms.asks:
        wish.monthly_at_most_minor = wish.months_at_most = None
        terms.proposes, terms.repeats = False, True
        for clause in clauses:
            clause.cues |= {"accept"} if _approves([clause]) else set()


def _accepts(clauses: list[Clause]) -> bool:
    return any("accept" in clause.cues and counted(clause) and not clause.of_others for clause in clauses)


def _is_refused(clauses: list[Clause], terms: Terms, last: LastOffer) -> bool:
    """Whether the one amount named is the last offer's, said only to turn it down."""
    rejected = any("reject" in clause.cues and counted(clause) for clause in clauses)
    only = terms.wish.stated() == ("monthly_at_most",)
    return rejected and only and terms.wish.monthly_at_most_minor == last.monthly_minor


def _approves(clauses: list[Clause]) -> bool:
    """Whether an amount is called all right, as agreeing to the last offer's does."""
    fine = cue("cues", "amounts", "fine_after")
    heard = [clause for clause in clauses if counted(clause) and "reject" not in clause.cues]
    return any(amount.role == "offer" and fine.match(clause.text[amount.end:].lstrip())
               for clause in heard for amount in amounts_of(clause))


def choose_intents(clauses: list[Clause], terms: Terms, timing: Timing, hardship: set[str],
                   last: LastOffer | None, as_of: date) -> set[str]:
    """The intents; what they still lack is added to what is asked."""
    heard = [clause for clause in clauses if not clause.of_others and (counted(clause) or _stays(clause))]
    about = {name for clause in heard for name in clause.cues}
    about |= {"question"} if any("question" in clause.cues and clause.of_others for clause in clauses) else set()
    intents: set[str] = {"undecided", "ask_person", "complain", "restart", "question"} & about
    if any("ask_person" in clause.cues and not clause.before_restart for clause in clauses):
        intents.add("ask_person")
    if any("complain" in clause.cues and not clause.before_restart for clause in clauses):
        intents.add("complain")
    if any("dispute" in clause.cues and not clause.hypothetical and _is_own(clause) for clause in clauses):
        intents.add("dispute")
    if intents & {"complain", "dispute"} and _is_reproach(clauses):
        intents.discard("question")
    if hardship:
        intents.add("hardship")
    if terms.wish.waive:
        intents.add("waive")
    if "reject" in about and not _is_own_trouble(clauses) and not (terms.wish.waive and _is_of_fees(clauses)):
        intents.add("reject")
    _propose(about, intents, terms, timing, as_of)
    _willing(about, intents, terms, timing)
    _accept(clauses, intents, terms, last)
    if "pause" in about:
        _how_long(terms, timing)
    if not intents and any(asks_something(clause) for clause in clauses if not clause.of_others):
        return {"question"}
    return intents


def _is_reproach(clauses: list[Clause]) -> bool:
    """Why did you, how can it be: a reproach that only looks like a question."""
    asked = [clause for clause in clauses if "question" in clause.cues]
    return all(cue("clauses", "reproach").match(clause.text) and not clause.mentions for clause in asked)


def _is_own(clause: Clause) -> bool:
    return not clause.of_others or cue("hardship", "people", "self").search(clause.text) is not None


def _stays(clause: Clause) -> bool:
    """A question keeps its own cue; a dispute or complaint is one wherever it stands."""
    return (not clause.before_restart and not clause.hypothetical) or "question" in clause.cues


def _is_of_fees(clauses: list[Clause]) -> bool:
    """Whether only fees or interest are called too much: they are to go, the offer is not turned down."""
    return all(cue("clauses", "dear_fee").search(clause.text) for clause in clauses if "reject" in clause.cues)


def _is_own_trouble(clauses: list[Clause]) -> bool:
    return all("reject" not in clause.cues or clause.hypothetical or clause.of_others or "dispute" in clause.cues
               or ("turned_down" not in clause.cues
                   and cue("clauses", "not_the_offer").search(clause.text) is not None
                   and cue("clauses", "the_offer").search(clause.text) is None) for clause in clauses)


def _propose(about: set[str], intents: set[str], terms: Terms, timing: Timing, as_of: date) -> None:
    wish = terms.wish
    if "pause" in about:
        intents.add("pause")
    has_term = any((wish.months_at_most, wish.interest_free_months, wish.due_day, wish.frequency,
                    wish.monthly_at_most_minor, terms.proposes, about & {"free_interest", "longer"}))
    is_single = "lump_sum" in about or terms.pays_once
    if has_term or ("propose" in about and not _only_repeats(terms, about)):
        intents.add("propose")
        if wish.lump_sum_minor is not None:
            wish.down_payment_minor, wish.lump_sum_minor = wish.lump_sum_minor, None
    elif is_single:
        intents.add("lump_sum")
    if "free_interest" in about and wish.interest_free_months is None:
        terms.asks.add("how_long")
    if "longer" in about and wish.months_at_most is None:
        terms.asks.add("how_long")
        terms.has_length = terms.has_length or "smaller" not in about
    lacks = not terms.has_amount and not terms.has_length
    if "propose" in intents and lacks and ("propose" in about or wish.frequency):
        terms.asks.add("which_amount")
    if "lump_sum" in intents and not terms.has_amount:
        terms.asks.add("which_amount")
    is_today = bool(intents) and timing.on == [as_of] and not timing.later_wanted
    if not intents & {"propose", "lump_sum", "pause"} and (timing.named() or timing.later_wanted) and not is_today:
        intents.add("extension")
        if wish.first_due_on is None:
            terms.asks.add("which_date")


def _only_repeats(terms: Terms, about: set[str]) -> bool:
    return terms.repeats or ("accept" in about and not terms.has_amount and not terms.has_length)


def _willing(about: set[str], intents: set[str], terms: Terms, timing: Timing) -> None:
    settled = intents & {"propose", "lump_sum", "pause", "extension", "accept", "reject"}
    if "willing" not in about or settled or timing.named():
        return
    intents.add("propose")
    terms.asks.add("which_amount")


def _how_long(terms: Terms, timing: Timing) -> None:
    if terms.wish.pause_months is None and not timing.on and not timing.months and not timing.unclear:
        terms.asks.add("how_long")


def _accept(clauses: list[Clause], intents: set[str], terms: Terms, last: LastOffer | None) -> None:
    undone = intents & {"reject", "undecided", "dispute", "propose", "lump_sum", "pause", "extension", "waive"}
    if not _accepts(clauses) or undone or terms.wish.stated():
        return
    but = cue("cues", "conditions", "but")
    if any("condition" in clause.cues or but.search(clause.raw) for clause in clauses if "question" not in clause.cues):
        return
    intents.add("accept")
    if last is None:
        terms.asks.add("which_offer")
