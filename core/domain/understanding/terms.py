"""Terms: what is wished, from the amounts, dates and lengths a message offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from core.domain.understanding.clauses import Clause, sentence_of
from core.domain.understanding.hardship import find_hardship
from core.domain.understanding.lexicon import AMOUNT, cue
from core.domain.understanding.mentions import AmountMention, DateMention, DueDayMention, LengthMention, Trouble
from core.domain.understanding.result import LastOffer, Wish
from core.domain.understanding.roles import amounts_of

_FEN = 100


@dataclass(slots=True)
class Terms:
    """The wish so far and what has to be asked back."""

    wish: Wish = field(default_factory=Wish)
    asks: set[str] = field(default_factory=set)
    proposes: bool = False
    pays_once: bool = False
    repeats: bool = False
    """It agrees, and repeats the terms of the last offer."""
    has_amount: bool = False
    """An amount was named, clear or not."""
    has_length: bool = False
    staged: bool = False
    """Several amounts, one after another: no length or date said with them is that of one plan."""


@dataclass(slots=True)
class _Slots:
    monthly: list[int] = field(default_factory=list)
    frequent: list[tuple[int, str]] = field(default_factory=list)
    once: list[int] = field(default_factory=list)


def counted(clause: Clause) -> bool:
    """Whether what the clause offers counts."""
    return not (clause.hypothetical or clause.before_restart or "question" in clause.cues or "dispute" in clause.cues)


def read_amounts(clauses: list[Clause], terms: Terms, outstanding_minor: int | None, last: LastOffer | None) -> None:
    """Put the offered amounts where they belong."""
    slots = _Slots()
    frequency = _lone_frequency(clauses)
    unclear: set[str] = set()
    settles = any("lump_sum" in clause.cues and counted(clause) for clause in clauses)
    clear = any(amount.role == "offer" and amount.period and amount.trouble is None
                for clause in clauses if counted(clause) for amount in amounts_of(clause))
    sure = any(amount.role == "offer" and amount.period and amount.trouble is None and not amount.unsure
               for clause in clauses if counted(clause) for amount in amounts_of(clause))
    in_hand = any(cue("cues", "shares", "in_hand").search(clause.text) for clause in clauses)
    for number, clause in enumerate(clauses):
        if not counted(clause):
            continue
        each_time = frequency in ("weekly", "fortnightly") and cue("clauses", "per_time").search(clause.raw)
        for amount in amounts_of(clause):
            if each_time and amount.unsure:
                amount.period = frequency  # so much each time, as often as was said
            if in_hand and amount.share == 1:
                # Who names what they have and wants to be rid of it all offers the one or the other: it is asked.
                amount.trouble = Trouble.VAGUE
            taken_up = amount.share == 1 and _is_taken_up(clauses, number)
            offered = amount.role == "offer" and (taken_up or _is_offer(clause, amount))
            if offered and not (clear and amount.trouble is Trouble.VAGUE):
                if sure and amount.unsure and not amount.period and not settles \
                        and not _has_single_sign([clause], clause):
                    continue  # told beside what is offered
                once = settles or _has_single_sign(sentence_of(clauses, number), clause)
                _place(clause, amount, slots, terms, unclear, frequency, outstanding_minor, last, single=once)
    _settle(slots, terms, unclear, frequency)


def _is_offer(clause: Clause, amount: AmountMention) -> bool:
    if amount.share is not None and ("restart" in clause.cues or _tells_trouble(clause)):
        return False
    reckoned = amount.share is not None or bool(amount.relative)
    if reckoned and "waive" in clause.cues and cue("clauses", "of_interest").search(clause.raw):
        return False
    if amount.share is None:
        return not ("waive" in clause.cues and _charged(clause, amount))
    if amount.relative:
        return cue("cues", "amounts", "income").search(clause.text[:amount.start]) is None
    if "waive" in clause.cues and not cue("cues", "dates", "pay").search(clause.text[:amount.end + 4]):
        return False
    pays = "lump_sum" in clause.cues or cue("cues", "dates", "pay").search(clause.text) is not None \
        or cue("cues", "periods", "monthly").search(clause.text) is not None or _has_single_sign([clause], clause)
    if amount.share == 1 and "lump_sum" not in clause.cues and (
            "extension" in clause.cues or cue("clauses", "struggles").search(clause.text)):
        return False  # everything later, or too much: not everything paid
    if amount.share == 1:
        at_once = "lump_sum" in clause.cues or ("willing" not in clause.cues and _has_single_sign([clause], clause))
        return pays and at_once and not clause.cues & {"propose", "pause", "waive", "restart"}
    return pays or cue("cues", "shares", "debt").search(clause.text) is not None


def _is_taken_up(clauses: list[Clause], number: int) -> bool:
    """All that is owed, I settle it on Friday: named alone, then paid."""
    after = clauses[number + 1:number + 2]
    if not after or after[0].sentence != clauses[number].sentence or clauses[number].cues - {"lump_sum"}:
        return False
    paid = "lump_sum" in after[0].cues or (has_day(after[0]) and cue("clauses", "pays_it").search(after[0].text))
    return bool(paid) and counted(after[0]) and not amounts_of(after[0]) \
        and cue("clauses", "named_alone").search(clauses[number].text) is not None


def _tells_trouble(clause: Clause) -> bool:
    """Whether a share is one of a stomach, a wage or a harvest: nothing is paid in the clause."""
    of_wages = cue("clauses", "of_wages").search(clause.text)
    pays = cue("cues", "dates", "pay").search(clause.text) is not None and of_wages is None
    return not pays and bool(find_hardship([clause]))


def _charged(clause: Clause, amount: AmountMention) -> bool:
    """The fee of 588 that is to be waived."""
    after = clause.text[amount.end:]
    charges, repay = cue("cues", "amounts", "charges"), cue("cues", "amounts", "repay")
    return charges.search(after[:12]) is not None and repay.search(clause.text[:amount.start]) is None


def _is_relative(clause: Clause, amount: AmountMention, period: str) -> bool:
    """Whether it is reckoned from the last offer: less, more, or a share of its monthly amount."""
    a_share = amount.share is not None and amount.share < 1 and period == "monthly"
    return bool(amount.relative) or (a_share and cue("cues", "shares", "debt").search(clause.text) is None)


def _place(clause: Clause, amount: AmountMention, slots: _Slots, terms: Terms, unclear: set[str],
           frequency: str, outstanding_minor: int | None, last: LastOffer | None, *, single: bool) -> None:
    terms.has_amount = True
    rest = cue("cues", "amounts", "rest").search(clause.text[:amount.start] + AMOUNT) is not None
    rest = rest or cue("clauses", "is_spread").match(clause.text[amount.end:]) is not None
    if (amount.share is not None or rest) and not amount.period and _is_spread(clause):
        return  # the rest, over the months that are named
    period = amount.period or ("" if frequency and cue("cues", "at_once").search(clause.text) else frequency)
    relative = _is_relative(clause, amount, period)
    once = not relative and not period and (single or clause.outside_event)
    if once:
        terms.pays_once = True
    else:
        terms.proposes = True
    if not relative and not period and not once and amount.trouble is None:
        terms.asks.add("period_of_amount")
        unclear.add("none")
        return
    if period == "odd":
        terms.asks.add("period_of_amount" if amount.trouble is None else "which_amount")
        return
    kind = "once" if once else "monthly" if relative or period == "monthly" else period
    value = _value(amount, relative=relative, terms=terms, outstanding_minor=outstanding_minor, last=last)
    if value is None or clause.outside_event:
        terms.asks.add("which_amount" if value is not None or not (relative and last is None) else "which_offer")
        unclear.add(kind)
        return
    if kind == "once":
        slots.once.append(value)
    elif kind == "monthly":
        slots.monthly.append(value)
    elif kind in ("weekly", "fortnightly"):
        slots.frequent.append((value, kind))


def _is_spread(clause: Clause) -> bool:
    """Whether something is paid over a length of time, and not at once."""
    return any(isinstance(mention, LengthMention) for mention in clause.mentions) \
        and cue("cues", "single").search(clause.text) is None and not has_day(clause)


def _value(amount: AmountMention, *, relative: bool, terms: Terms, outstanding_minor: int | None,
           last: LastOffer | None) -> int | None:
    """In fen, cut down; ``None`` if it cannot be acted on."""
    if amount.trouble is not None:
        return None
    if relative:
        if last is None:
            return None
        if amount.share is not None:
            value = amount.share * last.monthly_minor
        else:
            step = (amount.yuan or Fraction(0)) * _FEN
            value = last.monthly_minor - step if amount.relative == "less" else last.monthly_minor + step
    elif amount.share is not None:
        if outstanding_minor is None:
            return None
        value = amount.share * outstanding_minor
    else:
        value = (amount.yuan or Fraction(0)) * _FEN
    fen = floor(value)
    if fen <= 0 or (outstanding_minor is not None and fen > outstanding_minor):
        return None
    return fen


def _settle(slots: _Slots, terms: Terms, unclear: set[str], frequency: str) -> None:
    """One amount for each place, or none."""
    wish = terms.wish
    if "none" in unclear and slots.monthly:
        terms.asks.add("which_amount")
    elif len(set(slots.monthly)) == 1 and "monthly" not in unclear:
        wish.monthly_at_most_minor = slots.monthly[0]
    elif slots.monthly:
        terms.asks.add("which_amount")
        terms.staged = len(set(slots.monthly)) > 1
    frequencies = {name for _, name in slots.frequent} | {name for name in (*unclear, frequency)
                                                          if name in ("weekly", "fortnightly")}
    if len(frequencies) == 1:
        wish.frequency = frequencies.pop()
        terms.proposes = True
        values = {value for value, _ in slots.frequent}
        if len(values) == 1 and wish.frequency not in unclear:
            wish.amount_minor = values.pop()
        else:
            terms.asks.add("which_amount")
    elif frequencies:
        terms.asks.add("which_amount")
    if len(slots.once) == 1 and "once" not in unclear:
        wish.lump_sum_minor = slots.once[0]
    elif slots.once:
        terms.asks.add("which_amount")


def _has_single_sign(sentence: list[Clause], clause: Clause) -> bool:
    """Whether one payment is meant: at once, first, on a date or after an event."""
    if "lump_sum" in clause.cues or cue("cues", "single").search(clause.text):
        return True
    for other in sentence:
        if other is not clause and amounts_of(other):
            continue
        if other is not clause and cue("cues", "single").search(other.text) and "denied" not in other.cues:
            return True
        if has_day(other) and counted(other) and (other is clause or not find_hardship([other])):
            return True
    return False


def has_day(clause: Clause) -> bool:
    """A date, payday, festival or event, unless payments start from it."""
    events = any(cue("dates", key).search(clause.raw) for key in ("payday", "event"))
    return events or any(not starts_at(clause, mention.start, mention.end) for mention in date_mentions(clause)
                         if mention.trouble is not Trouble.PAST or cue("cues", "dates", "pay").search(clause.text))


def date_mentions(clause: Clause) -> list[DateMention]:
    """The dates of a clause, in order."""
    return [mention for mention in clause.mentions if isinstance(mention, DateMention)]


def starts_at(clause: Clause, start: int, end: int) -> bool:
    """Whether payments start at the date between ``start`` and ``end``."""
    before, after = clause.text[:start].rstrip(), clause.text[end:].lstrip()
    if cue("cues", "dates", "start_after").match(after):
        return True
    return any(match.end() >= len(before) for match in cue("cues", "dates", "start_before").finditer(before))


def _lone_frequency(clauses: list[Clause]) -> str:
    """How often payments come, said apart from any amount."""
    for clause in clauses:
        if amounts_of(clause) or not counted(clause) or clause.of_others or "denied" in clause.cues:
            continue
        income, context = cue("cues", "amounts", "income"), cue("clauses", "frequency_context")
        if income.search(clause.text) or any(
                cue("clauses", key).search(clause.raw) for key in ("habit", "works_so_often")):
            continue
        if any(isinstance(mention, DueDayMention) for mention in clause.mentions):
            return "monthly"
        if not context.search(clause.text):
            continue
        for name in ("odd", "fortnightly", "weekly", "monthly"):
            if cue("cues", "periods", name).search(clause.text):
                return name
    return ""
