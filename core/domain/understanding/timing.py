"""Timing: when paying starts or is done, the day of every month, and what has no date yet."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from core.domain.calendar import MonthEnd, add_months
from core.domain.understanding.clauses import Clause
from core.domain.understanding.dates import later
from core.domain.understanding.lexicon import Cue, cue
from core.domain.understanding.mentions import DateMention, DueDayMention, LengthMention
from core.domain.understanding.relevance import is_of_paying, is_to_answer, is_to_think, says_only_when
from core.domain.understanding.roles import amounts_of
from core.domain.understanding.terms import Terms, counted, date_mentions, starts_at


class Timing:
    """The dates of a message that belong to paying."""

    __slots__ = ("due_day", "earliest", "later_wanted", "months", "on", "starts", "unclear")

    def __init__(self) -> None:
        self.on: list[date] = []
        self.months: list[date] = []
        self.starts: list[date] = []
        """Of both, those that regular payments are said to start from."""
        self.earliest: list[date] = []
        """Of both, those before which nothing is possible: any later day will do as well."""
        self.due_day: int | None = None
        self.unclear = False
        self.later_wanted = False
        """More time is wanted."""

    def named(self) -> bool:
        """Whether any date was named, clear or not."""
        return bool(self.on or self.months or self.unclear)


def read_timing(clauses: list[Clause], as_of: date, *, trouble_of: set[int], staged: bool) -> Timing:
    """Collect the dates that count; ``trouble_of`` are the clauses that tell of hardship.

    In a ``staged`` plan, dates beside amounts are those of its stages.
    """
    timing = Timing()
    for number, clause in enumerate(clauses):
        waited_for = clause.of_others and cue("dates", "event").search(clause.raw) is not None
        if not counted(clause) or (clause.of_others and not waited_for):
            continue
        if clause.cues & {"undecided", "complain", "ask_person"} or _is_elsewhere(clause):
            continue
        if is_to_think(clauses, number) or is_to_answer(clause) or (staged and amounts_of(clause)):
            continue
        if "extension" in clause.cues:
            timing.later_wanted = True
        if not is_of_paying(clauses, number, trouble_of):
            continue
        _read_clause(clauses, number, timing, as_of)
    return timing


def _is_elsewhere(clause: Clause) -> bool:
    """Whether all that is paid in the clause is paid for something else: its dates are of that."""
    found = amounts_of(clause)
    return bool(found) and all(amount.role in ("spending", "other_debt") for amount in found) \
        and cue("clauses", "until_date").search(clause.text) is not None


def _read_clause(clauses: list[Clause], number: int, timing: Timing, as_of: date) -> None:
    clause = clauses[number]
    payday = cue("dates", "payday").search(clause.raw) is not None
    event = cue("dates", "event").search(clause.raw) is not None and not _clear_event(clause)
    if (payday or event) and not clause.outside_event:
        timing.unclear = True
    dates = date_mentions(clause)
    for mention in clause.mentions:
        if isinstance(mention, DueDayMention) and not payday:
            if mention.trouble is None and (timing.due_day in (None, mention.day) or _is_moved_to(clause, mention)):
                timing.due_day = mention.day
            else:
                timing.unclear = True
    if payday:
        return
    if _are_alternatives(clause, dates):
        timing.unclear = True
        return
    for mention in dates:
        if timing.due_day is None and _is_end_of_every(clauses, number, mention):
            timing.due_day = 31
        elif not (_ends_payments(clauses, number, mention) or _is_of_signing(clause, mention)
                or _is_replaced(clause, mention) or _is_paused(clause, mention)
                or _is_signed(clauses, number, mention, as_of)):
            _add(clause, mention, timing)
    if not dates or "extension" in clause.cues:
        _add_length(clause, timing, as_of, follows=_is_extended(clauses, number))


def _is_moved_to(clause: Clause, mention: DueDayMention) -> bool:
    """It is due on the 10th now, move it to the 20th: the day named before is the old one."""
    moved, named = cue("clauses", "moved_to"), clause.raw[mention.start:mention.end]
    return cue("clauses", "not_moved").search(clause.raw) is None \
        and any(found is not None for found in (moved.search(clause.raw[:mention.start]), moved.match(named)))


def _is_end_of_every(clauses: list[Clause], number: int, mention: DateMention) -> bool:
    """So much each month, last day of the month: of every month, as the amount is."""
    clause, before = clauses[number], clauses[number - 1] if number else clauses[number]
    paid = amounts_of(clause) or (amounts_of(before) if before.sentence == clause.sentence else [])
    if mention.on is None or cue("clauses", "month_end").fullmatch(clause.raw[mention.start:mention.end]) is None:
        return False
    by = cue("clauses", "until").search(clause.text[:mention.start]) is not None
    return not by and not starts_at(clause, mention.start, mention.end) \
        and any(amount.role == "offer" and amount.period == "monthly" for amount in paid)


def _is_of_signing(clause: Clause, mention: DateMention) -> bool:
    """The day of agreeing or answering is no day of paying."""
    before = clause.text[:mention.start].rstrip()
    return any(match.end() >= len(before) for match in cue("cues", "dates", "sign_before").finditer(before)) \
        or cue("cues", "dates", "sign_after").match(clause.text[mention.end:].lstrip()) is not None


def _is_signed(clauses: list[Clause], number: int, mention: DateMention, as_of: date) -> bool:
    """The day a letter is written on, below its name."""
    clause = clauses[number]
    return number == len(clauses) - 1 and mention.on == as_of and not clause.plain().strip(" ,.") \
        and any(cue("clauses", "signed").search(other.text) for other in clauses[max(0, number - 2):])


def _is_paused(clause: Clause, mention: DateMention) -> bool:
    """Nothing in December: the month without payments, not the one they start in."""
    return "pause" in clause.cues and mention.whole_month \
        and cue("clauses", "during").search(clause.text[:mention.start].rstrip()) is not None


def _is_replaced(clause: Clause, mention: DateMention) -> bool:
    """Instead of the 5th: another day is wanted."""
    before = clause.text[:mention.start].rstrip()
    if "extension" in clause.cues and cue("cues", "dates", "moved").match(clause.text[mention.end:]):
        return True  # from the one day to the other
    return any(match.end() >= len(before) - 4 for match in cue("cues", "dates", "instead_of").finditer(before))


def _ends_payments(clauses: list[Clause], number: int, mention: DateMention) -> bool:
    """So much a month until a date: that is how long, not from when."""
    clause = clauses[number]
    paid = amounts_of(clause) or (amounts_of(clauses[number - 1]) if number else [])
    if cue("clauses", "grace").search(clause.text) or starts_at(clause, mention.start, mention.end):
        return False
    regular = any(amount.role == "offer" and amount.period == "monthly" for amount in paid)
    if cue("clauses", "only_then").match(clause.text[mention.end:].lstrip()):
        return False
    before, after = clause.text[:mention.start].rstrip(), clause.text[mention.end:].lstrip()
    until = any(match.end() >= len(before) for match in cue("clauses", "until").finditer(before))
    return regular and (until or cue("clauses", "before_which").match(after) is not None)


def _clear_event(clause: Clause) -> bool:
    """An "after" that is followed by a date or a length is no event, nor one that belongs to a date."""
    dates = date_mentions(clause)
    if all(any(one.start <= match.start() < one.end for one in dates)
           for match in cue("dates", "event").finditer(clause.raw)):
        return True
    return cue("clauses", "dated_event").search(clause.text) is not None


def _add(clause: Clause, mention: DateMention, timing: Timing) -> None:
    if mention.trouble is not None:
        timing.unclear = True
    elif mention.on is not None:
        (timing.months if mention.whole_month else timing.on).append(mention.on)
        if starts_at(clause, mention.start, mention.end):
            timing.starts.append(mention.on)
        if _is_earliest(clause, mention):
            timing.earliest.append(mention.on)


def _is_earliest(clause: Clause, mention: DateMention) -> bool:
    """After the 15th, not before it; and from a month on, whose every day will do."""
    before, after = clause.raw[:mention.start].rstrip(), clause.raw[mention.end:].lstrip()
    if mention.whole_month and starts_at(clause, mention.start, mention.end):
        return True
    if cue("dates", "earliest_after").match(after) or cue("dates", "earliest_within").search(
            clause.raw[mention.start:mention.end]):
        return True
    return any(match.end() >= len(before) for match in cue("dates", "earliest_before").finditer(before))


def _is_extended(clauses: list[Clause], number: int) -> bool:
    """An extension, of so long: the length stands alone after it."""
    if not number or "extension" not in clauses[number - 1].cues or not says_only_when(clauses[number]):
        return False
    return not any(isinstance(mention, LengthMention | DateMention) for mention in clauses[number - 1].mentions)


def _add_length(clause: Clause, timing: Timing, as_of: date, *, follows: bool) -> None:
    """More time of a stated length runs from today."""
    wants_time = (follows or "extension" in clause.cues) and not clause.cues & {"longer", "free_interest"}
    if not wants_time and "pause" not in clause.cues:
        return
    for mention in clause.mentions:
        if not isinstance(mention, LengthMention):
            continue
        if "pause" in clause.cues and not wants_time and (mention.months() or mention.trouble is not None):
            continue
        if "pause" in clause.cues:
            continue
        before = clause.text[:mention.start]
        if cue("cues", "amounts", "past").search(before) or cue("clauses", "worked").search(before):
            continue
        on = _end_of(mention, as_of)
        if on is None:
            timing.unclear = True
        else:
            timing.on.append(on)


def _end_of(length: LengthMention, as_of: date) -> date | None:
    """The day ``length`` from ``as_of`` ends on; ``None`` if nobody can say."""
    if length.trouble is not None:
        return None
    months = length.months()
    if months is not None:
        return later(as_of, months, "month")
    whole = later(as_of, int(length.count), length.unit)
    if length.count.denominator == 1 or whole is None:
        return whole
    return whole + timedelta(days=15) if length.unit == "month" and length.count % 1 == Fraction(1, 2) else None


def _are_alternatives(clause: Clause, dates: list[DateMention]) -> bool:
    joins: Cue = cue("clauses", "date_joins")
    return any(joins.fullmatch(clause.text[first.end:second.start].strip()) for first, second in pairwise(dates))


def settle_timing(timing: Timing, terms: Terms, as_of: date) -> None:
    """Write the date and the day into the wish; ask where there is no one date."""
    if timing.due_day is not None:
        terms.wish.due_day = timing.due_day
        terms.proposes = True
    day = timing.due_day
    on = timing.on + [first if day is None else _due_in(first, day) for first in timing.months]
    if timing.unclear:
        terms.asks.add("which_date")
        on = timing.starts
    on = [one for one in on if one >= as_of]
    if on:
        terms.wish.first_due_on = first = min(on)
        # Where what is waited for has no date (payday), the date beside it is when it can start at all.
        earliest = timing.earliest if day is None else [*timing.earliest, *(
            _due_in(one, day) for one in timing.earliest if one in timing.months)]
        terms.wish.first_due_is_earliest = timing.unclear or first in earliest or None


def _due_in(first: date, day: int) -> date:
    """Day ``day`` of the month of ``first``, clamped to its end."""
    return add_months(date(first.year, 1, 31).replace(day=day), first.month - 1, MonthEnd.CLAMP)
